/** What onnxruntime-node and onnxruntime-web share: the operations of the benchmark on a session. */
import { swapAxes } from './layouts.mjs';
import { onnxModel } from './onnx-model.mjs';

/**
 * The input is time-major, as ONNX wants it: turning it is not part of what is timed.
 * @param create makes a session of the model's bytes
 */
export async function prepareOnnx({ Tensor }, create, shape, tensors) {
  const { cell, op, B, T, I, H } = shape;
  const streaming = op === 'step';
  const session = await create(onnxModel(streaming ? { ...shape, T: 1 } : shape, tensors));
  const x = swapAxes(tensors.x.data, B, T, I);
  const states = cell === 'lstm' ? ['h', 'c'] : ['h'];
  const initial = Object.fromEntries(
    states.map((s) => [`initial_${s}`, new Tensor('float32', new Float32Array(B * H), [1, B, H])]),
  );

  const feeds = { X: new Tensor('float32', x, [T, B, I]), ...initial };
  let Y;
  const forward = {
    async run() {
      ({ Y } = await session.run(feeds, ['Y']));
    },
    read: () => ({ h_all: { shape: [B, T, H], data: swapAxes(Y.data, T, B, H) } }),
  };

  const inputs = Array.from(
    { length: T },
    (_, t) => new Tensor('float32', x.slice(t * I, (t + 1) * I), [1, 1, I]),
  );
  const names = states.map((s) => `Y_${s}`);
  let state = initial;
  let t = 0;
  const step = {
    async run() {
      const results = await session.run({ X: inputs[t], ...state }, names);
      state = Object.fromEntries(states.map((s) => [`initial_${s}`, results[`Y_${s}`]]));
      t = (t + 1) % T;
    },
    read: () => ({ h_t: { shape: [1, H], data: Float32Array.from(state.initial_h.data) } }),
  };
  return streaming ? { step } : { forward };
}
