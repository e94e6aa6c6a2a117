"""
eai-sparsify's SparseCoder in the order of its Trainer.fit (which itself wants a language model), with Adam: unit decoder,
forward, backward, parallel gradients removed, step. Its loss is the fraction of variance unexplained.
"""

import torch
from bench import SETTINGS, report, tensors, timed
from sparsify.config import SparseCoderConfig
from sparsify.sparse_coder import SparseCoder
from transformers import get_linear_schedule_with_warmup

given = tensors("dictionary.safetensors")
batches, directions = given["batches"], given["directions"]
n, d = directions.shape
rows = batches.shape[1]
coder = SparseCoder(d, SparseCoderConfig(num_latents=n, k=SETTINGS["k"]))
coder.encoder.weight.data.copy_(directions)
coder.W_dec.data.copy_(directions)
coder.b_dec.data.copy_(given["mean"])
optimizer = torch.optim.Adam(coder.parameters(), lr=SETTINGS["learningRate"])
scheduler = get_linear_schedule_with_warmup(optimizer, SETTINGS["warmupSteps"], 1_000_000_000)
since_fired = torch.zeros(n, dtype=torch.long)


def step(i: int) -> float:
    x = batches[i % len(batches)]
    coder.set_decoder_norm_to_unit_norm()
    total_variance = (x - x.mean(0)).pow(2).sum()
    out = coder(x=x, y=x, dead_mask=None, total_variance=total_variance)
    fired = torch.zeros(n, dtype=torch.bool)
    fired[out.latent_indices.flatten()] = True
    fvu = float(out.fvu.detach())
    out.fvu.backward()
    coder.remove_gradient_parallel_to_decoder_directions()
    optimizer.step()
    optimizer.zero_grad()
    scheduler.step()
    since_fired.add_(rows)
    since_fired[fired] = 0
    return fvu


seconds, losses = timed(step, SETTINGS["repetitions"], SETTINGS["warmup"])
report(units=rows, seconds=seconds, numbers=[losses[i] for i in SETTINGS["compared"]], packages=["eai-sparsify"])
