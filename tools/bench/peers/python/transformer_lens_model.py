"""The Llama of the inputs as a TransformerLens HookedTransformer, through its own weight conversion."""

import json
import os

import torch
from bench import INPUTS
from transformer_lens import HookedTransformer, HookedTransformerConfig
from transformer_lens.pretrained.weight_conversions.llama import convert_llama_weights
from transformers import AutoModelForCausalLM


def hooked_model() -> HookedTransformer:
    with open(os.path.join(INPUTS, "config.json")) as file:
        c = json.load(file)
    config = HookedTransformerConfig(
        n_layers=c["num_hidden_layers"], d_model=c["hidden_size"], n_ctx=c["max_position_embeddings"], d_head=c["head_dim"],
        n_heads=c["num_attention_heads"], d_mlp=c["intermediate_size"], d_vocab=c["vocab_size"], act_fn="silu", normalization_type="RMS",
        positional_embedding_type="rotary", rotary_dim=c["head_dim"], rotary_adjacent_pairs=False, rotary_base=int(c["rope_theta"]),
        gated_mlp=True, final_rms=True, eps=c["rms_norm_eps"], device="cpu", dtype=torch.float32,
        original_architecture="LlamaForCausalLM",
    )
    model = HookedTransformer(config)
    weights = AutoModelForCausalLM.from_pretrained(INPUTS, dtype=torch.float32)
    model.load_state_dict(convert_llama_weights(weights, config), strict=False)
    return model.eval()
