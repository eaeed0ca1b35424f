import { type Dtype, glorotUniform, type NdArray, type Random, zeros } from '@retrograd/arrays';
import type { Sizes } from '@retrograd/recurrent';

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

/** The names, in the order of the spec's argument lists. */
export const GRU_PARAMS = ['W_z', 'b_z', 'W_r', 'b_r', 'W_h', 'b_h'] as const;

/** Initial values, packed: Glorot for the weights of every gate, zero for the biases. */
export function initialParams({ I, H }: Sizes, rng: Random, dtype: Dtype): { W: NdArray; b: NdArray } {
  const W = glorotUniform([H + I, GATES.length * H], { fanIn: H + I, fanOut: H, rng, dtype });
  return { W, b: zeros([GATES.length * H], { dtype }) };
}
