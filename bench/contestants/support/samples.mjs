/**
 * The operations of the benchmark for libraries that know no batches: sample by sample, with the weight
 * gradients adding up in the library's own matrices.
 */
import { GATES } from '../../src/cases.mjs';

/**
 * @param library `matrices(gate)` -> [V, U, b] as { values, gradients, sign? } stored (H, I), (H, H), (H);
 *   `begin(training)` -> the first state; `step(x_t, state)` -> the next; `hidden(state)` -> { values };
 *   `backward(states, grad_h_all of the sample)`
 */
export function prepareSamples({ cell, B, T, I, H }, { x, grad_h_all, W, b }, library) {
  const gates = GATES[cell];
  const width = gates.length * H;
  /** Calls with every weight: its matrix, its index there, and its index in the problem's W or b. */
  const everyWeight = (visit) =>
    gates.forEach((gate, g) => {
      const [V, U, bias] = library.matrices(gate);
      for (let j = 0; j < H; j++) {
        for (let k = 0; k < H; k++) visit('W', U, j * H + k, k * width + g * H + j);
        for (let k = 0; k < I; k++) visit('W', V, j * I + k, (H + k) * width + g * H + j);
        visit('b', bias, j, g * H + j);
      }
    });
  everyWeight((name, { values, sign = 1 }, own, index) => {
    values[own] = sign * (name === 'W' ? W : b).data[index];
  });
  const inputs = Array.from({ length: B * T }, (_, n) => Array.from(x.data.subarray(n * I, (n + 1) * I)));
  const h_all = new Float32Array(B * T * H);

  function sequence(sample, training) {
    let state = library.begin(training);
    const states = [];
    for (let t = 0; t < T; t++) {
      state = library.step(inputs[sample * T + t], state);
      h_all.set(library.hidden(state).values, (sample * T + t) * H);
      states.push(state);
    }
    return states;
  }

  const train = {
    run() {
      for (const gate of gates) for (const { gradients } of library.matrices(gate)) gradients.fill(0);
      for (let n = 0; n < B; n++) {
        library.backward(sequence(n, true), grad_h_all.data.subarray(n * T * H, (n + 1) * T * H));
      }
    },
    read() {
      const grads = { W: new Float32Array(W.data.length), b: new Float32Array(b.data.length) };
      everyWeight((name, { gradients, sign = 1 }, own, index) => {
        grads[name][index] = sign * gradients[own];
      });
      return {
        h_all: { shape: [B, T, H], data: h_all },
        grad_W: { shape: W.shape, data: grads.W },
        grad_b: { shape: b.shape, data: grads.b },
      };
    },
  };
  const forward = {
    run() {
      for (let n = 0; n < B; n++) sequence(n, false);
    },
    read: () => ({ h_all: { shape: [B, T, H], data: h_all } }),
  };
  let state;
  let t = 0;
  const step = {
    run() {
      state = library.step(inputs[t], state ?? library.begin(false));
      t = (t + 1) % T;
    },
    read: () => ({ h_t: { shape: [1, H], data: Float32Array.from(library.hidden(state).values) } }),
  };
  return { train, forward, step };
}
