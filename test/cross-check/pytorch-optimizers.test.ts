/** SGD, Adam, AdamW and RMSprop: both parameters after each of 20 steps, against torch.optim. */

import { copy, type NdArray } from '@retrograd/arrays';
import { parameter } from '@retrograd/autograd';
import { Adam, AdamW, RMSprop, SGD } from '@retrograd/nn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { closeTo, readFixtures } from '../support/fixtures.js';

export const kernels = 'all';

interface Problem {
  start: NdArray[];
  gradients: NdArray[][];
}

interface Run {
  optimizer: 'SGD' | 'Adam' | 'AdamW' | 'RMSprop';
  options: Record<string, unknown>;
  steps: NdArray[][];
}

const OPTIMIZERS = { SGD, Adam, AdamW, RMSprop };
const TOLERANCE = { rtol: 1e-13, atol: 1e-15 };

const [problem, ...runs] = readFixtures<unknown>('optimizers') as [Problem, ...Run[]];

/** PyTorch's names to ours. */
const camelCase = (options: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(options).map(([key, value]) => [
      key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );

for (const { optimizer: name, options, steps } of runs) {
  test(`${name} ${JSON.stringify(options)} follows torch.optim for ${steps.length} steps`, () => {
    const parameters = problem.start.map((p) => parameter(p));
    const optimizer = new OPTIMIZERS[name](parameters, camelCase(options) as never);
    assert.is(steps.length, 20);
    steps.forEach((expected, t) => {
      parameters.forEach((p, i) => {
        p.grad = copy(problem.gradients[t][i]);
      });
      optimizer.step();
      parameters.forEach((p, i) => {
        closeTo(p, expected[i], TOLERANCE, `parameter ${i} after step ${t + 1}`);
      });
    });
  });
}

test.run();
