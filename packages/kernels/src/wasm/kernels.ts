import type { Kernels } from '../backend.js';
import { gemmOnArrays } from '../gemm-on-arrays.js';
import { type LoadedWasm, loadWasm } from './load.js';
import type { WasmMemory } from './memory.js';

export interface WasmOptions {
  /** Whether relaxed SIMD (fused multiply-add) may be used where there is any. Default true. */
  relaxed?: boolean;
  /** What the kernels work on. Without it all calls give one set, over one memory. */
  memory?: WasmMemory;
}

/**
 * The kernels in WebAssembly with SIMD, or null where there is none. Sequences run in WebAssembly memory from end to end.
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

/** The kernel set that goes with WebAssembly memory. */
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
