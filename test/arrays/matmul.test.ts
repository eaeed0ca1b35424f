import { type FloatData, type NdArray, Random } from '@retrograd/arrays';
import * as k from '@retrograd/arrays/internal';
import { currentKernels, type Kernels, plainKernels, useKernels } from '@retrograd/kernels';
import { gemm } from '@retrograd/kernels/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertClose, assertSameProduct } from '../support/assert-arrays.js';
import { productOracle } from '../support/product-oracle.js';
import { entriesOf, viewsOf } from '../support/views.js';

export const kernels = 'all';

const DTYPES = ['float64', 'float32'] as const;

test('zero times NaN or infinity is NaN, as IEEE 754 has it', () => {
  for (const [M, N] of [
    [1, 1],
    [1, 5],
    [5, 1],
    [6, 6],
  ]) {
    for (const bad of [Number.NaN, Infinity]) {
      const a = k.zeros([M, 3]);
      const b = k.full([3, N], bad);
      assert.ok(entriesOf(k.matmul(a, b)).every(Number.isNaN), `${M} x ${N}, 0 * ${bad}`);
      assert.ok(
        entriesOf(k.matmul(k.transpose(b), k.transpose(a))).every(Number.isNaN),
        `${M} x ${N}, ${bad} * 0`,
      );
    }
  }
  // A NaN in the last row or column stays there: the padding of panels does not spread it.
  const a = k.ones([5, 5]);
  a.set(4, 4, Number.NaN);
  const nans = entriesOf(k.matmul(a, k.ones([5, 5]))).map(Number.isNaN);
  assert.is(nans.filter(Boolean).length, 5);
  assert.ok(nans.slice(20).every(Boolean));
});

test('matmul multiplies batches as NumPy does, against a loop over all indices', () => {
  const rng = new Random(4);
  const shapes: [number[], number[]][] = [
    [
      [2, 3],
      [3, 4],
    ],
    [
      [5, 2, 3],
      [3, 4],
    ],
    [
      [2, 3],
      [5, 3, 4],
    ],
    [
      [5, 2, 3],
      [5, 3, 4],
    ],
    [
      [5, 1, 2, 3],
      [6, 3, 4],
    ],
    [
      [1, 2, 3],
      [5, 3, 1],
    ],
    [
      [0, 2, 3],
      [3, 4],
    ],
    [
      [4, 2, 0],
      [4, 0, 3],
    ],
    [
      [2, 3],
      [3, 0],
    ],
  ];
  for (const [aShape, bShape] of shapes) {
    const a = k.randomNormal(aShape, { rng });
    const b = k.randomNormal(bShape, { rng });
    const actual = k.matmul(a, b);
    const [M, K] = aShape.slice(-2);
    const N = bShape[bShape.length - 1];
    const batch = k.broadcastShapes('test', aShape.slice(0, -2), bShape.slice(0, -2));
    assert.equal(actual.shape, [...batch, M, N]);
    const matrix = (x: NdArray, index: number[]) =>
      x.pick(
        ...(x.shape.map((n, i) =>
          i >= x.shape.length - 2 ? null : n === 1 ? 0 : index[i - x.shape.length + 2 + batch.length],
        ) as number[]),
      );
    const expected: number[] = [];
    const walk = (index: number[]): void => {
      if (index.length < batch.length) {
        for (let i = 0; i < batch[index.length]; i++) walk([...index, i]);
        return;
      }
      const [x, y] = [matrix(a, index), matrix(b, index)];
      expected.push(
        ...productOracle(
          (i, n) => x.get(i, n),
          (n, j) => y.get(n, j),
          [M, N, K],
          () => 0,
          'float64',
        ),
      );
    };
    walk([]);
    assertSameProduct(actual, k.wrap(Float64Array.from(expected), actual.shape), `[${aShape}] @ [${bShape}]`);
  }
});

test('matmul hands transposed views and columns of wider arrays to the kernel without a copy', () => {
  const calls: { transA: boolean; transB: boolean; A: FloatData; B: FloatData }[] = [];
  const spy: Kernels = {
    ...plainKernels,
    name: 'spy',
    multiply: (A, B, C, { transA = false, transB = false, accumulate } = {}) => {
      calls.push({ transA, transB, A: A.data, B: B.data });
      gemm(A, B, C, { transA, transB, accumulate });
    },
  };
  const before = useKernels(spy);
  assert.is(currentKernels(), spy);
  try {
    const wide = k.randomNormal([6, 10], { seed: 5 });
    const columns = k.slice(wide, [null, [2, 6]]);
    const other = k.randomNormal([6, 3], { seed: 6 });
    k.matmul(k.transpose(columns), other);
    assert.ok(calls[0].transA && !calls[0].transB && calls[0].A === wide.data && calls[0].B === other.data);
    k.matmul(k.slice(wide, [null, [0, 3]]), k.transpose(other));
    assert.ok(!calls[1].transA && calls[1].transB && calls[1].A === wide.data && calls[1].B === other.data);
    k.matmul(k.slice(wide, [null, [null, null, 2]]), k.ones([5, 2]));
    assert.ok(calls[2].A !== wide.data, 'stepped columns are copied');
    // Every leading dimension is one that a BLAS takes, and every view gives the bits of its copy.
    const a = k.randomNormal([4, 5], { seed: 7 });
    for (const { view } of viewsOf(a)) k.matmul(view, k.ones([5, 4]));
  } finally {
    useKernels(before);
  }
  assert.is(currentKernels(), before);
});

test('mixed dtypes multiply in float64', () => {
  const a = k.array([[0.1]], { dtype: 'float32' });
  const y = k.matmul(a, k.array([[0.1]]));
  assert.is(k.dtypeOf(y), 'float64');
  assert.is(y.get(0, 0), Math.fround(0.1) * 0.1);
});

test('affine is the product with the bias added to every row, of any size', () => {
  for (const dtype of DTYPES) {
    for (const [N, I, O] of [
      [1, 1, 1],
      [2, 3, 4],
      [0, 3, 4],
      [3, 0, 4],
      [1, 300, 70],
      [37, 41, 29],
      [64, 300, 33],
    ]) {
      const x = k.randomNormal([N, I], { seed: 1, dtype });
      const W = k.randomNormal([I, O], { seed: 2, dtype });
      const b = k.randomNormal([O], { seed: 3, dtype });
      const tolerance = dtype === 'float64' ? { rtol: 1e-12, atol: 1e-13 } : { rtol: 1e-5, atol: 1e-4 };
      assertClose(k.affine(x, W, b), k.add(k.matmul(x, W), b), `${dtype} ${[N, I, O]}`, tolerance);
    }
  }
  const mixed = k.affine(k.ones([2, 2], { dtype: 'float32' }), k.ones([2, 3]), k.ones([3]));
  assert.is(k.dtypeOf(mixed), 'float64');
  assert.ok([...mixed.data].every((y) => y === 3));
});

test('affine refuses shapes that do not fit', () => {
  const refuses = (call: () => unknown, message: string) =>
    assert.throws(call, (error: Error) => error.message === message);
  const [x, W, b] = [k.zeros([4, 2]), k.zeros([2, 3]), k.zeros([3])];
  refuses(() => k.affine(b, W, b), 'affine: x must be [rows, 2], got [3]');
  refuses(() => k.affine(x, b, b), 'affine: W must be [inputs, outputs], got [3]');
  refuses(() => k.affine(W, W, b), 'affine: x must be [rows, 2], got [2, 3]');
  refuses(() => k.affine(x, W, k.zeros([2])), 'affine: b must be [3], got [2]');
});

test('fillRows sets every row and nothing beside', () => {
  for (const rows of [0, 1, 2, 3, 7, 8, 9]) {
    const data = new Float64Array(3 * rows + 5);
    k.fillRows(data, 2, rows, Float64Array.of(1, 2, 3));
    const expected = [0, 0, ...Array.from({ length: rows }, () => [1, 2, 3]).flat(), 0, 0, 0];
    assert.equal([...data], expected, `${rows} rows`);
  }
  k.fillRows(new Float64Array(2), 0, 5, new Float64Array(0));
});

test.run();
