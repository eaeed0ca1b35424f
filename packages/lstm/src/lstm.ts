import { after, before, type Cell, gate, gateParameters, input, saved, weight } from '@retrograd/recurrent';
import { backwardGates, forwardGates } from './gates.js';
import { GATES, initialParams } from './params.js';
import { backwardCode } from './wasm/backward.js';
import { forwardCode } from './wasm/forward.js';

/** The LSTM as the engine sees it. The equations and their derivation are in cell.ts, the point-wise half of a step in gates.ts. */
export const lstm: Cell = {
  name: 'lstm',
  gates: GATES,
  layout: ({ H }) => ({
    states: { h: H, c: H },
    saved: { tanh_c: H },
    products: [{ operand: 'h', rows: [0, H], columns: [0, 4 * H] }],
  }),

  forward(run) {
    const gates = forwardGates(run);
    return (n, t) => {
      run.multiply(0, n, t); // a_t += h_{t-1} W_h
      gates(n, t); // a_t becomes f, i, c~, o; then c_t, tanh(c_t), h_t
    };
  },

  backward(run) {
    const gates = backwardGates(run);
    return (n, t) => {
      gates(n, t); // grad_a_t; grad_c_t becomes grad_c_{t-1}
      run.multiply(0, n, t); // grad_h_{t-1} += grad_a_t W_hᵀ
    };
  },

  loops: {
    forward: { code: forwardCode, series: ['a', 'c', 'tanh_c', 'h'], cost: 8 },
    backward: { code: backwardCode, series: ['a', 'c', 'tanh_c', 'grad_h', 'grad_c', 'grad_a'], cost: 2 },
  },
  parameters: /* @__PURE__ */ gateParameters(GATES),
  initial: initialParams,
  cache: {
    x_t: input,
    h_prev: /* @__PURE__ */ before('h'),
    c_prev: /* @__PURE__ */ before('c'),
    f_t: /* @__PURE__ */ gate(0),
    i_t: /* @__PURE__ */ gate(1),
    c_tilde: /* @__PURE__ */ gate(2),
    o_t: /* @__PURE__ */ gate(3),
    c_t: /* @__PURE__ */ after('c'),
    tanh_c_t: /* @__PURE__ */ saved('tanh_c'),
    W_f: weight,
    W_i: weight,
    W_c: weight,
    W_o: weight,
  },
};
