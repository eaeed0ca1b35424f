/** A cell that a user writes with the engine's interface gets what the built-in ones have. */

import { type NdArray, Random, randomNormal, StateError, ValueError } from '@retrograd/arrays';
import {
  constant,
  grad,
  gradCheck,
  mul,
  parameter,
  scan,
  sum,
  type Tensor,
  tensor,
} from '@retrograd/autograd';
import { setThreads } from '@retrograd/kernels';
import { type Cell, checkCache, sequenceBackward, sequenceForward } from '@retrograd/recurrent';
import { RecurrentLayer } from '@retrograd/recurrent/graph';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, assertSameBits } from '../support/assert-arrays.js';
import { MGU, mgu, mguEquations } from '../support/minimal-gated-unit.js';

export const kernels = 'all';

const [B, T, I, H] = [3, 6, 4, 5];
const random = (shape: number[], seed: number, dtype: 'float32' | 'float64' = 'float64'): NdArray =>
  randomNormal(shape, { rng: new Random(seed), std: 0.7, dtype });

/** The layer's output and final state by its equations under `scan`. */
function composed(layer: MGU, x: Tensor, h_0: Tensor): Tensor[] {
  const params = Object.entries(layer.getParams()).map(([name, value]) => [name, parameter(value)] as const);
  const [[final], all] = scan<Tensor[]>(
    (state, x_t) => {
      const next = mguEquations(x_t, state, Object.fromEntries(params));
      return [next, next[0]];
    },
    [h_0],
    x,
  );
  return [all, final, ...params.map(([, tensor]) => tensor)];
}

test('a custom cell agrees with its equations, forward and backward', () => {
  const layer = new MGU(I, H, { seed: 3 });
  const [x, h_0, g, g_final] = [
    random([B, T, I], 1),
    random([B, H], 2),
    random([B, T, H], 3),
    random([B, H], 4),
  ];
  const [X, S] = [parameter(x), parameter(h_0)];
  const [all, final, ...params] = composed(layer, X, S);
  const wanted = grad([all, final], [X, S, ...params], { cotangent: [constant(g), constant(g_final)] });

  assertClose(layer.forward(x, h_0), all.value, 'h_all');
  assertClose(layer.backward(g, g_final), wanted[0].value, 'grad_x');
  Object.entries(layer.getGradients()).forEach(([name, value], i) => {
    assertClose(value, wanted[2 + i].value, name);
  });
  const [h_all, h_final] = layer.forward(X, S);
  assertClose(h_final.value, final.value, 'h_final');
  const byGraph = grad([h_all, h_final], [X, S], { cotangent: [constant(g), constant(g_final)] });
  byGraph.forEach((each, i) => assertClose(each.value, wanted[i].value, `by the graph, ${i}`));
});

test('a custom cell has right first and second derivatives', () => {
  const layer = new MGU(2, 3, { seed: 3 });
  const x = random([2, 3, 2], 1);
  const run = () => sum(mul(layer.forward(tensor(x))[0], layer.forward(tensor(x))[0]));
  assert.ok(gradCheck(run, layer.parameters(), { order: 2 }).ok);
});

for (const dtype of ['float32', 'float64'] as const) {
  test(`a custom cell streams to the bits of its sequence, in ${dtype}`, () => {
    const layer = new MGU(I, H, { seed: 3, dtype });
    const x = random([B, T, I], 1, dtype);
    const h_all = layer.forward(x);
    let state = layer.zeroState(B);
    const carried = layer.zeroState(B);
    for (let t = 0; t < T; t++) {
      const x_t = x.pick(null, t, null);
      [, state] = layer.step(x_t, state);
      assertSameBits(state[0], h_all.pick(null, t, null), `step ${t}`);
      assertSameBits(layer.advance(x_t, carried), state[0], `advance ${t}`);
    }
  });
}

test('a custom cell has caches, whole lists of them and lists made by hand', () => {
  const layer = new MGU(I, H, { seed: 3 });
  const [x, h_0, g] = [random([B, T, I], 1), random([B, H], 2), random([B, T, H], 3)];
  const [h_all, , caches] = sequenceForward<Record<string, NdArray>>(mgu, x, [h_0], layer.getParams());
  assertSameBits(layer.forward(x, h_0), h_all, 'h_all');
  assert.equal(Object.keys(caches[0]), ['x_t', 'h_prev', 'f_t', 'h_tilde', 'W_f', 'W_h']);
  assertSameBits(caches[2].h_prev, h_all.pick(null, 1, null), 'h_prev');
  const never = (): never => assert.unreachable('a whole list goes the fast way') as never;
  const whole = sequenceBackward(mgu, caches, [g], never);
  assertSameBits(whole.x, layer.backward(g), 'grad_x');
  assertSameBits(whole.params.W_f, layer.getGradients().W_f, 'W_f');

  let steps = 0;
  const byHand = sequenceBackward(mgu, [...caches], [g], ([grad_h]) => {
    steps++;
    return { x: x.pick(null, 0, null), states: [grad_h], params: { W_f: grad_h } };
  });
  assert.is(steps, T);
  assert.equal(Object.keys(byHand.params), ['W_f']);
  const { f_t, ...without } = caches[0];
  assert.ok(f_t);
  assert.throws(
    () => checkCache('op', 'cache', mgu, without),
    (error: unknown) =>
      error instanceof StateError && /mguCellForward or mguForward.*without f_t/.test(error.message),
  );
});

test('threads change no bit of a custom cell', () => {
  const layer = new MGU(40, 64, { seed: 3 });
  const [x, g] = [random([24, 20, 40], 1), random([24, 20, 64], 2)];
  const alone = [layer.forward(x), layer.backward(g)];
  const before = setThreads(2);
  try {
    for (let i = 0; i < 3; i++) {
      assertSameBits(layer.forward(x), alone[0], 'h_all');
      assertSameBits(layer.backward(g), alone[1], 'grad_x');
    }
  } finally {
    setThreads(before);
  }
});

test('a custom layer has its parameters under their names, and says its own name in errors', () => {
  const layer = new MGU(I, H, { seed: 3 }) as MGU & Record<'W_f', NdArray>;
  assert.equal(Object.keys(layer.stateDict()), ['W_f', 'b_f', 'W_h', 'b_h']);
  assert.equal(layer.W_f.shape, [H + I, H]);
  const other = new MGU(I, H, { init: 'zeros' });
  other.loadStateDict(layer.stateDict());
  const x = random([B, T, I], 1);
  assertSameBits(other.forward(x), layer.forward(x), 'after loading');
  assert.throws(() => layer.forward(random([B, T, I + 1], 1)), /^MGU\.forward: x must be \[batch, time, 4\]/);
  assert.throws(() => new MGU(I, 0), /^MGU: hiddenSize/);
  assert.throws(() => layer.forward(tensor(x), tensor(random([B, H + 1], 1))), /^MGU\.forward: h_0 must be/);
});

test('a parameter must not take the name of what a layer has already', () => {
  for (const name of ['W', 'b', 'forward', 'stateDict', 'inputSize', 'constructor']) {
    const cell: Cell = { ...mgu, parameters: (sizes) => ({ [name]: mgu.parameters(sizes).W_f }) };
    const make = () => new RecurrentLayer('Mine', cell, () => [], I, H);
    assert.throws(
      make,
      (error: unknown) => error instanceof ValueError && error.message.includes(`'${name}'`),
    );
  }
});

test.run();
