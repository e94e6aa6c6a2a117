"""What two sides compare of activations [rows, d]: their norm, and some values spread over them. As in inputs/fingerprint.ts."""

import torch


def fingerprint(values: torch.Tensor) -> list[float]:
    flat = values.reshape(-1)
    places = [int(i * 7919 * 31) % flat.numel() for i in range(1, 9)]
    return [float(flat.double().norm()), *(float(flat[i]) for i in places)]
