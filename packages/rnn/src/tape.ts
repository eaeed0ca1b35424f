/**
 * The fast path over a whole sequence, by hand, on flat buffers (the equations are in cell.ts). What makes it fast: the
 * input part of all steps is one matrix product, each step adds h_prev W_hh, and every weight gradient is one product over
 * all steps.
 *
 * Buffers are time-major. `h` has T + 1 blocks of (B, H): h_0, h_1, …, h_T; `grad` mirrors it. So the states before the
 * steps are the first T blocks, the states after them the last T.
 */
import {
  addBlock,
  allocate,
  cast,
  currentKernels,
  type Dtype,
  dense,
  type FloatData,
  fillRows,
  fromTimeMajor,
  type NdArray,
  promote,
  toTimeMajor,
  wrap,
} from '@retrograd/kernels';

/** Everything that a forward run leaves behind for the backward run, time-major. W is packed: W_hh above W_xh. */
export interface RNNTape {
  readonly dtype: Dtype;
  readonly B: number;
  readonly T: number;
  readonly I: number;
  readonly H: number;
  /** (H + I, H) */
  readonly W: FloatData;
  /** (T, B, I) */
  readonly x: FloatData;
  /** (T + 1, B, H): the initial state and all states after it */
  readonly h: FloatData;
}

/** Gradients of everything that went into a sequence, W and b packed as in the tape. */
export interface RNNGradients {
  /** null when it was not wanted */
  readonly grad_x: NdArray | null;
  readonly grad_h_0: NdArray;
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

/** The forward run on checked arguments. @param W (H + I, H) packed, kept in the tape without a copy @param b (H) */
export function run(x: NdArray, h_0: NdArray, W: FloatData, b: FloatData, dtype: Dtype): RNNTape {
  const [B, T, I] = x.shape as [number, number, number];
  const H = h_0.shape[1];
  const block = B * H;
  const { gemm, tanh } = currentKernels();
  const x_tm = toTimeMajor(x, dtype);
  const h = allocate(dtype, (T + 1) * block);
  h.set(dense(h_0).data);
  fillRows(h, block, T * B, b);
  gemm(false, false, T * B, H, I, x_tm, 0, I, W, H * H, H, true, h, block, H);
  for (let t = 1; t <= T; t++) {
    const now = t * block;
    gemm(false, false, B, H, H, h, now - block, H, W, 0, H, true, h, now, H);
    tanh(block, h, now, h, now);
  }
  return { dtype, B, T, I, H, W, x: x_tm, h };
}

/** The backward run on checked arguments. */
export function runBackward(
  tape: RNNTape,
  grad_h_all: NdArray,
  grad_h_final?: NdArray,
  needsX = true,
): RNNGradients {
  const { gemm, columnSums } = currentKernels();
  const { dtype, B, T, I, H, W, x, h } = promote(tape, grad_h_all, grad_h_final);
  const block = B * H;
  // Block t of grad: what reaches h_t from outside, then from the step behind it too; once done, for t > 0, grad_a of step t.
  const grad = toTimeMajor(grad_h_all, dtype, 1);
  if (grad_h_final) addBlock(grad, T * block, dense(grad_h_final).data);
  for (let t = T; t >= 1; t--) {
    const now = t * block;
    for (let k = now; k < now + block; k++) grad[k] *= 1 - h[k] * h[k];
    gemm(false, true, B, H, H, grad, now, H, W, 0, H, true, grad, now - block, H);
  }
  let grad_x: NdArray | null = null;
  if (needsX) {
    const grad_x_tm = allocate(dtype, T * B * I);
    gemm(false, true, T * B, I, H, grad, block, H, W, H * H, H, false, grad_x_tm, 0, I);
    grad_x = fromTimeMajor(grad_x_tm, 0, B, T, I);
  }
  const grad_W = allocate(dtype, (H + I) * H);
  gemm(true, false, H, H, T * B, h, 0, H, grad, block, H, false, grad_W, 0, H);
  gemm(true, false, I, H, T * B, x, 0, I, grad, block, H, false, grad_W, H * H, H);
  const grad_b = allocate(dtype, H);
  columnSums(T * B, H, grad, block, H, false, grad_b, 0);
  const grad_h_0 = wrap(grad.slice(0, block), [B, H]);
  return { grad_x, grad_h_0, grad_W, grad_b };
}

/** h_all (B, T, H), fresh. */
export const allStates = ({ h, B, T, H }: RNNTape): NdArray => fromTimeMajor(h, B * H, B, T, H);

/** h_T (B, H), fresh. */
export const finalState = ({ h, B, T, H }: RNNTape): NdArray => wrap(h.slice(T * B * H), [B, H]);

/** One step without a cache, for streaming. @param W (H + I, H) packed @returns h_t (B, H) */
export function runStep(x_t: NdArray, h_prev: NdArray, W: FloatData, b: FloatData, dtype: Dtype): NdArray {
  const { gemm, tanh } = currentKernels();
  const [B, I] = x_t.shape;
  const H = h_prev.shape[1];
  const h = allocate(dtype, B * H);
  fillRows(h, 0, B, b);
  gemm(false, false, B, H, I, dense(cast(x_t, dtype)).data, 0, I, W, H * H, H, true, h, 0, H);
  gemm(false, false, B, H, H, dense(cast(h_prev, dtype)).data, 0, H, W, 0, H, true, h, 0, H);
  tanh(B * H, h, 0, h, 0);
  return wrap(h, [B, H]);
}
