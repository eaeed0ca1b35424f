import { type Kernels, type SequenceKernels, wasmKernels } from '@retrograd/kernels';
import { WasmMemory, type WasmMemoryOptions } from '@retrograd/kernels/internal';

/** A WebAssembly kernel set with a memory of its own, and the bytes that it takes from the start. */
export function freshMemory(options: WasmMemoryOptions = {}): {
  memory: WasmMemory;
  kernels: SequenceKernels;
  base: number;
} {
  const memory = new WasmMemory(options);
  const { sequence } = wasmKernels({ memory }) as Kernels;
  return { memory, kernels: sequence, base: memory.bytesTaken };
}
