import { fuse } from './fuse.js';

/** What a module is compiled for. */
export interface Target {
  /** Whether its memory is shared among threads. */
  readonly shared: boolean;
  /** Whether multiplications and additions are fused (relaxed SIMD). */
  readonly fused: boolean;
}

/** Bytes of a module that scripts/assemble.mjs wrote as text (scripts/binary-text.mjs), for a target. */
export function decode(code: string, { shared, fused }: Target): Uint8Array<ArrayBuffer> {
  const text = shared ? code : code.replace(IMPORT, `${IMPORT.slice(0, -1)}'`);
  const bytes = new Uint8Array(text.length);
  let length = 0;
  let high = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const character = unit === EXCLAMATION_MARK ? BACKSLASH : unit;
    if (character < BRACE) bytes[length++] = high + character - 38;
    high = character < BRACE ? 0 : 90 * (character - BRACE + 1);
  }
  const module = bytes.slice(0, length);
  return fused ? fuse(module) : module;
}

const EXCLAMATION_MARK = 33;
const BACKSLASH = 92;
const BRACE = 125;

// The import of the memory, 'env' 'memory', and its flags, in that form: 3 is shared with a maximum, 1 is the same without sharing.
const IMPORT = ')}1}:}B,}9}1}9};}>}E()';
