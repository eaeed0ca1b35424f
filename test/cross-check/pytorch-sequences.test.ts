/**
 * Whole sequences against PyTorch, in every implementation: by hand, unfused and fused on the graph, and the
 * classes. All gradients, those of the initial states included, with cotangents for h_all and for the final
 * states.
 */

import type { NdArray } from '@retrograd/arrays';
import { currentKernels } from '@retrograd/kernels';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { closeTo, readFixtures } from '../support/fixtures.js';
import { sequenceImplementations, stepByStep } from '../support/implementations.js';
import { type Arrays, LAYERS, type LayerName } from '../support/layer-table.js';

export const kernels = 'all';

interface SequenceCase {
  cell: LayerName;
  B: number;
  T: number;
  I: number;
  H: number;
  x: NdArray;
  state: Arrays;
  params: Arrays;
  grad_h_all: NdArray;
  grad_final: Arrays;
  h_all: NdArray;
  final: Arrays;
  grads: Arrays;
}

/**
 * At every size, T = 500 too. The plain kernels stay within a tenth of this; the rest is room for kernels
 * that add in another order.
 */
const TOLERANCE = { rtol: 1e-12, atol: 1e-14 };

/** Soils memory that the kernels get next: what they forget to write is NaN there, and not 0 by chance. */
function soil(): void {
  const { sequence } = currentKernels();
  // Small ones, which find every gap.
  const used = Array.from({ length: 2000 }, () => sequence.take('float64', 8));
  for (const { data } of used) data.fill(Number.NaN);
  used.reverse().forEach(sequence.give, sequence);
}

const cases = readFixtures<SequenceCase>('sequences');
const titleOf = ({ cell, B, T, I, H }: SequenceCase) => `${cell} (B ${B}, T ${T}, I ${I}, H ${H})`;

for (const layer of LAYERS) {
  const { name } = layer;
  const own = cases.filter(({ cell }) => cell === name);
  const of = (arrays: Arrays) => layer.states.map((state) => arrays[state]);

  for (const [implementation, run] of Object.entries(sequenceImplementations(layer))) {
    test(`${name} over time, ${implementation}: outputs and all gradients equal PyTorch's`, () => {
      assert.is(own.length, 5);
      for (const each of own) {
        const label = `${titleOf(each)}, ${implementation}`;
        soil();
        const got = run(each.x, of(each.state), each.params, each.grad_h_all, of(each.grad_final));
        closeTo(got.h_all, each.h_all, TOLERANCE, `${label}, h_all`);
        got.final.forEach((s, i) => {
          closeTo(s, of(each.final)[i], TOLERANCE, `${label}, ${layer.states[i]}_final`);
        });
        const onArrays = implementation === 'class on arrays';
        const expected = Object.keys(each.grads).filter((key) => !(onArrays && key.endsWith('_0')));
        assert.equal(Object.keys(got.grads).sort(), expected.sort(), label);
        for (const key of expected) {
          closeTo(got.grads[key], each.grads[key], TOLERANCE, `${label}, gradient of ${key}`);
        }
      }
    });
  }

  test(`${name} by step(), state carried, gives PyTorch's hidden states`, () => {
    for (const each of own) {
      soil();
      const { steps, final } = stepByStep(layer, each.x, of(each.state), each.params);
      steps.forEach((h_t, t) => {
        closeTo(h_t, each.h_all.pick(null, t, null), TOLERANCE, `${titleOf(each)}, h at ${t}`);
      });
      final.forEach((s, i) => {
        closeTo(s, of(each.final)[i], TOLERANCE, `${titleOf(each)}, ${layer.states[i]}_final`);
      });
    }
  });
}

test.run();
