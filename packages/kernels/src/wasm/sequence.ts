import type { Block } from '../sequence/block.js';
import type { Holding, Prepared, SequenceKernels } from '../sequence/kernels.js';
import type { Dtype, FloatData } from '../types.js';
import { maps } from './binaries/maps.js';
import { sums } from './binaries/sums.js';
import type { GemmModule } from './gemm-module.js';
import type { WasmMemory } from './memory.js';
import { instantiate } from './module.js';

interface SumsModule {
  columnSums32(rows: number, columns: number, x: number, ldx: number, accumulate: boolean, out: number): void;
  columnSums64(rows: number, columns: number, x: number, ldx: number, accumulate: boolean, out: number): void;
}

interface MapsModule {
  tanh32(n: number, x: number, out: number): void;
  tanh64(n: number, x: number, out: number): void;
}

const bytesOf = (dtype: Dtype): number => (dtype === 'float32' ? 4 : 8);

/** The WebAssembly set on one thread. */
export class WasmSequence implements SequenceKernels {
  private readonly modules = new Map<string, unknown>();
  private readonly work: number;

  constructor(
    readonly memory: WasmMemory,
    private readonly products: GemmModule,
  ) {
    this.work = memory.takeBytes(products.workSize()).at;
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
    const size = bytesOf(C.dtype);
    const { gemm32, gemm64 } = this.products;
    const run = size === 4 ? gemm32 : gemm64;
    const [a, b, c] = [A.pointer(aOffset), B.pointer(bOffset), C.pointer(cOffset)];
    run(transA, transB, false, M, N, K, a, lda * size, b, ldb * size, accumulate, c, ldc * size, this.work);
  }

  prepare(transB: boolean, K: number, N: number, B: Block, bOffset: number, ldb: number): Prepared {
    const { products } = this;
    const size = bytesOf(B.dtype);
    const block = this.take(B.dtype, products.preparedSize(size === 8, K, N) / size);
    const run = size === 4 ? products.prepare32 : products.prepare64;
    run(transB, K, N, B.pointer(bOffset), ldb * size, block.pointer(0));
    return { K, N, blocks: [block] };
  }

  gemmPrepared(
    M: number,
    A: Block,
    aOffset: number,
    lda: number,
    { K, N, blocks: [packed] }: Prepared,
    accumulate: boolean,
    C: Block,
    cOffset: number,
    ldc: number,
  ): void {
    const size = bytesOf(C.dtype);
    const { gemm32, gemm64 } = this.products;
    const run = size === 4 ? gemm32 : gemm64;
    const [a, b, c] = [A.pointer(aOffset), packed.pointer(0), C.pointer(cOffset)];
    run(false, false, true, M, N, K, a, lda * size, b, 0, accumulate, c, ldc * size, this.work);
  }

  columnSums(
    rows: number,
    columns: number,
    X: Block,
    xOffset: number,
    ldx: number,
    accumulate: boolean,
    out: Block,
    outOffset: number,
  ): void {
    const { columnSums32, columnSums64 } = this.module<SumsModule>(sums);
    const size = bytesOf(X.dtype);
    const run = size === 4 ? columnSums32 : columnSums64;
    run(rows, columns, X.pointer(xOffset), ldx * size, accumulate, out.pointer(outOffset));
  }

  tanh(n: number, x: Block, offset: number): void {
    const { tanh32, tanh64 } = this.module<MapsModule>(maps);
    const at = x.pointer(offset);
    (x.dtype === 'float32' ? tanh32 : tanh64)(n, at, at);
  }

  module<Exports>(code: string): Exports {
    let exports = this.modules.get(code);
    if (exports === undefined) {
      exports = instantiate<Exports>(code, this.memory.memory, this.memory.shared);
      this.modules.set(code, exports);
    }
    return exports as Exports;
  }
}
