import { hasRelaxedSimd, hasSimd } from './feature-probe.js';
import { WasmMemory } from './memory.js';
import { WasmSequence } from './sequence.js';

export interface LoadedWasm<Sequence extends WasmSequence = WasmSequence> {
  readonly sequence: Sequence;
  /** Whether multiplications and additions are fused (relaxed SIMD). */
  readonly relaxed: boolean;
}

/**
 * The WebAssembly kernels, or null where there is no WebAssembly SIMD or none is allowed.
 * @param relaxed whether relaxed SIMD may be used
 * @param memory  what they work on; by default a memory of their own
 * @param make    makes the set, for one that replaces some of the kernels
 */
export function loadWasm(relaxed: boolean, memory?: WasmMemory): LoadedWasm | null;
export function loadWasm<Sequence extends WasmSequence>(
  relaxed: boolean,
  memory: WasmMemory | undefined,
  make: (memory: WasmMemory, fused: boolean) => Sequence,
): LoadedWasm<Sequence> | null;
export function loadWasm(
  relaxed: boolean,
  memory?: WasmMemory,
  make = (own: WasmMemory, fused: boolean) => new WasmSequence(own, fused),
): LoadedWasm | null {
  if (!hasSimd()) return null;
  if (relaxed) enableRelaxedSimd();
  const fused = relaxed && hasRelaxedSimd();
  try {
    return { sequence: make(memory ?? new WasmMemory(), fused), relaxed: fused };
  } catch (error) {
    // A page's content security policy may forbid compiling, of which validation knows nothing; Safari throws
    // an EvalError then.
    if (error instanceof WebAssembly.CompileError || error instanceof EvalError) return null;
    throw error;
  }
}

/**
 * Node 20 has relaxed SIMD behind a flag of its engine, which can still be set now; Node 21 and browsers need
 * nothing.
 */
function enableRelaxedSimd(): void {
  const { process } = globalThis as {
    process?: { versions?: { node?: string }; getBuiltinModule?: (name: string) => unknown };
  };
  if (!process?.versions?.node?.startsWith('20.')) return;
  const v8 = process.getBuiltinModule?.('node:v8') as { setFlagsFromString(flags: string): void } | undefined;
  v8?.setFlagsFromString('--experimental-wasm-relaxed-simd');
}
