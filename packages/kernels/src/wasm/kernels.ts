import type { Kernels } from '../backend.js';
import { columnSums } from '../column-sums.js';
import { crossEntropyRows as plainRows } from '../cross-entropy-rows.js';
import { gemm as plainGemm } from '../gemm.js';
import { sigmoidMap, tanhMap } from '../maps.js';
import type { Block } from '../sequence/block.js';
import { withBlocks } from '../sequence/kept.js';
import type { Dtype, FloatData } from '../types.js';
import { crossEntropyCode } from './binaries/cross-entropy.js';
import { type LoadedWasm, loadWasm } from './load.js';
import type { WasmMemory } from './memory.js';

/** Multiplications below which copying to WebAssembly memory and back costs more than it saves. */
const WORTH = 1 << 14;

/** Exponentials below which copying to WebAssembly memory and back costs more than it saves. */
const FEW = 1 << 8;

/** The exports of assembly/cross-entropy.ts; addresses in bytes. */
type CrossEntropyModule = Record<
  'crossEntropy32' | 'crossEntropy64',
  (N: number, V: number, x: number, rows: number, scale: number, wanted: boolean) => void
>;

export interface WasmOptions {
  /** Whether relaxed SIMD (fused multiply-add) may be used where there is any. Default true. */
  relaxed?: boolean;
  /** What the kernels work on. Without it all calls give one set, over one memory. */
  memory?: WasmMemory;
}

/**
 * The kernels in WebAssembly with SIMD, or null where there is none. Sequences run in WebAssembly memory from end to end;
 * products of ordinary arrays are copied there and back when they are large enough to gain from it.
 */
export function wasmKernels({ relaxed = true, memory }: WasmOptions = {}): Kernels | null {
  if (memory !== undefined) return makeKernels(relaxed, memory);
  const key = relaxed ? 'relaxed' : 'simd';
  if (sets[key] === undefined) sets[key] = makeKernels(relaxed);
  return sets[key];
}

/** Sets are made once: each has a memory of its own. */
const sets: Partial<Record<'relaxed' | 'simd', Kernels | null>> = {};

function makeKernels(relaxed: boolean, memory?: WasmMemory): Kernels | null {
  const loaded = loadWasm(relaxed, memory);
  return loaded === null ? null : kernelsOver(loaded);
}

/** The kernels of ordinary arrays that go with a set of WebAssembly memory. */
export function kernelsOver({ sequence, relaxed }: LoadedWasm): Kernels {
  const fused = relaxed ? 'fused multiply-add (relaxed SIMD)' : 'separate multiplications and additions';
  return {
    name: relaxed ? 'wasm' : 'wasm-simd',
    why: `WebAssembly SIMD with ${fused}`,
    relaxed,
    sequence,
    columnSums,
    crossEntropyRows: (N, V, x, rows, scale, grad) => {
      if (N * V < FEW) {
        plainRows(N, V, x, rows, scale, grad);
        return;
      }
      const dtype = x instanceof Float64Array ? 'float64' : 'float32';
      const module = sequence.module<CrossEntropyModule>(crossEntropyCode);
      const run = dtype === 'float64' ? module.crossEntropy64 : module.crossEntropy32;
      withBlocks(sequence, 'float64', { each: 2 * N }, ({ each }) =>
        withBlocks(sequence, dtype, { entries: N * V }, ({ entries }) => {
          entries.data.set(x);
          each.data.set(rows);
          run(N, V, entries.pointer(0), each.pointer(0), scale, grad !== null);
          rows.set(each.data);
          grad?.set(entries.data);
        }),
      );
    },
    sigmoid: sigmoidMap,
    tanh: tanhMap,
    gemm: (transA, transB, M, N, K, A, aOffset, lda, B, bOffset, ldb, accumulate, C, cOffset, ldc) => {
      if (M * N * K < WORTH) {
        plainGemm(transA, transB, M, N, K, A, aOffset, lda, B, bOffset, ldb, accumulate, C, cOffset, ldc);
        return;
      }
      const dtype: Dtype = C instanceof Float64Array ? 'float64' : 'float32';
      const [aRows, aColumns] = transA ? [K, M] : [M, K];
      const [bRows, bColumns] = transB ? [N, K] : [K, N];
      withBlocks(sequence, dtype, { a: M * K, b: K * N, c: M * N }, ({ a, b, c }) => {
        load(A, aOffset, lda, aRows, aColumns, a);
        load(B, bOffset, ldb, bRows, bColumns, b);
        if (accumulate) load(C, cOffset, ldc, M, N, c);
        sequence.gemm(transA, transB, M, N, K, a, 0, aColumns, b, 0, bColumns, accumulate, c, 0, N);
        if (ldc === N) C.set(c.data, cOffset);
        else for (let i = 0; i < M; i++) C.set(c.data.subarray(i * N, (i + 1) * N), cOffset + i * ldc);
      });
    },
  };
}

/** Copies rows of an ordinary array into a block, side by side. */
function load(
  data: FloatData,
  offset: number,
  ld: number,
  rows: number,
  columns: number,
  block: Block,
): void {
  const target = block.data;
  if (ld === columns) {
    target.set(data.subarray(offset, offset + rows * columns));
    return;
  }
  for (let i = 0; i < rows; i++) {
    target.set(data.subarray(offset + i * ld, offset + i * ld + columns), i * columns);
  }
}
