"""Greedy generation with TransformerLens and its key-value cache."""

import torch
from bench import SETTINGS, report, tensors, timed
from transformer_lens_model import hooked_model

model = hooked_model()
prompt = tensors("tokens.safetensors")["prompt"].long()[None]


def work(_: int):
    with torch.inference_mode():
        made = model.generate(prompt, max_new_tokens=SETTINGS["newTokens"], do_sample=False, stop_at_eos=False, prepend_bos=False, verbose=False)
    return made[0, prompt.shape[1] :].tolist()


seconds, results = timed(work, SETTINGS["repetitions"], SETTINGS["warmup"])
report(units=SETTINGS["newTokens"], seconds=seconds, ids=results[-1], packages=["transformer-lens"])
