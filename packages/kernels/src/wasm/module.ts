import { fuse } from './fuse.js';

/** What a module is compiled for. */
export interface Target {
  /** Whether its memory is shared among threads. */
  readonly shared: boolean;
  /** Whether multiplications and additions are fused (relaxed SIMD). */
  readonly fused: boolean;
}

/** Bytes of a module that scripts/assemble.mjs wrote as hexadecimal digits, for a target. */
export function decode(code: string, { shared, fused }: Target): Uint8Array<ArrayBuffer> {
  const digits = shared ? code : code.replace(`${IMPORT}03`, `${IMPORT}01`);
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (digit(digits.charCodeAt(2 * i)) << 4) | digit(digits.charCodeAt(2 * i + 1));
  }
  return fused ? fuse(bytes) : bytes;
}

/** The value of a character 0-9 or a-f. */
const digit = (c: number): number => (c < 58 ? c - 48 : c - 87);

// The import of the memory, 'env' 'memory', and its flags: 3 is shared with a maximum, 1 is the same without sharing.
const IMPORT = '03656e76066d656d6f727902';
