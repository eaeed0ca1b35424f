/** generateSequence on the raw recurrent layers, whose hidden states are read as logits. */

import { type NdArray, randomNormal, ShapeError, zeros } from '@retrograd/arrays';
import { GRU } from '@retrograd/gru';
import { LSTM } from '@retrograd/lstm';
import { VanillaRNN } from '@retrograd/rnn';
import { generateSequence } from '@retrograd/utils';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { oneHot, symbols } from '../support/toy-model.js';

for (const Layer of [VanillaRNN, LSTM, GRU]) {
  const name = Layer === VanillaRNN ? 'VanillaRNN' : Layer === LSTM ? 'LSTM' : 'GRU';

  test(`${name} writes, and the same when it is only run forward`, () => {
    for (let seed = 1; seed <= 6; seed++) {
      const layer = new Layer(5, 5, { seed });
      const start = randomNormal([1, seed, 5], { seed });
      const stepped = generateSequence(layer, start, 20, 0.2, { seed });
      const rerun = generateSequence({ forward: (x: NdArray) => layer.forward(x) }, start, 20, 0.2, { seed });
      assert.equal(stepped.shape, [1, 20, 5]);
      assert.equal(symbols(stepped), symbols(rerun), `seed ${seed}`);
    }
  });

  test(`${name} at temperature 0 follows its largest hidden unit`, () => {
    const layer = new Layer(4, 4, { seed: 3 });
    const read = [2, 0];
    const x = symbols(generateSequence(layer, oneHot(read, 4), 6, 0));
    for (let t = 0; t < 6; t++) {
      const h_all = layer.forward(oneHot([...read, ...x.slice(0, t)], 4));
      const h = [0, 1, 2, 3].map((v) => h_all.get(0, read.length + t - 1, v));
      assert.is(x[t], h.indexOf(Math.max(...h)), `step ${t}`);
    }
  });

  test(`${name} is stepped, so that what backward needs from the last forward stays`, () => {
    const layer = new Layer(3, 3, { seed: 1 });
    const x = randomNormal([2, 4, 3], { seed: 2 });
    layer.forward(x);
    const grad = Array.from(layer.backward(randomNormal([2, 4, 3], { seed: 3 })).data);
    layer.forward(x);
    generateSequence(layer, oneHot([1], 3), 5, 1, { seed: 1 });
    assert.equal(Array.from(layer.backward(randomNormal([2, 4, 3], { seed: 3 })).data), grad);
  });

  test(`${name} with another number of hidden units than inputs is refused with a remedy`, () => {
    const refused = (call: () => unknown, message: string) => {
      assert.throws(call, (error: Error) => error instanceof ShapeError && error.message === message);
    };
    refused(
      () => generateSequence(new Layer(3, 8, { seed: 1 }), oneHot([0, 1], 3), 4),
      'generateSequence: the answer of model.step must be [1, 3] (a logit for each input), got [1, 8]; ' +
        'use a layer with as many hidden units as inputs, or a head with 3 outputs',
    );
    refused(
      () => generateSequence(new Layer(3, 3, { seed: 1 }), zeros([1, 2, 4]), 4),
      'generateSequence: seed_sequence must be [1, seed_length, 3], got [1, 2, 4]',
    );
  });
}

test.run();
