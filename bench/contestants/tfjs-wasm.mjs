/** TensorFlow.js: a recurrent layer of tfjs-layers on the WebAssembly backend. */
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { GATES } from '../src/cases.mjs';
import { join, parts, reorder, restore } from './support/layouts.mjs';
import { packageVersion } from './support/package-version.mjs';

const SAME = (G) => Array.from({ length: G }, (_, g) => [g, 1]);
// Keras' orders: i, f, c, o and z, r, h with a z that keeps the old state.
const ORDER = {
  rnn: SAME(1),
  lstm: [
    [1, 1],
    [0, 1],
    [2, 1],
    [3, 1],
  ],
  gru: [
    [0, -1],
    [1, 1],
    [2, 1],
  ],
};

export async function prepare({ cell, op, B, T, I, H }, { x, grad_h_all, W, b }) {
  const tf = await load();
  const { layers } = tf;
  const G = GATES[cell].length;
  const create = { rnn: layers.simpleRNN, lstm: layers.lstm, gru: layers.gru }[cell];
  const options = { units: H, returnSequences: true, batchInputShape: [B, T, I] };
  options.recurrentInitializer = 'zeros';
  if (cell !== 'rnn') options.recurrentActivation = 'sigmoid';
  const layer = create(options);
  const input = tf.tensor(x.data, [B, T, I]);
  // The first call makes the weights.
  layer.apply(input).dispose();
  const { U, V } = parts(W, G, H);
  const arranged = (data, shape) => tf.tensor(reorder(data, G, H, ORDER[cell]), shape);
  layer.setWeights([arranged(V, [I, G * H]), arranged(U, [H, G * H]), arranged(b.data, [G * H])]);
  const cotangent = tf.tensor(grad_h_all.data, [B, T, H]);
  const variables = layer.trainableWeights.map((weight) => weight.val);
  let kept = [];
  const keep = (tensors) => {
    tf.dispose(kept);
    kept = tensors;
  };
  const dataOf = (tensor) => Float32Array.from(tensor.dataSync());

  const train = {
    run() {
      let h_all;
      const { value, grads } = tf.variableGrads(() => {
        h_all = tf.keep(layer.apply(input));
        return h_all.mul(cotangent).sum();
      }, variables);
      value.dispose();
      keep([h_all, ...variables.map(({ name }) => grads[name])]);
    },
    read() {
      const [h_all, kernel, recurrent, bias] = kept.map(dataOf);
      const back = (data) => restore(data, G, H, ORDER[cell]);
      return {
        h_all: { shape: [B, T, H], data: h_all },
        grad_W: { shape: W.shape, data: join(back(recurrent), back(kernel)) },
        grad_b: { shape: b.shape, data: back(bias) },
      };
    },
  };
  const forward = {
    run: () => keep([tf.tidy(() => layer.apply(input))]),
    read: () => ({ h_all: { shape: [B, T, H], data: dataOf(kept[0]) } }),
  };
  const inputs = op === 'step' ? tf.unstack(input, 1) : [];
  let state = Array.from({ length: cell === 'lstm' ? 2 : 1 }, () => tf.zeros([B, H]));
  let t = 0;
  const step = {
    run() {
      const next = tf.tidy(() => layer.cell.call([inputs[t], ...state], {}).slice(1));
      tf.dispose(state);
      state = next;
      t = (t + 1) % T;
    },
    read: () => ({ h_t: { shape: [1, H], data: dataOf(state[0]) } }),
  };
  return { version: packageVersion('@tensorflow/tfjs'), ops: { train, forward, step } };
}

async function load() {
  const { default: tf } = await import('@tensorflow/tfjs');
  const { default: wasm } = await import('@tensorflow/tfjs-backend-wasm');
  const require = createRequire(import.meta.url);
  wasm.setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  await tf.setBackend('wasm');
  await tf.ready();
  return tf;
}
