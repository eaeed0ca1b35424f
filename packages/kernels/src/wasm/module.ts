/** What a module is compiled for. */
export interface Target {
  /** Whether its memory is shared among threads. */
  readonly shared: boolean;
  /** Whether multiplications and additions are fused (relaxed SIMD). */
  readonly fused: boolean;
}

/** Bytes of a module that scripts/assemble.mjs wrote as text (scripts/binary-text.mjs), for a target. */
export function decode(code: string, { shared, fused }: Target): Uint8Array<ArrayBuffer> {
  const [multiplication, addition] = fused ? FUSED : APART;
  const text = (shared ? code : code.replace(SHARED, UNSHARED))
    .replaceAll('{', multiplication)
    .replaceAll('|', addition)
    .replaceAll('!', '\\');
  // Undone in place. A program waits for this at its start, before anything is compiled: nothing more than that is in the loop.
  const bytes = new TextEncoder().encode(text);
  let length = 0;
  let add = LEAST;
  let from = -1;
  for (let i = 0; i < bytes.length; i++) {
    const unit = bytes[i];
    if (unit >= BRACE) add = LEAST + 88 * (unit - BRACE + 1);
    else if (unit > SPACE) {
      bytes[length++] = unit + add;
      add = LEAST;
    } else if (from < 0) from = length;
    else {
      widen(bytes, from, length);
      from = -1;
    }
  }
  return bytes.slice(0, length);
}

const LEAST = -38;
const BRACE = 125;
const SPACE = 32;
const SIMD = 0xfd;

/** Makes instructions for four lanes those for two: sqrt to pmax, the fused one, loads that splat, stores of a lane. */
function widen(bytes: Uint8Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    if (bytes[i] !== SIMD) continue;
    const lanes = bytes[i + 1];
    if (lanes >= 0xe3 && lanes <= 0xeb) bytes[i + 1] += 12;
    else if (lanes === 0x85) bytes[i + 1] += 2;
    else if (lanes === 0x09 || lanes === 0x5a) bytes[i + 1]++;
  }
}

// The end of the import of the memory, in that form: 'ry', that it is a memory, and its flags. 3 is shared with a maximum, 1 is the
// same without sharing.
const SHARED = '}@}G()';
const UNSHARED = "}@}G('";

/**
 * What stands for a multiplication and for the addition of its product to what comes between them: these two, or nothing and the
 * fused one, with three instructions that do nothing, since the sizes of functions were counted for the two.
 */
const APART = ["#~!'", "#~Z'"];
const FUSED = ['', "#}S('''"];
