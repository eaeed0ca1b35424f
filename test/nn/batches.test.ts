/** textBatches and sequenceBatches: what stands in which batch. */
import {
  array,
  DtypeError,
  type NdArray,
  Random,
  ShapeError,
  toNested,
  ValueError,
  zeros,
} from '@retrograd/arrays';
import { sequenceBatches, textBatches } from '@retrograd/nn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { testRefusals } from '../support/refuses.js';

export const kernels = 'all';

const nested = (x: unknown) => toNested(x as NdArray);
const count = (n: number) => Array.from({ length: n }, (_, i) => i);

test('a text becomes streams of contiguous chunks, the targets one symbol ahead', () => {
  const source = textBatches(count(13), { batchSize: 2, seqLength: 4 });
  assert.is(source.length, 2);
  assert.ok(source.continues);
  const at = source.epoch(new Random(0));
  const [first, second] = [at(0), at(1)];
  assert.equal(nested(first.x), [[0, 1, 2, 3], [6, 7, 8, 9]]); // biome-ignore format: rows
  assert.equal(nested(first.target), [[1, 2, 3, 4], [7, 8, 9, 10]]); // biome-ignore format: rows
  assert.equal(nested(second.x), [[4, 5], [10, 11]]); // biome-ignore format: rows
  assert.equal(nested(second.target), [[5, 6], [11, 12]]); // biome-ignore format: rows
  assert.equal([first.count, second.count], [8, 4]);
});

test('every stream is contiguous over the batches and at most B - 1 targets are left out, whatever the sizes', () => {
  const seed = 51;
  const rng = new Random(seed);
  for (let trial = 0; trial < 200; trial++) {
    const [B, T] = [1 + rng.integer(5), 1 + rng.integer(7)];
    const N = B + 1 + rng.integer(60);
    const label = `seed ${seed}, trial ${trial}: B ${B}, T ${T}, N ${N}`;
    const source = textBatches(count(N), { batchSize: B, seqLength: T });
    const at = source.epoch(rng);
    const streams: number[][] = count(B).map(() => []);
    for (let i = 0; i < source.length; i++) {
      const { x, target } = at(i);
      streams.forEach((stream, b) => {
        for (let t = 0; t < x.shape[1]; t++) {
          stream.push(x.get(b, t));
          assert.is(target.get(b, t), x.get(b, t) + 1, label);
        }
      });
    }
    const all = streams.flat();
    assert.equal(all, count(all.length), label);
    assert.ok(N - 1 - all.length < B, label);
  }
});

test('the text is copied', () => {
  const tokens = Int32Array.from([1, 2, 3]);
  const at = textBatches(tokens, { batchSize: 1, seqLength: 2 }).epoch(new Random(0));
  tokens.fill(0);
  assert.equal(nested(at(0).x), [[1, 2]]);
});

const X = array(count(5).map((n) => [[n], [n + 0.5]]));
const y = array(count(5).map((n) => [10 * n]));

test('sequences come in a new order every epoch, each once, with their answers', () => {
  const source = sequenceBatches(X, y, { batchSize: 2 });
  assert.is(source.length, 3);
  assert.not.ok(source.continues);
  const rng = new Random(52);
  const orders = count(6).map(() => {
    const at = source.epoch(rng);
    const batches = count(3).map(at);
    assert.equal(
      batches.map((batch) => batch.count),
      [2, 2, 1],
    );
    const firsts = batches.flatMap((batch) => (nested(batch.x) as number[][][]).map(([[n]]) => n));
    const answers = batches.flatMap((batch) => (nested(batch.target) as number[][]).map(([n]) => n));
    assert.equal(
      answers,
      firsts.map((n) => 10 * n),
    );
    assert.equal(firsts.toSorted(), count(5));
    return firsts.join();
  });
  assert.ok(new Set(orders).size > 1);
});

test('the order of an epoch depends on the generator alone, and may be left as it is', () => {
  const shuffled = sequenceBatches(X, y, { batchSize: 5 });
  const first = shuffled.epoch(new Random(7))(0);
  assert.equal(nested(shuffled.epoch(new Random(7))(0).x), nested(first.x));
  const plain = sequenceBatches(X, y, { batchSize: 5, shuffle: false });
  assert.equal(nested(plain.epoch(new Random(7))(0).x), toNested(X));
});

test('a mask comes along, and its selected answers are what the batch counts', () => {
  const mask = array([[1, 1], [1, 0], [0, 0], [1, 1], [0, 1]]); // biome-ignore format: rows
  const at = sequenceBatches(X, y, { batchSize: 2, shuffle: false, mask }).epoch(new Random(0));
  assert.equal(nested(at(0).mask), [[1, 1], [1, 0]]); // biome-ignore format: rows
  assert.equal(
    count(3).map((i) => at(i).count),
    [3, 2, 1],
  );
});

const text =
  (tokens: unknown, batchSize: unknown = 2, seqLength: unknown = 3) =>
  () =>
    textBatches(tokens as number[], { batchSize, seqLength } as { batchSize: number; seqLength: number });
const sequences =
  (X: unknown, y: unknown, options: object = { batchSize: 2 }) =>
  () =>
    sequenceBatches(X as NdArray, y as NdArray, options as { batchSize: number });

testRefusals('textBatches and sequenceBatches refuse wrong calls', [
  [text('abc'), DtypeError, "textBatches: tokens must be a list of numbers, got 'abc'"],
  [text(null), DtypeError, 'textBatches: tokens must be a list of numbers, got null'],
  [text([1, 2]), ValueError, 'textBatches: tokens must be at least 3 for 2 streams, got 2'],
  [text([]), ValueError, 'textBatches: tokens must be at least 3 for 2 streams, got 0'],
  [text([1, 2.5, 3]), ValueError, 'textBatches: tokens[1] must be an integer >= 0, got 2.5'],
  [text([1, 2, -3]), ValueError, 'textBatches: tokens[2] must be an integer >= 0, got -3'],
  [text([Number.NaN, 2, 3]), ValueError, 'textBatches: tokens[0] must be an integer >= 0, got NaN'],
  [text(['1', 2, 3]), ValueError, "textBatches: tokens[0] must be an integer >= 0, got '1'"],
  [text([1, 2, 2 ** 40]), ValueError, 'textBatches: tokens[2] must be an integer >= 0, got 1099511627776'],
  [text(count(9), 0), ValueError, 'textBatches: batchSize must be a positive integer, got 0'],
  [text(count(9), 2, -1), ValueError, 'textBatches: seqLength must be a positive integer, got -1'],
  [sequences([[1]], y), DtypeError, 'sequenceBatches: X must be an ndarray, got a list of 1'],
  [sequences(X, undefined), DtypeError, 'sequenceBatches: y must be an ndarray, got undefined'],
  [
    sequences(X, zeros([4, 1])),
    ShapeError,
    'sequenceBatches: y must be [5, …] as X has 5 sequences, got [4, 1]',
  ],
  [
    sequences(zeros([0, 2, 1]), zeros([0])),
    ShapeError,
    'sequenceBatches: X must be [at least one sequence, time, …], got [0, 2, 1]',
  ],
  [
    sequences(X, y, { batchSize: 0 }),
    ValueError,
    'sequenceBatches: batchSize must be a positive integer, got 0',
  ],
  [
    sequences(X, y, { batchSize: 2, mask: zeros([3]) }),
    ShapeError,
    'sequenceBatches: mask must be [5, …] as X has 5 sequences, got [3]',
  ],
]);

test.run();
