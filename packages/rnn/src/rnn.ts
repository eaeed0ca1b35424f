import { after, before, type Cell, input, weight } from '@retrograd/recurrent';
import { backwardGate, forwardGate } from './gate.js';
import { initialParams, parameters } from './params.js';
import { backwardCode } from './wasm/backward.js';
import { forwardCode } from './wasm/forward.js';

/** The vanilla RNN as the engine sees it: h_t is the activation of its one gate, and takes its place. The equations are in cell.ts. */
export const rnn: Cell = {
  name: 'rnn',
  gates: ['h'],
  layout: ({ H }) => ({ states: { h: H }, products: [{ operand: 'h', rows: [0, H], columns: [0, H] }] }),
  inPlace: true,

  forward(run) {
    const gate = forwardGate(run);
    return (n, t) => {
      run.multiply(0, n, t); // a_t += h_{t-1} W_hh
      gate(n, t); // a_t becomes h_t = tanh(a_t)
    };
  },

  backward(run) {
    const gate = backwardGate(run);
    return (n, t) => {
      gate(n, t); // grad_h_t becomes grad_a_t
      run.multiply(0, n, t); // grad_h_{t-1} += grad_a_t W_hhᵀ
    };
  },

  loops: {
    forward: { code: forwardCode, series: ['h'], cost: 3 },
    backward: { code: backwardCode, series: ['h', 'grad_h'], cost: 0.5 },
  },
  parameters,
  initial: initialParams,
  cache: {
    x_t: input,
    h_prev: /* @__PURE__ */ before('h'),
    h_t: /* @__PURE__ */ after('h'),
    W_xh: weight,
    W_hh: weight,
  },
};
