/** The point-wise half of the backward step: the reference in plain TypeScript, and the same in WebAssembly. */
import { type Block, rnnCode, type SequenceKernels } from '@retrograd/kernels';

/** Exports of assembly/rnn.ts; addresses in bytes. */
interface RNNModule {
  tanhBackward32(n: number, h: number, grad: number): void;
  tanhBackward64(n: number, h: number, grad: number): void;
}

/** grad · tanh', in terms of h = tanh(a): grad = grad (1 - h²), in place, for n entries from the offsets on. */
export function tanhBackward(
  kernels: SequenceKernels,
  n: number,
  h: Block,
  hAt: number,
  grad: Block,
  gradAt: number,
): void {
  const module = kernels.module<RNNModule>(rnnCode);
  if (module !== null) {
    const run = h.dtype === 'float32' ? module.tanhBackward32 : module.tanhBackward64;
    run(n, h.pointer(hAt), grad.pointer(gradAt));
    return;
  }
  const [states, gradients] = [h.data, grad.data];
  for (let k = 0; k < n; k++) gradients[gradAt + k] *= 1 - states[hAt + k] * states[hAt + k];
}
