/**
 * jax-js on WebAssembly. It has no recurrent layer and no scan: our equations, unrolled over time under
 * `jit`, which compiles before anything is timed; the products with the inputs are one product, as an
 * experienced user writes it. An array that is used again is passed on as `.ref`.
 */
import { GATES } from '../src/cases.mjs';
import { jaxCells } from './support/jax-cells.mjs';
import { join, parts } from './support/layouts.mjs';
import { packageVersion } from './support/package-version.mjs';

export async function prepare({ cell, op, B, T, I, H }, { x, grad_h_all, W, b }) {
  const jax = await import('@jax-js/jax');
  await jax.init('wasm');
  jax.defaultDevice('wasm');
  const { numpy: np, blockUntilReady, jit, tree, valueAndGrad } = jax;
  const G = GATES[cell].length;
  const { begin, step: advance } = jaxCells(jax)[cell];
  const upload = (data, shape) => np.array(data.slice()).reshape(shape);
  const { U, V } = parts(W, G, H);
  const params = { U: upload(U, [H, G * H]), V: upload(V, [I, G * H]), b: upload(b.data, [G * H]) };
  const input = upload(x.data, [B, T, I]);
  const cotangent = upload(grad_h_all.data, [B, T, H]);

  const sequence = ({ U, V, b }, x) => {
    const fromInput = np
      .matmul(x.reshape([B * T, I]), V)
      .add(b)
      .reshape([B, T, G * H]);
    let state = begin(B, H);
    const all = [];
    for (let t = 0; t < T; t++) {
      state = advance(fromInput.ref.slice([], t), state, U.ref, H);
      all.push(state[0].ref);
    }
    tree.dispose([fromInput, state, U]);
    return np.stack(all, 1);
  };
  const loss = (params, x, cotangent) => {
    const h_all = sequence(params, x);
    return [h_all.ref.mul(cotangent).sum(), h_all];
  };
  const oneStep = ({ U, V, b }, x_t, state) => advance(np.matmul(x_t, V).add(b), state, U, H);
  const compiled = {
    train: jit(valueAndGrad(loss, { hasAux: true })),
    forward: jit(sequence),
    step: jit(oneStep),
  };

  let kept = null;
  const keep = async (results) => {
    await blockUntilReady(results);
    if (kept !== null) tree.dispose(kept);
    kept = results;
  };
  const train = {
    async run() {
      const [[value, h_all], grads] = compiled.train(tree.ref(params), input.ref, cotangent.ref);
      value.dispose();
      await keep({ h_all, grads });
    },
    read: () => ({
      h_all: { shape: [B, T, H], data: kept.h_all.ref.dataSync() },
      grad_W: { shape: W.shape, data: join(kept.grads.U.ref.dataSync(), kept.grads.V.ref.dataSync()) },
      grad_b: { shape: b.shape, data: kept.grads.b.ref.dataSync() },
    }),
  };
  const forward = {
    run: () => keep({ h_all: compiled.forward(tree.ref(params), input.ref) }),
    read: () => ({ h_all: { shape: [B, T, H], data: kept.h_all.ref.dataSync() } }),
  };
  const inputs = op === 'step' ? Array.from({ length: T }, (_, t) => input.ref.slice([], t)) : [];
  let state = begin(B, H);
  let t = 0;
  const step = {
    async run() {
      state = compiled.step(tree.ref(params), inputs[t].ref, state);
      await blockUntilReady(state);
      t = (t + 1) % T;
    },
    read: () => ({ h_t: { shape: [1, H], data: state[0].ref.dataSync() } }),
  };

  const start = performance.now();
  if (op === 'step') tree.dispose(compiled.step(tree.ref(params), inputs[0].ref, begin(B, H)));
  else await { train, forward }[op].run();
  const seconds = (performance.now() - start) / 1000;
  const note = op === 'step' ? 'jit' : 'jit, unrolled over time';
  return { version: packageVersion('@jax-js/jax'), note, compile: seconds, ops: { train, forward, step } };
}
