"""Stands in for wandb: the trainers import it and, with logging off, do not use it."""
