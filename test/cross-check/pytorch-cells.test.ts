/**
 * One step of each cell against PyTorch: by hand, composed, and lifted; ordinary sizes and extreme values.
 */
import type { NdArray } from '@retrograd/arrays';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { closeTo, readFixtures, type Tolerance } from '../support/fixtures.js';
import { cellImplementations } from '../support/implementations.js';
import { type Arrays, LAYERS, type LayerName, layerNamed } from '../support/layer-table.js';

export const kernels = 'all';

interface CellCase {
  title?: string;
  cell: LayerName;
  B: number;
  I: number;
  H: number;
  x_t: NdArray;
  state: Arrays;
  params: Arrays;
  cotangents: Arrays;
  outputs: Arrays;
  grads: Arrays;
}

/** Room for the order of additions: the plain kernels stay within a hundredth of it. */
const TOLERANCE = { rtol: 1e-12, atol: 1e-14 };

/** Where make.py proved PyTorch's numbers with 1400 digits. */
const EXTREMES = { rtol: 1e-12, atol: 1e-12 };

function checkCase(implementation: string, each: CellCase, tolerance: Tolerance): void {
  const layer = layerNamed(each.cell);
  const label = `${each.cell}, ${implementation}, ${each.title ?? `B ${each.B}, I ${each.I}, H ${each.H}`}`;
  const of = (arrays: Arrays) => layer.states.map((name) => arrays[name]);
  const { outputs, grads } = cellImplementations(layer)[implementation](
    each.x_t,
    of(each.state),
    each.params,
    of(each.cotangents),
  );
  assert.is(outputs.length, layer.states.length);
  outputs.forEach((y, i) => {
    closeTo(y, of(each.outputs)[i], tolerance, `${label}, ${layer.states[i]}_t`);
  });
  assert.equal(Object.keys(grads).sort(), Object.keys(each.grads).sort(), label);
  for (const [name, g] of Object.entries(grads)) {
    closeTo(g, each.grads[name], tolerance, `${label}, gradient of ${name}`);
  }
}

const ordinary = readFixtures<CellCase>('cells');
const extreme = readFixtures<CellCase>('extremes');

for (const layer of LAYERS) {
  const { name } = layer;
  for (const implementation of Object.keys(cellImplementations(layer))) {
    test(`a ${name} step, ${implementation}: outputs and all gradients equal PyTorch's`, () => {
      const cases = ordinary.filter(({ cell }) => cell === name);
      assert.is(cases.length, 6);
      for (const each of cases) checkCase(implementation, each, TOLERANCE);
    });

    test(`a ${name} step, ${implementation}: right on ±745, ±1e3, ±1e300 and denormals`, () => {
      const cases = extreme.filter(({ cell }) => cell === name);
      assert.ok(cases.length >= 10);
      for (const each of cases) checkCase(implementation, each, EXTREMES);
    });
  }
}

test.run();
