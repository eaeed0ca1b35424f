/**
 * The list of caches: whole, it takes the fast path; copied, cut, reversed or changed, it goes step by step.
 * Both give the same numbers, as often as they are asked, and neither changes what it reads.
 */
import { add, copy, type NdArray, randomNormal, stack, zeros } from '@retrograd/arrays';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, assertSameBits } from '../support/assert-arrays.js';
import { type Case, cellArgs, loaded, randomCase, sequenceArgs } from '../support/layer-cases.js';
import { type Arrays, LAYERS, type LayerEntry } from '../support/layer-table.js';

export const kernels = 'all';

type Cache = Arrays;
const TOLERANCE = { rtol: 1e-12, atol: 1e-13 };
const SIZES = { B: 3, T: 6, I: 4, H: 5 };

function forward(layer: LayerEntry, each: Case): { outputs: NdArray[]; caches: Cache[] } {
  const results = layer.fns.forward(...sequenceArgs(layer, each)) as unknown[];
  return { outputs: results.slice(0, -1) as NdArray[], caches: results.at(-1) as Cache[] };
}

/** Gradients by name, whatever the layer's tuple looks like. */
function named(layer: LayerEntry, first: string, states: string[], results: unknown[]): Arrays {
  if (layer.name === 'rnn') {
    const keys = first === 'x' ? [first, ...layer.params, ...states] : [first, ...states, ...layer.params];
    return Object.fromEntries(keys.map((key, i) => [key, results[i] as NdArray]));
  }
  const at = first === 'x' ? 1 : 1 + states.length;
  const rest = results.filter((_, i) => i !== at) as NdArray[];
  const arrays = Object.fromEntries([first, ...states].map((key, i) => [key, rest[i]]));
  return { ...arrays, ...(results[at] as Arrays) };
}

const backward = (
  layer: LayerEntry,
  caches: readonly Cache[],
  each: Case,
  grad_h_all = each.grad_h_all,
): Arrays =>
  named(
    layer,
    'x',
    layer.states.map((s) => `${s}_0`),
    layer.fns.backward(grad_h_all, caches, ...each.grad_state) as unknown[],
  );

/** What backward must give for any list of caches: one cellBackward a step, newest first. */
function chain(
  layer: LayerEntry,
  caches: readonly Cache[],
  each: Case,
  grad_h_all = each.grad_h_all,
): Arrays {
  const { states } = layer;
  let carried: NdArray[] = each.grad_state;
  const xs: NdArray[] = [];
  let total: Arrays = {};
  for (let t = caches.length - 1; t >= 0; t--) {
    const [grad_h, ...others] = carried;
    const args = [add(grad_h_all.pick(null, t, null), grad_h), ...others, caches[t]];
    const got = named(
      layer,
      'x_t',
      states.map((s) => `${s}_prev`),
      layer.fns.cellBackward(...args) as unknown[],
    );
    xs.unshift(got.x_t);
    carried = states.map((s) => got[`${s}_prev`]);
    total = Object.fromEntries(layer.params.map((p) => [p, total[p] ? add(total[p], got[p]) : got[p]]));
  }
  return { x: stack(xs, 1), ...total, ...Object.fromEntries(states.map((s, i) => [`${s}_0`, carried[i]])) };
}

function assertGradients(actual: Arrays, expected: Arrays, label: string, bits = false): void {
  assert.equal(Object.keys(actual).sort(), Object.keys(expected).sort(), label);
  for (const [key, g] of Object.entries(expected)) {
    if (bits) assertSameBits(actual[key], g, `${label}, ${key}`);
    else assertClose(actual[key], g, `${label}, ${key}`, TOLERANCE);
  }
}

const firstSteps = (x: NdArray, T: number): NdArray => copy(x.hi(x.shape[0], T, x.shape[2]));
const lastSteps = (x: NdArray, from: number): NdArray => copy(x.lo(0, from, 0));

const differ = (a: NdArray, b: NdArray): boolean => copy(a).data.some((v, i) => v !== copy(b).data[i]);

for (const layer of LAYERS) {
  const { name } = layer;
  const changedKey = { rnn: 'h_t', lstm: 'f_t', gru: 'z_t' }[name];

  test(`${name}: a copied list of caches gives the numbers of the list itself`, () => {
    for (const T of [1, 2, 7]) {
      const each = randomCase(layer, { ...SIZES, T }, T);
      const { caches } = forward(layer, each);
      const whole = backward(layer, caches, each);
      assertGradients(backward(layer, [...caches], each), whole, each.title);
      assertGradients(whole, chain(layer, caches, each), `${each.title}, chain`);
    }
  });

  test(`${name}: the first caches of a list belong to the beginning of the sequence, the last ones to its end`, () => {
    const each = randomCase(layer, SIZES, 2);
    const { caches } = forward(layer, each);
    for (const cut of [1, 3, 5]) {
      const start = { ...each, x: firstSteps(each.x, cut), grad_h_all: firstSteps(each.grad_h_all, cut) };
      const expected = backward(layer, forward(layer, start).caches, start);
      assertGradients(backward(layer, caches.slice(0, cut), start), expected, `${each.title}, first ${cut}`);

      const state = layer.states.map((s) => copy(caches[cut][`${s}_prev`]));
      const end = { ...each, x: lastSteps(each.x, cut), grad_h_all: lastSteps(each.grad_h_all, cut), state };
      const rest = backward(layer, forward(layer, end).caches, end);
      assertGradients(backward(layer, caches.slice(cut), end), rest, `${each.title}, from ${cut}`);
    }
  });

  test(`${name}: a list that was changed in place is read as it is now`, () => {
    const changes: Record<string, (caches: Cache[]) => void> = {
      reversed: (caches) => caches.reverse(),
      'two steps swapped': (caches) => caches.splice(1, 2, caches[2], caches[1]),
      'one step twice': (caches) => caches.splice(1, 1, caches[3]),
      [`another ${changedKey} in one step`]: (caches) => {
        const other = randomNormal(caches[2][changedKey].shape, { seed: 3 });
        caches[2] = { ...caches[2], [changedKey]: other };
      },
    };
    for (const [change, make] of Object.entries(changes)) {
      const each = randomCase(layer, SIZES, 3);
      const { caches } = forward(layer, each);
      const before = backward(layer, caches, each);
      make(caches);
      const after = backward(layer, caches, each);
      assertGradients(after, chain(layer, caches, each), `${each.title}, ${change}`, true);
      assert.ok(differ(after.x, before.x), `${change} must show`);
    }
    const each = randomCase(layer, SIZES, 4);
    const { caches } = forward(layer, each);
    caches.pop();
    const short = { ...each, grad_h_all: firstSteps(each.grad_h_all, SIZES.T - 1) };
    assertGradients(
      backward(layer, caches, short),
      chain(layer, caches, short),
      `${each.title}, one taken away`,
      true,
    );
  });

  test(`${name}: caches collected from single steps give the numbers of the sequence`, () => {
    const each = randomCase(layer, SIZES, 5);
    const { outputs, caches } = forward(layer, each);
    const own: Cache[] = [];
    let state = each.state;
    for (let t = 0; t < SIZES.T; t++) {
      const x_t = each.x.pick(null, t, null);
      const results = layer.fns.cellForward(...cellArgs(layer, { ...each, x_t, state })) as unknown[];
      state = results.slice(0, layer.states.length) as NdArray[];
      own.push(results.at(-1) as Cache);
      assertClose(state[0], outputs[0].pick(null, t, null), `h at ${t}`, TOLERANCE);
      for (const key of layer.cacheKeys) {
        assertClose(caches[t][key], own[t][key], `${key} of the cache at ${t}`, TOLERANCE);
      }
    }
    assertGradients(backward(layer, own, each), backward(layer, caches, each), each.title);
  });

  test(`${name}: backward five times gives the same bits and leaves caches and cotangents alone`, () => {
    const each = randomCase(layer, SIZES, 6);
    const { caches } = forward(layer, each);
    const read = [...caches.flatMap((cache) => Object.values(cache)), each.grad_h_all, ...each.grad_state];
    const before = read.map((x) => copy(x));
    for (const list of [caches, [...caches]]) {
      const first = backward(layer, list, each);
      for (let i = 0; i < 4; i++)
        assertGradients(backward(layer, list, each), first, `${each.title}, again`, true);
    }
    const made = loaded(layer, each);
    const run = made.forward.bind(made) as (...args: NdArray[]) => NdArray;
    const back = made.backward.bind(made) as (...args: NdArray[]) => NdArray;
    run(each.x, ...each.state);
    const first = {
      x: back(each.grad_h_all, ...each.grad_state),
      ...(made.getGradients() as unknown as Arrays),
    };
    for (let i = 0; i < 4; i++) {
      const again = {
        x: back(each.grad_h_all, ...each.grad_state),
        ...(made.getGradients() as unknown as Arrays),
      };
      assertGradients(again, first, `${each.title}, class, again`, true);
    }
    read.forEach((x, i) => assertSameBits(copy(x), before[i], `${each.title}, array ${i} was changed`));
  });

  test(`${name}: two forward calls in a row do not disturb each other`, () => {
    const [a, b] = [randomCase(layer, SIZES, 7), randomCase(layer, { B: 4, T: 3, I: 4, H: 5 }, 8)];
    const expected = [a, b].map((each) => backward(layer, forward(layer, each).caches, each));
    const both = [a, b].map((each) => forward(layer, each));
    assertGradients(backward(layer, both[0].caches, a), expected[0], a.title, true);
    assertGradients(backward(layer, both[1].caches, b), expected[1], b.title, true);
    assertGradients(backward(layer, both[0].caches, a), expected[0], a.title, true);
  });

  test(`${name}: what the caller changes after forward does not reach the caches`, () => {
    const each = randomCase(layer, SIZES, 9);
    const own = { ...each, x: copy(each.x), x_t: copy(each.x_t), state: each.state.map((s) => copy(s)) };
    own.params = Object.fromEntries(Object.entries(each.params).map(([key, p]) => [key, copy(p)]));
    const { outputs, caches } = forward(layer, own);
    const step = (layer.fns.cellForward(...cellArgs(layer, own)) as unknown[]).at(-1) as Cache;
    const expected = chain(
      layer,
      [(layer.fns.cellForward(...cellArgs(layer, each)) as unknown[]).at(-1) as Cache],
      {
        ...each,
        grad_h_all: zeros([SIZES.B, 1, SIZES.H]),
      },
    );
    for (const x of [own.x, own.x_t, ...own.state, ...Object.values(own.params), ...outputs]) x.data.fill(9);
    assertGradients(
      backward(layer, caches, each),
      backward(layer, forward(layer, each).caches, each),
      each.title,
      true,
    );
    const got = chain(layer, [step], { ...each, grad_h_all: zeros([SIZES.B, 1, SIZES.H]) });
    assertGradients(got, expected, `${each.title}, one step`, true);
  });
}

test.run();
