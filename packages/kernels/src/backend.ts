import type { BlasDescription } from './blas-description.js';
import { describe } from './describe.js';
import { ValueError } from './errors.js';
import { gemm } from './gemm.js';
import type { SequenceKernels } from './sequence/kernels.js';
import type { ArrayMatrix, ProductOptions } from './sequence/matrix.js';
import { plainSequence } from './sequence/plain.js';
import { hasSimd } from './wasm/feature-probe.js';
import { wasmKernels } from './wasm/kernels.js';
import { threadsAsked } from './wasm/threads/current.js';

/**
 * The functions that take the time, on flat buffers: what a faster implementation provides. All buffers of a
 * call are of one dtype. Sizes and offsets count entries and are trusted. Nothing outside of the named ranges
 * is written.
 */
export interface Kernels {
  /** For messages and reports: 'plain', 'wasm', ... */
  readonly name: string;

  /** What is in use and why, in one sentence. */
  readonly why: string;

  /** The native library that computes products, if there is one. */
  readonly blas?: BlasDescription;

  /** Whether relaxed SIMD fuses multiplications and additions. Default: not. */
  readonly relaxed?: boolean;

  /** The kernels of whole sequences. */
  readonly sequence: SequenceKernels;

  /**
   * C (M, N) = op(A) (M, K) op(B) (K, N) on ordinary arrays, plus what C holds when `accumulate`. M and N are
   * the size of C, and a transposed operand is stored as (K, M) or (N, K). C must not overlap A or B.
   */
  multiply(A: ArrayMatrix, B: ArrayMatrix, C: ArrayMatrix, options?: ProductOptions): void;
}

/** The reference: plain TypeScript, every sum in the order of its index, in double precision. */
export const plainKernels: Kernels = {
  name: 'plain',
  why: 'plain TypeScript, the reference',
  sequence: plainSequence,
  multiply: gemm,
};

/**
 * A kernel set by name. 'wasm-simd' is 'wasm' without relaxed SIMD: products and sums are rounded separately.
 */
export type KernelName = 'plain' | 'wasm' | 'wasm-simd';

const NAMES: readonly KernelName[] = ['plain', 'wasm', 'wasm-simd'];

let current: Kernels | null = null;

/**
 * The kernels that all packages compute with: those that `useKernels` chose, else those that the environment
 * variable RETROGRAD_KERNELS names (under Node), else WebAssembly where there is SIMD, else the plain ones.
 */
export function currentKernels(): Kernels {
  current ??= initialKernels();
  return current;
}

/**
 * All packages compute with other kernels from now on. Layers and graphs that exist already keep the kernels
 * they were made with.
 * @param kernels a name, or a kernel set of your own
 * @returns the set used before
 * @throws ValueError when there is no such set, or the platform does not run WebAssembly SIMD; nothing is
 *   changed then
 */
export function useKernels(kernels: Kernels | KernelName): Kernels {
  const before = currentKernels();
  if (typeof kernels !== 'string' && !isKernelSet(kernels)) {
    const expected = `a kernel set or one of ${NAMES.join(', ')}`;
    throw new ValueError('useKernels', 'kernels', expected, describe(kernels));
  }
  current = typeof kernels === 'string' ? kernelsByName('useKernels', kernels) : kernels;
  return before;
}

/** Whether a value looks like a kernel set, as far as can be told at a glance. */
const isKernelSet = (value: Kernels | undefined): boolean =>
  typeof value?.sequence?.take === 'function' && typeof value.multiply === 'function';

/** Threads of the kernels, the caller's own included. */
export interface ThreadCounts {
  /** What `setThreads` was called with last; 1 when it never was. */
  asked: number;
  /**
   * Those that take part now: 1 before the first call that is worth splitting, and where there are no
   * workers.
   */
  running: number;
}

/** Which kernels compute now, and why they were chosen. */
export interface KernelDescription {
  name: string;
  why: string;
  threads: ThreadCounts;
  /** Whether relaxed SIMD fuses multiplications and additions, which then are rounded once. */
  relaxed: boolean;
  /** The native library that computes products; null when there is none. */
  blas: BlasDescription | null;
}

/** Which kernels are in use and why, on how many threads, and with what rounding. */
export function describeKernels(): KernelDescription {
  const { name, why, blas = null, relaxed = false, sequence } = currentKernels();
  return { name, why, threads: { asked: threadsAsked() ?? 1, running: sequence.threads }, relaxed, blas };
}

function initialKernels(): Kernels {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  const wanted = process?.env?.RETROGRAD_KERNELS;
  if (wanted) return kernelsByName('RETROGRAD_KERNELS', wanted);
  return wasmKernels() ?? { ...plainKernels, why: `plain TypeScript, because ${noWasm().why}` };
}

function kernelsByName(op: string, name: string): Kernels {
  if (!NAMES.includes(name as KernelName)) {
    throw new ValueError(op, 'kernels', `one of ${NAMES.join(', ')}`, describe(name));
  }
  const kernels = name === 'plain' ? plainKernels : wasmKernels({ relaxed: name === 'wasm' });
  if (kernels === null) throw new ValueError(op, 'kernels', 'available', `${name} ${noWasm().short}`);
  return kernels;
}

/** What keeps the WebAssembly kernels away: an old engine, or a page's content security policy. */
function noWasm(): { why: string; short: string } {
  if (!hasSimd()) {
    return { why: 'there is no WebAssembly SIMD here', short: 'without WebAssembly SIMD' };
  }
  const why = 'a content security policy forbids compiling WebAssembly';
  return { why, short: `where ${why}` };
}
