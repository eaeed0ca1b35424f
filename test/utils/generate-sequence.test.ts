/** generateSequence: what the model reads, how often it is run, and the three ways to answer. */

import {
  copy,
  dtypeOf,
  manualSeed,
  type NdArray,
  Random,
  randomNormal,
  wrap,
  zeros,
} from '@retrograd/arrays';
import { constant, isRecording } from '@retrograd/autograd';
import { generateSequence } from '@retrograd/utils';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { constantModel, Leaky, oneHot, onlyForward, onlyStep, symbols } from '../support/toy-model.js';

test('the answer is (1, length, input_size) and one-hot', () => {
  const x = generateSequence(new Leaky(5, 1), oneHot([2, 0], 5), 12, 1, { seed: 3 });
  assert.equal(x.shape, [1, 12, 5]);
  assert.is(symbols(x).length, 12);
});

test('each symbol is the largest logit after all that was read before it', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const model = new Leaky(6, seed);
    const read = [seed % 6, (seed * 5) % 6, 1];
    const expected: number[] = [];
    for (let t = 0; t < 8; t++) {
      const logits = model.forward(oneHot([...read, ...expected], 6));
      const last = Array.from({ length: 6 }, (_, v) => logits.get(0, read.length + t - 1, v));
      expected.push(last.indexOf(Math.max(...last)));
    }
    const x = generateSequence(model, oneHot(read, 6), 8, 0);
    assert.equal(symbols(x), expected, `seed ${seed}`);
  }
});

test('stepping, running forward and answering with tensors or lists give the same symbols', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const model = new Leaky(7, seed, 1);
    const start = randomNormal([1, 1 + (seed % 4), 7], { seed });
    const temperature = [0, 0.3, 1, 5][seed % 4];
    const variants = [
      model,
      onlyStep(model),
      onlyForward(model),
      { forward: (x: NdArray) => constant(model.forward(x)) },
      { forward: (x: NdArray): [NdArray, string] => [model.forward(x), 'and whatever else'] },
      {
        step: (x_t: NdArray, state?: unknown): [{ value: NdArray }, unknown] => {
          const [y_t, next] = model.step(x_t, state as NdArray[] | undefined);
          return [constant(y_t), next];
        },
      },
    ];
    const answers = variants.map((each) => symbols(generateSequence(each, start, 15, temperature, { seed })));
    for (const answer of answers) assert.equal(answer, answers[0], `seed ${seed}`);
  }
});

test('a model that can step takes one step for each symbol it reads, and no forward pass', () => {
  for (const length of [1, 10, 100, 1000]) {
    const model = new Leaky(3, 1);
    generateSequence(model, oneHot([0, 1, 2, 1], 3), length, 1, { seed: 1 });
    assert.equal([model.steps, model.forwards], [4 + length - 1, 0]);
  }
});

test('a model that cannot step is run once for each symbol, over the whole sequence', () => {
  const lengths: number[] = [];
  const model = new Leaky(3, 1);
  const recorder = {
    forward(x: NdArray) {
      lengths.push(x.shape[1]);
      return model.forward(x);
    },
  };
  generateSequence(recorder, oneHot([0, 1], 3), 4, 1, { seed: 1 });
  assert.equal(lengths, [2, 3, 4, 5]);
});

test('methods are called on their object, and the first step has no state', () => {
  const seen: unknown[] = [];
  const model = {
    logits: zeros([1, 2]),
    step(_: NdArray, state?: unknown): [NdArray, number] {
      seen.push(state);
      return [this.logits, seen.length];
    },
  };
  generateSequence(model, oneHot([0, 1], 2), 3, 0);
  assert.equal(seen, [undefined, 1, 2, 3]);
});

test('the model may keep and overwrite what it is given', () => {
  const kept: NdArray[] = [];
  const honest = new Leaky(4, 2);
  const rude = (x: NdArray): NdArray => {
    const answer = honest.forward(copy(x));
    kept.push(copy(x));
    x.data.fill(99);
    return answer;
  };
  const start = oneHot([3, 1], 4);
  const before = Array.from(start.data);
  const x = generateSequence({ forward: rude }, start, 5, 1, { seed: 4 });
  assert.equal(symbols(x), symbols(generateSequence(honest, start, 5, 1, { seed: 4 })));
  assert.equal(Array.from(start.data), before);
  const step = (x_t: NdArray, state?: readonly NdArray[]) => {
    const answer = honest.step(copy(x_t), state);
    x_t.data.fill(99);
    return answer;
  };
  assert.equal(symbols(generateSequence({ step }, start, 5, 1, { seed: 4 })), symbols(x));
  assert.equal(Array.from(start.data), before);
});

test('the seed may hold any numbers, not only one-hot rows', () => {
  const seen: number[] = [];
  const model = {
    step(x_t: NdArray): [NdArray, null] {
      seen.push(...x_t.data);
      return [zeros([1, 2]), null];
    },
  };
  generateSequence(model, wrap(Float64Array.of(0.5, -2, 3, 1e-3), [1, 2, 2]), 2, 0);
  assert.equal(seen, [0.5, -2, 3, 1e-3, 1, 0]);
});

test('the dtype is that of the seed, for what the model reads too', () => {
  for (const dtype of ['float32', 'float64'] as const) {
    const seen = new Set<string>();
    const start = copy(oneHot([1], 3), { dtype });
    const step = (x_t: NdArray): [NdArray, null] => {
      seen.add(dtypeOf(x_t));
      return [zeros([1, 3]), null];
    };
    const forward = (x: NdArray) => {
      seen.add(dtypeOf(x));
      return zeros(x.shape);
    };
    assert.is(dtypeOf(generateSequence({ step }, start, 3, 1, { seed: 1 })), dtype);
    assert.is(dtypeOf(generateSequence({ forward }, start, 3, 1, { seed: 1 })), dtype);
    assert.equal([...seen], [dtype]);
  }
});

test('length 0 gives (1, 0, input_size) and neither runs the model nor draws', () => {
  const model = new Leaky(3, 1);
  const rng = new Random(5);
  assert.equal(generateSequence(model, oneHot([0], 3), 0, 1, { rng }).shape, [1, 0, 3]);
  assert.equal([model.steps, model.forwards], [0, 0]);
  assert.equal(rng.getState(), new Random(5).getState());
});

test('one symbol can only repeat itself', () => {
  assert.equal(symbols(generateSequence(constantModel(-3), oneHot([0], 1), 4)), [0, 0, 0, 0]);
});

test('the same seed gives the same symbols, another seed others', () => {
  const write = (options: { seed?: number; rng?: Random }) =>
    symbols(generateSequence(new Leaky(8, 1, 0.5), oneHot([0], 8), 60, 1, options));
  assert.equal(write({ seed: 11 }), write({ seed: 11 }));
  assert.equal(write({ seed: 11 }), write({ rng: new Random(11) }));
  assert.not.equal(write({ seed: 11 }), write({ seed: 12 }));
});

test('a generator goes on where the last call left it, and without options the default one is drawn from', () => {
  const model = constantModel(0, 0, 0, 0);
  const rng = new Random(21);
  const first = symbols(generateSequence(model, oneHot([0], 4), 30, 1, { rng }));
  const second = symbols(generateSequence(model, oneHot([0], 4), 30, 1, { rng }));
  const both = symbols(generateSequence(model, oneHot([0], 4), 60, 1, { seed: 21 }));
  assert.equal([...first, ...second], both);
  manualSeed(21);
  assert.equal(symbols(generateSequence(model, oneHot([0], 4), 60)), both);
});

test('nothing is recorded while the model runs, and recording is as before afterwards', () => {
  const seen: boolean[] = [];
  const model = {
    forward(x: NdArray) {
      seen.push(isRecording());
      return zeros(x.shape);
    },
  };
  generateSequence(model, oneHot([0], 2), 2, 0);
  assert.equal(seen, [false, false]);
  assert.ok(isRecording());
  const failing = {
    forward(): NdArray {
      throw new Error('no');
    },
  };
  assert.throws(() => generateSequence(failing, oneHot([0], 2), 2), 'no');
  assert.ok(isRecording());
});

test.run();
