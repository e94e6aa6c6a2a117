"""dictionary_learning's StandardTrainer, one update a batch; the loss is the one it differentiates, taken by wrapping it."""

from bench import SETTINGS, report, tensors, timed
from dictionary_learning.trainers.standard import StandardTrainer

given = tensors("dictionary.safetensors")
batches, directions = given["batches"], given["directions"]
trainer = StandardTrainer(
    steps=10_000, activation_dim=directions.shape[1], dict_size=directions.shape[0], layer=0, lm_name="planted",
    lr=SETTINGS["learningRate"], l1_penalty=SETTINGS["l1"], warmup_steps=SETTINGS["warmupSteps"], sparsity_warmup_steps=None, device="cpu",
)
trainer.ae.encoder.weight.data.copy_(directions)
trainer.ae.encoder.bias.data.fill_(SETTINGS["encoderBias"])
trainer.ae.decoder.weight.data.copy_(directions.T)
trainer.ae.bias.data.copy_(given["mean"])

losses = []
loss_of_step = trainer.loss


def recorded(*args, **kwargs):
    loss = loss_of_step(*args, **kwargs)
    losses.append(loss.item())
    return loss


trainer.loss = recorded
seconds, _ = timed(lambda step: trainer.update(step, batches[step % len(batches)]), SETTINGS["repetitions"], SETTINGS["warmup"])
report(units=batches.shape[1], seconds=seconds, numbers=[losses[i] for i in SETTINGS["compared"]], packages=["dictionary-learning"])
