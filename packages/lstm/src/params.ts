import { type Dtype, glorotUniform, type NdArray, type Random, zeros } from '@retrograd/arrays';
import type { Sizes } from '@retrograd/recurrent';

/** Gate order, in the packed buffers and in the spec's argument lists: forget, input, candidate, output. */
export const GATES = ['f', 'i', 'c', 'o'] as const;

/** The names, in the order of the spec's argument lists. */
export const LSTM_PARAMS = ['W_f', 'b_f', 'W_i', 'b_i', 'W_c', 'b_c', 'W_o', 'b_o'] as const;

/**
 * Parameters of the LSTM under the spec's names. Weights are (H + I, H) and act on [h_prev, x_t], the hidden part in the first H
 * rows; biases are (H).
 */
export type LSTMParams = Record<(typeof LSTM_PARAMS)[number], NdArray>;

/**
 * Initial values, packed: Glorot for the weights of every gate, zero for the biases, but 1 for the forget gate's, so that
 * a new cell remembers. Gers, Schmidhuber & Cummins 2000; Jozefowicz, Zaremba & Sutskever 2015, section 2.2.
 */
export function initialParams({ I, H }: Sizes, rng: Random, dtype: Dtype): { W: NdArray; b: NdArray } {
  const W = glorotUniform([H + I, GATES.length * H], { fanIn: H + I, fanOut: H, rng, dtype });
  const b = zeros([GATES.length * H], { dtype });
  b.data.fill(1, 0, H);
  return { W, b };
}
