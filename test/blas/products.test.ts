import { type Dtype, type FloatData, Random } from '@retrograd/arrays';
import { allocate } from '@retrograd/arrays/internal';
import { type BlasKernels, blasKernels } from '@retrograd/blas/use';
import type { Block } from '@retrograd/kernels';
import { gemm as plainGemm } from '@retrograd/kernels/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { libraries, tellSkipped } from '../support/blas/libraries.js';

tellSkipped(test);

/** Sizes (M, N, K): ordinary ones, one row, one column, one term, none of something, and some above every threshold. */
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

interface Case {
  transA: boolean;
  transB: boolean;
  accumulate: boolean;
  M: number;
  N: number;
  K: number;
  A: FloatData;
  a: number;
  lda: number;
  B: FloatData;
  b: number;
  ldb: number;
  C: FloatData;
  c: number;
  ldc: number;
}

/** Small whole numbers, so that every order of summation gives the same bits. */
const integers = (rng: Random, dtype: Dtype, n: number) => allocate(dtype, n).map(() => rng.integer(11) - 5);

function* cases(dtype: Dtype, seed: number): Generator<Case> {
  const rng = new Random(seed);
  for (const [M, N, K] of SIZES) {
    for (let way = 0; way < 8; way++) {
      const [transA, transB, accumulate] = [(way & 1) > 0, (way & 2) > 0, (way & 4) > 0];
      const [rowsA, columnsA] = transA ? [K, M] : [M, K];
      const [rowsB, columnsB] = transB ? [N, K] : [K, N];
      const [lda, ldb, ldc] = [columnsA, columnsB, N].map((width) => Math.max(1, width) + rng.integer(3));
      const [a, b, c] = [rng.integer(4), rng.integer(4), rng.integer(4)];
      const A = integers(rng, dtype, a + rowsA * lda + 2);
      const B = integers(rng, dtype, b + rowsB * ldb + 2);
      const C = integers(rng, dtype, c + M * ldc + 2);
      // Without accumulation C's old contents must not matter.
      if (!accumulate) for (let i = 0; i < M; i++) C.fill(Number.NaN, c + i * ldc, c + i * ldc + N);
      yield { transA, transB, accumulate, M, N, K, A, a, lda, B, b, ldb, C, c, ldc };
    }
  }
}

function expected({ transA, transB, accumulate, M, N, K, A, a, lda, B, b, ldb, C, c, ldc }: Case): FloatData {
  const result = C.slice();
  plainGemm(transA, transB, M, N, K, A, a, lda, B, b, ldb, accumulate, result, c, ldc);
  return result;
}

const titleOf = ({ transA, transB, accumulate, M, N, K, lda, ldb, ldc }: Case) =>
  JSON.stringify({ transA, transB, accumulate, M, N, K, lda, ldb, ldc });

function onArrays(kernels: BlasKernels, one: Case): FloatData {
  const { transA, transB, accumulate, M, N, K, A, a, lda, B, b, ldb, c, ldc } = one;
  const C = one.C.slice();
  kernels.gemm(transA, transB, M, N, K, A, a, lda, B, b, ldb, accumulate, C, c, ldc);
  return C;
}

/** The same in the workspace, either directly or with op(B) prepared. */
function inWorkspace({ sequence }: BlasKernels, one: Case, prepared: boolean): FloatData {
  const { transA, transB, accumulate, M, N, K, a, lda, b, ldb, c, ldc } = one;
  const dtype = one.C instanceof Float64Array ? 'float64' : 'float32';
  const [A, B, C] = [one.A, one.B, one.C].map((data): Block => {
    const block = sequence.take(dtype, data.length);
    block.data.set(data);
    return block;
  });
  if (prepared) {
    const ready = sequence.prepare(transB, K, N, B, b, ldb);
    sequence.gemmPrepared(M, A, a, lda, ready, accumulate, C, c, ldc);
    for (const block of ready.blocks) sequence.give(block);
  } else {
    sequence.gemm(transA, transB, M, N, K, A, a, lda, B, b, ldb, accumulate, C, c, ldc);
  }
  sequence.give(A);
  sequence.give(B);
  return sequence.release(C);
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
          if (!one.transA)
            assert.ok(same(inWorkspace(kernels, one, true), wanted), `prepared ${titleOf(one)}`);
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
    sequence.gemm(false, false, n, n, n, A, 0, n, B, 0, n, false, C, 0, n);
    assert.ok(C.data.every((value) => value === 2 * n));
    const before = C.data.buffer;
    const large = sequence.take('float32', 2 ** 22 + before.byteLength / 4);
    assert.ok(C.data.buffer !== before, 'the memory has grown');
    large.data.fill(7);
    A.data.fill(3);
    sequence.gemm(false, false, n, n, n, A, 0, n, B, 0, n, true, C, 0, n);
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
      kernels.gemm(false, true, 64, 64, 64, A, 0, 64, B, 0, 64, false, C, 0, 64);
      return C;
    });
    assert.equal(results[1], results[0]);
    assert.equal(results[2], results[0]);
  });
}

test.run();
