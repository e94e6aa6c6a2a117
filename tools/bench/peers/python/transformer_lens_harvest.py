"""Activations after some blocks with TransformerLens: run_with_cache that stops above them and keeps one name."""

import torch
from bench import SETTINGS, report, tensors, timed
from fingerprint import fingerprint
from transformer_lens_model import hooked_model

model = hooked_model()
ids = tensors("tokens.safetensors")["tokens"].long()
name = f"blocks.{SETTINGS['layers'] - 1}.hook_resid_post"


def work(_: int):
    with torch.inference_mode():
        _, cache = model.run_with_cache(ids, names_filter=name, stop_at_layer=SETTINGS["layers"], return_type=None, prepend_bos=False)
    return cache[name].numpy()


seconds, results = timed(work, SETTINGS["repetitions"], SETTINGS["warmup"])
report(units=ids.numel(), seconds=seconds, numbers=fingerprint(torch.from_numpy(results[-1])), packages=["transformer-lens"])
