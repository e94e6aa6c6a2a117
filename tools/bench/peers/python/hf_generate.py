"""Greedy generation with Hugging Face Transformers in float32."""

import torch
from bench import INPUTS, SETTINGS, report, tensors, timed
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained(INPUTS, dtype=torch.float32).eval()
model.generation_config.eos_token_id = None
prompt = tensors("tokens.safetensors")["prompt"].long()[None]
mask = torch.ones_like(prompt)


def work(_: int):
    with torch.inference_mode():
        made = model.generate(prompt, attention_mask=mask, max_new_tokens=SETTINGS["newTokens"], do_sample=False, eos_token_id=None, pad_token_id=0)
    return made[0, prompt.shape[1] :].tolist()


seconds, results = timed(work, SETTINGS["repetitions"], SETTINGS["warmup"])
report(units=SETTINGS["newTokens"], seconds=seconds, ids=results[-1], packages=["transformers"])
