import type { Block } from '../sequence/block.js';
import type {
  Holding,
  Prepared,
  RowFunction,
  SequenceKernels,
  SpreadFunction,
  StepsFunction,
} from '../sequence/kernels.js';
import type { Dtype, FloatData } from '../types.js';
import type { WasmMemory } from './memory.js';
import { Modules } from './modules.js';
import { isWhole, Products, type WasmPrepared } from './products.js';
import { Threads } from './threads/threads.js';

const bytesOf = (dtype: Dtype): number => (dtype === 'float32' ? 4 : 8);

/** The WebAssembly set. Every call is split among threads where that is worth it, without a change to any bit. */
export class WasmSequence implements SequenceKernels {
  private readonly modules: Modules;
  private readonly workers: Threads;
  private readonly products: Products;

  /** @param fused whether multiplications and additions are fused (relaxed SIMD) */
  constructor(
    readonly memory: WasmMemory,
    fused: boolean,
  ) {
    this.modules = new Modules(memory, fused);
    this.workers = new Threads(memory);
    this.products = new Products(this.modules, memory, this.workers);
  }

  get threads(): number {
    return this.workers.running;
  }

  module<Exports>(code: string): Exports {
    return this.modules.exports(code);
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

  hold(blocks: readonly Block[]): Holding {
    return this.memory.hold(blocks);
  }

  unhold(holding: Holding): void {
    this.memory.unhold(holding);
  }

  gemm(
    transA: boolean,
    transB: boolean,
    M: number,
    N: number,
    K: number,
    A: Block,
    aOffset: number,
    lda: number,
    B: Block,
    bOffset: number,
    ldb: number,
    accumulate: boolean,
    C: Block,
    cOffset: number,
    ldc: number,
  ): void {
    const [a, b, c] = [A.pointer(aOffset), B.pointer(bOffset), C.pointer(cOffset)];
    this.products.gemm(C.dtype, transA, transB, M, N, K, a, lda, b, ldb, accumulate, c, ldc);
  }

  prepare(
    transB: boolean,
    K: number,
    N: number,
    B: Block,
    bOffset: number,
    ldb: number,
    M?: number,
  ): Prepared {
    return this.products.prepare(B.dtype, transB, K, N, B.pointer(bOffset), ldb, M);
  }

  gemmPrepared(
    M: number,
    A: Block,
    aOffset: number,
    lda: number,
    B: Prepared,
    accumulate: boolean,
    C: Block,
    cOffset: number,
    ldc: number,
  ): void {
    const [a, c] = [A.pointer(aOffset), C.pointer(cOffset)];
    this.products.gemmPrepared(C.dtype, M, a, lda, B as WasmPrepared, accumulate, c, ldc);
  }

  spread(code: string, name: string, countAt: number, at: readonly number[]): SpreadFunction {
    const pair = this.modules.pair(code, name);
    return (dtype, values, cost) => {
      const team = this.workers.for(cost);
      if (team === null) pair[dtype].call(...values);
      else team.spread(pair[dtype], values, countAt, at, bytesOf(dtype), cost);
    };
  }

  rows(code: string, name: string, widths: readonly number[], entryCost: number): RowFunction {
    const pair = this.modules.pair(code, name);
    return (dtype, B, H, a, b, c = 0, d = 0, e = 0, f = 0) => {
      const routine = pair[dtype];
      const row = H * bytesOf(dtype);
      const cost = B * row * (entryCost / 4);
      const team = B > 1 ? this.workers.for(cost) : null;
      // Arguments that the function does not take are ignored.
      if (team === null) routine.call(B, H, a, b, c, d, e, f);
      else {
        const values = [B, H, a, b, c, d, e, f].slice(0, 2 + widths.length);
        const bytes = widths.map((width) => width * row);
        team.rows(routine, values, bytes, cost);
      }
    };
  }

  steps(code: string, name: string, widths: readonly number[], entryCost: number): StepsFunction {
    const pair = this.modules.pair(code, name);
    return (B, T, H, weights, blocks) => {
      // Threads that share the columns of a product have to meet at every step.
      if (!weights.every((each) => isWhole(each as WasmPrepared))) return false;
      const { dtype } = blocks[0];
      const routine = pair[dtype];
      const { products, workers } = this;
      const addresses = blocks.map((block) => block.pointer(0));
      const prepared = weights.map((each) => each.blocks[0].pointer(0));
      const values = [B, B, T, H, products.work, ...prepared, ...addresses];
      const row = H * bytesOf(dtype);
      const each = weights.reduce((sum, { K, N }) => sum + products.costOf(dtype, B, N, K), 0);
      const cost = T * (each + B * row * (entryCost / 4));
      const team = B > 1 ? workers.for(cost) : null;
      if (team === null) routine.call(...values);
      else
        team.steps(
          routine,
          values,
          5 + prepared.length,
          widths.map((width) => width * row),
          cost,
        );
      return true;
    };
  }
}
