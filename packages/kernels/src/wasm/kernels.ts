import type { Kernels } from '../backend.js';
import { gemmOnArrays } from '../gemm-on-arrays.js';
import { type LoadedWasm, loadWasm } from './load.js';
import type { WasmMemory } from './memory.js';

export interface WasmOptions {
  /** Whether relaxed SIMD (fused multiply-add) may be used where there is any. Default true. */
  relaxed?: boolean;
  /**
   * The memory that the kernels work on. Without this option all calls return the same set, over one memory.
   */
  memory?: WasmMemory;
}

/** The kernels in WebAssembly with SIMD; null where there is none, or a page forbids it. */
export function wasmKernels({ relaxed = true, memory }: WasmOptions = {}): Kernels | null {
  if (memory !== undefined) return makeKernels(relaxed, memory);
  const key = relaxed ? 'relaxed' : 'simd';
  if (sets[key] === undefined) sets[key] = makeKernels(relaxed);
  return sets[key];
}

/** Each set is made once, since each has a memory of its own. */
const sets: Partial<Record<'relaxed' | 'simd', Kernels | null>> = {};

function makeKernels(relaxed: boolean, memory?: WasmMemory): Kernels | null {
  const loaded = loadWasm(relaxed, memory);
  return loaded === null ? null : kernelsOver(loaded);
}

/** The kernel set for sequence kernels in WebAssembly. */
export function kernelsOver({ sequence, relaxed }: LoadedWasm): Kernels {
  const fused = relaxed ? 'fused multiply-add (relaxed SIMD)' : 'separate multiplications and additions';
  return {
    name: relaxed ? 'wasm' : 'wasm-simd',
    why: `WebAssembly SIMD with ${fused}`,
    relaxed,
    sequence,
    multiply: (A, B, C, options) => gemmOnArrays(sequence, A, B, C, options),
  };
}
