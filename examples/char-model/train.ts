import { RetrogradError } from '@retrograd/arrays';
import { Adam, fit, type Progress } from '@retrograd/nn';
import { checkpoint, finish } from './checkpoint.js';
import { formatLoss } from './format.js';
import type { TrainingJob } from './job.js';
import type { Message } from './messages.js';
import { Meter } from './meter.js';
import type { Settings } from './settings.js';
import { UserError } from './user-error.js';

/** The learning rate after `step` steps: it falls linearly from `lr` to a twentieth of it. */
export const learningRate = ({ lr, steps }: Settings, step: number): number =>
  lr * (1 - (0.95 * step) / steps);

/**
 * Trains, reports each step, and makes checkpoints.
 * @param signal ends the training after the current step
 * @throws UserError when the loss is no longer finite, or the file cannot be written at the end
 */
export async function train(
  job: TrainingJob,
  tell: (message: Message) => void,
  signal: AbortSignal,
): Promise<void> {
  const { model, settings, training } = job.start;
  const { steps, seed, clip } = settings;
  const clipNorm = clip === 0 ? Number.POSITIVE_INFINITY : clip;
  const optimizer = new Adam(model.parameters(), { lr: settings.lr });
  const meter = new Meter(training?.step ?? 0, steps);
  const print = (text: string): void => tell({ kind: 'print', text });
  let last: Progress | null = null;
  try {
    const resume = training ?? undefined;
    const world = job.world ?? undefined;
    const options = { optimizer, steps, clipNorm, seed, signal, resume, world };
    const progresses = fit(model, job.corpus.training, options);
    // Set here, because resuming restores the saved rate, which differs when --steps has changed.
    optimizer.lr = learningRate(settings, training?.step ?? 0);
    for await (const progress of progresses) {
      last = progress;
      optimizer.lr = learningRate(settings, progress.step);
      tell({ kind: 'step', standing: meter.add(progress) });
      if (progress.step % job.sampleEvery === 0 && progress.step < steps) {
        await meter.pause(() => checkpoint(job, progress, print, meter, signal));
      }
    }
  } catch (error) {
    if (!(error instanceof RetrogradError)) throw error;
    const before = last === null ? '' : ` (after step ${last.step}, ${formatLoss(meter.loss)})`;
    throw new UserError(`the training failed${before}: ${error.message}`, 1);
  }
  await finish(job, last, print, meter, signal);
}
