import type { NdArray } from '@retrograd/arrays';

/** Tells the bits of arrays, in short; scripts/browser.mjs compares what pages tell about the same thing. */
export function tellBits(what: string, arrays: readonly NdArray[]): void {
  console.log(`bits of ${what}: ${digest(arrays)}`);
}

/** FNV-1a over the bytes of dense arrays. */
function digest(arrays: readonly NdArray[]): string {
  let hash = 0x811c9dc5;
  for (const { data } of arrays) {
    const { buffer, byteOffset, byteLength } = data as Float64Array;
    for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) {
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
