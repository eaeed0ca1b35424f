import { currentKernels } from '@retrograd/kernels';
import { formatCount } from './format.js';
import type { TrainingJob } from './job.js';

/** Two lines: kernels, model and text; then the settings. */
export function describeJob({ start, text, corpus, world }: TrainingJob, threads: number): string {
  const { model, vocabulary, settings, training } = start;
  const { cell, layers, hiddenSize, embeddingSize, dtype } = model.config;
  const input = embeddingSize === 0 ? 'one-hot' : `embedding ${embeddingSize}`;
  const { name, blas } = currentKernels();
  const library = blas ? ` (${blas.kind})` : '';
  const threaded = name === 'plain' || threads === 1 ? '' : `, ${threads} threads`;
  const what = [
    `${name} kernels${library}${threaded}${world === null || world.size === 1 ? '' : `, ${world.size} processes`}`,
    `${cell} ${layers} x ${hiddenSize}, ${input}, ${dtype}, ${formatCount(model.parameterCount)} parameters`,
    `${text.name}, ${formatCount(text.characters)} characters (${vocabulary.size} different)`,
  ];
  const { batch, seqLength, steps, lr, clip, seed, heldBack } = settings;
  const from = training === null ? '' : `from step ${training.step} on, `;
  const epochs = steps / corpus.training.length;
  const inEpochs = `${epochs < 10 ? epochs.toFixed(2) : formatCount(epochs)} epochs`;
  const how = [
    `${from}${formatCount(steps)} steps of ${batch} x ${seqLength} characters (${inEpochs})`,
    `learning rate ${lr}, clip ${clip}, seed ${seed}`,
    `${formatCount(heldBack)} characters held back`,
  ];
  return `${what.join('; ')}\n${how.join('; ')}\n`;
}
