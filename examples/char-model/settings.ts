import type { RecurrentModelConfig } from '@retrograd/nn';
import { defaultHeldBack } from './corpus.js';
import { flagOf, type GivenOptions, type Options } from './options.js';
import { UserError } from './user-error.js';

/**
 * Everything besides the model that a training depends on. Saved with the model, so that the training can go
 * on.
 */
export interface Settings {
  readonly seqLength: number;
  readonly batch: number;
  readonly steps: number;
  readonly lr: number;
  readonly clip: number;
  readonly heldBack: number;
  readonly seed: number;
  /** SHA-256 of the text. */
  readonly textHash: string;
}

const RANGES: Record<Exclude<keyof Settings, 'textHash'>, (value: number) => boolean> = {
  seqLength: (n) => Number.isSafeInteger(n) && n >= 1,
  batch: (n) => Number.isSafeInteger(n) && n >= 1,
  steps: (n) => Number.isSafeInteger(n) && n >= 1,
  lr: (x) => Number.isFinite(x) && x > 0,
  clip: (x) => Number.isFinite(x) && x >= 0,
  heldBack: (n) => Number.isSafeInteger(n) && n >= 0 && n !== 1,
  seed: (n) => Number.isSafeInteger(n) && n >= 0 && n < 2 ** 32,
};

/** Reads settings from JSON; null when one is missing or out of range. */
export function parseSettings(text: string): Settings | null {
  try {
    const settings = JSON.parse(text) as Settings;
    const fits = Object.entries(RANGES).every(([name, check]) =>
      check(settings[name as keyof typeof RANGES]),
    );
    return fits && typeof settings.textHash === 'string' ? settings : null;
  } catch {
    return null;
  }
}

/** The settings of a new training, without `--epochs`. */
export function newSettings(options: Options, characters: number, textHash: string): Settings {
  const { seqLength, batch, steps, lr, clip, seed, heldBack = defaultHeldBack(characters) } = options;
  return { seqLength, batch, steps, lr, clip, heldBack, seed, textHash };
}

/** Steps in all: from the command line, else those settled before. */
export function resolveSteps(
  { options, given }: GivenOptions,
  settled: Settings,
  stepsInEpoch: number,
): number {
  if (options.epochs !== undefined) return Math.ceil(options.epochs * stepsInEpoch);
  return given.has('steps') ? options.steps : settled.steps;
}

/**
 * Refuses options on the command line that differ from those that a file fixes.
 * @param fixed the file's values, under their option names
 * @throws UserError
 */
export function checkFixed({ options, given }: GivenOptions, fixed: Partial<Options>, file: string): void {
  for (const [name, value] of Object.entries(fixed)) {
    const option = name as keyof Options;
    if (!given.has(option) || options[option] === value) continue;
    const flag = flagOf(name);
    throw new UserError(
      `${flag} must be ${value}, as in '${file}', got ${options[option]}; leave ${flag} out`,
    );
  }
}

/**
 * The options that a training fixes. `--steps` is not among them: a resumed training may have a later end.
 */
export function fixedByTraining({ seqLength, batch, lr, clip, heldBack, seed }: Settings): Partial<Options> {
  return { seqLength, batch, lr, clip, heldBack, seed };
}

/** The options that a model's config fixes. */
export function fixedByModel(config: Required<RecurrentModelConfig>): Partial<Options> {
  const { cell, hiddenSize: hidden, layers, embeddingSize: embedding, dropout, dtype } = config;
  return { cell, hidden, layers, embedding, dropout, dtype };
}
