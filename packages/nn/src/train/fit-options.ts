import { DtypeError, type RandomOptions, ValueError } from '@retrograd/arrays';
import { checkInteger, checkNonNegative, checkPositiveInteger, describe } from '@retrograd/arrays/internal';
import { crossEntropy } from '@retrograd/autograd';
import { Module } from '../module.js';
import { Optimizer } from '../optim/optimizer.js';
import type { BatchSource } from './batch-source.js';
import type { LossFunction, SequenceLearner } from './evaluate.js';
import type { TrainingState } from './training-state.js';
import type { World } from './world.js';

type Callback = (progress: Progress) => void | Promise<void>;

export interface FitOptions extends RandomOptions {
  optimizer: Optimizer;
  /** Default crossEntropy. */
  loss?: LossFunction;
  /** Stops after this many steps in all, including those before `resume`. */
  steps?: number;
  /** Stops after this many epochs in all, including those before `resume`. */
  epochs?: number;
  /** Largest norm of all gradients together. Default: no limit. */
  clipNorm?: number;
  /** Data that is not trained on. */
  validation?: BatchSource;
  /** Steps between two validations. Default: at the end of every epoch. */
  validateEvery?: number;
  /** Stops the training between two steps. */
  signal?: AbortSignal;
  /** The state to resume from; the model must have the weights of that moment. */
  resume?: TrainingState;
  /** Milliseconds of work after which the event loop gets a turn. Default 20. */
  turnEvery?: number;
  /**
   * Processes that train together, each on its rows of a batch: `distribute()` of `@retrograd/mpi`. Default:
   * this one alone.
   */
  world?: World;
  onStep?: Callback;
  /** After the steps at which the validation loss was measured. */
  onValidation?: Callback;
  /** After the last step of every epoch. */
  onEpoch?: Callback;
}

/** The result of one training step. */
export interface Progress {
  /** Steps done. */
  readonly step: number;
  /** The epoch that the step belongs to, from 0. */
  readonly epoch: number;
  /** Steps done in this epoch. */
  readonly position: number;
  /** Steps in an epoch. */
  readonly length: number;
  /** Mean loss of the batch before the update. */
  readonly loss: number;
  /** Norm of all gradients together, before clipping. */
  readonly gradientNorm: number;
  /** Number of outputs that the loss averages. */
  readonly count: number;
  /** null where it was not measured. */
  readonly validationLoss: number | null;
  /** A copy of the training's current state, for `saveModel` and `resume`. */
  state(): TrainingState;
}

/** The options with their defaults. */
export type ResolvedFitOptions = FitOptions &
  Required<Pick<FitOptions, 'loss' | 'steps' | 'epochs' | 'clipNorm' | 'turnEvery'>>;

/**
 * Checks the options and fills in the defaults.
 * @throws DtypeError, ValueError
 */
export function resolveFitOptions(
  model: SequenceLearner,
  data: BatchSource,
  options: FitOptions,
): ResolvedFitOptions {
  if (typeof options !== 'object' || options === null) {
    throw new DtypeError('fit', 'options', 'an object', describe(options));
  }
  const { optimizer, loss = crossEntropy, clipNorm = Number.POSITIVE_INFINITY, turnEvery = 20 } = options;
  const {
    steps = Number.POSITIVE_INFINITY,
    epochs = Number.POSITIVE_INFINITY,
    validation,
    validateEvery,
  } = options;
  if (!(model instanceof Module)) throw new DtypeError('fit', 'model', 'a Module', describe(model));
  if (!(optimizer instanceof Optimizer))
    throw new DtypeError('fit', 'optimizer', 'an Optimizer', describe(optimizer));
  if (steps !== Number.POSITIVE_INFINITY) checkInteger('fit', 'steps', steps, 0);
  if (epochs !== Number.POSITIVE_INFINITY) checkInteger('fit', 'epochs', epochs, 0);
  if (!(clipNorm > 0)) throw new ValueError('fit', 'clipNorm', 'a number > 0', describe(clipNorm));
  checkNonNegative('fit', 'turnEvery', turnEvery);
  if (validateEvery !== undefined) checkPositiveInteger('fit', 'validateEvery', validateEvery);
  if (validateEvery !== undefined && validation === undefined) {
    throw new ValueError('fit', 'validation', 'given when validateEvery is', 'undefined');
  }
  checkSource('data', data);
  if (validation !== undefined) checkSource('validation', validation);
  return { ...options, optimizer, loss, clipNorm, turnEvery, steps, epochs };
}

function checkSource(argument: string, source: BatchSource): void {
  if (typeof source?.epoch !== 'function' || !(source.length >= 1)) {
    const actual = typeof source?.epoch === 'function' ? `one of length ${source.length}` : describe(source);
    throw new DtypeError('fit', argument, 'a source of at least one batch', actual);
  }
}
