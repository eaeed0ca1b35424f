import type { Tensor } from '@retrograd/autograd';
import type { Module } from '../module.js';
import type { Optimizer } from '../optim/optimizer.js';
import type { ModelState } from '../recurrent-model.js';
import type { Batch } from './batch-source.js';
import type { TrainingState } from './training-state.js';

/**
 * A group of processes that train one model together, each on its rows of every batch; `@retrograd/mpi` has
 * one. `fit` needs no more of it than this. Every method has to be called by all processes, in the same
 * order.
 */
export interface World {
  /** The place of this process, from 0. */
  readonly rank: number;
  /** How many processes there are. */
  readonly size: number;
  /** Aborted when the whole group should leave the training, as an operating system asks by a signal. */
  readonly signal: AbortSignal;
  /**
   * Before the first step: has all processes start from the weights, the optimizer and the random order of
   * the first one.
   * @returns where the training begins
   * @throws when the processes were not given the same model, data or settings
   */
  start(training: SharedTraining): Promise<TrainingState>;
  /**
   * Computes the gradients of the whole batch: those of the parts, weighted by their `count`.
   * @returns null when another process leaves the training; nothing was changed then
   * @throws what `work.compute` throws, on the process where it does; another error on the others
   */
  step(work: SharedStep): Promise<SharedGradients | null>;
  /** Sums over all processes. */
  sum(values: readonly number[]): Promise<number[]>;
  /** After the last step that this process does, however it came to be the last. */
  end(training: SharedEnd): Promise<void>;
}

/** What the processes must have in common. */
export interface SharedTraining {
  readonly model: Module;
  readonly optimizer: Optimizer;
  /** Where this process would begin. */
  readonly state: TrainingState;
  /** Whatever else the course of the training depends on, by name. */
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface SharedStep {
  /** Steps done before. */
  readonly step: number;
  /** This process's part of the batch. */
  readonly batch: Batch;
  /** The hidden state of its rows; undefined for zeros. */
  readonly state: ModelState | undefined;
  /** Forward and backward; the gradients are in the parameters then. */
  readonly compute: ComputeGradients;
}

/**
 * @param onGradient told of each parameter as soon as its gradient is final, before the backward pass is over
 */
export type ComputeGradients = (
  batch: Batch,
  state: ModelState | undefined,
  onGradient?: (parameter: Tensor) => void,
) => Gradients;

/** What is known after the backward pass. */
export interface Gradients {
  /** Mean loss of the batch. */
  readonly loss: number;
  /** After the last time step, cut off from the graph. */
  readonly state: ModelState;
}

/**
 * The same of the whole batch. Its gradients are in the parameters; the state is that of this process's rows.
 */
export interface SharedGradients extends Gradients {
  /** Answers that the loss is a mean of. */
  readonly count: number;
}

export interface SharedEnd {
  /** Whether all steps that were asked for are done. */
  readonly complete: boolean;
  /** A copy of where the training is. */
  state(): TrainingState;
}
