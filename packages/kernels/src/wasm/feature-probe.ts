/** Which instructions the engine knows, by whether it accepts a module that has them. */

// f32x4.mul, f32x4.add
const SIMD = [0xfd, 0xe6, 0x01, 0xfd, 0xe4, 0x01];
// f32x4.relaxed_madd
const RELAXED_SIMD = [0xfd, 0x85, 0x02];

export const hasSimd = (): boolean => isKnown(SIMD);
export const hasRelaxedSimd = (): boolean => isKnown(RELAXED_SIMD);

/** @param instructions make one vector of three */
function isKnown(instructions: readonly number[]): boolean {
  const noLocals = 0;
  const arguments_ = [0x20, 0, 0x20, 1, 0x20, 2];
  const body = [noLocals, ...arguments_, ...instructions, 0x0b];
  const vector = 0x7b;
  const module = [
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // '\0asm', version 1
    ...[1, 8, 1, 0x60, 3, vector, vector, vector, 1, vector], // one type, of three vectors to one
    ...[3, 2, 1, 0], // one function of that type
    ...[10, body.length + 2, 1, body.length, ...body],
  ];
  return typeof WebAssembly !== 'undefined' && WebAssembly.validate(new Uint8Array(module));
}
