import { copy, Random, ValueError } from '@retrograd/arrays';
import { checkInteger, randomFrom } from '@retrograd/arrays/internal';
import type { ModelState } from '../recurrent-model.js';
import type { Batch, BatchSource } from './batch-source.js';
import { evaluate, type SequenceLearner } from './evaluate.js';
import { type FitOptions, type Progress, type ResolvedFitOptions, resolveFitOptions } from './fit-options.js';
import { applyGradients, computeGradients } from './train-step.js';
import type { TrainingState } from './training-state.js';
import type { ComputeGradients, SharedGradients, World } from './world.js';
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
    const { turnEvery, world, onStep, onValidation, onEpoch } = this.options;
    const maybeYield = yieldEvery(turnEvery);
    if (world !== undefined) await this.startTogether(world);
    try {
      while (!this.isOver()) {
        const progress = await this.advance();
        if (progress === null) break;
        await onStep?.(progress);
        if (progress.validationLoss !== null) await onValidation?.(progress);
        if (progress.position === progress.length) await onEpoch?.(progress);
        yield progress;
        await maybeYield();
      }
    } finally {
      await world?.end({ complete: this.isComplete(), state: () => this.state() });
    }
  }

  private async startTogether(world: World): Promise<void> {
    const { model, data, options } = this;
    const { optimizer, clipNorm, steps, epochs, validation, validateEvery } = options;
    const { length: batches, continues } = data;
    const limits = { clipNorm, steps, epochs, validateEvery, validationBatches: validation?.length };
    const settings = { ...limits, batches, continues };
    const start = await world.start({ model, optimizer, state: this.state(), settings });
    this.resume(start);
    this.rng = Random.fromState(start.generator);
    this.generator = start.generator;
    this.batchAt = data.epoch(this.rng);
  }

  private isOver(): boolean {
    const { signal, world } = this.options;
    return signal?.aborted === true || world?.signal.aborted === true || this.isComplete();
  }

  private isComplete(): boolean {
    const { steps, epochs } = this.options;
    return this.step >= steps || this.epoch >= epochs;
  }

  /** @returns null when another process leaves the training */
  private gradients(batch: Batch): SharedGradients | null | Promise<SharedGradients | null> {
    const { model, options, step, hidden: state } = this;
    const { world } = options;
    const compute: ComputeGradients = (part, before, onGradient) =>
      computeGradients(model, part, before, options, onGradient);
    if (world === undefined) return { ...compute(batch, state), count: batch.count };
    return world.step({ step, batch, state, compute });
  }

  /** @returns null when another process leaves the training */
  private async advance(): Promise<Progress | null> {
    const { model, data, options, epoch } = this;
    const gradients = await this.gradients(this.batchAt(this.position));
    if (gradients === null) return null;
    const { loss, count, state } = gradients;
    const gradientNorm = applyGradients(options);
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
      count,
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
