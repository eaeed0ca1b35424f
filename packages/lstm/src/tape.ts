/**
 * The fast path of the LSTM over a whole sequence, by hand, on flat time-major buffers. The input part of all gates and all
 * steps is one matrix product, each step adds h_prev W_h and applies the gates, and every weight gradient is one product
 * over all steps.
 *
 * `h` and `c` have T + 1 blocks of (B, H), the initial state first; `grad_h` mirrors `h`.
 */

import { type Dtype, dense, type FloatData, type NdArray, wrap } from '@retrograd/arrays';
import { type Block, currentKernels } from '@retrograd/kernels';
import { matrix, withBlocks } from '@retrograd/kernels/internal';
import {
  addBlock,
  fromTimeMajor,
  Kept,
  load,
  loadInput,
  loadInputs,
  promote,
  Resident,
  toTimeMajor,
  useAs,
} from '@retrograd/recurrent';
import { backwardOf, forwardOf } from './gates.js';
import { G } from './params.js';

/** Everything that a forward run leaves behind for the backward run. */
export interface LSTMTape {
  readonly dtype: Dtype;
  readonly B: number;
  readonly T: number;
  readonly I: number;
  readonly H: number;
  /** (H + I, 4H) packed weights */
  readonly W: FloatData;
  /**
   * x (T, B, I + 1), a one behind each row; gates (T, B, 4H), activations in gate order; c (T + 1, B, H); tanh_c (T, B, H),
   * of the states after each step; h (T + 1, B, H)
   */
  readonly buffers: Kept<'x' | 'gates' | 'c' | 'tanh_c' | 'h'>;
}

/** Gradients of everything that went into a sequence, W and b packed. */
export interface LSTMGradients {
  /** null when it was not wanted */
  readonly grad_x: NdArray | null;
  /** likewise */
  readonly grad_h_0: NdArray | null;
  /** likewise */
  readonly grad_c_0: NdArray | null;
  /** (H + I, 4H) */
  readonly grad_W: FloatData;
  /** (4H) */
  readonly grad_b: FloatData;
}

/**
 * The forward run on checked arguments. W (H + I, 4H) and b (4H) are packed. Nothing that is given may change as long as the
 * tape is used, since the buffers may have to be computed again.
 */
export function run(
  x: NdArray,
  h_0: NdArray,
  c_0: NdArray,
  W: FloatData,
  b: FloatData,
  dtype: Dtype,
): LSTMTape {
  const kernels = currentKernels().sequence;
  const [B, T, I] = x.shape;
  const H = h_0.shape[1];
  const N = G * H;
  const sizes = {
    x: T * B * (I + 1),
    gates: T * B * N,
    c: (T + 1) * B * H,
    tanh_c: T * B * H,
    h: (T + 1) * B * H,
  };
  const buffers = new Kept(kernels, dtype, sizes, ({ x: x_tm, gates, c, tanh_c, h }) => {
    withBlocks(kernels, dtype, { W: (H + I + 1) * N }, (scratch) => {
      scratch.W.data.set(W);
      scratch.W.data.set(b, W.length);
      loadInputs(kernels, x, x_tm);
      h.data.set(dense(h_0).data);
      c.data.set(dense(c_0).data);
      kernels.multiply(
        matrix(x_tm, T * B, I + 1),
        matrix(scratch.W, I + 1, N, H * N),
        matrix(gates, T * B, N),
      );
      const W_h = kernels.pack(matrix(scratch.W, H, N), { rows: B });
      const { forward, steps } = forwardOf(kernels);
      if (!steps(B, T, H, [W_h], [gates, c, tanh_c, h])) {
        for (let t = 0; t < T; t++) {
          const [before, after] = [t * B * H, (t + 1) * B * H];
          kernels.multiplyPacked(matrix(h, B, H, before), W_h, matrix(gates, B, N, t * B * N), true);
          forward(B, H, gates, t * B * N, c, before, after, tanh_c, before, h, after);
        }
      }
      W_h.blocks.forEach(kernels.give, kernels);
    });
  });
  return { dtype, B, T, I, H, W, buffers };
}

const ALL = { x: true, h_0: true, c_0: true };

/** The backward run on checked arguments. A gradient in float64 has it computed in float64. */
export function runBackward(
  tape: LSTMTape,
  grad_h_all: NdArray,
  grad_h_final?: NdArray,
  grad_c_final?: NdArray,
  wanted = ALL,
): LSTMGradients {
  const { B, T, I, H, W } = tape;
  const N = G * H;
  const { kernels } = tape.buffers;
  const dtype = promote(tape.dtype, grad_h_all, grad_h_final, grad_c_final);
  const sizes = {
    W: (H + I + 1) * N,
    grad_h: (T + 1) * B * H,
    grad_c: B * H,
    grad_a: T * B * N,
    grad_x: wanted.x ? T * B * I : 0,
  };
  return useAs(tape.buffers, dtype, ({ x, gates, c, tanh_c, h }) =>
    withBlocks(kernels, dtype, sizes, (scratch) => {
      const { grad_h, grad_c, grad_a, grad_x } = scratch;
      scratch.W.data.set(W);
      // Block t of grad_h: what reaches h_t from outside, then from the step behind it too. Block 0 becomes grad_h_0.
      grad_h.data.fill(0, 0, B * H);
      toTimeMajor(kernels, grad_h_all, grad_h, B * H);
      if (grad_h_final) addBlock(grad_h.data, T * B * H, dense(grad_h_final).data);
      grad_c.data.fill(0);
      if (grad_c_final) grad_c.data.set(dense(grad_c_final).data);
      const W_h = kernels.pack(matrix(scratch.W, H, N), { trans: true, rows: B });
      const { backward, steps } = backwardOf(kernels);
      if (!steps(B, T, H, [W_h], [gates, c, tanh_c, grad_h, grad_c, grad_a])) {
        for (let t = T - 1; t >= 0; t--) {
          const [before, after] = [t * B * H, (t + 1) * B * H];
          backward(B, H, gates, t * B * N, c, before, tanh_c, before, grad_h, after, grad_c, grad_a);
          kernels.multiplyPacked(matrix(grad_a, B, N, t * B * N), W_h, matrix(grad_h, B, H, before), true);
        }
      }
      W_h.blocks.forEach(kernels.give, kernels);
      if (wanted.x) {
        kernels.multiply(matrix(grad_a, T * B, N), matrix(scratch.W, I, N, H * N), matrix(grad_x, T * B, I), {
          transB: true,
        });
      }
      // The weights are not needed any more: their gradients take their place, with those of the biases below them.
      const grad_W = scratch.W;
      kernels.multiply(matrix(h, T * B, H), matrix(grad_a, T * B, N), matrix(grad_W, H, N), { transA: true });
      kernels.multiply(matrix(x, T * B, I + 1), matrix(grad_a, T * B, N), matrix(grad_W, I + 1, N, H * N), {
        transA: true,
      });
      return {
        grad_x: wanted.x ? fromTimeMajor(kernels, grad_x, 0, B, T, I) : null,
        grad_h_0: wanted.h_0 ? wrap(grad_h.data.slice(0, B * H), [B, H]) : null,
        grad_c_0: wanted.c_0 ? wrap(grad_c.data.slice(), [B, H]) : null,
        grad_W: grad_W.data.slice(0, W.length),
        grad_b: grad_W.data.slice(W.length),
      };
    }),
  );
}

/** h_all (B, T, H), fresh. */
export const allStates = ({ buffers, B, T, H }: LSTMTape): NdArray =>
  buffers.use(({ h }) => fromTimeMajor(buffers.kernels, h, B * H, B, T, H));

/** h_T (B, H), fresh. */
export const finalHidden = ({ buffers, B, T, H }: LSTMTape): NdArray =>
  buffers.use(({ h }) => wrap(h.data.slice(T * B * H), [B, H]));

/** c_T (B, H), fresh. */
export const finalCell = ({ buffers, B, T, H }: LSTMTape): NdArray =>
  buffers.use(({ c }) => wrap(c.data.slice(T * B * H), [B, H]));

/** Weights and scratch of a layer that runs step by step. */
export type LSTMResident = Resident<'x' | 'h' | 'gates' | 'c' | 'tanh_c'>;

/** Packed weights (H + I, 4H) and biases (4H), ready for `runStep`. */
export function residentFor(W: FloatData, b: FloatData, I: number, H: number, dtype: Dtype): LSTMResident {
  const parts = [
    { row: H, rows: I + 1, column: 0, columns: G * H },
    { row: 0, rows: H, column: 0, columns: G * H },
  ];
  const sizes = { x: I + 1, h: H, gates: G * H, c: H, tanh_c: H };
  return new Resident(currentKernels().sequence, dtype, W, b, parts, sizes);
}

/** One step without a cache, for streaming; the same bits as the sequence. @returns blocks with h_t and c_t, (B, H), until the next call */
export function runStep(
  x_t: NdArray,
  [h_prev, c_prev]: readonly NdArray[],
  resident: LSTMResident,
): readonly Block[] {
  const { kernels } = resident;
  const [B, I] = x_t.shape;
  const H = h_prev.shape[1];
  const N = G * H;
  resident.ready(B);
  const [W_x, W_h] = resident.weights;
  const { x, h, gates, c, tanh_c } = resident.blocks;
  loadInput(x, x_t);
  load(h, h_prev);
  load(c, c_prev);
  kernels.multiplyPacked(matrix(x, B, I + 1), W_x, matrix(gates, B, N), false);
  kernels.multiplyPacked(matrix(h, B, H), W_h, matrix(gates, B, N), true);
  // The states before and after the step share their blocks: each entry is read before it is written.
  forwardOf(kernels).forward(B, H, gates, 0, c, 0, 0, tanh_c, 0, h, 0);
  return [h, c];
}
