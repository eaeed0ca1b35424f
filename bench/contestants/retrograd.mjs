/** Ours, from the built packages. Variants: plain, wasm-1, wasm-2, blas. */
import { importLibrary, libraryVersion } from './support/library.mjs';
import { setKernels } from './support/our-kernels.mjs';

const CLASSES = { rnn: 'VanillaRNN', lstm: 'LSTM', gru: 'GRU' };

export async function prepare(shape, tensors, variant) {
  const { cell, op, B, T, I, H } = shape;
  const { x, grad_h_all, W, b } = tensors;
  const library = await importLibrary();
  const note = await setKernels(library, variant);
  const version = libraryVersion();
  if (op === 'graph') {
    // Here, so that the others start without it.
    const { prepareComposed } = await import('./support/composed.mjs');
    return { version, note, ops: { graph: prepareComposed(library, shape, tensors) } };
  }
  const { backward, constant, noGrad, wrap } = library;
  const layer = new library[CLASSES[cell]](I, H, { dtype: 'float32', init: 'zeros' });
  layer.W.value.data.set(W.data);
  layer.b.value.data.set(b.data);
  const input = wrap(x.data, [B, T, I]);
  const sequence = constant(input);
  const cotangent = wrap(grad_h_all.data, [B, T, H]);
  const result = (array) => ({ shape: [...array.shape], data: array.data });
  let h_all;

  const train = {
    run() {
      layer.W.grad = null;
      layer.b.grad = null;
      [h_all] = layer.forward(sequence);
      backward(h_all, cotangent);
    },
    read: () => ({
      h_all: result(h_all.value),
      grad_W: result(layer.W.grad),
      grad_b: result(layer.b.grad),
    }),
  };

  const infer = () => {
    [h_all] = layer.forward(sequence);
  };
  const forward = {
    run: () => noGrad(infer),
    read: () => ({ h_all: result(h_all.value) }),
  };

  const inputs = Array.from({ length: T }, (_, t) => wrap(x.data.slice(t * I, (t + 1) * I), [1, I]));
  const state = layer.zeroState(1);
  let h_t;
  let t = 0;
  const step = {
    run() {
      h_t = layer.advance(inputs[t], state);
      t = (t + 1) % T;
    },
    read: () => ({ h_t: result(h_t) }),
  };
  return { version, note, ops: { train, forward, step } };
}
