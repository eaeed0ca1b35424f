import { concat, type Dtype, glorotUniform, type NdArray, type Random, zeros } from '@retrograd/arrays';
import type { ParameterPart, Sizes } from '@retrograd/recurrent';

/** Parameters of the vanilla RNN under the spec's names: W_xh (I, H) input to hidden, W_hh (H, H) hidden to hidden, b_h (H). */
export type RNNParams = Record<'W_xh' | 'W_hh' | 'b_h', NdArray>;

// Packed: W (H + I, H) holds W_hh in its first H rows and W_xh in the I rows below; b is b_h.

/** Initial values, packed: Glorot for both matrices, zero for the bias. */
export function initialParams({ I, H }: Sizes, rng: Random, dtype: Dtype): { W: NdArray; b: NdArray } {
  const W_hh = glorotUniform([H, H], { fanIn: H, fanOut: H, rng, dtype });
  const W_xh = glorotUniform([I, H], { fanIn: I, fanOut: H, rng, dtype });
  return { W: concat([W_hh, W_xh], 0), b: zeros([H], { dtype }) };
}

/** The spec's names over the packed parameters. */
export const parameters = ({ I, H }: Sizes): Readonly<Record<string, ParameterPart>> => ({
  W_xh: { rows: [H, H + I], columns: [0, H], note: `input ${I}, hidden ${H}` },
  W_hh: { rows: [0, H], columns: [0, H], note: `hidden ${H}` },
  b_h: { columns: [0, H], note: `hidden ${H}` },
});
