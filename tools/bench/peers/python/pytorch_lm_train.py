"""Training steps of the hand-written Llama: cross-entropy of the next token, clipping, fused AdamW."""

import torch
import torch.nn.functional as F
from bench import INPUTS, SETTINGS, report, tensors, timed
from llama import Llama

model = Llama(INPUTS)
ids = tensors("tokens.safetensors")["tokens"].long()
targets = torch.full_like(ids, -1)
targets[:, :-1] = ids[:, 1:]
matrices = [p for p in model.parameters() if p.ndim > 1]
gains = [p for p in model.parameters() if p.ndim == 1]
optimizer = torch.optim.AdamW(
    [{"params": matrices, "weight_decay": SETTINGS["weightDecay"]}, {"params": gains, "weight_decay": 0.0}],
    lr=SETTINGS["learningRate"], betas=(0.9, 0.95), eps=1e-8, fused=True,
)


def step(_: int) -> float:
    loss = F.cross_entropy(model(ids).flatten(0, 1), targets.flatten(), ignore_index=-1)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.item()


seconds, losses = timed(step, SETTINGS["repetitions"], SETTINGS["warmup"])
report(units=ids.numel(), seconds=seconds, numbers=[losses[i] for i in SETTINGS["compared"]], packages=[])
