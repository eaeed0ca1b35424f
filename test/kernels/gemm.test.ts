/** The product that all kernel sets are compared with. */
import { Random } from '@retrograd/arrays';
import * as k from '@retrograd/arrays/internal';
import { gemm } from '@retrograd/kernels/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertEntries } from '../support/assert-arrays.js';
import { productOracle } from '../support/product-oracle.js';

export const kernels = 'all';

const DTYPES = ['float64', 'float32'] as const;

/** One gemm with operands in the middle of larger, NaN-filled buffers, compared with the oracle to the last bit. */
function checkGemm(dtype: k.Dtype, sizes: number[], rng: Random): void {
  const [M, N, K] = sizes;
  for (const transA of [false, true]) {
    for (const transB of [false, true]) {
      for (const accumulate of [false, true]) {
        const place = (rows: number, columns: number) => {
          const offset = rng.integer(5);
          const ld = columns + rng.integer(4);
          const data = k.allocate(dtype, offset + rows * ld + 3).fill(Number.NaN);
          for (let i = 0; i < rows; i++)
            for (let j = 0; j < columns; j++) data[offset + i * ld + j] = rng.normal();
          const entry = (i: number, j: number) => data[offset + i * ld + j];
          return { data, at: offset, rows, columns, ld, entry };
        };
        const A = transA ? place(K, M) : place(M, K);
        const B = transB ? place(N, K) : place(K, N);
        const C = place(M, N);
        const a = transA ? (i: number, n: number) => A.entry(n, i) : A.entry;
        const b = transB ? (n: number, j: number) => B.entry(j, n) : B.entry;
        const expected = productOracle(a, b, sizes, accumulate ? C.entry : () => 0, dtype);
        const copies = [A, B].map(({ data }) => [...data]);
        gemm(A, B, C, { transA, transB, accumulate });
        const title = `${dtype} ${sizes} ${transA ? 'T' : 'N'}${transB ? 'T' : 'N'} accumulate ${accumulate}`;
        const actual: number[] = [];
        for (let i = 0; i < M; i++) for (let j = 0; j < N; j++) actual.push(C.entry(i, j));
        assertEntries(actual, expected, title);
        const untouched = C.data.filter(Number.isNaN).length;
        assert.is(untouched, C.data.length - M * N, `${title}: nothing beside C is written`);
        assertEntries([...A.data], copies[0], `${title}: A`);
        assertEntries([...B.data], copies[1], `${title}: B`);
      }
    }
  }
}

for (const dtype of DTYPES) {
  test(`gemm (${dtype}) is the three loops to the last bit, for every size up to 9`, () => {
    const rng = new Random(1);
    for (const M of [1, 2, 3, 4, 5, 9]) {
      for (const N of [1, 2, 3, 4, 7, 8]) for (const K of [1, 3, 4, 9]) checkGemm(dtype, [M, N, K], rng);
    }
  });

  test(`gemm (${dtype}) with an empty side writes zeros or nothing`, () => {
    const rng = new Random(2);
    for (const sizes of [
      [3, 4, 0],
      [5, 5, 0],
      [1, 7, 0],
      [0, 4, 3],
      [4, 0, 3],
      [0, 0, 0],
      [1, 0, 2],
      [9, 1, 0],
    ]) {
      checkGemm(dtype, sizes, rng);
    }
  });

  test(`gemm (${dtype}) is right across the borders of its blocks`, () => {
    const rng = new Random(3);
    // A's block holds 2^15 entries, B's 2^17: more rows, more columns, and a K that leaves one panel of A a block.
    for (const sizes of [
      [70, 5, 600],
      [5, 270, 530],
      [6, 5, 9000],
    ]) {
      checkGemm(dtype, sizes, rng);
    }
  });
}

test.run();
