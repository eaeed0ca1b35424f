/** The point-wise half of the backward step: the reference in plain TypeScript, and the same in WebAssembly (assembly/rnn.ts). */
import type { Block, StepsFunction } from '@retrograd/kernels';
import { memoizeByKernels, rnnBackwardCode, rnnForwardCode } from '@retrograd/kernels/internal';

/** The backward half of a tanh unit on a kernel set, and whole sequences where the set has a function for them. */
export interface BackwardGates {
  /** grad · tanh', in terms of h = tanh(a): grad = grad (1 - h²), in place, for (B, H) entries from the offsets on. */
  tanhBackward(B: number, H: number, h: Block, hAt: number, grad: Block, gradAt: number): void;

  /** All steps with W_hh transposed, on [h, grad]: as the loop in tape.ts, which is for where it gives false. */
  readonly steps: StepsFunction;
}

/** All steps forward with W_hh prepared, on [h], likewise. */
export const stepsOf = /* @__PURE__ */ memoizeByKernels(
  (kernels): StepsFunction => kernels.steps(rnnForwardCode, 'steps', [1], 3) ?? (() => false),
);

/** The backward half on a kernel set. */
export const backwardOf = /* @__PURE__ */ memoizeByKernels((kernels): BackwardGates => {
  const backward = kernels.rows(rnnBackwardCode, 'backward', [1, 1], 0.5);
  const steps = kernels.steps(rnnBackwardCode, 'steps', [1, 1], 0.5);
  if (backward === null || steps === null) return plainBackward;
  return {
    tanhBackward: (B, H, h, hAt, grad, gradAt) => {
      backward(h.dtype, B, H, [h.pointer(hAt), grad.pointer(gradAt)]);
    },
    steps,
  };
});

const plainBackward: BackwardGates = {
  tanhBackward: (B, H, h, hAt, grad, gradAt) => {
    const [states, gradients] = [h.data, grad.data];
    for (let k = 0; k < B * H; k++) gradients[gradAt + k] *= 1 - states[hAt + k] * states[hAt + k];
  },
  steps: () => false,
};
