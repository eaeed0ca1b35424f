import type { NdArray } from '@retrograd/arrays';
import type { OptimizerState } from '../optim/optimizer-state.js';
import { entriesBelow } from '../state-dict.js';
import type { StateDict } from '../stateful.js';
import type { TrainingState } from '../train/training-state.js';
import { FormatError } from './format-error.js';

/**
 * The arrays of a training state have names below this one. No parameter can: a module's `training` is its
 * mode.
 */
const PREFIX = 'training';

/** The part of a training state that is stored in the metadata. */
interface StoredTraining extends Omit<TrainingState, 'hidden' | 'optimizer'> {
  /** Number of arrays in each layer's hidden state; null without a hidden state. */
  hidden: readonly number[] | null;
  optimizer: Omit<OptimizerState, 'arrays'>;
}

/** A training state as one JSON text and arrays by name. */
export function packTraining(state: TrainingState): { text: string; tensors: StateDict } {
  const { hidden, optimizer, ...counters } = state;
  const { arrays, ...settings } = optimizer;
  const stored: StoredTraining = {
    ...counters,
    hidden: hidden?.map((layer) => layer.length) ?? null,
    optimizer: settings,
  };
  const tensors: StateDict = {};
  for (const [name, value] of Object.entries(arrays)) tensors[`${PREFIX}.optimizer.${name}`] = value;
  hidden?.forEach((layer, i) => {
    layer.forEach((value, j) => {
      tensors[`${PREFIX}.hidden.${i}.${j}`] = value;
    });
  });
  return { text: JSON.stringify(stored), tensors };
}

/**
 * The inverse of `packTraining`.
 * @throws FormatError when the text or the arrays are not as packTraining makes them. Values are checked
 *         where they are used
 */
export function unpackTraining(op: string, text: string, tensors: StateDict): TrainingState {
  const refuse = (part: string): never => {
    throw new FormatError(op, 'training state', 'as saveModel writes it', `${part} of another form`);
  };
  let stored: StoredTraining;
  try {
    stored = JSON.parse(text) as StoredTraining;
  } catch {
    return refuse('a text');
  }
  if (!isObject(stored) || !isObject(stored.generators)) return refuse('one');
  if (!isObject(stored.optimizer) || !isObject(stored.optimizer.options)) return refuse('an optimizer');
  const below = entriesBelow(tensors, PREFIX);
  const arrays = entriesBelow(below, 'optimizer');
  const states = entriesBelow(below, 'hidden');
  const { step, epoch, position, generator, generators, hidden: layout, optimizer } = stored;
  const counts = layout ?? [];
  const most = Object.keys(states).length;
  if (
    !Array.isArray(counts) ||
    !counts.every((count) => Number.isInteger(count) && count >= 0 && count <= most)
  ) {
    return refuse('a hidden state');
  }
  const hidden = counts.map((count, i) =>
    Array.from({ length: count }, (_, j): NdArray => states[`${i}.${j}`] ?? refuse('a hidden state')),
  );
  const expected = Object.keys(arrays).length + hidden.flat().length;
  if (Object.keys(below).length !== expected) return refuse('a list of arrays');
  const { algorithm, options, steps } = optimizer;
  return {
    step,
    epoch,
    position,
    generator,
    generators,
    hidden: layout === null ? null : hidden,
    optimizer: { algorithm, options, steps, arrays },
  };
}

/** Whether the name of a tensor in a file belongs to the training state. */
export const isTrainingName = (name: string): boolean => name.startsWith(`${PREFIX}.`);

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
