import { type Dtype, type FloatData, Random } from '@retrograd/arrays';
import { allocate } from '@retrograd/arrays/internal';
import { type BlasKernels, blasKernels } from '@retrograd/blas/use';
import type { ArrayMatrix, Block, Matrix } from '@retrograd/kernels';
import { matrix, gemm as plainGemm } from '@retrograd/kernels/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { libraries, tellSkipped } from '../support/blas/libraries.js';

tellSkipped(test);

/**
 * Sizes (M, N, K): ordinary ones, one row, one column, one term, none of something, and some above every
 * threshold.
 */
const SIZES = [
  ...[
    [2, 3, 4],
    [7, 5, 3],
    [1, 9, 6],
    [8, 1, 5],
    [1, 1, 7],
    [4, 6, 1],
    [1, 6, 1],
    [3, 4, 0],
    [1, 4, 0],
    [0, 4, 3],
  ],
  ...[
    [4, 0, 3],
    [33, 40, 17],
    [1, 130, 70],
    [130, 1, 70],
    [40, 64, 65],
  ],
] as [number, number, number][];

/** C = op(A) op(B) on ordinary arrays. */
interface Case {
  A: ArrayMatrix;
  B: ArrayMatrix;
  C: ArrayMatrix;
  options: { transA: boolean; transB: boolean; accumulate: boolean };
}

/** Small whole numbers, so that every order of summation gives the same bits. */
const integers = (rng: Random, dtype: Dtype, n: number) => allocate(dtype, n).map(() => rng.integer(11) - 5);

function* cases(dtype: Dtype, seed: number): Generator<Case> {
  const rng = new Random(seed);
  for (const [M, N, K] of SIZES) {
    for (let way = 0; way < 8; way++) {
      const [transA, transB, accumulate] = [(way & 1) > 0, (way & 2) > 0, (way & 4) > 0];
      const place = (rows: number, columns: number): ArrayMatrix => {
        const [ld, at] = [Math.max(1, columns) + rng.integer(3), rng.integer(4)];
        return { data: integers(rng, dtype, at + rows * ld + 2), at, rows, columns, ld };
      };
      const [A, B] = [transA ? place(K, M) : place(M, K), transB ? place(N, K) : place(K, N)];
      const C = place(M, N);
      // Without accumulation C's old contents must not matter.
      if (!accumulate) {
        for (let i = 0; i < M; i++) C.data.fill(Number.NaN, C.at + i * C.ld, C.at + i * C.ld + N);
      }
      yield { A, B, C, options: { transA, transB, accumulate } };
    }
  }
}

const copyOf = (C: ArrayMatrix): ArrayMatrix => ({ ...C, data: C.data.slice() });

function expected({ A, B, C, options }: Case): FloatData {
  const result = copyOf(C);
  plainGemm(A, B, result, options);
  return result.data;
}

const titleOf = ({ A, B, C, options }: Case) =>
  JSON.stringify({ ...options, A: { ...A, data: null }, B: { ...B, data: null }, C: { ...C, data: null } });

function onArrays(kernels: BlasKernels, { A, B, C, options }: Case): FloatData {
  const result = copyOf(C);
  kernels.multiply(A, B, result, options);
  return result.data;
}

/** The same in the workspace, either directly or with op(B) packed. */
function inWorkspace({ sequence }: BlasKernels, one: Case, packed: boolean): FloatData {
  const { transB, accumulate } = one.options;
  const dtype = one.C.data instanceof Float64Array ? 'float64' : 'float32';
  const [A, B, C] = [one.A, one.B, one.C].map(({ data, ...layout }): Matrix => {
    const block = sequence.take(dtype, data.length);
    block.data.set(data);
    return { block, ...layout };
  });
  if (packed) {
    const operand = sequence.pack(B, { trans: transB });
    sequence.multiplyPacked(A, operand, C, accumulate);
    for (const block of operand.blocks) sequence.give(block);
  } else sequence.multiply(A, B, C, one.options);
  sequence.give(A.block);
  sequence.give(B.block);
  return sequence.release(C.block);
}

const same = (x: FloatData, y: FloatData) =>
  x.every((value, i) => value === y[i] || (Number.isNaN(value) && Number.isNaN(y[i])));

for (const library of libraries) {
  for (const always of [true, false]) {
    for (const dtype of ['float32', 'float64'] as const) {
      const words = `${library}${always ? ', always' : ''}, ${dtype}`;
      test(`products of every form and size are those of the plain kernels: ${words}`, () => {
        const kernels = blasKernels({ library, always });
        let count = 0;
        for (const one of cases(dtype, 71)) {
          const wanted = expected(one);
          assert.ok(same(onArrays(kernels, one), wanted), `arrays ${titleOf(one)}`);
          assert.ok(same(inWorkspace(kernels, one, false), wanted), `workspace ${titleOf(one)}`);
          if (!one.options.transA)
            assert.ok(same(inWorkspace(kernels, one, true), wanted), `packed ${titleOf(one)}`);
          count++;
        }
        assert.is(count, 8 * SIZES.length);
      });
    }
  }

  test(`blocks keep their numbers for the library when the memory grows between two products: ${library}`, () => {
    const { sequence } = blasKernels({ library, always: true });
    const n = 40;
    const [A, B, C] = [1, 2, 3].map((): Block => sequence.take('float32', n * n));
    A.data.fill(1);
    B.data.fill(2);
    const multiply = (accumulate: boolean): void => {
      const [a, b, c] = [A, B, C].map((block) => matrix(block, n, n));
      sequence.multiply(a, b, c, { accumulate });
    };
    multiply(false);
    assert.ok(C.data.every((value) => value === 2 * n));
    const before = C.data.buffer;
    const large = sequence.take('float32', 2 ** 22 + before.byteLength / 4);
    assert.ok(C.data.buffer !== before, 'the memory has grown');
    large.data.fill(7);
    A.data.fill(3);
    multiply(true);
    assert.ok(C.data.every((value) => value === 8 * n));
    assert.ok(large.data.every((value) => value === 7));
    for (const block of [A, B, C, large]) sequence.give(block);
  });

  test(`a product goes the same way every time, to the same bits: ${library}`, () => {
    const kernels = blasKernels({ library });
    const rng = new Random(5);
    const [A, B] = [1, 2].map(() => new Float32Array(64 * 64).map(() => rng.normal()));
    const results = [1, 2, 3].map(() => {
      const C = new Float32Array(64 * 64);
      const [a, b, c] = [A, B, C].map((data) => ({ data, at: 0, rows: 64, columns: 64, ld: 64 }));
      kernels.multiply(a, b, c, { transB: true });
      return C;
    });
    assert.equal(results[1], results[0]);
    assert.equal(results[2], results[0]);
  });
}

test.run();
