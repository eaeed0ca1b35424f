/** The point-wise half of the backward step: the reference in plain TypeScript, and the same in WebAssembly. */
import { type Block, kernelsCode, perKernels } from '@retrograd/kernels';

/** grad · tanh', in terms of h = tanh(a): grad = grad (1 - h²), in place, for (B, H) entries from the offsets on. */
type TanhBackward = (B: number, H: number, h: Block, hAt: number, grad: Block, gradAt: number) => void;

/** The backward half of a tanh unit on a kernel set. */
export const tanhBackwardOf = perKernels((kernels): TanhBackward => {
  const backward = kernels.rows(kernelsCode, 'tanhBackward', [1, 1], 0.5);
  if (backward === null) return plainTanhBackward;
  return (B, H, h, hAt, grad, gradAt) => backward(h.dtype, B, H, h.pointer(hAt), grad.pointer(gradAt));
});

const plainTanhBackward: TanhBackward = (B, H, h, hAt, grad, gradAt) => {
  const [states, gradients] = [h.data, grad.data];
  for (let k = 0; k < B * H; k++) gradients[gradAt + k] *= 1 - states[hAt + k] * states[hAt + k];
};
