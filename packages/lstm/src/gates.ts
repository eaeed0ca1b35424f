/**
 * The point-wise half of an LSTM step, forward and backward as twins (equations in cell.ts): the reference in plain TypeScript,
 * and the same in WebAssembly (assembly/lstm.ts). A row of `a` holds the four gates of one sample side by side: f, i, c_tilde,
 * o, H entries each; rows of everything else have H entries.
 */
import { sigmoidScalar } from '@retrograd/kernels/internal';
import { type Pointwise, pointwise } from '@retrograd/recurrent';
import { backwardCode } from './wasm/backward.js';
import { forwardCode } from './wasm/forward.js';

const forward: Pointwise = (n, H, series, t) => {
  const [a, c, tanh_c, h] = [series.a.data, series.c.data, series.tanh_c.data, series.h.data];
  const [c_prev, c_t, h_t] = [series.c.at(t), series.c.at(t + 1), series.h.at(t + 1)];
  const tanh_c_t = series.tanh_c.at(t);
  for (let row = 0, k = 0, f = series.a.at(t); row < n; row++, f += 4 * H) {
    const [i, g, o] = [f + H, f + 2 * H, f + 3 * H];
    for (let j = 0; j < H; j++, k++) {
      const forget = sigmoidScalar(a[f + j]);
      const input = sigmoidScalar(a[i + j]);
      const candidate = Math.tanh(a[g + j]);
      const output = sigmoidScalar(a[o + j]);
      const cell = forget * c[c_prev + k] + input * candidate;
      const tanh_cell = Math.tanh(cell);
      a[f + j] = forget;
      a[i + j] = input;
      a[g + j] = candidate;
      a[o + j] = output;
      c[c_t + k] = cell;
      tanh_c[tanh_c_t + k] = tanh_cell;
      h[h_t + k] = output * tanh_cell;
    }
  }
};

const backward: Pointwise = (n, H, series, t) => {
  const [a, c, tanh_c] = [series.a.data, series.c.data, series.tanh_c.data];
  const [grad_h, grad_c, grad_a] = [series.grad_h.data, series.grad_c.data, series.grad_a.data];
  const [c_prev, tanh_c_t, dh] = [series.c.at(t), series.tanh_c.at(t), series.grad_h.at(t + 1)];
  for (let row = 0, k = 0, f = series.a.at(t); row < n; row++, f += 4 * H) {
    const [i, g, o] = [f + H, f + 2 * H, f + 3 * H];
    for (let j = 0; j < H; j++, k++) {
      const forget = a[f + j];
      const input = a[i + j];
      const candidate = a[g + j];
      const output = a[o + j];
      const tanh_cell = tanh_c[tanh_c_t + k];
      const grad_h_t = grad_h[dh + k];
      const grad_c_t = grad_c[k] + grad_h_t * output * (1 - tanh_cell * tanh_cell);
      grad_a[f + j] = grad_c_t * c[c_prev + k] * forget * (1 - forget);
      grad_a[i + j] = grad_c_t * candidate * input * (1 - input);
      grad_a[g + j] = grad_c_t * input * (1 - candidate * candidate);
      grad_a[o + j] = grad_h_t * tanh_cell * output * (1 - output);
      grad_c[k] = grad_c_t * forget;
    }
  }
};

/** Activations in place of pre-activations, then c_t, tanh(c_t) and h_t. */
export const forwardGates = /* @__PURE__ */ pointwise(
  { code: forwardCode, name: 'forward', series: ['a', 'c', 'c+1', 'tanh_c', 'h+1'], cost: 8 },
  forward,
);

/** From the whole gradient of h_t and that of c_t, in place, to that of c_prev; and those of the pre-activations. */
export const backwardGates = /* @__PURE__ */ pointwise(
  {
    code: backwardCode,
    name: 'backward',
    series: ['a', 'c', 'tanh_c', 'grad_h+1', 'grad_c', 'grad_a'],
    cost: 2,
  },
  backward,
);
