/** Sequences in batch-first and time-major order, and rows filled with one row. */

import { type Dtype, dense, Random, randomNormal, transpose, wrap } from '@retrograd/arrays';
import { fillRows } from '@retrograd/arrays/internal';
import { currentKernels, plainKernels, type SequenceKernels } from '@retrograd/kernels';
import { fromTimeMajor, toTimeMajor } from '@retrograd/kernels/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameBits } from '../support/assert-arrays.js';

const SIZES = [
  [1, 1, 1],
  [1, 7, 3],
  [4, 1, 5],
  [2, 3, 1],
  [3, 5, 4],
  [6, 4, 30],
  [5, 2, 33],
] as const;
const BESIDE = 3;

const SETS: readonly [string, SequenceKernels][] = [
  ['the kernels in use', currentKernels().sequence],
  ['the plain ones', plainKernels.sequence],
];

for (const [title, kernels] of SETS) {
  for (const dtype of ['float32', 'float64'] as const satisfies Dtype[]) {
    test(`to time-major order and back, in ${dtype}, by ${title}`, () => {
      for (const [B, T, N] of SIZES) {
        const x = randomNormal([T, N, B], { rng: new Random(B + T), dtype });
        const view = transpose(x, [2, 0, 1]);
        const block = kernels.take(dtype, B * T * N + 2 * BESIDE);
        block.data.fill(7);
        const matrix = { block, at: BESIDE, rows: T * B, columns: N, ld: N };
        toTimeMajor(kernels, dense(view).data, view.shape, matrix);
        for (let t = 0; t < T; t++) {
          for (let b = 0; b < B; b++) {
            for (let n = 0; n < N; n++) {
              const at = BESIDE + (t * B + b) * N + n;
              assert.is(block.data[at], view.get(b, t, n), `${[B, T, N]}: entry ${[b, t, n]}`);
            }
          }
        }
        const { data } = block;
        assert.equal([...data.slice(0, BESIDE), ...data.slice(-BESIDE)], new Array(2 * BESIDE).fill(7));
        assertSameBits(wrap(fromTimeMajor(kernels, matrix, B, T), [B, T, N]), view, `${[B, T, N]}, back`);
        kernels.give(block);
      }
    });
  }
}

for (const [title, kernels] of SETS) {
  test(`rows in time-major order may have room for more, which stays as it is, by ${title}`, () => {
    for (const [B, T, I] of [[0, 3, 2], [3, 0, 2], ...SIZES]) {
      const x = randomNormal([B, T, I], { rng: new Random(B + T), dtype: 'float32' });
      const block = kernels.take('float32', T * B * (I + 1));
      block.data.fill(7);
      toTimeMajor(kernels, x.data, x.shape, { block, at: 0, rows: T * B, columns: I, ld: I + 1 });
      const wanted: number[] = [];
      for (let t = 0; t < T; t++) {
        for (let b = 0; b < B; b++) {
          for (let i = 0; i < I; i++) wanted.push(x.get(b, t, i));
          wanted.push(7);
        }
      }
      assert.equal([...block.data], wanted, `${[B, T, I]}`);
      kernels.give(block);
    }
  });
}

test('rows are filled whole, however many, and nothing beside them', () => {
  for (const [rows, n] of [
    [0, 4],
    [1, 3],
    [5, 1],
    [4001, 6],
    [3, 9000],
    [700, 36],
  ]) {
    const row = Float64Array.from({ length: n }, (_, j) => j + 0.5);
    const target = new Float64Array(rows * n + 2).fill(-1);
    fillRows(target, 1, rows, row);
    assert.is(target[0], -1);
    assert.is(target[rows * n + 1], -1);
    for (let k = 0; k < rows * n; k++) {
      if (target[k + 1] !== row[k % n]) assert.unreachable(`${rows} rows of ${n}: entry ${k}`);
    }
  }
});

test.run();
