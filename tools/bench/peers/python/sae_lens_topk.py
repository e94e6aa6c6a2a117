"""SAELens's SAETrainer.step on a TopKTrainingSAE, dense activations (its sparse mode does not run on CPU with torch 2.15)."""

from bench import SETTINGS, report, tensors, timed
from sae_lens.config import SAETrainerConfig
from sae_lens.saes.topk_sae import TopKTrainingSAE, TopKTrainingSAEConfig
from sae_lens.training.sae_trainer import SAETrainer

given = tensors("dictionary.safetensors")
batches, directions = given["batches"], given["directions"]
n, d = directions.shape
rows = batches.shape[1]
sae = TopKTrainingSAE(TopKTrainingSAEConfig(d_in=d, d_sae=n, k=SETTINGS["k"], device="cpu"))
scale = SETTINGS["decoderNorm"]
sae.W_enc.data.copy_(scale * directions.T)
sae.W_dec.data.copy_(scale * directions)
trainer = SAETrainer(
    cfg=SAETrainerConfig(
        total_training_samples=10_000 * rows, train_batch_size_samples=rows, lr=SETTINGS["learningRate"], lr_end=SETTINGS["learningRate"],
        lr_warm_up_steps=SETTINGS["warmupSteps"],
    ),
    sae=sae, data_provider=iter([]),
)


def step(i: int) -> float:
    output = trainer.step(batches[i % len(batches)])
    trainer.n_training_steps += 1
    return output.loss.item()


seconds, losses = timed(step, SETTINGS["repetitions"], SETTINGS["warmup"])
report(units=rows, seconds=seconds, numbers=[losses[i] for i in SETTINGS["compared"]], packages=["sae-lens"])
