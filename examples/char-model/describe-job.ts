import { currentKernels } from '@retrograd/kernels';
import { formatCount } from './format.js';
import type { TrainingJob } from './interlude.js';

/** What is trained on what, and how: two lines. */
export function describeJob({ start, text, corpus }: TrainingJob, threads: number): string {
  const { model, vocabulary, settings, training } = start;
  const { cell, layers, hiddenSize, embeddingSize, dtype } = model.config;
  const input = embeddingSize === 0 ? 'one-hot' : `embedding ${embeddingSize}`;
  const { name, blas } = currentKernels();
  const what = [
    `${name} kernels${blas ? ` (${blas.kind})` : ''}${name === 'plain' || threads === 1 ? '' : `, ${threads} threads`}`,
    `${cell} ${layers} x ${hiddenSize}, ${input}, ${dtype}, ${formatCount(model.parameterCount)} parameters`,
    `${text.name}, ${formatCount(text.characters)} characters (${vocabulary.size} different)`,
  ];
  const { batch, seqLength, steps, lr, clip, seed, heldBack } = settings;
  const from = training === null ? '' : `from step ${training.step} on, `;
  const epochs = steps / corpus.training.length;
  const how = [
    `${from}${formatCount(steps)} steps of ${batch} x ${seqLength} characters (${epochs < 10 ? epochs.toFixed(2) : formatCount(epochs)} epochs)`,
    `learning rate ${lr}, clip ${clip}, seed ${seed}`,
    `${formatCount(heldBack)} characters held back`,
  ];
  return `${what.join('; ')}\n${how.join('; ')}\n`;
}
