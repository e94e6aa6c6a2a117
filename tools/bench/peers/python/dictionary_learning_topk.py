"""dictionary_learning's TopKTrainer, one update a batch."""

from bench import SETTINGS, report, tensors, timed
from dictionary_learning.trainers.top_k import TopKTrainer

given = tensors("dictionary.safetensors")
batches, directions = given["batches"], given["directions"]
trainer = TopKTrainer(
    steps=10_000, activation_dim=directions.shape[1], dict_size=directions.shape[0], k=SETTINGS["k"], layer=0, lm_name="planted",
    lr=SETTINGS["learningRate"], warmup_steps=SETTINGS["warmupSteps"], device="cpu",
)
trainer.ae.encoder.weight.data.copy_(directions)
trainer.ae.decoder.weight.data.copy_(directions.T)

seconds, losses = timed(lambda step: trainer.update(step, batches[step % len(batches)]), SETTINGS["repetitions"], SETTINGS["warmup"])
report(units=batches.shape[1], seconds=seconds, numbers=[losses[i] for i in SETTINGS["compared"]], packages=["dictionary-learning"])
