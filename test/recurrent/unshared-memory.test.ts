/** Layers on memory that no other thread can see, as in a page that is not cross-origin isolated: the same bits. */
import { type Dtype, type NdArray, Random, randomNormal } from '@retrograd/arrays';
import { GRU } from '@retrograd/gru';
import { currentKernels, type Kernels, useKernels, wasmKernels } from '@retrograd/kernels';
import { WasmMemory } from '@retrograd/kernels/internal';
import { LSTM } from '@retrograd/lstm';
import { VanillaRNN } from '@retrograd/rnn';
import { test } from 'uvu';
import { assertSameBits } from '../support/assert-arrays.js';

const DTYPES = ['float32', 'float64'] as const;

/** The outputs of a layer and the gradients of its input and weights. */
function run(Layer: typeof LSTM | typeof GRU | typeof VanillaRNN, dtype: Dtype): NdArray[] {
  const rng = new Random(7);
  const layer = new Layer(5, 12, { rng, dtype });
  const h_all = layer.forward(randomNormal([3, 6, 5], { rng, dtype }));
  const grad_x = layer.backward(randomNormal(h_all.shape, { rng, dtype }));
  return [h_all, grad_x, ...(Object.values(layer.getGradients()) as NdArray[])];
}

for (const Layer of [LSTM, GRU, VanillaRNN]) {
  test(`${Layer.name} has the same bits on memory that is not shared`, () => {
    const before = currentKernels();
    try {
      for (const relaxed of [false, true]) {
        for (const dtype of DTYPES) {
          useKernels(wasmKernels({ relaxed }) as Kernels);
          const shared = run(Layer, dtype);
          useKernels(wasmKernels({ relaxed, memory: new WasmMemory({ shared: false }) }) as Kernels);
          run(Layer, dtype).forEach((value, i) =>
            assertSameBits(value, shared[i], `${dtype}, relaxed ${relaxed}, array ${i}`),
          );
        }
      }
    } finally {
      useKernels(before);
    }
  });
}

test.run();
