import { type Dtype, glorotUniform, type NdArray, type Random, zeros } from '@retrograd/arrays';
import { checkArray, checkKeys } from '@retrograd/arrays/internal';
import { gateViews } from '@retrograd/recurrent';

/** Parameters of the GRU under the spec's names. W_z and W_r act on [h_prev, x_t], W_h on [r_t h_prev, x_t]. */
export interface GRUParams {
  /** (H + I, H) update gate */
  W_z: NdArray;
  /** (H) */
  b_z: NdArray;
  /** (H + I, H) reset gate */
  W_r: NdArray;
  /** (H) */
  b_r: NdArray;
  /** (H + I, H) candidate */
  W_h: NdArray;
  /** (H) */
  b_h: NdArray;
}

/** Gate order, in the packed buffers and in the spec's argument lists: update, reset, candidate. */
export const GATES = ['z', 'r', 'h'] as const;

/** Number of gates, the G of shapes. */
export const G = GATES.length;

/** The names, in the order of the spec's argument lists. */
export const GRU_PARAMS = ['W_z', 'b_z', 'W_r', 'b_r', 'W_h', 'b_h'] as const;

/**
 * Checks that there are exactly the GRU's parameters and that they fit the sizes of the input and the state.
 * @throws ValueError, DtypeError, ShapeError
 */
export function checkParams(op: string, params: GRUParams, I: number, H: number): void {
  checkKeys(op, 'params', params, GRU_PARAMS);
  for (const gate of GATES) {
    checkArray(op, `W_${gate}`, params[`W_${gate}`], [H + I, H], () => `hidden ${H} + input ${I}`);
    checkArray(op, `b_${gate}`, params[`b_${gate}`], [H], () => `hidden ${H}`);
  }
}

/** Initial values, packed: Glorot for the weights of every gate, zero for the biases. */
export function initialParams(I: number, H: number, rng: Random, dtype: Dtype): { W: NdArray; b: NdArray } {
  const W = glorotUniform([H + I, G * H], { fanIn: H + I, fanOut: H, rng, dtype });
  return { W, b: zeros([G * H], { dtype }) };
}

/** The spec's names over packed W (H + I, 3H) and b (3H); views. */
export const namedViews = (W: NdArray, b: NdArray): GRUParams => gateViews(GATES, W, b);
