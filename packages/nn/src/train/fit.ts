import { copy, Random, ValueError } from '@retrograd/arrays';
import { checkInteger, randomFrom } from '@retrograd/arrays/internal';
import type { ModelState } from '../recurrent-model.js';
import type { Batch, BatchSource } from './batch-source.js';
import { evaluate, type SequenceLearner } from './evaluate.js';
import { type FitOptions, type Progress, type ResolvedFitOptions, resolveFitOptions } from './fit-options.js';
import { trainStep } from './train-step.js';
import type { TrainingState } from './training-state.js';
import { yieldEvery } from './yield-to-event-loop.js';

/**
 * Trains a model, step by step, as an async iterator:
 *
 *     for await (const { step, loss } of fit(model, data, { optimizer, steps: 1000, clipNorm: 1 })) { … }
 *
 * A step is one batch: forward, backward, clipping by the global norm, update. If the source continues its
 * sequences, the hidden state is carried from batch to batch and gradients stop there (truncated
 * back-propagation through time, Williams and Peng 1990).
 *
 * The event loop gets a turn about every `turnEvery` milliseconds, between two steps. Between steps the model
 * is consistent and in evaluation mode, so the loop's body may sample from it, save it, or leave by `break`.
 * An abort ends the iteration after the current step; it throws nothing. Without `steps` and `epochs`
 * training runs until an abort or a `break`.
 *
 * @throws DtypeError, ValueError from this call when an option is wrong
 * @throws ValueError from the iteration when the loss or a gradient is not finite; the model is as after the
 *         last good step
 */
export function fit(
  model: SequenceLearner,
  data: BatchSource,
  options: FitOptions,
): AsyncGenerator<Progress, void, void> {
  return new Training(model, data, options).run();
}

/** A training and its position in the data. */
class Training {
  private readonly options: ResolvedFitOptions;
  private rng: Random;
  /** State of `rng` when the epoch began. */
  private generator: readonly number[];
  private batchAt: (position: number) => Batch;
  private step = 0;
  private epoch = 0;
  private position = 0;
  private hidden: ModelState | undefined;

  constructor(
    private readonly model: SequenceLearner,
    private readonly data: BatchSource,
    options: FitOptions,
  ) {
    this.options = resolveFitOptions(model, data, options);
    const { resume } = options;
    this.rng = resume === undefined ? randomFrom(options) : Random.fromState(resume.generator);
    if (resume !== undefined) this.resume(resume);
    this.generator = this.rng.getState();
    this.batchAt = data.epoch(this.rng);
  }

  async *run(): AsyncGenerator<Progress, void, void> {
    const { turnEvery, onStep, onValidation, onEpoch } = this.options;
    const maybeYield = yieldEvery(turnEvery);
    while (!this.isOver()) {
      const progress = await this.advance();
      await onStep?.(progress);
      if (progress.validationLoss !== null) await onValidation?.(progress);
      if (progress.position === progress.length) await onEpoch?.(progress);
      yield progress;
      await maybeYield();
    }
  }

  private isOver(): boolean {
    const { steps, epochs, signal } = this.options;
    return signal?.aborted === true || this.step >= steps || this.epoch >= epochs;
  }

  private async advance(): Promise<Progress> {
    const { model, data, options, epoch } = this;
    const batch = this.batchAt(this.position);
    const { loss, gradientNorm, state } = trainStep(model, batch, this.hidden, options);
    this.step++;
    this.position++;
    const { step, position } = this;
    if (position === data.length) this.beginEpoch();
    else if (data.continues) this.hidden = state;
    const { validation, validateEvery } = options;
    const due = validateEvery === undefined ? position === data.length : step % validateEvery === 0;
    const validationLoss =
      validation !== undefined && due ? await evaluate(model, validation, options) : null;
    return {
      step,
      epoch,
      position,
      length: data.length,
      loss,
      gradientNorm,
      count: batch.count,
      validationLoss,
      state: () => this.state(),
    };
  }

  private beginEpoch(): void {
    this.epoch++;
    this.position = 0;
    this.hidden = undefined;
    this.generator = this.rng.getState();
    this.batchAt = this.data.epoch(this.rng);
  }

  private state(): TrainingState {
    const { step, epoch, position, generator, model, hidden, options } = this;
    return {
      step,
      epoch,
      position,
      generator,
      generators: model.generatorStates(),
      hidden: hidden?.map((layer) => layer.map((value) => copy(value))) ?? null,
      optimizer: options.optimizer.stateDict(),
    };
  }

  private resume({ step, epoch, position, generators, hidden, optimizer }: TrainingState): void {
    const { model, data, options } = this;
    checkInteger('fit', 'resume.step', step, 0);
    checkInteger('fit', 'resume.epoch', epoch, 0);
    if (!Number.isInteger(position) || position < 0 || position >= data.length) {
      const expectation = `an integer from 0 to ${data.length - 1} (batches of an epoch)`;
      throw new ValueError(
        'fit',
        'resume.position',
        expectation,
        String(position),
        'give the same data and batch size',
      );
    }
    const before = model.generatorStates();
    model.loadGeneratorStates(generators);
    try {
      options.optimizer.loadStateDict(optimizer);
    } catch (error) {
      model.loadGeneratorStates(before);
      throw error;
    }
    this.step = step;
    this.epoch = epoch;
    this.position = position;
    this.hidden = hidden ?? undefined;
  }
}
