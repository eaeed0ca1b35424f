/**
 * Products of both WebAssembly builds against the plain kernels, on random shapes and layouts. Every entry of
 * a product is the same sum in the same order however the operands lie, so layouts, packing and splits must
 * give the same bits.
 */

import { type Dtype, matmul, type NdArray, Random, randomNormal } from '@retrograd/arrays';
import {
  type KernelName,
  type Kernels,
  type Matrix,
  plainKernels,
  type SequenceKernels,
  useKernels,
  wasmKernels,
} from '@retrograd/kernels';
import { matrix as matrixOf } from '@retrograd/kernels/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameBits } from '../support/assert-arrays.js';
import { viewsOf } from '../support/views.js';

const SETS: Partial<Record<KernelName, Kernels>> = {
  'wasm-simd': wasmKernels({ relaxed: false }) as Kernels,
  wasm: wasmKernels() as Kernels,
};
const DTYPES = ['float32', 'float64'] as const;
/** Stands around C and between its rows. */
const MARK = 12345;

interface Product {
  M: number;
  N: number;
  K: number;
  transA: boolean;
  transB: boolean;
  accumulate: boolean;
}

/** A matrix in memory of its own; the rows stored are those of the transpose when `trans`. */
function lay(
  kernels: SequenceKernels,
  dtype: Dtype,
  rows: number,
  columns: number,
  trans: boolean,
  entry: (i: number, j: number) => number,
  { offset = 0, gap = 0, fill = Number.NaN } = {},
): Matrix {
  const [height, width] = trans ? [columns, rows] : [rows, columns];
  const ld = width + gap;
  const block = kernels.take(dtype, offset + height * ld + 3);
  const { data } = block;
  // What lies between must not be read, so it is NaN.
  data.fill(fill);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) data[offset + (trans ? j * ld + i : i * ld + j)] = entry(i, j);
  }
  return matrixOf(block, height, width, offset, ld);
}

/** The entries of a C in rows, and whether all around it is untouched. */
function readC({ block, at: offset, rows: M, columns: N, ld }: Matrix): {
  entries: number[];
  clean: boolean;
} {
  const { data } = block;
  const inside = new Set<number>();
  const entries: number[] = [];
  for (let i = 0; i < M; i++) {
    for (let j = 0; j < N; j++) {
      const at = offset + i * ld + j;
      inside.add(at);
      entries.push(data[at]);
    }
  }
  return { entries, clean: data.every((v, at) => inside.has(at) || v === MARK) };
}

type Entries = (i: number, j: number) => number;

function matrix(rng: Random, rows: number, columns: number, dtype: Dtype): Entries {
  const values = Float64Array.from({ length: rows * columns }, () => rng.normal());
  const rounded = dtype === 'float32' ? Float32Array.from(values) : values;
  return (i, j) => rounded[i * columns + j];
}

interface Layout {
  offset?: number;
  gap?: number;
}

/** One product on a kernel set; whatever was taken is given back. */
function product(
  kernels: SequenceKernels,
  dtype: Dtype,
  { M, N, K, transA, transB, accumulate }: Product,
  [a, b, c]: [Entries, Entries, Entries],
  { layout = {}, packed = false }: { layout?: Layout; packed?: boolean } = {},
): number[] {
  const A = lay(kernels, dtype, M, K, transA, a, layout);
  const B = lay(kernels, dtype, K, N, transB, b, layout);
  const C = lay(kernels, dtype, M, N, false, c, { ...layout, fill: MARK });
  if (packed) {
    const ready = kernels.pack(B, { trans: transB });
    kernels.multiplyPacked(A, ready, C, accumulate);
    ready.blocks.forEach(kernels.give, kernels);
  } else kernels.multiply(A, B, C, { transA, transB, accumulate });
  const { entries, clean } = readC(C);
  for (const { block } of [A, B, C]) kernels.give(block);
  assert.ok(clean, 'nothing outside C is written');
  return entries;
}

/** The error of a sum of K products is below K roundings of the sum of their absolute values. */
function assertNear(
  got: number[],
  wanted: number[],
  scales: number[],
  dtype: Dtype,
  K: number,
  label: string,
): void {
  const epsilon = dtype === 'float32' ? 2 ** -24 : 2 ** -53;
  for (let i = 0; i < wanted.length; i++) {
    const allowed = (K + 4) * epsilon * scales[i];
    if (!(Math.abs(got[i] - wanted[i]) <= allowed)) {
      assert.unreachable(`${label}: entry ${i} is ${got[i]}, expected ${wanted[i]} within ${allowed}`);
    }
  }
}

function assertSame(got: number[], wanted: number[], label: string): void {
  for (let i = 0; i < wanted.length; i++) {
    if (!Object.is(got[i], wanted[i])) {
      assert.unreachable(`${label}: entry ${i} is ${got[i]}, expected ${wanted[i]}`);
    }
  }
}

const MS = [0, 1, 2, 3, 4, 5, 6, 7, 11, 12, 13, 18, 23, 24, 25, 95, 96, 97, 101];
const NS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 67, 255, 256, 257, 263];
const KS = [0, 1, 2, 3, 7, 16, 31, 255, 256, 257, 300, 511, 512, 513, 770];

function randomProduct(rng: Random): Product {
  const pick = (list: number[]): number => list[rng.integer(list.length)];
  let [M, N, K] = [pick(MS), pick(NS), pick(KS)];
  // Not two large sizes with a third: the plain kernels would take long.
  while (M * N * K > 400_000) [M, N, K] = [pick(MS), pick(NS), pick(KS)];
  const coin = (): boolean => rng.integer(2) === 1;
  return { M, N, K, transA: coin(), transB: coin(), accumulate: coin() };
}

const describe = (dtype: Dtype, { M, N, K, ...how }: Product, seed: number): string =>
  `seed ${seed}, ${dtype}, M ${M}, N ${N}, K ${K}, ${JSON.stringify(how)}`;

for (const [name, set] of Object.entries(SETS)) {
  const kernels = set.sequence;

  test(`${name} is the build it says`, () => {
    assert.is(set.name, name);
  });

  for (const dtype of DTYPES) {
    test(`${name}: products in ${dtype} are the plain ones but for rounding, on any layout with the same bits`, () => {
      for (let seed = 0; seed < 120; seed++) {
        const rng = new Random(seed);
        const how = randomProduct(rng);
        const { M, N, K } = how;
        const [a, b, c] = [matrix(rng, M, K, dtype), matrix(rng, K, N, dtype), matrix(rng, M, N, dtype)];
        const label = `${name}, ${describe(dtype, how, seed)}`;
        const wanted = product(plainKernels.sequence, 'float64', how, [a, b, c]);
        const absolute = [a, b, c].map(
          (m): Entries =>
            (i, j) =>
              Math.abs(m(i, j)),
        );
        const scales = product(
          plainKernels.sequence,
          'float64',
          how,
          absolute as [Entries, Entries, Entries],
        );
        const layout = { offset: rng.integer(4), gap: rng.integer(5) };
        const got = product(kernels, dtype, how, [a, b, c], { layout });
        assertNear(got, wanted, scales, dtype, K, label);
        for (const transA of [false, true]) {
          for (const transB of [false, true]) {
            const other = { ...how, transA, transB };
            assertSame(product(kernels, dtype, other, [a, b, c]), got, `${label}, ${transA} ${transB}`);
          }
        }
        const ready = product(kernels, dtype, { ...how, transA: false }, [a, b, c], {
          layout,
          packed: true,
        });
        assertSame(ready, got, `${label}, packed`);
      }
    });

    test(`${name}: rows and columns of a product in ${dtype} do not depend on the others`, () => {
      for (let seed = 0; seed < 60; seed++) {
        const rng = new Random(1000 + seed);
        const how = randomProduct(rng);
        const { M, N, K } = how;
        if (M === 0 || N === 0) continue;
        const [a, b, c] = [matrix(rng, M, K, dtype), matrix(rng, K, N, dtype), matrix(rng, M, N, dtype)];
        const whole = product(kernels, dtype, how, [a, b, c]);
        const [i0, j0] = [rng.integer(M), rng.integer(N)];
        const [m, n] = [1 + rng.integer(M - i0), 1 + rng.integer(N - j0)];
        const moved =
          (x: Entries, di: number, dj: number): Entries =>
          (i, j) =>
            x(i + di, j + dj);
        const parts: [Entries, Entries, Entries] = [moved(a, i0, 0), moved(b, 0, j0), moved(c, i0, j0)];
        const wanted: number[] = [];
        for (let i = i0; i < i0 + m; i++) for (let j = j0; j < j0 + n; j++) wanted.push(whole[i * N + j]);
        const label = `${name}, ${describe(dtype, how, 1000 + seed)}, rows ${i0}+${m}, columns ${j0}+${n}`;
        const small = { ...how, M: m, N: n };
        assertSame(product(kernels, dtype, small, parts), wanted, label);
        const ready = product(kernels, dtype, { ...small, transA: false }, parts, { packed: true });
        assertSame(ready, wanted, `${label}, packed`);
      }
    });

    test(`${name}: NaN and infinity go where they belong and nowhere else, in ${dtype}`, () => {
      const [M, N, K] = [7, 11, 300];
      const rng = new Random(3);
      for (const [value, row, column] of [
        [Number.NaN, 6, 10],
        [Number.POSITIVE_INFINITY, 0, 0],
        [Number.NEGATIVE_INFINITY, 5, 8],
      ]) {
        const [a, b, c] = [matrix(rng, M, K, dtype), matrix(rng, K, N, dtype), matrix(rng, M, N, dtype)];
        for (const how of [
          { transA: false, transB: false },
          { transA: true, transB: false },
          { transA: false, transB: true },
        ]) {
          for (const k of [0, 255, 256, 299]) {
            const inA: Entries = (i, j) => (i === row && j === k ? value : a(i, j));
            const inB: Entries = (i, j) => (i === k && j === column ? value : b(i, j));
            const full = { M, N, K, accumulate: false, ...how };
            for (const packed of how.transA ? [false] : [false, true]) {
              product(kernels, dtype, full, [inA, b, c], { packed }).forEach((v, at) => {
                assert.is(Number.isFinite(v), Math.floor(at / N) !== row, `entry ${at}, k ${k}`);
              });
              product(kernels, dtype, full, [a, inB, c], { packed }).forEach((v, at) => {
                assert.is(Number.isFinite(v), at % N !== column, `entry ${at}, k ${k}`);
              });
            }
            const thin = { ...full, M: 1 };
            const alone = product(kernels, dtype, thin, [(_, j) => inA(row, j), b, c]);
            assert.ok(alone.every((v) => !Number.isFinite(v)));
          }
        }
      }
      // 0 · Infinity is NaN: no term is left out because its factor is 0.
      const how = { M: 6, N: 9, K: 2, transA: false, transB: false, accumulate: false };
      const none = product(kernels, dtype, how, [() => 0, () => Number.POSITIVE_INFINITY, () => 0]);
      assert.ok(none.every(Number.isNaN));
    });

    test(`${name}: without accumulation C is not read, and with K = 0 it is cleared or kept, in ${dtype}`, () => {
      for (const [M, N] of [
        [1, 5],
        [6, 8],
        [9, 17],
      ]) {
        for (const packed of [false, true]) {
          const nothing: Entries = () => Number.NaN;
          const how = { M, N, K: 3, transA: false, transB: false, accumulate: false };
          const ones = product(kernels, dtype, how, [() => 1, () => 1, nothing], { packed });
          assert.ok(ones.every((v) => v === 3));
          const empty = { ...how, K: 0 };
          const cleared = product(kernels, dtype, empty, [nothing, nothing, nothing], { packed });
          assert.ok(cleared.every((v) => v === 0));
          const added = { ...empty, accumulate: true };
          const kept = product(kernels, dtype, added, [nothing, nothing, () => 7], { packed });
          assert.ok(kept.every((v) => v === 7));
        }
      }
    });

    test(`${name}: products of ordinary arrays in ${dtype} are those of blocks, wherever they lie`, () => {
      for (const [M, N, K] of [
        [3, 4, 5],
        [33, 31, 40],
        [1, 200, 200],
      ]) {
        for (const accumulate of [false, true]) {
          const rng = new Random(M);
          const [a, b, c] = [matrix(rng, M, K, dtype), matrix(rng, K, N, dtype), matrix(rng, M, N, dtype)];
          const ordinary = (layout: Layout, transA: boolean, transB: boolean): number[] => {
            const on = plainKernels.sequence;
            const A = lay(on, dtype, M, K, transA, a, layout);
            const B = lay(on, dtype, K, N, transB, b, layout);
            const C = lay(on, dtype, M, N, false, c, { ...layout, fill: MARK });
            const [left, right, to] = [A, B, C].map(({ block, ...at }) => ({ data: block.data, ...at }));
            set.multiply(left, right, to, { transA, transB, accumulate });
            const { entries, clean } = readC(C);
            assert.ok(clean, 'nothing outside C is written');
            return entries;
          };
          const wanted = ordinary({}, false, false);
          for (const transA of [false, true]) {
            for (const transB of [false, true]) {
              assertSame(ordinary({ offset: 3, gap: 2 }, transA, transB), wanted, `${name}, M ${M}`);
            }
          }
          const how = { M, N, K, transA: false, transB: false, accumulate };
          if (M * N * K >= 1 << 14) {
            assertSame(wanted, product(kernels, dtype, how, [a, b, c]), `${name}, M ${M}, as blocks`);
          }
        }
      }
    });
  }
}

test('matmul gives the bits of the dense copies for every kind of view, on each set', () => {
  for (const set of [plainKernels, ...Object.values(SETS)]) {
    const before = useKernels(set);
    try {
      for (const dtype of DTYPES) {
        for (const [M, N, K] of [
          [1, 40, 500],
          [30, 33, 29],
          [64, 7, 260],
        ]) {
          const a = randomNormal([M, K], { seed: M, dtype });
          const b = randomNormal([K, N], { seed: N, dtype });
          const expected = matmul(a, b);
          const check = (left: NdArray, right: NdArray, name: string): void =>
            assertSameBits(matmul(left, right), expected, `${set.name}, ${dtype}, M ${M}, ${name}`);
          for (const { name, view } of viewsOf(a)) check(view, b, `${name} on the left`);
          for (const { name, view } of viewsOf(b)) check(a, view, `${name} on the right`);
        }
      }
    } finally {
      useKernels(before);
    }
  }
});

/** What a square of 1 + 2^-12 (1 + 2^-27 in float64) has above what it rounds to. */
const LEFT = { float32: 2 ** -24, float64: 2 ** -54 };

for (const [name, set] of Object.entries(SETS)) {
  test(`${name}: every inner loop rounds multiplication and addition ${name === 'wasm' ? 'once' : 'apart'}`, () => {
    const { sequence } = set;
    for (const dtype of DTYPES) {
      const root = 1 + Math.sqrt(LEFT[dtype]);
      // One row, two and six rows at a time; a whole panel of columns, several, and less than one.
      for (const M of [1, 2, 6]) {
        for (const N of [1, 8, 32, 65]) {
          for (const packed of [true, false]) {
            const [a, b, c] = [M, N, M * N].map((n) => sequence.take(dtype, n));
            const [A, B, C] = [matrixOf(a, M, 1), matrixOf(b, 1, N), matrixOf(c, M, N)];
            a.data.fill(root);
            b.data.fill(root);
            c.data.fill(-(root * root - LEFT[dtype]));
            if (packed) {
              const operand = sequence.pack(B);
              sequence.multiplyPacked(A, operand, C, true);
              operand.blocks.forEach(sequence.give, sequence);
            } else sequence.multiply(A, B, C, { accumulate: true });
            const expected = name === 'wasm' ? LEFT[dtype] : 0;
            assert.ok(
              c.data.every((left) => left === expected),
              `${dtype}, ${M} x ${N}${packed ? ', packed' : ''}: ${c.data[0]} for ${expected}`,
            );
            for (const block of [a, b, c]) sequence.give(block);
          }
        }
      }
    }
  });
}

test.run();
