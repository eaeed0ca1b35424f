import { concat, type Dtype, glorotUniform, type NdArray, type Random, view, zeros } from '@retrograd/arrays';
import { checkArray } from '@retrograd/arrays/internal';
import { rows } from '@retrograd/recurrent';

/** Parameters of the vanilla RNN under the spec's names. */
export interface RNNParams {
  /** (I, H) input to hidden */
  W_xh: NdArray;
  /** (H, H) hidden to hidden */
  W_hh: NdArray;
  /** (H) */
  b_h: NdArray;
}

/** The names, in the order of the spec's argument lists. */
export const RNN_PARAMS = ['W_xh', 'W_hh', 'b_h'] as const;

/**
 * Checks the three parameters against the sizes of the input and the state.
 * @throws DtypeError, ShapeError
 */
export function checkParams(op: string, { W_xh, W_hh, b_h }: RNNParams, I: number, H: number): void {
  checkArray(op, 'W_xh', W_xh, [I, H], () => `input ${I}, hidden ${H}`);
  checkArray(op, 'W_hh', W_hh, [H, H], () => `hidden ${H}`);
  checkArray(op, 'b_h', b_h, [H], () => `hidden ${H}`);
}

// Packed: W (H + I, H) holds W_hh in its first H rows and W_xh in the I rows below; b is b_h.

/** Initial values, packed: Glorot for both matrices, zero for the bias. */
export function initialParams(I: number, H: number, rng: Random, dtype: Dtype): { W: NdArray; b: NdArray } {
  const W_hh = glorotUniform([H, H], { fanIn: H, fanOut: H, rng, dtype });
  const W_xh = glorotUniform([I, H], { fanIn: I, fanOut: H, rng, dtype });
  return { W: concat([W_hh, W_xh], 0), b: zeros([H], { dtype }) };
}

/** The spec's names over packed arrays; views. */
export function namedViews(W: NdArray, b: NdArray): RNNParams {
  const [R, H] = W.shape;
  const { data } = W;
  return { W_xh: rows(data, H * H, R - H, H), W_hh: rows(data, 0, H, H), b_h: view(b.data, [H], [1], 0) };
}
