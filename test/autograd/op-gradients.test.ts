/** First and second derivatives of every op against central differences. */

import { Random } from '@retrograd/arrays';
import * as ag from '@retrograd/autograd';
import { gradCheck } from '@retrograd/autograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { OP_CASES } from '../support/op-cases.js';

export const kernels = 'all';

const CASES = 24;

/** What index.ts exports that is no op. */
const NO_OPS = [
  'asTensor backward backwardByLeaf constant grad gradCheck isRecording lift noGrad parameter record recordAll',
  'scan tensor toMermaid',
]
  .join(' ')
  .split(' ');

test('the table of cases names every op that the package exports', () => {
  const ops = Object.entries(ag).filter(
    ([name, value]) => typeof value === 'function' && /^[a-z]/.test(name),
  );
  const names = ops.map(([name]) => name).filter((name) => !NO_OPS.includes(name));
  assert.equal(names.sort(), Object.keys(OP_CASES).sort());
});

for (const [op, makeCase] of Object.entries(OP_CASES)) {
  test(`${op} has the gradients and the second derivatives of central differences on ${CASES} random shapes`, () => {
    for (let seed = 1; seed <= CASES; seed++) {
      const { inputs, apply } = makeCase(new Random(seed));
      const label = `seed ${seed}, shapes ${inputs.map((x) => `[${x.shape}]`).join(' ')}`;
      try {
        gradCheck(apply, inputs, { seed, order: 2 });
      } catch (error) {
        throw new Error(`${label}: ${(error as Error).message}`, { cause: error });
      }
    }
  });
}

test.run();
