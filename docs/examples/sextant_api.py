"""Sextant's API from Python, with the standard library alone.

    python3 docs/examples/sextant_api.py http://127.0.0.1:4520 create.json

starts the corpus that create.json describes (the body of POST /api/corpora/create), follows the job live, and prints
what it made. SEXTANT_TOKEN is sent where the server needs one.
"""

import json
import os
import sys
import urllib.error
import urllib.request


class Sextant:
    def __init__(self, url, token=os.environ.get("SEXTANT_TOKEN")):
        self.url = url.rstrip("/")
        self.headers = {"content-type": "application/json"}
        if token:
            self.headers["authorization"] = f"Bearer {token}"

    def _open(self, procedure, body):
        noun, verb = procedure.split(".")
        request = urllib.request.Request(
            f"{self.url}/api/{noun}/{verb}", json.dumps(body).encode(), self.headers, method="POST"
        )
        try:
            return urllib.request.urlopen(request)
        except urllib.error.HTTPError as error:
            fault = json.load(error)["error"]
            raise SystemExit(f"{procedure}: {fault['code']}: {fault['message']}") from None

    def call(self, procedure, **body):
        """The answer of a procedure, such as call("models.get", digest=...)."""
        with self._open(procedure, body) as response:
            return json.load(response)

    def stream(self, procedure, **body):
        """The events of a stream, such as stream("steering.run", ...) or stream("jobs.onEvent", job=...)."""
        with self._open(procedure, body) as response:
            for line in response:
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])


def main(url, spec_path):
    sextant = Sextant(url)
    with open(spec_path, encoding="utf8") as file:
        job = sextant.call("corpora.create", **json.load(file))["jobId"]
    for event in sextant.stream("jobs.onEvent", job=job, lastEventId=0):
        if event["type"] == "progress":
            progress = event["payload"]
            print(f"{progress['stage']} {progress['done']}/{progress['total']} {progress['unit']}", file=sys.stderr)
        elif event["type"] == "status" and event["payload"]["status"] in ("succeeded", "failed", "cancelled"):
            break
    print(json.dumps(sextant.call("jobs.get", id=job)["result"]))


if __name__ == "__main__":
    main(*sys.argv[1:])
