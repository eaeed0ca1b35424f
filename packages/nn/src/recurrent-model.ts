import {
  cast,
  type IndexArray,
  isNdArray,
  type NdArray,
  Random,
  type RandomOptions,
  ShapeError,
  ValueError,
} from '@retrograd/arrays';
import { checkArray, describe, formatShape, randomFrom } from '@retrograd/arrays/internal';
import { constant, noGrad, Tensor, type TensorLike } from '@retrograd/autograd';
import { GRU } from '@retrograd/gru';
import { LSTM } from '@retrograd/lstm';
import { VanillaRNN } from '@retrograd/rnn';
import { Dropout } from './dropout.js';
import { Embedding } from './embedding.js';
import { Linear } from './linear.js';
import { linear } from './linear-op.js';
import { Module } from './module.js';
import { oneHot } from './one-hot.js';
import { type RecurrentModelConfig, resolveConfig } from './recurrent-config.js';
import type { Stateful } from './stateful.js';

/** What a model needs of a recurrent layer. The three built-in layers have it, and others may. */
export interface RecurrentLayerLike extends Stateful {
  run(x: Tensor, state?: readonly TensorLike[]): [h_all: Tensor, state: Tensor[]];
  step(x_t: NdArray, state?: readonly NdArray[]): [h_t: NdArray, state: NdArray[]];
  zeroState(batch: number): NdArray[];
}

/** The arrays ([h] or [h, c], each (B, H)) of every layer, the lowest first. */
export type ModelState<T = NdArray> = readonly (readonly T[])[];

const CELLS = { rnn: VanillaRNN, lstm: LSTM, gru: GRU } as const;

/**
 * Symbols or features, through recurrent layers, to logits or predictions:
 *
 *     x ── embedding or one-hot ── rnn.0 ── dropout ── rnn.1 ── dropout ── head ── y
 *
 * Dropout follows each recurrent layer; it is never applied inside one (Zaremba et al. 2014, "Recurrent
 * neural network regularization").
 *
 *     const model = new RecurrentModel({ cell: 'gru', inputSize: 65, hiddenSize: 128 }, { seed: 1 });
 *     const [logits, state] = model.forward(indices);   // (B, T) to (B, T, 65)
 */
export class RecurrentModel extends Module {
  /** The config with its defaults filled in: enough to make this model again. */
  readonly config: Readonly<Required<RecurrentModelConfig>>;
  readonly embedding: Embedding | null;
  readonly rnn: readonly RecurrentLayerLike[];
  readonly dropout: Dropout;
  readonly head: Linear;

  /**
   * @param options `rng` or `seed` for the initial weights and for dropout; `init: 'zeros'` skips them
   * @throws DtypeError, ValueError when the config is wrong
   */
  constructor(config: RecurrentModelConfig, options: RandomOptions & { init?: 'zeros' } = {}) {
    super();
    this.config = resolveConfig(config);
    const { cell, inputSize, hiddenSize, outputSize, embeddingSize, layers, dtype, dropout } = this.config;
    const rng = randomFrom(options);
    const initial = { rng, dtype, init: options.init };
    this.embedding = embeddingSize === 0 ? null : new Embedding(inputSize, embeddingSize, initial);
    const lowest = embeddingSize === 0 ? inputSize : embeddingSize;
    this.rnn = Array.from(
      { length: layers },
      (_, i) => new CELLS[cell](i === 0 ? lowest : hiddenSize, hiddenSize, initial),
    );
    // A generator of its own, so that dropout's draws do not depend on other uses of rng.
    this.dropout = new Dropout(dropout, { rng: new Random(rng.integer(2 ** 32)) });
    this.head = new Linear(hiddenSize, outputSize, initial);
  }

  /**
   * Runs sequences as one graph.
   * @param x     tokens: indices (B, T), or one-hot (or any weights of the symbols) (B, T, V). Features: (B,
   *              T, I). Arrays are cast to the model's dtype
   * @param state of every layer before the first step; zeros when left out
   * @returns logits (B, T, outputSize), and the state after the last step
   * @throws ShapeError, DtypeError when x or a state does not fit, ValueError when an index is not a symbol
   */
  forward(x: IndexArray | Tensor, state?: ModelState<TensorLike>): [logits: Tensor, state: Tensor[][]] {
    this.checkState('forward', state);
    let h = this.vectors('forward', x, ['batch', 'time']);
    const final = this.rnn.map((layer, i) => {
      const [h_all, after] = layer.run(h, state?.[i]);
      h = this.dropout.forward(h_all);
      return after;
    });
    return [this.head.forward(h), final];
  }

  /**
   * One time step with the state carried, without graph and dropout: for streaming and for
   * `generateSequence`.
   * @param x_t   tokens: indices (B), or one-hot (B, V). Features: (B, I)
   * @param state from the step before; zeros when left out
   * @returns logits (B, outputSize), and the state after the step
   * @throws ShapeError, DtypeError, ValueError as `forward`
   */
  step(x_t: IndexArray, state?: ModelState): [logits: NdArray, state: NdArray[][]] {
    this.checkState('step', state);
    return noGrad(() => {
      let h = this.vectors('step', x_t, ['batch']).value;
      const after = this.rnn.map((layer, i) => {
        const [h_t, next] = layer.step(h, state?.[i]);
        h = h_t;
        return next;
      });
      return [this.head.forward(h).value, after];
    });
  }

  /** The state before a sequence: zeros. */
  zeroState(batch: number): NdArray[][] {
    return this.rnn.map((layer) => layer.zeroState(batch));
  }

  /** The input of the lowest layer: (…, E), (…, V) or (…, I); `leading` names the axes before the last. */
  private vectors(method: string, x: IndexArray | Tensor, leading: readonly string[]): Tensor {
    const op = `RecurrentModel.${method}`;
    const argument = method === 'step' ? 'x_t' : 'x';
    const { input, inputSize, dtype } = this.config;
    if (input === 'tokens' && isNdArray(x) && x.shape.length === leading.length) {
      return this.embedding?.forward(x) ?? constant(oneHot(x, inputSize, { dtype }));
    }
    const value: unknown = x instanceof Tensor ? x.value : x;
    checkArray(op, argument, value);
    if (value.shape.length !== leading.length + 1 || value.shape.at(-1) !== inputSize) {
      const vectors = `[${[...leading, inputSize].join(', ')}]`;
      const expectation = input === 'tokens' ? `[${leading.join(', ')}] or ${vectors}` : vectors;
      throw new ShapeError(op, argument, expectation, formatShape(value.shape));
    }
    const t = x instanceof Tensor ? x : constant(cast(value, dtype));
    return this.embedding === null ? t : linear(t, this.embedding.weight);
  }

  private checkState(method: string, state: unknown): void {
    if (state === undefined) return;
    const arrays = this.config.cell === 'lstm' ? 2 : 1;
    const fits = (layer: unknown): boolean => Array.isArray(layer) && layer.length === arrays;
    if (Array.isArray(state) && state.length === this.rnn.length && state.every(fits)) return;
    throw new ValueError(
      `RecurrentModel.${method}`,
      'state',
      `a list of ${this.rnn.length} (one a layer) lists of ${arrays}`,
      Array.isArray(state) ? `[${state.map(describe).join(', ')}]` : describe(state),
      `pass on the state that ${method} returned`,
    );
  }
}
