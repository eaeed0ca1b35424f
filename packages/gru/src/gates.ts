/**
 * The point-wise half of a GRU step, forward and backward as twins (equations in cell.ts): the reference in plain TypeScript,
 * and the same in WebAssembly (assembly/gru.ts of the kernels). A row of `gates` holds the three gates of one sample side by
 * side: z, r, h_tilde, H entries each. Everything else is (B, H), at the offset given for it.
 *
 * The candidate needs r_t h_prev before its own product, so each direction has two halves with a product between them.
 */
import type { Block, StepsFunction } from '@retrograd/kernels';
import {
  gruBackwardCode,
  gruForwardCode,
  memoizeByKernels,
  sigmoidScalar,
} from '@retrograd/kernels/internal';

/** The forward halves, for the memory of one kernel set, and whole sequences where the set has a function for them. */
export interface ForwardGates {
  /** Turns the pre-activations of z and r into gates, in place, and writes r_t h_prev to `rh`. */
  reset(
    B: number,
    H: number,
    gates: Block,
    gatesAt: number,
    h: Block,
    h_prevAt: number,
    rh: Block,
    rhAt: number,
  ): void;

  /** Turns the candidate's pre-activation into h_tilde, in place, and mixes the new state. */
  mix(B: number, H: number, gates: Block, gatesAt: number, h: Block, h_prevAt: number, h_tAt: number): void;

  /** All steps with W_zr and W_h prepared, on [gates, rh, h]: as the loop in tape.ts, which is for where it gives false. */
  readonly steps: StepsFunction;
}

/** The backward halves. */
export interface BackwardGates {
  /**
   * Twin of mix: the gradients of the pre-activations of z and of the candidate, and the share of h_prev in the mix.
   * @param grad_h the part at `grad_hAt` holds the whole gradient of h_t; the one at `grad_h_prevAt` is added to
   */
  mixBackward(
    B: number,
    H: number,
    gates: Block,
    grad_a: Block,
    gatesAt: number,
    h: Block,
    h_prevAt: number,
    grad_h: Block,
    grad_hAt: number,
    grad_h_prevAt: number,
  ): void;

  /**
   * Twin of reset: the gradient of the pre-activation of r, and the share of h_prev under the reset gate.
   * @param grad_rh (B, H) gradient of r_t h_prev
   */
  resetBackward(
    B: number,
    H: number,
    gates: Block,
    grad_a: Block,
    gatesAt: number,
    h: Block,
    h_prevAt: number,
    grad_rh: Block,
    grad_h: Block,
    grad_h_prevAt: number,
  ): void;

  /** All steps with W_zr and W_h transposed, on [gates, h, grad_h, grad_rh, grad_a]. */
  readonly steps: StepsFunction;
}

/** The forward halves on a kernel set: assembly/gru.ts, on addresses. */
export const forwardOf = /* @__PURE__ */ memoizeByKernels((kernels): ForwardGates => {
  const reset = kernels.rows(gruForwardCode, 'reset', [3, 1, 1], 3);
  const mix = kernels.rows(gruForwardCode, 'mix', [3, 1, 1], 2);
  const steps = kernels.steps(gruForwardCode, 'steps', [3, 1, 1], 5);
  if (reset === null || mix === null || steps === null) return plainForward;
  return {
    reset: (B, H, gates, gatesAt, h, h_prevAt, rh, rhAt) => {
      reset(gates.dtype, B, H, [gates.pointer(gatesAt), h.pointer(h_prevAt), rh.pointer(rhAt)]);
    },
    mix: (B, H, gates, gatesAt, h, h_prevAt, h_tAt) => {
      mix(gates.dtype, B, H, [gates.pointer(gatesAt), h.pointer(h_prevAt), h.pointer(h_tAt)]);
    },
    steps,
  };
});

/** The backward halves on a kernel set. */
export const backwardOf = /* @__PURE__ */ memoizeByKernels((kernels): BackwardGates => {
  const mixBackward = kernels.rows(gruBackwardCode, 'mix', [3, 3, 1, 1, 1], 1.5);
  const resetBackward = kernels.rows(gruBackwardCode, 'reset', [3, 3, 1, 1, 1], 1);
  const steps = kernels.steps(gruBackwardCode, 'steps', [3, 1, 1, 1, 3], 2.5);
  if (mixBackward === null || resetBackward === null || steps === null) return plainBackward;
  return {
    mixBackward: (B, H, gates, grad_a, gatesAt, h, h_prevAt, grad_h, grad_hAt, grad_h_prevAt) => {
      const [at, a, h_prev] = [gates.pointer(gatesAt), grad_a.pointer(gatesAt), h.pointer(h_prevAt)];
      const to = [grad_h.pointer(grad_hAt), grad_h.pointer(grad_h_prevAt)];
      mixBackward(gates.dtype, B, H, [at, a, h_prev, ...to]);
    },
    resetBackward: (B, H, gates, grad_a, gatesAt, h, h_prevAt, grad_rh, grad_h, grad_h_prevAt) => {
      const [at, a, h_prev] = [gates.pointer(gatesAt), grad_a.pointer(gatesAt), h.pointer(h_prevAt)];
      const to = [grad_rh.pointer(0), grad_h.pointer(grad_h_prevAt)];
      resetBackward(gates.dtype, B, H, [at, a, h_prev, ...to]);
    },
    steps,
  };
});

const plainForward: ForwardGates = {
  reset: (B, H, gatesBlock, gatesAt, hBlock, h_prevAt, rhBlock, rhAt) => {
    const [gates, h, rh] = [gatesBlock.data, hBlock.data, rhBlock.data];
    for (let b = 0; b < B; b++) {
      const z = gatesAt + b * 3 * H;
      const r = z + H;
      for (let j = 0, k = b * H; j < H; j++, k++) {
        const r_t = sigmoidScalar(gates[r + j]);
        gates[z + j] = sigmoidScalar(gates[z + j]);
        gates[r + j] = r_t;
        rh[rhAt + k] = r_t * h[h_prevAt + k];
      }
    }
  },

  mix: (B, H, gatesBlock, gatesAt, hBlock, h_prevAt, h_tAt) => {
    const [gates, h] = [gatesBlock.data, hBlock.data];
    for (let b = 0; b < B; b++) {
      const z = gatesAt + b * 3 * H;
      const n = z + 2 * H;
      for (let j = 0, k = b * H; j < H; j++, k++) {
        const z_t = gates[z + j];
        const h_tilde = Math.tanh(gates[n + j]);
        gates[n + j] = h_tilde;
        h[h_tAt + k] = (1 - z_t) * h[h_prevAt + k] + z_t * h_tilde;
      }
    }
  },

  steps: () => false,
};

const plainBackward: BackwardGates = {
  mixBackward: (
    B,
    H,
    gatesBlock,
    grad_aBlock,
    gatesAt,
    hBlock,
    h_prevAt,
    grad_hBlock,
    grad_hAt,
    grad_h_prevAt,
  ) => {
    const [gates, grad_a] = [gatesBlock.data, grad_aBlock.data];
    const [h, grad_h] = [hBlock.data, grad_hBlock.data];
    for (let b = 0; b < B; b++) {
      const z = gatesAt + b * 3 * H;
      const n = z + 2 * H;
      for (let j = 0, k = b * H; j < H; j++, k++) {
        const grad_h_t = grad_h[grad_hAt + k];
        const z_t = gates[z + j];
        const h_tilde = gates[n + j];
        grad_a[z + j] = grad_h_t * (h_tilde - h[h_prevAt + k]) * z_t * (1 - z_t);
        grad_a[n + j] = grad_h_t * z_t * (1 - h_tilde * h_tilde);
        grad_h[grad_h_prevAt + k] += grad_h_t * (1 - z_t);
      }
    }
  },

  resetBackward: (
    B,
    H,
    gatesBlock,
    grad_aBlock,
    gatesAt,
    hBlock,
    h_prevAt,
    grad_rhBlock,
    grad_hBlock,
    grad_h_prevAt,
  ) => {
    const [gates, grad_a, h] = [gatesBlock.data, grad_aBlock.data, hBlock.data];
    const [grad_rh, grad_h] = [grad_rhBlock.data, grad_hBlock.data];
    for (let b = 0; b < B; b++) {
      const r = gatesAt + b * 3 * H + H;
      for (let j = 0, k = b * H; j < H; j++, k++) {
        const r_t = gates[r + j];
        grad_a[r + j] = grad_rh[k] * h[h_prevAt + k] * r_t * (1 - r_t);
        grad_h[grad_h_prevAt + k] += grad_rh[k] * r_t;
      }
    }
  },

  steps: () => false,
};
