import { glorotUniform, type NdArray, zeros } from '@retrograd/arrays';
import { add, concat, matmul, mul, sigmoid, sub, type Tensor, tanh } from '@retrograd/autograd';
import { before, type Cell, gate, gateParameters, input, weight } from '@retrograd/recurrent';
import { type LayerOptions, RecurrentLayer, sequenceOp } from '@retrograd/recurrent/graph';

/**
 * A cell as a user writes one (docs/custom-cells.md): the minimal gated unit, Zhou et al. 2016.
 *
 *     f_t = σ([h_prev, x_t] W_f + b_f)      h_tilde = tanh([f_t h_prev, x_t] W_h + b_h)
 *     h_t = (1 - f_t) h_prev + f_t h_tilde
 */
export const mgu: Cell = {
  name: 'mgu',
  gates: ['f', 'h'],
  layout: ({ H }) => ({
    states: { h: H },
    saved: { fh: H },
    scratch: { grad_fh: H },
    products: [
      { operand: 'h', rows: [0, H], columns: [0, H] },
      { operand: 'fh', rows: [0, H], columns: [H, 2 * H] },
    ],
  }),

  forward({ sizes: { H }, series: { a, h, fh }, multiply }) {
    const each = unitsOf(H);
    return (n, t) => {
      multiply(0, n, t);
      each(n, (k, f) => {
        a.data[a.at(t) + f] = 1 / (1 + Math.exp(-a.data[a.at(t) + f]));
        fh.data[fh.at(t) + k] = a.data[a.at(t) + f] * h.data[h.at(t) + k];
      });
      multiply(1, n, t);
      each(n, (k, f, c) => {
        const f_t = a.data[a.at(t) + f];
        const h_tilde = Math.tanh(a.data[a.at(t) + c]);
        a.data[a.at(t) + c] = h_tilde;
        h.data[h.at(t + 1) + k] = (1 - f_t) * h.data[h.at(t) + k] + f_t * h_tilde;
      });
    };
  },

  backward({ sizes: { H }, series: { a, h, grad_a, grad_h, grad_fh }, multiply }) {
    const each = unitsOf(H);
    return (n, t) => {
      each(n, (k, f, c) => {
        const [f_t, h_tilde] = [a.data[a.at(t) + f], a.data[a.at(t) + c]];
        grad_a.data[grad_a.at(t) + c] = grad_h.data[grad_h.at(t + 1) + k] * f_t * (1 - h_tilde ** 2);
      });
      multiply(1, n, t);
      each(n, (k, f, c) => {
        const [f_t, h_tilde, h_prev] = [a.data[a.at(t) + f], a.data[a.at(t) + c], h.data[h.at(t) + k]];
        const [g, g_fh] = [grad_h.data[grad_h.at(t + 1) + k], grad_fh.data[grad_fh.at(t) + k]];
        grad_a.data[grad_a.at(t) + f] = (g * (h_tilde - h_prev) + g_fh * h_prev) * f_t * (1 - f_t);
        grad_h.data[grad_h.at(t) + k] += g * (1 - f_t) + g_fh * f_t;
      });
      multiply(0, n, t);
    };
  },

  parameters: gateParameters(['f', 'h']),
  initial: ({ I, H }, rng, dtype) => ({
    W: glorotUniform([H + I, 2 * H], { fanIn: H + I, fanOut: H, rng, dtype }),
    b: zeros([2 * H], { dtype }),
  }),
  cache: { x_t: input, h_prev: before('h'), f_t: gate(0), h_tilde: gate(1), W_f: weight, W_h: weight },
};

/** Calls a function for every unit k of the first n rows, with the places of its two gates in `a`. */
const unitsOf =
  (H: number) =>
  (n: number, fn: (k: number, f: number, c: number) => void): void => {
    for (let k = 0; k < n * H; k++) {
      const f = 2 * H * Math.floor(k / H) + (k % H);
      fn(k, f, f + H);
    }
  };

export type MGUParams = Record<'W_f' | 'b_f' | 'W_h' | 'b_h', NdArray>;

export function mguEquations(
  x_t: Tensor,
  [h]: readonly Tensor[],
  { W_f, b_f, W_h, b_h }: Readonly<Record<string, Tensor>>,
): Tensor[] {
  const f_t = sigmoid(add(matmul(concat([h, x_t], 1), W_f), b_f));
  const h_tilde = tanh(add(matmul(concat([mul(f_t, h), x_t], 1), W_h), b_h));
  return [add(mul(sub(1, f_t), h), mul(f_t, h_tilde))];
}

export const mguSequence = sequenceOp(mgu, mguEquations);

export class MGU extends RecurrentLayer<MGUParams> {
  constructor(inputSize: number, hiddenSize: number, options: LayerOptions = {}) {
    super('MGU', mgu, mguSequence, inputSize, hiddenSize, options);
  }
}
