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
import { coreCode } from './binaries/core.js';
import type { WasmModule } from './decode-binary.js';
import type { GemmModule } from './gemm-module.js';
import type { WasmMemory } from './memory.js';
import { Modules } from './modules.js';
import { isWhole, Products, WASM_COST, type WasmPrepared } from './products.js';
import { Sharing } from './threads/sharing.js';

const bytesOf = (dtype: Dtype): number => (dtype === 'float32' ? 4 : 8);

/** The WebAssembly set. Every call is split among threads where that is worth it, without a change to any bit. */
export class WasmSequence implements SequenceKernels {
  protected readonly sharing: Sharing;
  protected readonly modules: Modules;
  private readonly products: Products;

  /** @param fused whether multiplications and additions are fused (relaxed SIMD) */
  constructor(
    readonly memory: WasmMemory,
    fused: boolean,
  ) {
    this.modules = new Modules(memory, fused);
    this.sharing = new Sharing(memory, this.module<GemmModule>(coreCode).workSize());
    this.products = new Products(this.modules, this.sharing, WASM_COST);
  }

  get threads(): number {
    return this.sharing.threads?.running ?? 1;
  }

  module<Exports>(code: WasmModule): Exports {
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

  spread(code: WasmModule, name: string, countAt: number, at: readonly number[]): SpreadFunction {
    const pair = this.modules.pair(code, name);
    return (dtype, values, cost) => {
      const team = this.sharing.for(cost);
      if (team === null) pair[dtype].call(...values);
      else team.spread(pair[dtype], values, countAt, at, bytesOf(dtype), cost);
    };
  }

  rows(code: WasmModule, name: string, widths: readonly number[], entryCost: number): RowFunction {
    const pair = this.modules.pair(code, name);
    return (dtype, B, H, a, b, c = 0, d = 0, e = 0, f = 0) => {
      const routine = pair[dtype];
      const row = H * bytesOf(dtype);
      const cost = B * row * (entryCost / 4);
      const team = B > 1 ? this.sharing.for(cost) : null;
      // Arguments that the function does not take are ignored.
      if (team === null) routine.call(B, H, a, b, c, d, e, f);
      else {
        const values = [B, H, a, b, c, d, e, f].slice(0, 2 + widths.length);
        const bytes = widths.map((width) => width * row);
        team.rows(routine, values, bytes, cost);
      }
    };
  }

  steps(...routine: Parameters<SequenceKernels['steps']>): StepsFunction {
    return this.stepsBy(this.modules, this.products, ...routine);
  }

  /** As `steps`, with products that the modules are linked to. */
  protected stepsBy(
    modules: Modules,
    products: Products,
    ...[code, name, widths, entryCost]: Parameters<SequenceKernels['steps']>
  ): StepsFunction {
    const pair = modules.pair(code, name);
    return (B, T, H, weights, blocks) => {
      const prepared = weights as readonly WasmPrepared[];
      // Threads that share the columns of a product have to meet at every step.
      if (!prepared.every(isWhole)) return false;
      const { dtype } = blocks[0];
      const routine = pair[dtype];
      const { sharing } = this;
      const addresses = [...prepared.map(({ at }) => at), ...blocks.map((block) => block.pointer(0))];
      const values = [B, B, T, H, sharing.work, ...addresses];
      const row = H * bytesOf(dtype);
      const each = prepared.reduce((sum, { K, N }) => sum + products.costOf(dtype, B, N, K), 0);
      const cost = T * (each + B * row * (entryCost / 4));
      const team = B > 1 ? sharing.for(cost) : null;
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
