/** The native library that computes products. */
export interface BlasDescription {
  /** 'OpenBLAS', 'Intel MKL', 'oneDNN', 'BLIS', 'Apple Accelerate' or 'CBLAS'. */
  readonly kind: string;
  /** The file that was loaded. */
  readonly library: string;
  /** Version and build, in the library's own words; null when it has no function for that. */
  readonly version: string | null;
  /**
   * The processor that it computes for, in the library's own words; null when it has no function for that.
   */
  readonly core: string | null;
  /** Threads that share its products. Each of them calls the library, which computes with that one thread. */
  readonly threads: number;
  /** Why this library and these settings. */
  readonly why: string;
  /**
   * The library for float64 where this one has float32 only; null when those products stay in WebAssembly.
   */
  readonly float64?: BlasDescription | null;
}
