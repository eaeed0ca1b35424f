/**
 * Instructions of WebAssembly SIMD, by what follows 0xfd in them: multiplication by its first byte (the second is 1), and the
 * fused one of relaxed SIMD that goes with it by its own (the second is 2), for four and for two lanes. The addition is two below
 * the multiplication.
 */
const FUSED: Partial<Record<number, number>> = { 230: 0x85, 242: 0x87 };

const SIMD = 0xfd;
const NOP = 0x01;
const LOCAL_GET = 0x20;
const LOCAL_TEE = 0x22;
const I32_CONST = 0x41;
const LOAD_SPLATS: readonly number[] = [0x09, 0x0a];

/**
 * A module with every multiplication whose product is added to a variable, or to a constant in memory, made a fused
 * multiply-add, so that one module serves machines with and without. Lengths stay as they are:
 *
 *     a, b, mul, c, add    becomes    a, b, c, madd, nop, nop, nop
 */
export function fuse(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = module.slice();
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== SIMD || bytes[at + 2] !== 0x01) continue;
    const multiplication = bytes[at + 1];
    const fused = FUSED[multiplication];
    if (fused === undefined) continue;
    const c = at + 3;
    const end = c + lengthOfOperand(bytes, c);
    if (end === c || bytes[end] !== SIMD || bytes[end + 1] !== multiplication - 2 || bytes[end + 2] !== 0x01)
      continue;
    bytes.copyWithin(at, c, end);
    bytes.set([SIMD, fused, 0x02, NOP, NOP, NOP], at + end - c);
  }
  return bytes;
}

/** Bytes of what brings a variable or a constant from memory to the stack; 0 when something else does. */
function lengthOfOperand(bytes: Uint8Array, at: number): number {
  if (bytes[at] === LOCAL_GET) return numberEnd(bytes, at + 1) - at;
  if (bytes[at] !== I32_CONST) return 0;
  const load = numberEnd(bytes, at + 1);
  if (bytes[load] !== SIMD || !LOAD_SPLATS.includes(bytes[load + 1])) return 0;
  const end = numberEnd(bytes, numberEnd(bytes, load + 2));
  return (bytes[end] === LOCAL_TEE ? numberEnd(bytes, end + 1) : end) - at;
}

/** Where a number that starts at `at` ends: its last byte is the first below 0x80. */
function numberEnd(bytes: Uint8Array, at: number): number {
  let end = at;
  while (bytes[end] >= 0x80) end++;
  return end + 1;
}
