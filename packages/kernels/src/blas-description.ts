/** What is known about the native library that computes products. */
export interface BlasDescription {
  /** 'OpenBLAS', 'Intel MKL', 'oneDNN', 'BLIS', 'Apple Accelerate' or 'CBLAS'. */
  readonly kind: string;
  /** The file that was loaded. */
  readonly library: string;
  /** Version and build, in the library's own words; null when it does not tell. */
  readonly version: string | null;
  /** The processor that it computes for, in its own words; null when it does not tell. */
  readonly core: string | null;
  /** Threads that are to share its products, each of which has it compute with one of its own. */
  readonly threads: number;
  /** Why this library and these settings. */
  readonly why: string;
  /** The library for float64 where this one has float32 only; null when those products stay in WebAssembly. */
  readonly float64?: BlasDescription | null;
}
