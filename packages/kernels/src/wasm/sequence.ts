import type { Block } from '../sequence/block.js';
import type {
  EvictableBlocks,
  PackedMatrix,
  PackOptions,
  ParallelForFunction,
  RowFunction,
  SequenceKernels,
  StepsOperands,
} from '../sequence/kernels.js';
import type { Matrix, ProductOptions } from '../sequence/matrix.js';
import type { Dtype, FloatData } from '../types.js';
import { coreCode } from './binaries/core.js';
import type { WasmModule } from './decode-binary.js';
import type { GemmModule } from './gemm-module.js';
import { type ImportOverrides, WasmLinker } from './linker.js';
import type { WasmMemory } from './memory.js';
import { isWhole, Products, WASM_COST, type WasmPacked } from './products.js';
import { currentScheduler, partitionerFor } from './threads/current.js';
import type { ThreadedSet } from './threads/threaded-set.js';

const NO_OPTIONS = {};

const bytesOf = (dtype: Dtype): number => (dtype === 'float32' ? 4 : 8);

/** The WebAssembly set. Threads split a call when that is worth it; it changes no bit of the result. */
export class WasmSequence implements SequenceKernels, ThreadedSet {
  readonly workBytes: number;
  readonly work: number;
  readonly overrides: ImportOverrides | null = null;
  protected readonly linker: WasmLinker;
  private readonly products: Products;

  /** @param fused whether multiplications and additions are fused (relaxed SIMD) */
  constructor(
    readonly memory: WasmMemory,
    fused: boolean,
  ) {
    this.linker = new WasmLinker(memory, fused);
    this.workBytes = this.module<GemmModule>(coreCode).workSize();
    this.work = memory.takeBytes(this.workBytes).at;
    this.products = new Products(this.linker, this, WASM_COST);
  }

  get threads(): number {
    return currentScheduler()?.running(this) ?? 1;
  }

  threadsWanted(asked: number | null): number {
    return asked ?? 1;
  }

  module<Exports>(code: WasmModule): Exports {
    return this.linker.exports(code);
  }

  take(dtype: Dtype, n: number): Block {
    return this.memory.take(dtype, n);
  }

  give(block: Block): void {
    this.memory.give(block);
  }

  release(block: Block): FloatData {
    const data = block.data.slice();
    this.memory.give(block);
    return data;
  }

  markEvictable(blocks: readonly Block[]): EvictableBlocks {
    return this.memory.markEvictable(blocks);
  }

  pin(evictable: EvictableBlocks): void {
    this.memory.pin(evictable);
  }

  multiply(A: Matrix, B: Matrix, C: Matrix, options: ProductOptions = NO_OPTIONS): void {
    this.products.multiply(A, B, C, options);
  }

  pack(B: Matrix, options: PackOptions = NO_OPTIONS): PackedMatrix {
    return this.products.pack(B, options);
  }

  multiplyPacked(A: Matrix, B: PackedMatrix, C: Matrix, accumulate: boolean): void {
    this.products.multiplyPacked(A, B as WasmPacked, C, accumulate);
  }

  parallelFor(code: WasmModule, name: string, countAt: number, at: readonly number[]): ParallelForFunction {
    const pair = this.linker.pair(code, name);
    return (dtype, values, cost) => {
      const partitioner = partitionerFor(this, cost);
      if (partitioner === null) pair[dtype].call(...values);
      else partitioner.parallelFor(pair[dtype], values, countAt, at, bytesOf(dtype), cost);
    };
  }

  rows(code: WasmModule, name: string, widths: readonly number[], entryCost: number): RowFunction {
    const pair = this.linker.pair(code, name);
    return (dtype, B, H, at) => {
      const routine = pair[dtype];
      const row = H * bytesOf(dtype);
      const cost = B * row * (entryCost / 4);
      const partitioner = B > 1 ? partitionerFor(this, cost) : null;
      // Arguments that a routine does not take are ignored; to spread the list takes longer than the call.
      if (partitioner === null) routine.call(B, H, at[0], at[1], at[2], at[3], at[4], at[5]);
      else {
        const bytes = widths.map((width) => width * row);
        partitioner.rows(routine, [B, H, ...at], bytes, cost);
      }
    };
  }

  steps(code: WasmModule, cost: number, sequence: StepsOperands): boolean {
    return this.stepsBy(this.linker, this.products, code, cost, sequence);
  }

  /** As `steps`, with products that the modules are linked to. */
  protected stepsBy(
    linker: WasmLinker,
    products: Products,
    code: WasmModule,
    entryCost: number,
    { B, T, H, weights, operands }: StepsOperands,
  ): boolean {
    const packed = weights as readonly WasmPacked[];
    // Threads that split the columns of a product would have to wait for each other at every step.
    if (!packed.every(isWhole)) return false;
    const { dtype } = operands[0].block;
    const routine = linker.pair(code, 'steps')[dtype];
    const addresses = [...packed.map(({ at }) => at), ...operands.map(({ block }) => block.pointer(0))];
    const values = [B, B, T, H, this.work, ...addresses];
    const size = bytesOf(dtype);
    const each = packed.reduce((sum, { K, N }) => sum + products.costOf(dtype, B, N, K), 0);
    const cost = T * (each + B * H * size * (entryCost / 4));
    const partitioner = B > 1 ? partitionerFor(this, cost) : null;
    if (partitioner === null) routine.call(...values);
    else {
      const bytes = operands.map(({ width }) => width * size);
      partitioner.steps(routine, values, 5 + packed.length, bytes, cost);
    }
    return true;
  }
}
