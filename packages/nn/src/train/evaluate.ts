import { type IndexArray, Random } from '@retrograd/arrays';
import { checkNonNegative } from '@retrograd/arrays/internal';
import { crossEntropy, noGrad, type Tensor, type TensorLike } from '@retrograd/autograd';
import type { Module } from '../module.js';
import type { ModelState } from '../recurrent-model.js';
import type { Batch, BatchSource } from './batch-source.js';
import type { World } from './world.js';
import { yieldEvery } from './yield-to-event-loop.js';

/** A module that maps sequences to outputs and returns its state; RecurrentModel is one. */
export interface SequenceLearner extends Module {
  forward(x: IndexArray, state?: ModelState<TensorLike>): [output: Tensor, state: ModelState<Tensor>];
}

/** The loss of a model's outputs for a batch: a mean, as a tensor of one element. */
export type LossFunction = (output: Tensor, target: IndexArray, mask?: IndexArray) => Tensor;

export interface EvaluateOptions {
  /** Default crossEntropy. */
  loss?: LossFunction;
  /** Milliseconds of work after which the event loop gets a turn. Default 20. */
  turnEvery?: number;
  /** Ends the evaluation between two batches. */
  signal?: AbortSignal;
  /** Processes that evaluate together, each on its rows of every batch. Default: this one alone. */
  world?: World;
}

/**
 * Mean loss of a model over a data source, from the zero state, without graph and dropout. The model's mode
 * and its generators are unchanged afterwards.
 * @returns the mean over all outputs, in nats for crossEntropy; null when aborted
 * @throws ValueError when turnEvery is negative, and what the model or the loss throw
 */
export async function evaluate(
  model: SequenceLearner,
  data: BatchSource,
  options: EvaluateOptions = {},
): Promise<number | null> {
  const { loss = crossEntropy, turnEvery = 20, signal, world } = options;
  checkNonNegative('evaluate', 'turnEvery', turnEvery);
  const maybeYield = yieldEvery(turnEvery);
  // The order does not matter here, but a source may draw one.
  const batchAt = data.epoch(new Random(0));
  let state: ModelState | undefined;
  let total = 0;
  let count = 0;
  let aborted = false;
  for (let position = 0; position < data.length; position++) {
    aborted = signal?.aborted === true;
    if (aborted) break;
    const batch = batchAt(position);
    const answer = evaluateBatch(model, batch, state, loss);
    if (data.continues) state = answer.state;
    total += answer.loss * batch.count;
    count += batch.count;
    await maybeYield();
  }
  const own = [total, count, aborted ? 1 : 0];
  const [allTotal, allCount, leaving] = world === undefined ? own : await world.sum(own);
  if (leaving > 0) return null;
  return allCount === 0 ? 0 : allTotal / allCount;
}

/**
 * Switches the model's mode for this batch alone, so that other tasks find it unchanged when they get a turn.
 */
function evaluateBatch(
  model: SequenceLearner,
  batch: Batch,
  state: ModelState | undefined,
  loss: LossFunction,
) {
  const { training } = model;
  model.eval();
  try {
    return noGrad(() => {
      const [output, after] = model.forward(batch.x, state);
      return { loss: loss(output, batch.target, batch.mask).item(), state: valuesOf(after) };
    });
  } finally {
    model.train(training);
  }
}

/** The arrays of a state, detached from the graph. */
export const valuesOf = (state: ModelState<Tensor>): ModelState =>
  state.map((layer) => layer.map((tensor) => tensor.value));
