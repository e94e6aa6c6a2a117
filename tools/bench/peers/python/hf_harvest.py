"""Activations after some blocks of a Hugging Face model in float32, taken by a hook; the head does not run."""

import torch
from bench import INPUTS, SETTINGS, report, tensors, timed
from fingerprint import fingerprint
from transformers import AutoModel

model = AutoModel.from_pretrained(INPUTS, dtype=torch.float32).eval()
ids = tensors("tokens.safetensors")["tokens"].long()
seen = {}


def hook(_module, _inputs, output):
    seen["value"] = output[0] if isinstance(output, tuple) else output


model.layers[SETTINGS["layers"] - 1].register_forward_hook(hook)


def work(_: int):
    with torch.inference_mode():
        model(ids, use_cache=False)
    return seen["value"].numpy()


seconds, results = timed(work, SETTINGS["repetitions"], SETTINGS["warmup"])
report(units=ids.numel(), seconds=seconds, numbers=fingerprint(torch.from_numpy(results[-1])), packages=["transformers"])
