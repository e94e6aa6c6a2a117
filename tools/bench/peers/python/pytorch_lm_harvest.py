"""Activations after some blocks of the hand-written Llama, as an array."""

import torch
from bench import INPUTS, SETTINGS, report, tensors, timed
from fingerprint import fingerprint
from llama import Llama

model = Llama(INPUTS)
ids = tensors("tokens.safetensors")["tokens"].long()


def work(_: int):
    with torch.inference_mode():
        return model.residual(ids, layers=SETTINGS["layers"]).numpy()


seconds, results = timed(work, SETTINGS["repetitions"], SETTINGS["warmup"])
report(units=ids.numel(), seconds=seconds, numbers=fingerprint(torch.from_numpy(results[-1])), packages=[])
