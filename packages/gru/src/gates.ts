/**
 * The point-wise parts of a GRU step, forward and backward as twins (equations in cell.ts): the reference in plain TypeScript,
 * and the same in WebAssembly (assembly/gru.ts). A row of `a` holds the three gates of one sample side by side: z, r, h_tilde,
 * H entries each; rows of everything else have H entries.
 */
import { sigmoidScalar } from '@retrograd/kernels/internal';
import { type Pointwise, pointwise } from '@retrograd/recurrent';
import { backwardCode } from './wasm/backward.js';
import { forwardCode } from './wasm/forward.js';

const reset: Pointwise = (n, H, series, t) => {
  const [a, h, rh] = [series.a.data, series.h.data, series.rh.data];
  const [h_prev, rh_t] = [series.h.at(t), series.rh.at(t)];
  for (let row = 0, k = 0, z = series.a.at(t); row < n; row++, z += 3 * H) {
    const r = z + H;
    for (let j = 0; j < H; j++, k++) {
      const r_t = sigmoidScalar(a[r + j]);
      a[z + j] = sigmoidScalar(a[z + j]);
      a[r + j] = r_t;
      rh[rh_t + k] = r_t * h[h_prev + k];
    }
  }
};

const mix: Pointwise = (n, H, series, t) => {
  const [a, h] = [series.a.data, series.h.data];
  const [h_prev, h_t] = [series.h.at(t), series.h.at(t + 1)];
  for (let row = 0, k = 0, z = series.a.at(t); row < n; row++, z += 3 * H) {
    const candidate = z + 2 * H;
    for (let j = 0; j < H; j++, k++) {
      const z_t = a[z + j];
      const h_tilde = Math.tanh(a[candidate + j]);
      a[candidate + j] = h_tilde;
      h[h_t + k] = (1 - z_t) * h[h_prev + k] + z_t * h_tilde;
    }
  }
};

const mixBackward: Pointwise = (n, H, series, t) => {
  const [a, h, grad_h] = [series.a.data, series.h.data, series.grad_h.data];
  const grad_a = series.grad_a.data;
  const [h_prev, dh, dh_prev] = [series.h.at(t), series.grad_h.at(t + 1), series.grad_h.at(t)];
  for (let row = 0, k = 0, z = series.a.at(t); row < n; row++, z += 3 * H) {
    const candidate = z + 2 * H;
    for (let j = 0; j < H; j++, k++) {
      const grad_h_t = grad_h[dh + k];
      const z_t = a[z + j];
      const h_tilde = a[candidate + j];
      grad_a[z + j] = grad_h_t * (h_tilde - h[h_prev + k]) * z_t * (1 - z_t);
      grad_a[candidate + j] = grad_h_t * z_t * (1 - h_tilde * h_tilde);
      grad_h[dh_prev + k] += grad_h_t * (1 - z_t);
    }
  }
};

const resetBackward: Pointwise = (n, H, series, t) => {
  const [a, h, grad_h] = [series.a.data, series.h.data, series.grad_h.data];
  const [grad_a, grad_rh] = [series.grad_a.data, series.grad_rh.data];
  const [h_prev, dh_prev] = [series.h.at(t), series.grad_h.at(t)];
  for (let row = 0, k = 0, r = series.a.at(t) + H; row < n; row++, r += 3 * H) {
    for (let j = 0; j < H; j++, k++) {
      const r_t = a[r + j];
      grad_a[r + j] = grad_rh[k] * h[h_prev + k] * r_t * (1 - r_t);
      grad_h[dh_prev + k] += grad_rh[k] * r_t;
    }
  }
};

/** z_t and r_t in place of their pre-activations, then rh = r_t h_prev. */
export const resetGate = /* @__PURE__ */ pointwise(
  { code: forwardCode, name: 'reset', series: ['a', 'h', 'rh'], cost: 3 },
  reset,
);

/** h_tilde in place of its pre-activation, then h_t. */
export const mixStates = /* @__PURE__ */ pointwise(
  { code: forwardCode, name: 'mix', series: ['a', 'h', 'h+1'], cost: 2 },
  mix,
);

/** Twin of mixStates: the gradients of the pre-activations of z and of the candidate, and the share of h_prev in the mix. */
export const mixStatesBackward = /* @__PURE__ */ pointwise(
  { code: backwardCode, name: 'mix', series: ['a', 'grad_a', 'h', 'grad_h+1', 'grad_h'], cost: 1.5 },
  mixBackward,
);

/** Twin of resetGate: from grad_rh to the gradient of the pre-activation of r, and the share of h_prev under the gate. */
export const resetGateBackward = /* @__PURE__ */ pointwise(
  { code: backwardCode, name: 'reset', series: ['a', 'grad_a', 'h', 'grad_rh', 'grad_h'], cost: 1 },
  resetBackward,
);
