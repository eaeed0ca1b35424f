/**
 * The fast path of the GRU over a whole sequence, by hand, on flat time-major buffers. The input part of all gates and all
 * steps is one matrix product; each step adds the hidden part, of z and r from h_prev and of the candidate from r_t h_prev;
 * weight gradients are products over all steps.
 *
 * `h` has T + 1 blocks of (B, H), the initial state first; `grad_h` mirrors it.
 */

import { type Dtype, dense, type FloatData, type NdArray, wrap } from '@retrograd/arrays';
import { type Block, currentKernels } from '@retrograd/kernels';
import { matrix, packAll, withBlocks } from '@retrograd/kernels/internal';
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
export interface GRUTape {
  readonly dtype: Dtype;
  readonly B: number;
  readonly T: number;
  readonly I: number;
  readonly H: number;
  /** (H + I, 3H) packed weights */
  readonly W: FloatData;
  /**
   * x (T, B, I + 1), a one behind each row; gates (T, B, 3H), activations in gate order; rh (T, B, H), r_t h_prev;
   * h (T + 1, B, H), the initial state and all states after it
   */
  readonly buffers: Kept<'x' | 'gates' | 'rh' | 'h'>;
}

/** Gradients of everything that went into a sequence, W and b packed. */
export interface GRUGradients {
  /** null when it was not wanted */
  readonly grad_x: NdArray | null;
  /** likewise */
  readonly grad_h_0: NdArray | null;
  /** (H + I, 3H) */
  readonly grad_W: FloatData;
  /** (3H) */
  readonly grad_b: FloatData;
}

/**
 * The forward run on checked arguments. W (H + I, 3H) and b (3H) are packed. Nothing that is given may change as long as the
 * tape is used, since the buffers may have to be computed again.
 */
export function run(x: NdArray, h_0: NdArray, W: FloatData, b: FloatData, dtype: Dtype): GRUTape {
  const kernels = currentKernels().sequence;
  const [B, T, I] = x.shape;
  const H = h_0.shape[1];
  const N = G * H;
  const sizes = { x: T * B * (I + 1), gates: T * B * N, rh: T * B * H, h: (T + 1) * B * H };
  const buffers = new Kept(kernels, dtype, sizes, ({ x: x_tm, gates, rh, h }) => {
    withBlocks(kernels, dtype, { W: (H + I + 1) * N }, (scratch) => {
      scratch.W.data.set(W);
      scratch.W.data.set(b, W.length);
      loadInputs(kernels, x, x_tm);
      h.data.set(dense(h_0).data);
      kernels.multiply(
        matrix(x_tm, T * B, I + 1),
        matrix(scratch.W, I + 1, N, H * N),
        matrix(gates, T * B, N),
      );
      const [W_zr, W_h] = packAll(kernels, [
        [matrix(scratch.W, H, 2 * H, 0, N), { rows: B }],
        [matrix(scratch.W, H, H, 2 * H, N), { rows: B }],
      ]);
      const { reset, mix, steps } = forwardOf(kernels);
      if (!steps(B, T, H, [W_zr, W_h], [gates, rh, h])) {
        for (let t = 0; t < T; t++) {
          const [before, after, at] = [t * B * H, (t + 1) * B * H, t * B * N];
          kernels.multiplyPacked(matrix(h, B, H, before), W_zr, matrix(gates, B, 2 * H, at, N), true);
          reset(B, H, gates, at, h, before, rh, before);
          kernels.multiplyPacked(matrix(rh, B, H, before), W_h, matrix(gates, B, H, at + 2 * H, N), true);
          mix(B, H, gates, at, h, before, after);
        }
      }
      [...W_zr.blocks, ...W_h.blocks].forEach(kernels.give, kernels);
    });
  });
  return { dtype, B, T, I, H, W, buffers };
}

const ALL = { x: true, h_0: true };

/** The backward run on checked arguments. A gradient in float64 has it computed in float64. */
export function runBackward(
  tape: GRUTape,
  grad_h_all: NdArray,
  grad_h_final?: NdArray,
  wanted = ALL,
): GRUGradients {
  const { B, T, I, H, W } = tape;
  const N = G * H;
  const { kernels } = tape.buffers;
  const dtype = promote(tape.dtype, grad_h_all, grad_h_final);
  const sizes = {
    W: (H + I + 1) * N,
    grad_h: (T + 1) * B * H,
    grad_rh: B * H,
    grad_a: T * B * N,
    grad_x: wanted.x ? T * B * I : 0,
  };
  return useAs(tape.buffers, dtype, ({ x, gates, rh, h }) =>
    withBlocks(kernels, dtype, sizes, (scratch) => {
      const { grad_h, grad_rh, grad_a, grad_x } = scratch;
      scratch.W.data.set(W);
      // Block t of grad_h: what reaches h_t from outside, then from the step behind it too. Block 0 becomes grad_h_0.
      grad_h.data.fill(0, 0, B * H);
      toTimeMajor(kernels, grad_h_all, grad_h, B * H);
      if (grad_h_final) addBlock(grad_h.data, T * B * H, dense(grad_h_final).data);
      const [W_zr, W_h] = packAll(kernels, [
        [matrix(scratch.W, H, 2 * H, 0, N), { trans: true, rows: B }],
        [matrix(scratch.W, H, H, 2 * H, N), { trans: true, rows: B }],
      ]);
      const { resetBackward, mixBackward, steps } = backwardOf(kernels);
      if (!steps(B, T, H, [W_zr, W_h], [gates, h, grad_h, grad_rh, grad_a])) {
        for (let t = T - 1; t >= 0; t--) {
          const [before, after, at] = [t * B * H, (t + 1) * B * H, t * B * N];
          mixBackward(B, H, gates, grad_a, at, h, before, grad_h, after, before);
          kernels.multiplyPacked(matrix(grad_a, B, H, at + 2 * H, N), W_h, matrix(grad_rh, B, H), false);
          resetBackward(B, H, gates, grad_a, at, h, before, grad_rh, grad_h, before);
          kernels.multiplyPacked(matrix(grad_a, B, 2 * H, at, N), W_zr, matrix(grad_h, B, H, before), true);
        }
      }
      [...W_zr.blocks, ...W_h.blocks].forEach(kernels.give, kernels);
      if (wanted.x) {
        kernels.multiply(matrix(grad_a, T * B, N), matrix(scratch.W, I, N, H * N), matrix(grad_x, T * B, I), {
          transB: true,
        });
      }
      // The weights are not needed any more: their gradients take their place, with those of the biases below them.
      const grad_W = scratch.W;
      kernels.multiply(
        matrix(h, T * B, H),
        matrix(grad_a, T * B, 2 * H, 0, N),
        matrix(grad_W, H, 2 * H, 0, N),
        { transA: true },
      );
      kernels.multiply(
        matrix(rh, T * B, H),
        matrix(grad_a, T * B, H, 2 * H, N),
        matrix(grad_W, H, H, 2 * H, N),
        { transA: true },
      );
      kernels.multiply(matrix(x, T * B, I + 1), matrix(grad_a, T * B, N), matrix(grad_W, I + 1, N, H * N), {
        transA: true,
      });
      return {
        grad_x: wanted.x ? fromTimeMajor(kernels, grad_x, 0, B, T, I) : null,
        grad_h_0: wanted.h_0 ? wrap(grad_h.data.slice(0, B * H), [B, H]) : null,
        grad_W: grad_W.data.slice(0, W.length),
        grad_b: grad_W.data.slice(W.length),
      };
    }),
  );
}

/** h_all (B, T, H), fresh. */
export const allStates = ({ buffers, B, T, H }: GRUTape): NdArray =>
  buffers.use(({ h }) => fromTimeMajor(buffers.kernels, h, B * H, B, T, H));

/** h_T (B, H), fresh. */
export const finalState = ({ buffers, B, T, H }: GRUTape): NdArray =>
  buffers.use(({ h }) => wrap(h.data.slice(T * B * H), [B, H]));

/** Weights and scratch of a layer that runs step by step. */
export type GRUResident = Resident<'x' | 'h' | 'gates' | 'rh'>;

/** Packed weights (H + I, 3H) and biases (3H), ready for `runStep`. */
export function residentFor(W: FloatData, b: FloatData, I: number, H: number, dtype: Dtype): GRUResident {
  const parts = [
    { row: H, rows: I + 1, column: 0, columns: G * H },
    { row: 0, rows: H, column: 0, columns: 2 * H },
    { row: 0, rows: H, column: 2 * H, columns: H },
  ];
  const sizes = { x: I + 1, h: H, gates: G * H, rh: H };
  return new Resident(currentKernels().sequence, dtype, W, b, parts, sizes);
}

/** One step without a cache, for streaming; the same bits as the sequence. @returns a block with h_t (B, H), until the next call */
export function runStep(x_t: NdArray, [h_prev]: readonly NdArray[], resident: GRUResident): readonly Block[] {
  const { kernels } = resident;
  const [B, I] = x_t.shape;
  const H = h_prev.shape[1];
  const N = G * H;
  resident.ready(B);
  const [W_x, W_zr, W_h] = resident.weights;
  const { x, h, gates, rh } = resident.blocks;
  const { reset, mix } = forwardOf(kernels);
  loadInput(x, x_t);
  load(h, h_prev);
  kernels.multiplyPacked(matrix(x, B, I + 1), W_x, matrix(gates, B, N), false);
  kernels.multiplyPacked(matrix(h, B, H), W_zr, matrix(gates, B, 2 * H, 0, N), true);
  reset(B, H, gates, 0, h, 0, rh, 0);
  kernels.multiplyPacked(matrix(rh, B, H), W_h, matrix(gates, B, H, 2 * H, N), true);
  // The states before and after the step share a block: each entry is read before it is written.
  mix(B, H, gates, 0, h, 0, 0);
  return [h];
}
