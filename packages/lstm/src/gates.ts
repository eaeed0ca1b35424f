/**
 * The point-wise half of an LSTM step, forward and backward as twins (equations in cell.ts): the reference in plain TypeScript,
 * and the same in WebAssembly (assembly/lstm.ts of the kernels). A row of `gates` holds the four gates of one sample side by
 * side: f, i, c_tilde, o, H entries each. Everything else is (B, H), at the offset given for it.
 */
import type { Block, StepsFunction } from '@retrograd/kernels';
import {
  lstmBackwardCode,
  lstmForwardCode,
  memoizeByKernels,
  sigmoidScalar,
} from '@retrograd/kernels/internal';

/** The forward half, for the memory of one kernel set, and whole sequences where the set has a function for them. */
export interface ForwardGates {
  /**
   * Turns pre-activations into gates, in place, and computes the states.
   * @param gates (B, 4H) at `gatesAt`: pre-activations in, activations out
   * @param c     cell states; the block at `c_prevAt` is read, the one at `c_tAt` written
   */
  forward(
    B: number,
    H: number,
    gates: Block,
    gatesAt: number,
    c: Block,
    c_prevAt: number,
    c_tAt: number,
    tanh_c: Block,
    tanh_cAt: number,
    h: Block,
    h_tAt: number,
  ): void;

  /** All steps with W_h prepared, on [gates, c, tanh_c, h]: as the loop in tape.ts, which is for where it gives false. */
  readonly steps: StepsFunction;
}

/** The backward half. */
export interface BackwardGates {
  /**
   * @param grad_h (B, H) at `grad_hAt`: the whole gradient of h_t
   * @param grad_c (B, H): the gradient of c_t from the step behind in, that of c_prev out
   * @param grad_a (B, 4H) at `gatesAt`: receives the gradients of the pre-activations
   */
  backward(
    B: number,
    H: number,
    gates: Block,
    gatesAt: number,
    c: Block,
    c_prevAt: number,
    tanh_c: Block,
    tanh_cAt: number,
    grad_h: Block,
    grad_hAt: number,
    grad_c: Block,
    grad_a: Block,
  ): void;

  /** All steps with W_h transposed, on [gates, c, tanh_c, grad_h, grad_c, grad_a]. */
  readonly steps: StepsFunction;
}

/** The forward half on a kernel set: assembly/lstm.ts, on addresses. */
export const forwardOf = /* @__PURE__ */ memoizeByKernels((kernels): ForwardGates => {
  const forward = kernels.rows(lstmForwardCode, 'forward', [4, 1, 1, 1, 1], 8);
  const steps = kernels.steps(lstmForwardCode, 'steps', [4, 1, 1, 1], 8);
  if (forward === null || steps === null) return plainForward;
  return {
    forward: (B, H, gates, gatesAt, c, c_prevAt, c_tAt, tanh_c, tanh_cAt, h, h_tAt) => {
      const [a, c_prev, c_t] = [gates.pointer(gatesAt), c.pointer(c_prevAt), c.pointer(c_tAt)];
      forward(gates.dtype, B, H, [a, c_prev, c_t, tanh_c.pointer(tanh_cAt), h.pointer(h_tAt)]);
    },
    steps,
  };
});

/** The backward half on a kernel set. */
export const backwardOf = /* @__PURE__ */ memoizeByKernels((kernels): BackwardGates => {
  const backward = kernels.rows(lstmBackwardCode, 'backward', [4, 1, 1, 1, 1, 4], 2);
  const steps = kernels.steps(lstmBackwardCode, 'steps', [4, 1, 1, 1, 1, 4], 2);
  if (backward === null || steps === null) return plainBackward;
  return {
    backward: (B, H, gates, gatesAt, c, c_prevAt, tanh_c, tanh_cAt, grad_h, grad_hAt, grad_c, grad_a) => {
      const [a, c_prev, t] = [gates.pointer(gatesAt), c.pointer(c_prevAt), tanh_c.pointer(tanh_cAt)];
      const [to_h, to_c] = [grad_h.pointer(grad_hAt), grad_c.pointer(0)];
      backward(gates.dtype, B, H, [a, c_prev, t, to_h, to_c, grad_a.pointer(gatesAt)]);
    },
    steps,
  };
});

const plainForward: ForwardGates = {
  forward: (B, H, gatesBlock, gatesAt, cBlock, c_prevAt, c_tAt, tanh_cBlock, tanh_cAt, hBlock, h_tAt) => {
    const [gates, c, tanh_c, h] = [gatesBlock.data, cBlock.data, tanh_cBlock.data, hBlock.data];
    for (let b = 0; b < B; b++) {
      const f = gatesAt + b * 4 * H;
      const [i, g, o] = [f + H, f + 2 * H, f + 3 * H];
      for (let j = 0, k = b * H; j < H; j++, k++) {
        const f_t = sigmoidScalar(gates[f + j]);
        const i_t = sigmoidScalar(gates[i + j]);
        const c_tilde = Math.tanh(gates[g + j]);
        const o_t = sigmoidScalar(gates[o + j]);
        const c_t = f_t * c[c_prevAt + k] + i_t * c_tilde;
        const tanh_c_t = Math.tanh(c_t);
        gates[f + j] = f_t;
        gates[i + j] = i_t;
        gates[g + j] = c_tilde;
        gates[o + j] = o_t;
        c[c_tAt + k] = c_t;
        tanh_c[tanh_cAt + k] = tanh_c_t;
        h[h_tAt + k] = o_t * tanh_c_t;
      }
    }
  },
  steps: () => false,
};

const plainBackward: BackwardGates = {
  backward: (
    B,
    H,
    gatesBlock,
    gatesAt,
    cBlock,
    c_prevAt,
    tanh_cBlock,
    tanh_cAt,
    grad_hBlock,
    grad_hAt,
    grad_cBlock,
    grad_aBlock,
  ) => {
    const [gates, c, tanh_c] = [gatesBlock.data, cBlock.data, tanh_cBlock.data];
    const [grad_h, grad_c, grad_a] = [grad_hBlock.data, grad_cBlock.data, grad_aBlock.data];
    for (let b = 0; b < B; b++) {
      const f = gatesAt + b * 4 * H;
      const [i, g, o] = [f + H, f + 2 * H, f + 3 * H];
      for (let j = 0, k = b * H; j < H; j++, k++) {
        const f_t = gates[f + j];
        const i_t = gates[i + j];
        const c_tilde = gates[g + j];
        const o_t = gates[o + j];
        const tanh_c_t = tanh_c[tanh_cAt + k];
        const grad_h_t = grad_h[grad_hAt + k];
        const grad_c_t = grad_c[k] + grad_h_t * o_t * (1 - tanh_c_t * tanh_c_t);
        grad_a[f + j] = grad_c_t * c[c_prevAt + k] * f_t * (1 - f_t);
        grad_a[i + j] = grad_c_t * c_tilde * i_t * (1 - i_t);
        grad_a[g + j] = grad_c_t * i_t * (1 - c_tilde * c_tilde);
        grad_a[o + j] = grad_h_t * tanh_c_t * o_t * (1 - o_t);
        grad_c[k] = grad_c_t * f_t;
      }
    }
  },

  steps: () => false,
};
