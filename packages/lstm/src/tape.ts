/**
 * The fast path of the LSTM over a whole sequence, by hand, on flat time-major buffers. The input part of all gates and all
 * steps is one matrix product, each step adds h_prev W_h and applies the gates, and every weight gradient is one product
 * over all steps.
 *
 * `h` and `c` have T + 1 blocks of (B, H), the initial state first; `grad_h` mirrors `h`.
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
import { gatesBackward, gatesForward } from './gates.js';
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
  /** (T, B, I) */
  readonly x: FloatData;
  /** (T, B, 4H) activations in gate order */
  readonly gates: FloatData;
  /** (T + 1, B, H) */
  readonly c: FloatData;
  /** (T, B, H) tanh of the states after each step */
  readonly tanh_c: FloatData;
  /** (T + 1, B, H) */
  readonly h: FloatData;
}

/** Gradients of everything that went into a sequence, W and b packed. */
export interface LSTMGradients {
  /** null when it was not wanted */
  readonly grad_x: NdArray | null;
  readonly grad_h_0: NdArray;
  readonly grad_c_0: NdArray;
  /** (H + I, 4H) */
  readonly grad_W: FloatData;
  /** (4H) */
  readonly grad_b: FloatData;
}

/** The forward run on checked arguments. W (H + I, 4H) is kept in the tape without a copy; b is (4H). */
export function run(
  x: NdArray,
  h_0: NdArray,
  c_0: NdArray,
  W: FloatData,
  b: FloatData,
  dtype: Dtype,
): LSTMTape {
  const { gemm } = currentKernels();
  const [B, T, I] = x.shape;
  const H = h_0.shape[1];
  const N = G * H;
  const x_tm = toTimeMajor(x, dtype);
  const h = allocate(dtype, (T + 1) * B * H);
  const c = allocate(dtype, (T + 1) * B * H);
  const tanh_c = allocate(dtype, T * B * H);
  const gates = allocate(dtype, T * B * N);
  h.set(dense(h_0).data);
  c.set(dense(c_0).data);
  fillRows(gates, 0, T * B, b);
  gemm(false, false, T * B, N, I, x_tm, 0, I, W, H * N, N, true, gates, 0, N);
  for (let t = 0; t < T; t++) {
    const [before, after] = [t * B * H, (t + 1) * B * H];
    gemm(false, false, B, N, H, h, before, H, W, 0, N, true, gates, t * B * N, N);
    gatesForward(B, H, gates, t * B * N, c, before, after, tanh_c, before, h, after);
  }
  return { dtype, B, T, I, H, W, x: x_tm, gates, c, tanh_c, h };
}

/** The backward run on checked arguments. */
export function runBackward(
  tape: LSTMTape,
  grad_h_all: NdArray,
  grad_h_final?: NdArray,
  grad_c_final?: NdArray,
  needsX = true,
): LSTMGradients {
  const { gemm, columnSums } = currentKernels();
  const given = promote(tape, grad_h_all, grad_h_final, grad_c_final);
  const { dtype, B, T, I, H, W, x, gates, c, tanh_c, h } = given;
  const N = G * H;
  // Block t of grad_h: what reaches h_t from outside, then from the step behind it too. Block 0 becomes grad_h_0.
  const grad_h = toTimeMajor(grad_h_all, dtype, 1);
  if (grad_h_final) addBlock(grad_h, T * B * H, dense(grad_h_final).data);
  const grad_c = allocate(dtype, B * H);
  if (grad_c_final) grad_c.set(dense(grad_c_final).data);
  const grad_a = allocate(dtype, T * B * N);
  for (let t = T - 1; t >= 0; t--) {
    const [before, after] = [t * B * H, (t + 1) * B * H];
    gatesBackward(B, H, gates, t * B * N, c, before, tanh_c, before, grad_h, after, grad_c, grad_a);
    gemm(false, true, B, H, N, grad_a, t * B * N, N, W, 0, N, true, grad_h, before, H);
  }
  let grad_x: NdArray | null = null;
  if (needsX) {
    const grad_x_tm = allocate(dtype, T * B * I);
    gemm(false, true, T * B, I, N, grad_a, 0, N, W, H * N, N, false, grad_x_tm, 0, I);
    grad_x = fromTimeMajor(grad_x_tm, 0, B, T, I);
  }
  const grad_W = allocate(dtype, (H + I) * N);
  gemm(true, false, H, N, T * B, h, 0, H, grad_a, 0, N, false, grad_W, 0, N);
  gemm(true, false, I, N, T * B, x, 0, I, grad_a, 0, N, false, grad_W, H * N, N);
  const grad_b = allocate(dtype, N);
  columnSums(T * B, N, grad_a, 0, N, false, grad_b, 0);
  const grad_h_0 = wrap(grad_h.slice(0, B * H), [B, H]);
  return { grad_x, grad_h_0, grad_c_0: wrap(grad_c, [B, H]), grad_W, grad_b };
}

/** h_all (B, T, H), fresh. */
export const allStates = ({ h, B, T, H }: LSTMTape): NdArray => fromTimeMajor(h, B * H, B, T, H);

/** h_T (B, H), fresh. */
export const finalHidden = ({ h, B, T, H }: LSTMTape): NdArray => wrap(h.slice(T * B * H), [B, H]);

/** c_T (B, H), fresh. */
export const finalCell = ({ c, B, T, H }: LSTMTape): NdArray => wrap(c.slice(T * B * H), [B, H]);

/** One step without a cache, for streaming. @returns h_t and c_t, (B, H) */
export function runStep(
  x_t: NdArray,
  h_prev: NdArray,
  c_prev: NdArray,
  W: FloatData,
  b: FloatData,
  dtype: Dtype,
): [h_t: NdArray, c_t: NdArray] {
  const { gemm } = currentKernels();
  const [B, I] = x_t.shape;
  const H = h_prev.shape[1];
  const N = G * H;
  const gates = allocate(dtype, B * N);
  fillRows(gates, 0, B, b);
  gemm(false, false, B, N, I, dense(cast(x_t, dtype)).data, 0, I, W, H * N, N, true, gates, 0, N);
  gemm(false, false, B, N, H, dense(cast(h_prev, dtype)).data, 0, H, W, 0, N, true, gates, 0, N);
  // c_prev and c_t may share a block: each entry is read before it is written.
  const c = allocate(dtype, B * H);
  c.set(dense(c_prev).data);
  const h = allocate(dtype, B * H);
  gatesForward(B, H, gates, 0, c, 0, 0, h, 0, h, 0);
  return [wrap(h, [B, H]), wrap(c, [B, H])];
}
