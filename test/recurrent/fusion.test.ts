/**
 * All degrees of fusion of a layer agree: composed equations, lifted cell, lifted sequence, the functions by
 * hand, the class.
 */

import { copy, dense, type NdArray, Random, randomNormal } from '@retrograd/arrays';
import { grad, parameter, Tensor } from '@retrograd/autograd';
import { currentKernels, type SequenceKernels, useKernels } from '@retrograd/kernels';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameBits } from '../support/assert-arrays.js';
import { scanned, sequenceImplementations } from '../support/implementations.js';
import { type Case, loaded, randomCase, randomSizes } from '../support/layer-cases.js';
import { assertSlopes, slopesOf } from '../support/layer-differences.js';
import { type Arrays, LAYERS, type LayerEntry, type Tensors } from '../support/layer-table.js';

export const kernels = 'all';

/** |a - b| <= 1e-12 of the largest entry of b. */
function assertAgree(actual: NdArray, expected: NdArray, label: string, rtol = 1e-12): void {
  assert.equal(actual.shape, expected.shape, `${label}: shape`);
  const [a, b] = [dense(actual).data, dense(expected).data];
  const allowed = rtol * Math.max(1e-3, ...b.map(Math.abs));
  for (let i = 0; i < b.length; i++) {
    if (!(Math.abs(a[i] - b[i]) <= allowed))
      assert.unreachable(`${label}: entry ${i} is ${a[i]}, expected ${b[i]}`);
  }
}

const EDGES = [
  { B: 1, T: 1, I: 1, H: 1 },
  { B: 1, T: 7, I: 3, H: 5 },
  { B: 9, T: 1, I: 5, H: 3 },
  { B: 5, T: 13, I: 17, H: 7 },
  { B: 3, T: 4, I: 1, H: 19 },
  { B: 2, T: 2000, I: 1, H: 2 },
];

for (const layer of LAYERS) {
  const { name } = layer;
  const states = layer.states;

  test(`the implementations of a ${name} sequence agree to 1e-12, from T = 1 to T = 2000`, () => {
    const sizes = [
      ...EDGES,
      ...Array.from({ length: 12 }, (_, seed) => randomSizes(seed, { B: 9, T: 9, I: 9, H: 9 })),
    ];
    sizes.forEach((size, seed) => {
      const each = randomCase(layer, size, seed);
      const { 'derived by hand': byHand, ...others } = sequenceImplementations(layer);
      const args = [each.x, each.state, each.params, each.grad_h_all, each.grad_state] as const;
      const expected = byHand(...args);
      for (const [implementation, run] of Object.entries(others)) {
        const got = run(...args);
        assertAgree(got.h_all, expected.h_all, `${each.title}, ${implementation}, h_all`);
        got.final.forEach((s, i) =>
          assertAgree(s, expected.final[i], `${each.title}, ${implementation}, ${states[i]}_final`),
        );
        for (const key of Object.keys(got.grads)) {
          assertAgree(
            got.grads[key],
            expected.grads[key],
            `${each.title}, ${implementation}, gradient of ${key}`,
          );
        }
      }
    });
  });

  const fusions: Record<string, LayerEntry['sequence']> = {
    'composed equations': scanned(layer.equations),
    'lifted cell': scanned(layer.cell),
    'lifted sequence': layer.sequence,
  };

  test(`second derivatives of the ${name}, unfused and fused, agree with each other and with differences of the gradient`, () => {
    for (const seed of [1, 2, 3]) {
      const each = randomCase(layer, randomSizes(seed, { B: 3, T: 4, I: 3, H: 3 }), seed);
      const inputs = inputsOf(layer, each);
      const rng = new Random(seed);
      const names = Object.keys(inputs);
      const directions = names.map((key) => randomNormal(inputs[key].shape, { rng }));
      const gradientsByHand = (at: Arrays): NdArray[] => {
        const of = (suffix: string) => states.map((s) => at[`${s}${suffix}`]);
        const params = Object.fromEntries(layer.params.map((key) => [key, at[key]]));
        const run = layer.sequenceByHand(at.x, of('_0'), params, at.grad_h_all, of('_cotangent'), false);
        return wanted(layer).map((key) => run.grads[key]);
      };
      const weights = wanted(layer).map((key) => directions[names.indexOf(key)]);
      const slopes = slopesOf({ run: gradientsByHand, weights, inputs }, rng);
      const second = Object.entries(fusions).map(([fusion, run]) => {
        const leaves: Tensors = Object.fromEntries(names.map((key) => [key, parameter(inputs[key])]));
        const of = (suffix: string) => states.map((s) => leaves[`${s}${suffix}`]);
        const [h_all, final] = run(leaves.x, of('_0'), leaves);
        const first = grad(
          [h_all, ...final],
          wanted(layer).map((key) => leaves[key]),
          {
            cotangent: [leaves.grad_h_all, ...of('_cotangent')],
            createGraph: true,
          },
        );
        const got = grad(
          first,
          names.map((key) => leaves[key]),
          { cotangent: weights },
        );
        const grads = Object.fromEntries(names.map((key, i) => [key, got[i].value]));
        assertSlopes(grads, slopes, `${each.title}, second derivatives, ${fusion}`);
        return { fusion, grads };
      });
      for (const { fusion, grads } of second.slice(1)) {
        for (const key of names)
          assertAgree(grads[key], second[0].grads[key], `${each.title}, ${fusion}, ${key}`);
      }
    }
  });

  test(`only ${states.map((s) => `${s}_final`).join(' or only ')} of a ${name} used: the other outputs count as zero`, () => {
    const each = randomCase(layer, { B: 2, T: 5, I: 3, H: 4 }, 5);
    states.forEach((state, used) => {
      const zero = (x: NdArray): NdArray => randomNormal(x.shape, { std: 0 });
      const cotangents = each.grad_state.map((g, i) => (i === used ? g : zero(g)));
      const expected = layer.sequenceByHand(
        each.x,
        each.state,
        each.params,
        zero(each.grad_h_all),
        cotangents,
        false,
      );
      for (const [fusion, run] of Object.entries(fusions)) {
        const leaves = leavesOf(layer, each);
        const [, final] = run(
          leaves.x,
          states.map((s) => leaves[`${s}_0`]),
          leaves,
        );
        const keys = Object.keys(leaves);
        const got = grad(
          final[used],
          keys.map((key) => leaves[key]),
          { cotangent: each.grad_state[used] },
        );
        keys.forEach((key, i) => {
          assertAgree(
            got[i].value,
            expected.grads[key],
            `${each.title}, ${fusion}, ${state}_final, gradient of ${key}`,
          );
        });
      }
    });
  });

  test(`a constant x saves a ${name} its gradient, and the other gradients keep their bits`, () => {
    const each = randomCase(layer, { B: 3, T: 6, I: 4, H: 5 }, 6);
    const made = loaded(layer, each);
    const run = (x: NdArray | Tensor): { grads: Tensor[]; products: number } => {
      const start = each.state.map((s) => parameter(s));
      const [W, b] = [parameter(made.W.value), parameter(made.b.value)];
      let products = 0;
      const kernels = currentKernels();
      const { sequence } = kernels;
      const counting: SequenceKernels = new Proxy(sequence, {
        get(target, name) {
          const value = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          return (...args: unknown[]) => {
            if (name === 'multiply') products++;
            return Reflect.apply(value, target, args);
          };
        },
      });
      useKernels({ ...kernels, sequence: counting });
      try {
        const [h_all] = layer.fns.sequence(x, ...start, W, b) as Tensor[];
        // A tape goes on with the set it was made with.
        products = 0;
        const leaves = [W, b, ...start, ...(x instanceof Tensor ? [x] : [])];
        const grads = grad(h_all, leaves, { cotangent: each.grad_h_all });
        return { grads, products };
      } finally {
        useKernels(kernels);
      }
    };
    const [skipped, full] = [run(each.x), run(parameter(each.x))];
    skipped.grads.forEach((g, i) => {
      assertSameBits(g.value, full.grads[i].value, `${each.title}, gradient ${i}`);
    });
    assert.is(full.products - skipped.products, 1);
  });
}

function leavesOf(layer: LayerEntry, each: Case): Tensors {
  const arrays = {
    x: each.x,
    ...Object.fromEntries(layer.states.map((s, i) => [`${s}_0`, each.state[i]])),
    ...each.params,
  };
  return Object.fromEntries(Object.entries(arrays).map(([key, value]) => [key, parameter(value)]));
}

function inputsOf(layer: LayerEntry, each: Case): Arrays {
  const of = (suffix: string, values: NdArray[]) =>
    Object.fromEntries(layer.states.map((s, i) => [`${s}${suffix}`, copy(values[i])]));
  return {
    x: each.x,
    ...of('_0', each.state),
    ...each.params,
    grad_h_all: each.grad_h_all,
    ...of('_cotangent', each.grad_state),
  };
}

/** What first derivatives are taken of: everything but the cotangents. */
function wanted({ states, params }: LayerEntry): string[] {
  return ['x', ...states.map((s) => `${s}_0`), ...params];
}

test.run();
