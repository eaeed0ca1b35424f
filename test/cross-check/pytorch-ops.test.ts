/** Every op of the graph against PyTorch: values and gradients, from test/fixtures/ops.json. */

import type { NdArray } from '@retrograd/arrays';
import { grad, parameter } from '@retrograd/autograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { closeTo, readFixtures } from '../support/fixtures.js';
import { applyOp, type OpArgs, TABLE } from '../support/op-table.js';

export const kernels = 'all';

interface OpCase {
  op: string;
  title: string;
  args: OpArgs;
  inputs: NdArray[];
  cotangent: NdArray | NdArray[];
  output: NdArray | NdArray[];
  grads: NdArray[];
}

/** The absolute part is for gradients that cancel, as 1 - tanh² does far out. */
const TOLERANCE = { rtol: 1e-12, atol: 1e-14 };

const list = <T>(value: T | T[]): T[] => (Array.isArray(value) ? value : [value]);

const cases = readFixtures<OpCase>('ops');
const byOp = new Map<string, OpCase[]>();
for (const each of cases) byOp.set(each.op, [...(byOp.get(each.op) ?? []), each]);

for (const [op, group] of byOp) {
  test(`${op} and its gradients equal PyTorch's in ${group.length} cases`, () => {
    group.forEach(({ title, args, inputs, cotangent, output, grads }, n) => {
      const label = `${op} case ${n} ${title}`;
      const leaves = inputs.map((x) => parameter(x));
      const outputs = list(applyOp(op, leaves, args));
      assert.is(outputs.length, list(output).length, `${label}: number of outputs`);
      outputs.forEach((y, i) => {
        closeTo(y, list(output)[i], TOLERANCE, `${label}, output ${i}`);
      });
      const got = grad(outputs, leaves, { cotangent: list(cotangent) });
      got.forEach((g, i) => {
        closeTo(g, grads[i], TOLERANCE, `${label}, gradient of input ${i}`);
      });
    });
  });
}

test('the table of ops and the fixtures name the same ops', () => {
  assert.equal(Object.keys(TABLE).sort(), [...byOp.keys()].sort());
});

test.run();
