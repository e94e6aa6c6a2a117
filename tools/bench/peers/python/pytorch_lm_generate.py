"""Greedy generation of the hand-written Llama with its key-value cache."""

from bench import INPUTS, SETTINGS, report, tensors, timed
from llama import Llama

model = Llama(INPUTS)
prompt = tensors("tokens.safetensors")["prompt"].tolist()
seconds, results = timed(lambda _: model.generate(prompt, SETTINGS["newTokens"]), SETTINGS["repetitions"], SETTINGS["warmup"])
report(units=SETTINGS["newTokens"], seconds=seconds, ids=results[-1], packages=[])
