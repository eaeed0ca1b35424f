/** Small programs of each system; `system` is its name in systems.mjs, null being ours; `wasm` is fetched beside the bundle. */

const TFJS = `
  import * as tf from '@tensorflow/tfjs-core';
  import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
  import { layers, sequential } from '@tensorflow/tfjs-layers';
  import '@tensorflow/tfjs-backend-wasm';`;

export const PROGRAMS = [
  {
    system: null,
    title: 'Retrograd, LSTM inference by function',
    source: `
      import { wrap } from '@retrograd/arrays';
      import { lstmForward } from '@retrograd/lstm';
      export const run = (x, T, params, h_0, c_0) => lstmForward(wrap(x, [1, T, 32]), h_0, c_0, params);`,
  },
  {
    system: null,
    title: 'Retrograd, LSTM inference by layer, step by step',
    source: `
      import { LSTM } from '@retrograd/lstm';
      import { wrap } from '@retrograd/arrays';
      const lstm = new LSTM(32, 32, { dtype: 'float32', init: 'zeros' });
      export const load = (W, b) => { lstm.W.value.data.set(W); lstm.b.value.data.set(b); };
      export const step = (x, state) => lstm.step(wrap(x, [1, 32]), state);`,
  },
  {
    system: null,
    title: 'Retrograd, LSTM training',
    source: `
      import { backward, crossEntropy } from '@retrograd/autograd';
      import { LSTM } from '@retrograd/lstm';
      import { Adam, Linear } from '@retrograd/nn';
      import { clipGradients } from '@retrograd/utils';
      const lstm = new LSTM(32, 32, { dtype: 'float32' });
      const linear = new Linear(32, 10, { dtype: 'float32' });
      const parameters = [...lstm.parameters(), ...linear.parameters()];
      const adam = new Adam(parameters);
      export function train(x, y) {
        const [h_all] = lstm.forward(x);
        const loss = crossEntropy(linear.forward(h_all), y);
        backward(loss);
        const clipped = clipGradients(parameters.map(({ grad }) => grad), 1);
        parameters.forEach((parameter, i) => { parameter.grad = clipped[i]; });
        adam.step();
        adam.zeroGrad();
        return loss.item();
      }`,
  },
  {
    system: 'tfjs',
    title: 'tfjs-layers on WebAssembly, LSTM inference',
    source: `${TFJS}
      const lstm = layers.lstm({ units: 32, batchInputShape: [1, 1, 32], stateful: true });
      export const load = (weights) => lstm.setWeights(weights);
      export const step = (x) => tf.tidy(() => lstm.apply(tf.tensor(x, [1, 1, 32])));`,
    wasm: ['@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'],
  },
  {
    system: 'tfjs',
    title: 'tfjs-layers on WebAssembly, LSTM training',
    source: `${TFJS}
      import '@tensorflow/tfjs-core/dist/register_all_gradients';
      const model = sequential({ layers: [
        layers.lstm({ units: 32, inputShape: [null, 32], returnSequences: true }),
        layers.dense({ units: 10, activation: 'softmax' }),
      ] });
      model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy' });
      export const train = (x, y) => model.trainOnBatch(x, y);`,
    wasm: ['@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'],
  },
  {
    system: 'ort-web',
    title: 'onnxruntime-web, inference',
    source: `
      import * as ort from 'onnxruntime-web/wasm';
      export const load = (bytes) => ort.InferenceSession.create(bytes);
      export const tensor = (data, shape) => new ort.Tensor('float32', data, shape);`,
    wasm: ['onnxruntime-web/dist/ort-wasm-simd-threaded.wasm'],
  },
  {
    system: 'jax-js',
    title: 'jax-js, any program',
    source: `
      import { init, jit, numpy as np, valueAndGrad } from '@jax-js/jax';
      export const start = () => init('wasm');
      export const step = jit(valueAndGrad((W, x) => np.tanh(np.matmul(x, W)).sum()));`,
  },
  {
    system: 'brain',
    title: 'brain.js, LSTM',
    source: `
      import brain from 'brain.js';
      export const net = new brain.recurrent.LSTMTimeStep({ inputSize: 32, hiddenLayers: [32], outputSize: 10 });`,
  },
  {
    system: 'recurrent-js',
    title: 'recurrent-js, LSTM',
    source: `
      import { LSTM } from 'recurrent-js';
      export const net = new LSTM({ architecture: { inputSize: 32, hiddenUnits: [32], outputSize: 10 } });`,
  },
];
