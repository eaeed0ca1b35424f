import { evaluate, type Progress, type TrainingState } from '@retrograd/nn';
import type { AtomicFile } from './atomic-file.js';
import { formatDuration, formatLoss, quote } from './format.js';
import type { TrainingJob } from './job.js';
import type { Meter } from './meter.js';
import { encodeModel } from './model-file.js';
import { sampleText } from './sample.js';
import { reasonOf, UserError } from './user-error.js';

type Print = (text: string) => void;

/** Between two steps: saves, validates, and prints a sample. */
export async function checkpoint(
  job: TrainingJob,
  progress: Progress,
  print: Print,
  meter: Meter,
  signal: AbortSignal,
): Promise<void> {
  try {
    await save(job, progress.state());
  } catch (error) {
    // The disk may have room again by the end, and the file is unchanged.
    print(`could not save to ${job.target?.path} (${reasonOf(error)}); the training goes on\n`);
  }
  const validation = await validate(job, signal);
  if (signal.aborted) return;
  const { steps } = job.start.settings;
  const losses = `training ${formatLoss(meter.loss)}${validation}`;
  print(`step ${progress.step}/${steps}  ${losses}  writes:\n${sample(job, progress.step)}`);
}

/**
 * After the last step, or after the step at which the training was stopped: saves, validates, and prints a
 * sample.
 * @param last progress at that step; null when no step was done
 * @throws UserError when the file cannot be written
 */
export async function finish(
  job: TrainingJob,
  last: Progress | null,
  print: Print,
  meter: Meter,
  signal: AbortSignal,
): Promise<void> {
  const { start, target } = job;
  const { steps } = start.settings;
  const step = last?.step ?? start.training?.step ?? 0;
  const state = last?.state() ?? start.training;
  // Save first: validation and sampling take time and may be interrupted.
  if (state !== null) await saveOrFail(job, state);
  const kept = state === null ? 'nothing to save yet' : keptIn(target, step < steps);
  if (step < steps) {
    const loss = last === null ? '' : `: training ${formatLoss(meter.loss)}`;
    print(`stopped after step ${step}/${steps}${loss}\n${kept}\n`);
    return;
  }
  const losses = last === null ? '' : `training ${formatLoss(meter.loss)}`;
  const validation = await validate(job, signal);
  const done = last === null ? 'the training is complete' : `trained in ${formatDuration(meter.seconds)}`;
  print(`step ${step}/${steps}  ${losses}${validation}  ${done}, writes:\n${sample(job, step)}${kept}\n`);
}

/** The loss on the text held back, as part of a line; empty without such text or after an abort. */
async function validate({ start, corpus, world }: TrainingJob, signal: AbortSignal): Promise<string> {
  if (corpus.validation === null) return '';
  const loss = await evaluate(start.model, corpus.validation, { signal, world: world ?? undefined });
  return loss === null ? '' : `  validation ${formatLoss(loss)}`;
}

/** Every step has its own seed, so that samples differ; a resumed training prints the same ones. */
function sample({ start: { model, vocabulary }, sample: options }: TrainingJob, step: number): string {
  const { prompt } = options;
  const text = [...sampleText(model, vocabulary, { ...options, seed: options.seed + step })].join('');
  return quote(prompt === '\n' ? text : prompt + text);
}

/** @throws the system's error */
async function save({ start, target, world }: TrainingJob, training: TrainingState): Promise<void> {
  if (target === null) return;
  // Of several processes the first one writes, with the hidden state of the rows of all.
  const whole = world === null ? training : await world.gatherState(training);
  if (whole !== null) target.write(encodeModel({ ...start, training: whole }));
}

async function saveOrFail(job: TrainingJob, training: TrainingState): Promise<void> {
  try {
    await save(job, training);
  } catch (error) {
    throw new UserError(`could not save to '${job.target?.path}' (${reasonOf(error)})`, 1);
  }
}

function keptIn(target: AtomicFile | null, unfinished: boolean): string {
  if (target === null) return 'not saved; give --save FILE to keep the model';
  const next = unfinished
    ? 'give the same options and --resume to go on'
    : `it writes on with --load and --generate`;
  return `saved to ${target.path}; ${next}`;
}
