/**
 * The fast path over a whole sequence, by hand, on flat buffers (the equations are in cell.ts). What makes it fast: the
 * input part of all steps is one matrix product, each step adds h_prev W_hh, and every weight gradient is one product over
 * all steps.
 *
 * Buffers are time-major. `h` has T + 1 blocks of (B, H): h_0, h_1, …, h_T; `grad` mirrors it. So the states before the
 * steps are the first T blocks, the states after them the last T.
 */

import { type Dtype, dense, type FloatData, type NdArray, wrap } from '@retrograd/arrays';
import { allocate } from '@retrograd/arrays/internal';
import { type Block, currentKernels } from '@retrograd/kernels';
import { matrix, tanhOf, withBlocks } from '@retrograd/kernels/internal';
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
import { backwardOf, stepsOf } from './gates.js';

/** Everything that a forward run leaves behind for the backward run, time-major. W is packed: W_hh above W_xh. */
export interface RNNTape {
  readonly dtype: Dtype;
  readonly B: number;
  readonly T: number;
  readonly I: number;
  readonly H: number;
  /** (H + I, H) */
  readonly W: FloatData;
  /** x (T, B, I + 1), a one behind each row; h (T + 1, B, H), the initial state and all states after it */
  readonly buffers: Kept<'x' | 'h'>;
}

/** Gradients of everything that went into a sequence, W and b packed as in the tape. */
export interface RNNGradients {
  /** null when it was not wanted */
  readonly grad_x: NdArray | null;
  /** likewise */
  readonly grad_h_0: NdArray | null;
  /** (H + I, H) */
  readonly grad_W: FloatData;
  /** (H) */
  readonly grad_b: FloatData;
}

/** W_hh above W_xh, fresh. */
export function packRows(W_xh: NdArray, W_hh: NdArray, dtype: Dtype): FloatData {
  const W = allocate(dtype, W_hh.size + W_xh.size);
  W.set(dense(W_hh).data);
  W.set(dense(W_xh).data, W_hh.size);
  return W;
}

/**
 * The forward run on checked arguments. W (H + I, H) is packed. Nothing that is given may change as long as the tape is used,
 * since the buffers may have to be computed again.
 */
export function run(x: NdArray, h_0: NdArray, W: FloatData, b: FloatData, dtype: Dtype): RNNTape {
  const kernels = currentKernels().sequence;
  const [B, T, I] = x.shape;
  const H = h_0.shape[1];
  const sizes = { x: T * B * (I + 1), h: (T + 1) * B * H };
  const buffers = new Kept(kernels, dtype, sizes, ({ x: x_tm, h }) => {
    withBlocks(kernels, dtype, { W: (H + I + 1) * H }, (scratch) => {
      scratch.W.data.set(W);
      scratch.W.data.set(b, W.length);
      loadInputs(kernels, x, x_tm);
      h.data.set(dense(h_0).data);
      kernels.multiply(
        matrix(x_tm, T * B, I + 1),
        matrix(scratch.W, I + 1, H, H * H),
        matrix(h, T * B, H, B * H),
      );
      const W_hh = kernels.pack(matrix(scratch.W, H, H), { rows: B });
      if (!stepsOf(kernels)(B, T, H, [W_hh], [h])) {
        for (let t = 0; t < T; t++) {
          const [before, after] = [t * B * H, (t + 1) * B * H];
          kernels.multiplyPacked(matrix(h, B, H, before), W_hh, matrix(h, B, H, after), true);
          tanhOf(kernels, B * H, h, after);
        }
      }
      W_hh.blocks.forEach(kernels.give, kernels);
    });
  });
  return { dtype, B, T, I, H, W, buffers };
}

const ALL = { x: true, h_0: true };

/** The backward run on checked arguments. A gradient in float64 has it computed in float64. */
export function runBackward(
  tape: RNNTape,
  grad_h_all: NdArray,
  grad_h_final?: NdArray,
  wanted = ALL,
): RNNGradients {
  const { B, T, I, H, W } = tape;
  const { kernels } = tape.buffers;
  const block = B * H;
  const dtype = promote(tape.dtype, grad_h_all, grad_h_final);
  const sizes = { W: (H + I + 1) * H, grad: (T + 1) * block, grad_x: wanted.x ? T * B * I : 0 };
  return useAs(tape.buffers, dtype, ({ x, h }) =>
    withBlocks(kernels, dtype, sizes, (scratch) => {
      const { grad, grad_x } = scratch;
      scratch.W.data.set(W);
      // Block t of grad: what reaches h_t from outside, then from the step behind it too; in the end, for t > 0, grad_a of
      // step t. Block 0 becomes grad_h_0.
      grad.data.fill(0, 0, block);
      toTimeMajor(kernels, grad_h_all, grad, block);
      if (grad_h_final) addBlock(grad.data, T * block, dense(grad_h_final).data);
      const W_hh = kernels.pack(matrix(scratch.W, H, H), { trans: true, rows: B });
      const { tanhBackward, steps } = backwardOf(kernels);
      if (!steps(B, T, H, [W_hh], [h, grad])) {
        for (let t = T; t >= 1; t--) {
          tanhBackward(B, H, h, t * block, grad, t * block);
          kernels.multiplyPacked(
            matrix(grad, B, H, t * block),
            W_hh,
            matrix(grad, B, H, (t - 1) * block),
            true,
          );
        }
      }
      W_hh.blocks.forEach(kernels.give, kernels);
      if (wanted.x) {
        kernels.multiply(
          matrix(grad, T * B, H, block),
          matrix(scratch.W, I, H, H * H),
          matrix(grad_x, T * B, I),
          { transB: true },
        );
      }
      // The weights are not needed any more: their gradients take their place, with those of the biases below them.
      const grad_W = scratch.W;
      kernels.multiply(matrix(h, T * B, H), matrix(grad, T * B, H, block), matrix(grad_W, H, H), {
        transA: true,
      });
      kernels.multiply(
        matrix(x, T * B, I + 1),
        matrix(grad, T * B, H, block),
        matrix(grad_W, I + 1, H, H * H),
        { transA: true },
      );
      return {
        grad_x: wanted.x ? fromTimeMajor(kernels, grad_x, 0, B, T, I) : null,
        grad_h_0: wanted.h_0 ? wrap(grad.data.slice(0, block), [B, H]) : null,
        grad_W: grad_W.data.slice(0, W.length),
        grad_b: grad_W.data.slice(W.length),
      };
    }),
  );
}

/** h_all (B, T, H), fresh. */
export const allStates = ({ buffers, B, T, H }: RNNTape): NdArray =>
  buffers.use(({ h }) => fromTimeMajor(buffers.kernels, h, B * H, B, T, H));

/** h_T (B, H), fresh. */
export const finalState = ({ buffers, B, T, H }: RNNTape): NdArray =>
  buffers.use(({ h }) => wrap(h.data.slice(T * B * H), [B, H]));

/** Weights and scratch of a layer that runs step by step. */
export type RNNResident = Resident<'x' | 'h' | 'h_t'>;

/** Packed weights (H + I, H) and biases (H), ready for `runStep`. */
export function residentFor(W: FloatData, b: FloatData, I: number, H: number, dtype: Dtype): RNNResident {
  const parts = [
    { row: H, rows: I + 1, column: 0, columns: H },
    { row: 0, rows: H, column: 0, columns: H },
  ];
  return new Resident(currentKernels().sequence, dtype, W, b, parts, { x: I + 1, h: H, h_t: H });
}

/** One step without a cache, for streaming; the same bits as the sequence. @returns a block with h_t (B, H), until the next call */
export function runStep(x_t: NdArray, [h_prev]: readonly NdArray[], resident: RNNResident): readonly Block[] {
  const { kernels } = resident;
  const [B, I] = x_t.shape;
  const H = h_prev.shape[1];
  resident.ready(B);
  const [W_xh, W_hh] = resident.weights;
  const { x, h, h_t } = resident.blocks;
  loadInput(x, x_t);
  load(h, h_prev);
  kernels.multiplyPacked(matrix(x, B, I + 1), W_xh, matrix(h_t, B, H), false);
  kernels.multiplyPacked(matrix(h, B, H), W_hh, matrix(h_t, B, H), true);
  tanhOf(kernels, B * H, h_t, 0);
  return [h_t];
}
