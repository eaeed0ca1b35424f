import { RetrogradError } from '@retrograd/kernels';
import { Adam, fit, type Progress } from '@retrograd/nn';
import { formatLoss } from './format.js';
import { finish, pause, type TrainingJob } from './interlude.js';
import { Meter } from './meter.js';
import { createReporter, type Reporter } from './reporter.js';
import type { Settings } from './settings.js';
import { Stop } from './stop.js';
import { UserError } from './user-error.js';

/** The learning rate after so many steps: it falls evenly from `lr` to a twentieth of it. */
export const learningRate = ({ lr, steps }: Settings, step: number): number =>
  lr * (1 - (0.95 * step) / steps);

/**
 * Trains, shows how it goes, lets the model write now and then, and saves.
 * @returns the exit code: 0, or 128 + n when signal n ended the training early
 * @throws UserError when the loss is not finite any more, or the file cannot be written at the end
 */
export async function train(job: TrainingJob, stream: NodeJS.WriteStream): Promise<number> {
  const { settings, training } = job.start;
  const firstStep = training?.step ?? 0;
  const reporter = createReporter(stream, firstStep, settings.steps);
  const stop = new Stop(
    () => reporter.print('stopping after this step; once more to stop at once\n'),
    () => reporter.stop(),
  );
  const endListening = stop.listen();
  try {
    const meter = new Meter(firstStep, settings.steps);
    const last = await trainSteps(job, reporter, meter, stop.signal);
    await finish(job, last, reporter, meter, stop.signal);
    return stop.exitCode;
  } finally {
    reporter.stop();
    endListening();
  }
}

/** @returns the last step done; null when there was none */
async function trainSteps(
  job: TrainingJob,
  reporter: Reporter,
  meter: Meter,
  signal: AbortSignal,
): Promise<Progress | null> {
  const { model, settings, training } = job.start;
  const { steps, seed, clip } = settings;
  const clipNorm = clip === 0 ? Number.POSITIVE_INFINITY : clip;
  const optimizer = new Adam(model.parameters(), { lr: settings.lr });
  let last: Progress | null = null;
  try {
    const resume = training ?? undefined;
    const progresses = fit(model, job.corpus.training, { optimizer, steps, clipNorm, seed, signal, resume });
    // Now, as resuming brings the saved rate back, which is another one when --steps has changed.
    optimizer.lr = learningRate(settings, training?.step ?? 0);
    for await (const progress of progresses) {
      last = progress;
      optimizer.lr = learningRate(settings, progress.step);
      reporter.step(meter.add(progress));
      if (progress.step % job.sampleEvery === 0 && progress.step < steps) {
        await meter.pause(() => pause(job, progress, reporter, meter, signal));
      }
    }
  } catch (error) {
    if (!(error instanceof RetrogradError)) throw error;
    const before = last === null ? '' : ` (after step ${last.step}, ${formatLoss(meter.loss)})`;
    throw new UserError(`the training failed${before}: ${error.message}`, 1);
  }
  return last;
}
