/**
 * Training keeps nothing: heap and buffers are flat over 1,000 steps, on arrays and on tensors, and lists of
 * caches are let go.
 */

import { type NdArray, randomNormal } from '@retrograd/arrays';
import { backward, mul, parameter, sum, type Tensor } from '@retrograd/autograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { randomCase, sequenceArgs } from '../support/layer-cases.js';
import { LAYERS } from '../support/layer-table.js';
import { growthOver } from '../support/memory.js';

export const kernels = 'all';

const STEPS = 1000;
/** What a step allocates is more than 5 kB: keeping every tenth would show. */
const ALLOWED = 400_000;

/** Asserts that memory is flat over 1,000 steps. */
function assertFlat(step: () => void): void {
  let grown = growthOver(STEPS / 3, step);
  // Code that the engine made meanwhile stays too, but only once: what leaks grows again.
  if (grown >= ALLOWED) grown = growthOver(STEPS / 3, step);
  assert.ok(grown < ALLOWED, `memory grew by ${grown} bytes over ${STEPS} steps`);
}

const SIZES = { B: 2, T: 8, I: 4, H: 8 };

for (const layer of LAYERS) {
  const { className, name, fns } = layer;
  const each = randomCase(layer, SIZES, 1);

  test(`${className} on arrays: flat over ${STEPS} training steps`, () => {
    const made = layer.make(SIZES.I, SIZES.H, { seed: 1 });
    const forward = made.forward.bind(made) as (x: NdArray) => NdArray;
    assertFlat(() => {
      const h_all = forward(each.x);
      made.backward(h_all);
      const gradients = Object.values(made.getGradients()) as NdArray[];
      Object.values(made.getParams() as object).forEach((p: NdArray, k) => {
        for (let i = 0; i < p.shape[0]; i++) p.set(i, 0, p.get(i, 0) - 0.01 * gradients[k].get(i, 0));
      });
    });
  });

  test(`${className} on tensors: flat over ${STEPS} training steps, the state carried`, () => {
    const made = layer.make(SIZES.I, SIZES.H, { seed: 1 });
    let state: Tensor[] | undefined;
    assertFlat(() => {
      const x = parameter(each.x);
      const [h_all, final] = made.run(x, state);
      backward(sum(mul(h_all, h_all)));
      for (const p of made.parameters()) {
        p.update((value) => {
          const g = (p.grad as NdArray).data;
          for (let i = 0; i < g.length; i++) value.data[i] -= 0.001 * g[i];
        });
        p.grad = null;
      }
      state = final.map((s) => s.detach());
    });
  });

  test(`the functions of the ${name}: flat over ${STEPS} calls, caches included`, () => {
    const args = sequenceArgs(layer, each);
    const grad_h_all = randomNormal(each.grad_h_all.shape, { seed: 2 });
    assertFlat(() => {
      const caches = (fns.forward(...args) as unknown[]).at(-1);
      fns.backward(grad_h_all, caches);
    });
  });
}

test.run();
