/** Exports of assembly/gemm.ts. Pointers and leading dimensions in bytes. */
export interface GemmModule {
  workSize(): number;
  preparedSize(wide: boolean, K: number, N: number): number;
  gemm32: WasmGemm;
  gemm64: WasmGemm;
  prepare32: WasmPrepare;
  prepare64: WasmPrepare;
}

export type WasmGemm = (
  transA: boolean,
  transB: boolean,
  prepared: boolean,
  M: number,
  N: number,
  K: number,
  a: number,
  lda: number,
  b: number,
  ldb: number,
  accumulate: boolean,
  c: number,
  ldc: number,
  work: number,
) => void;

export type WasmPrepare = (transB: boolean, K: number, N: number, b: number, ldb: number, to: number) => void;
