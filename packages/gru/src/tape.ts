/**
 * The fast path of the GRU over a whole sequence, by hand, on flat time-major buffers. The input part of all gates and all
 * steps is one matrix product; each step adds the hidden part, of z and r from h_prev and of the candidate from r_t h_prev;
 * weight gradients are products over all steps.
 *
 * `h` has T + 1 blocks of (B, H), the initial state first; `grad_h` mirrors it.
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
import { mixBackward, mixForward, resetBackward, resetForward } from './gates.js';
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
  /** (T, B, I) */
  readonly x: FloatData;
  /** (T, B, 3H) activations in gate order */
  readonly gates: FloatData;
  /** (T, B, H) r_t h_prev */
  readonly rh: FloatData;
  /** (T + 1, B, H) */
  readonly h: FloatData;
}

/** Gradients of everything that went into a sequence, W and b packed. */
export interface GRUGradients {
  /** null when it was not wanted */
  readonly grad_x: NdArray | null;
  readonly grad_h_0: NdArray;
  /** (H + I, 3H) */
  readonly grad_W: FloatData;
  /** (3H) */
  readonly grad_b: FloatData;
}

/** The forward run on checked arguments. W (H + I, 3H) is kept in the tape without a copy; b is (3H). */
export function run(x: NdArray, h_0: NdArray, W: FloatData, b: FloatData, dtype: Dtype): GRUTape {
  const { gemm } = currentKernels();
  const [B, T, I] = x.shape;
  const H = h_0.shape[1];
  const N = G * H;
  const x_tm = toTimeMajor(x, dtype);
  const h = allocate(dtype, (T + 1) * B * H);
  const rh = allocate(dtype, T * B * H);
  const gates = allocate(dtype, T * B * N);
  h.set(dense(h_0).data);
  fillRows(gates, 0, T * B, b);
  gemm(false, false, T * B, N, I, x_tm, 0, I, W, H * N, N, true, gates, 0, N);
  for (let t = 0; t < T; t++) {
    hiddenPart(B, H, W, gates, t * B * N, rh, t * B * H, h, t * B * H, (t + 1) * B * H);
  }
  return { dtype, B, T, I, H, W, x: x_tm, gates, rh, h };
}

/** What one step adds to the input part: the products with the state, and the gates. */
function hiddenPart(
  B: number,
  H: number,
  W: FloatData,
  gates: FloatData,
  gatesAt: number,
  rh: FloatData,
  rhAt: number,
  h: FloatData,
  h_prevAt: number,
  h_tAt: number,
): void {
  const { gemm } = currentKernels();
  const N = G * H;
  gemm(false, false, B, 2 * H, H, h, h_prevAt, H, W, 0, N, true, gates, gatesAt, N);
  resetForward(B, H, gates, gatesAt, h, h_prevAt, rh, rhAt);
  gemm(false, false, B, H, H, rh, rhAt, H, W, 2 * H, N, true, gates, gatesAt + 2 * H, N);
  mixForward(B, H, gates, gatesAt, h, h_prevAt, h_tAt);
}

/** The backward run on checked arguments. */
export function runBackward(
  tape: GRUTape,
  grad_h_all: NdArray,
  grad_h_final?: NdArray,
  needsX = true,
): GRUGradients {
  const { gemm, columnSums } = currentKernels();
  const { dtype, B, T, I, H, W, x, gates, rh, h } = promote(tape, grad_h_all, grad_h_final);
  const N = G * H;
  // Block t of grad_h: what reaches h_t from outside, then from the step behind it too. Block 0 becomes grad_h_0.
  const grad_h = toTimeMajor(grad_h_all, dtype, 1);
  if (grad_h_final) addBlock(grad_h, T * B * H, dense(grad_h_final).data);
  const grad_rh = allocate(dtype, B * H);
  const grad_a = allocate(dtype, T * B * N);
  for (let t = T - 1; t >= 0; t--) {
    const [before, after, at] = [t * B * H, (t + 1) * B * H, t * B * N];
    mixBackward(B, H, gates, grad_a, at, h, before, grad_h, after, before);
    gemm(false, true, B, H, H, grad_a, at + 2 * H, N, W, 2 * H, N, false, grad_rh, 0, H);
    resetBackward(B, H, gates, grad_a, at, h, before, grad_rh, grad_h, before);
    gemm(false, true, B, H, 2 * H, grad_a, at, N, W, 0, N, true, grad_h, before, H);
  }
  let grad_x: NdArray | null = null;
  if (needsX) {
    const grad_x_tm = allocate(dtype, T * B * I);
    gemm(false, true, T * B, I, N, grad_a, 0, N, W, H * N, N, false, grad_x_tm, 0, I);
    grad_x = fromTimeMajor(grad_x_tm, 0, B, T, I);
  }
  const grad_W = allocate(dtype, (H + I) * N);
  gemm(true, false, H, 2 * H, T * B, h, 0, H, grad_a, 0, N, false, grad_W, 0, N);
  gemm(true, false, H, H, T * B, rh, 0, H, grad_a, 2 * H, N, false, grad_W, 2 * H, N);
  gemm(true, false, I, N, T * B, x, 0, I, grad_a, 0, N, false, grad_W, H * N, N);
  const grad_b = allocate(dtype, N);
  columnSums(T * B, N, grad_a, 0, N, false, grad_b, 0);
  return { grad_x, grad_h_0: wrap(grad_h.slice(0, B * H), [B, H]), grad_W, grad_b };
}

/** h_all (B, T, H), fresh. */
export const allStates = ({ h, B, T, H }: GRUTape): NdArray => fromTimeMajor(h, B * H, B, T, H);

/** h_T (B, H), fresh. */
export const finalState = ({ h, B, T, H }: GRUTape): NdArray => wrap(h.slice(T * B * H), [B, H]);

/** One step without a cache, for streaming. @returns h_t (B, H) */
export function runStep(x_t: NdArray, h_prev: NdArray, W: FloatData, b: FloatData, dtype: Dtype): NdArray {
  const { gemm } = currentKernels();
  const [B, I] = x_t.shape;
  const H = h_prev.shape[1];
  const N = G * H;
  const gates = allocate(dtype, B * N);
  fillRows(gates, 0, B, b);
  gemm(false, false, B, N, I, dense(cast(x_t, dtype)).data, 0, I, W, H * N, N, true, gates, 0, N);
  const h = allocate(dtype, B * H);
  h.set(dense(h_prev).data);
  // h_prev and h_t share a block: each entry is read before it is written.
  hiddenPart(B, H, W, gates, 0, allocate(dtype, B * H), 0, h, 0, 0);
  return wrap(h, [B, H]);
}
