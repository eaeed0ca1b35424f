/** The point-wise half of a step: the reference in plain TypeScript, and the same in WebAssembly (assembly/rnn.ts). */
import { memoizeByKernels, tanhOf } from '@retrograd/kernels/internal';
import type { Run, SeriesByName } from '@retrograd/recurrent';
import { backwardCode } from './wasm/backward.js';
import { forwardCode } from './wasm/forward.js';

/** Computes the point-wise half of step t for the first n rows. */
type Gate = (n: number, H: number, series: SeriesByName, t: number) => void;

/** h_t = tanh(a_t), in place. */
export const forwardGate =
  (kernels: Run['kernels']): Gate =>
  (n, H, { h }, t) =>
    tanhOf(kernels, n * H, h.block, h.at(t + 1));

/** grad_a = grad_h (1 - h²), in place. */
export const backwardGate = /* @__PURE__ */ memoizeByKernels((kernels): Gate => {
  const backward = kernels.rows(backwardCode, 'backward', [1, 1], 0.5);
  if (backward === null) return plainBackward;
  return (n, H, { h, grad_h }, t) => backward(h.block.dtype, n, H, [h.pointer(t + 1), grad_h.pointer(t + 1)]);
});

const plainBackward: Gate = (n, H, series, t) => {
  const [h, grad_h] = [series.h.data, series.grad_h.data];
  const [h_t, dh] = [series.h.at(t + 1), series.grad_h.at(t + 1)];
  for (let k = 0; k < n * H; k++) grad_h[dh + k] *= 1 - h[h_t + k] * h[h_t + k];
};

/** All steps in WebAssembly, on [h], with W_hh packed; null where there is none. */
export const forwardSteps = /* @__PURE__ */ memoizeByKernels((kernels) =>
  kernels.steps(forwardCode, 'steps', [1], 3),
);

/** All steps back, on [h, grad_h], with W_hh transposed. */
export const backwardSteps = /* @__PURE__ */ memoizeByKernels((kernels) =>
  kernels.steps(backwardCode, 'steps', [1, 1], 0.5),
);
