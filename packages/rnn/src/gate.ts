/** The point-wise half of a step: the reference in plain TypeScript, and the same in WebAssembly (assembly/rnn.ts). */
import { tanhOf } from '@retrograd/kernels/internal';
import { type Pointwise, pointwise, type Run, type StepFunction } from '@retrograd/recurrent';
import { backwardCode } from './wasm/backward.js';

/** h_t = tanh(a_t), in place. */
export const forwardGate =
  ({ kernels, sizes: { H }, series: { h } }: Run): StepFunction =>
  (n, t) =>
    tanhOf(kernels, n * H, h.block, h.at(t + 1));

const backward: Pointwise = (n, H, series, t) => {
  const [h, grad_h] = [series.h.data, series.grad_h.data];
  const [h_t, dh] = [series.h.at(t + 1), series.grad_h.at(t + 1)];
  for (let k = 0; k < n * H; k++) grad_h[dh + k] *= 1 - h[h_t + k] * h[h_t + k];
};

/** grad_a = grad_h (1 - h²), in place. */
export const backwardGate = /* @__PURE__ */ pointwise(
  { code: backwardCode, name: 'backward', series: ['h+1', 'grad_h+1'], cost: 0.5 },
  backward,
);
