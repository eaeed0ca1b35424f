import { before, type Cell, gate, gateParameters, input, weight } from '@retrograd/recurrent';
import { mixStates, mixStatesBackward, resetGate, resetGateBackward } from './gates.js';
import { GATES, initialParams } from './params.js';
import { backwardCode } from './wasm/backward.js';
import { forwardCode } from './wasm/forward.js';

/**
 * The GRU as the engine sees it. The equations and their derivation are in cell.ts, the point-wise parts of a step in
 * gates.ts. The candidate needs r_t h_prev before its own product, so each direction has two parts with a product between.
 */
export const gru: Cell = {
  name: 'gru',
  gates: GATES,
  layout: ({ H }) => ({
    states: { h: H },
    saved: { rh: H },
    scratch: { grad_rh: H },
    products: [
      { operand: 'h', rows: [0, H], columns: [0, 2 * H] },
      { operand: 'rh', rows: [0, H], columns: [2 * H, 3 * H] },
    ],
  }),

  forward(run) {
    const [reset, mix] = [resetGate(run), mixStates(run)];
    return (n, t) => {
      run.multiply(0, n, t); // a of z and r += h_{t-1} [W_z, W_r]
      reset(n, t); // they become z_t and r_t; then r_t h_{t-1}
      run.multiply(1, n, t); // a of the candidate += r_t h_{t-1} W_h
      mix(n, t); // it becomes h~; then h_t
    };
  },

  backward(run) {
    const [mix, reset] = [mixStatesBackward(run), resetGateBackward(run)];
    return (n, t) => {
      mix(n, t); // grad_a of z and of the candidate; grad_h_{t-1} += grad_h_t (1 - z_t)
      run.multiply(1, n, t); // grad_rh = grad_a_h W_hᵀ
      reset(n, t); // grad_a of r; grad_h_{t-1} += grad_rh r_t
      run.multiply(0, n, t); // grad_h_{t-1} += grad_a_z W_zᵀ + grad_a_r W_rᵀ
    };
  },

  loops: {
    forward: { code: forwardCode, series: ['a', 'rh', 'h'], cost: 5 },
    backward: { code: backwardCode, series: ['a', 'h', 'grad_h', 'grad_rh', 'grad_a'], cost: 2.5 },
  },
  parameters: /* @__PURE__ */ gateParameters(GATES),
  initial: initialParams,
  cache: {
    x_t: input,
    h_prev: /* @__PURE__ */ before('h'),
    z_t: /* @__PURE__ */ gate(0),
    r_t: /* @__PURE__ */ gate(1),
    h_tilde: /* @__PURE__ */ gate(2),
    W_z: weight,
    W_r: weight,
    W_h: weight,
  },
};
