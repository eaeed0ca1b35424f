/**
 * The point-wise parts of a GRU step, forward and backward as twins (equations in cell.ts): the reference in plain TypeScript,
 * and the same in WebAssembly (assembly/gru.ts). A row of `a` holds the three gates of one sample side by side: z, r, h_tilde,
 * H entries each; rows of everything else have H entries.
 */
import { memoizeByKernels, sigmoidScalar } from '@retrograd/kernels/internal';
import type { SeriesByName } from '@retrograd/recurrent';
import { backwardCode } from './wasm/backward.js';
import { forwardCode } from './wasm/forward.js';

/** Computes one point-wise part of step t for the first n rows. */
type Gates = (n: number, H: number, series: SeriesByName, t: number) => void;

/** The two parts of one direction. */
interface Halves {
  readonly reset: Gates;
  readonly mix: Gates;
}

/** reset: z_t, r_t in place of pre-activations, then rh = r_t h_prev. mix: h_tilde likewise, then h_t. */
export const forwardGates = /* @__PURE__ */ memoizeByKernels((kernels): Halves => {
  const reset = kernels.rows(forwardCode, 'reset', [3, 1, 1], 3);
  const mix = kernels.rows(forwardCode, 'mix', [3, 1, 1], 2);
  if (reset === null || mix === null) return { reset: plainReset, mix: plainMix };
  return {
    reset: (n, H, { a, h, rh }, t) => reset(a.block.dtype, n, H, [a.pointer(t), h.pointer(t), rh.pointer(t)]),
    mix: (n, H, { a, h }, t) => mix(a.block.dtype, n, H, [a.pointer(t), h.pointer(t), h.pointer(t + 1)]),
  };
});

const plainReset: Gates = (n, H, series, t) => {
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

const plainMix: Gates = (n, H, series, t) => {
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

/**
 * Twins of the two. mix: from the whole gradient of h_t to those of the pre-activations of z and of the candidate, and the share
 * of h_prev in the mix. reset: from grad_rh to the gradient of the pre-activation of r, and the share of h_prev under the gate.
 */
export const backwardGates = /* @__PURE__ */ memoizeByKernels((kernels): Halves => {
  const mix = kernels.rows(backwardCode, 'mix', [3, 3, 1, 1, 1], 1.5);
  const reset = kernels.rows(backwardCode, 'reset', [3, 3, 1, 1, 1], 1);
  if (mix === null || reset === null) return { mix: plainMixBackward, reset: plainResetBackward };
  return {
    mix: (n, H, { a, h, grad_a, grad_h }, t) => {
      const saved = [a.pointer(t), grad_a.pointer(t), h.pointer(t)];
      mix(a.block.dtype, n, H, [...saved, grad_h.pointer(t + 1), grad_h.pointer(t)]);
    },
    reset: (n, H, { a, h, grad_a, grad_rh, grad_h }, t) => {
      const saved = [a.pointer(t), grad_a.pointer(t), h.pointer(t)];
      reset(a.block.dtype, n, H, [...saved, grad_rh.pointer(t), grad_h.pointer(t)]);
    },
  };
});

const plainMixBackward: Gates = (n, H, series, t) => {
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

const plainResetBackward: Gates = (n, H, series, t) => {
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

/** All steps in WebAssembly, on [a, rh, h], with [W_z, W_r] and W_h packed; null where there is none. */
export const forwardSteps = /* @__PURE__ */ memoizeByKernels((kernels) =>
  kernels.steps(forwardCode, 'steps', [3, 1, 1], 5),
);

/** All steps back, on [a, h, grad_h, grad_rh, grad_a], with both weights transposed. */
export const backwardSteps = /* @__PURE__ */ memoizeByKernels((kernels) =>
  kernels.steps(backwardCode, 'steps', [3, 1, 1, 1, 3], 2.5),
);
