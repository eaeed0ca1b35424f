import { type Dtype, glorotUniform, type NdArray, type Random, zeros } from '@retrograd/arrays';
import type { Sizes } from '@retrograd/recurrent';

/** Gate order, in the packed buffers and in the spec's argument lists: update, reset, candidate. */
export const GATES = ['z', 'r', 'h'] as const;

/** The names, in the order of the spec's argument lists. */
export const GRU_PARAMS = ['W_z', 'b_z', 'W_r', 'b_r', 'W_h', 'b_h'] as const;

/**
 * Parameters of the GRU under the spec's names. Weights are (H + I, H), the hidden part in the first H rows: W_z and W_r act on
 * [h_prev, x_t], W_h on [r_t h_prev, x_t]. Biases are (H).
 */
export type GRUParams = Record<(typeof GRU_PARAMS)[number], NdArray>;

/** Initial values, packed: Glorot for the weights of every gate, zero for the biases. */
export function initialParams({ I, H }: Sizes, rng: Random, dtype: Dtype): { W: NdArray; b: NdArray } {
  const W = glorotUniform([H + I, GATES.length * H], { fanIn: H + I, fanOut: H, rng, dtype });
  return { W, b: zeros([GATES.length * H], { dtype }) };
}
