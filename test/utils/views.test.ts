/**
 * Every kind of view gives, bit for bit, what its dense copy gives; and no view, nor what lies between its
 * entries, is changed.
 */
import { copy, type FloatData, type NdArray, Random, randomNormal, wrap } from '@retrograd/arrays';
import { globalNorm } from '@retrograd/nn';
import {
  clipGradients,
  createSequences,
  generateSequence,
  sequenceLoss,
  sequenceLossBackward,
} from '@retrograd/utils';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Leaky, onlyForward } from '../support/toy-model.js';
import { broadcastViewsOf, constantAlong, viewsOf } from '../support/views.js';

const bytes = ({ buffer, byteOffset, byteLength }: FloatData): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** An answer taken apart into what must be the same: numbers, shapes, strides and the bytes of the data. */
const bits = (answer: unknown): unknown => {
  if (Array.isArray(answer)) return answer.map(bits);
  if (typeof answer === 'number') return answer;
  const { shape, stride, offset, data } = answer as NdArray;
  return [shape, stride, offset, bytes(data)];
};

/**
 * Calls `fn` on views of its arguments, all of a kind together and each alone, and on dense copies of them.
 */
function check(title: string, args: readonly NdArray[], fn: (...views: NdArray[]) => unknown): void {
  const compare = (label: string, views: readonly NdArray[]) => {
    const dense = views.map((x) => copy(x));
    const memory = views.map((x) => x.data.slice());
    assert.equal(bits(fn(...views)), bits(fn(...dense)), label);
    views.forEach((x, i) => {
      assert.equal(bytes(x.data), bytes(memory[i]), `${label}: argument ${i} was changed`);
    });
  };
  const kinds = args.map(viewsOf);
  kinds[0].forEach(({ name }, kind) => {
    const views = kinds.map((list) => list[kind].view);
    compare(`${title}, ${name}`, views);
    args.forEach((_, i) => compare(`${title}, argument ${i} ${name}`, args.with(i, views[i])));
  });
  args.forEach((x, i) => {
    for (let axis = 0; axis < x.shape.length; axis++) {
      for (const { name, view } of broadcastViewsOf(constantAlong(x, axis))) {
        compare(`${title}, argument ${i} ${name}`, args.with(i, view));
      }
    }
  });
}

const integers = (rng: Random, [B, T]: number[], n: number): NdArray =>
  wrap(
    Float64Array.from({ length: B * T }, () => rng.integer(n)),
    [B, T],
  );

for (const dtype of ['float64', 'float32'] as const) {
  test(`clipGradients and globalNorm take any view in ${dtype}`, () => {
    const gradients = [[3, 4], [5], [2, 3, 2], []].map((shape, seed) => randomNormal(shape, { seed, dtype }));
    check('globalNorm', gradients, (...xs) => globalNorm(xs));
    check('clipGradients', gradients, (...xs) => clipGradients(xs, 0.7));
    check('clipGradients under the limit', gradients, (...xs) => clipGradients(xs, 1e3));
  });

  test(`sequenceLoss and its gradient take any view in ${dtype}`, () => {
    for (let seed = 1; seed <= 5; seed++) {
      const rng = new Random(seed);
      const [B, T, V] = [2 + rng.integer(2), 2 + rng.integer(3), 2 + rng.integer(4)];
      const args = [
        randomNormal([B, T, V], { rng, dtype }),
        integers(rng, [B, T], V),
        integers(rng, [B, T], 2),
      ];
      check(`sequenceLoss, seed ${seed}`, args, (x, targets, mask) => sequenceLoss(x, targets, mask));
      check(`sequenceLossBackward, seed ${seed}`, args, (x, targets, mask) =>
        sequenceLossBackward(x, targets, mask),
      );
    }
  });

  test(`createSequences takes any view in ${dtype}`, () => {
    for (const stride of [1, 2, 5]) {
      const series = randomNormal([11, 3], { seed: stride, dtype });
      check(`stride ${stride}`, [series], (x) => createSequences(x, 3, stride));
    }
  });

  test(`generateSequence takes a seed that is any view in ${dtype}`, () => {
    const model = new Leaky(4, 2, 0.5);
    const start = randomNormal([1, 3, 4], { seed: 6, dtype });
    check('stepping', [start], (x) => generateSequence(model, x, 12, 1, { seed: 8 }));
    check('running forward', [start], (x) => generateSequence(onlyForward(model), x, 12, 1, { seed: 8 }));
  });
}

test('models may return any view', () => {
  const model = new Leaky(4, 2, 0.5);
  const start = randomNormal([1, 3, 4], { seed: 6 });
  const expected = bits(generateSequence(model, start, 12, 1, { seed: 8 }));
  viewsOf(start).forEach(({ name }, kind) => {
    const forward = (x: NdArray) => viewsOf(model.forward(x))[kind].view;
    const step = (x_t: NdArray, state?: readonly NdArray[]): [NdArray, NdArray[]] => {
      const [y_t, next] = model.step(x_t, state);
      return [viewsOf(y_t)[kind].view, next];
    };
    assert.equal(
      bits(generateSequence({ forward }, start, 12, 1, { seed: 8 })),
      expected,
      `forward, ${name}`,
    );
    assert.equal(bits(generateSequence({ step }, start, 12, 1, { seed: 8 })), expected, `step, ${name}`);
  });
});

test.run();
