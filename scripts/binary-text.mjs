import { fusableIn } from './fusable.mjs';

/**
 * A module as text that compresses better than its bytes do, undone by packages/kernels/src/wasm/module.ts. A byte is one
 * character: that of code 38 + byte, for 253 to 255 and 0 to 84, which are the most frequent ones of WebAssembly. For the others
 * a brace or a tilde comes first. A backslash, which would have to be written twice, is an exclamation mark instead.
 *
 * Most functions come twice, for float32 and float64, and differ in little but the instructions for four and for two lanes. So
 * those for two are written as their twins for four, between spaces, and gzip finds the same text again.
 *
 * A multiplication that can be fused with the addition behind it (fusable.mjs) is an opening brace, and that addition a bar.
 */
export function toText(bytes) {
  const { multiplications, additions } = fusableIn(bytes);
  let text = '';
  let wide = false;
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === SIMD && isTwin(bytes[i + 1], !wide)) {
      text += ' ';
      wide = !wide;
    }
    if (multiplications.has(i) || additions.has(i)) {
      text += multiplications.has(i) ? '{' : '|';
      i += 2;
      continue;
    }
    const isLane = wide && bytes[i - 1] === SIMD;
    const narrow = isLane ? (WIDER.find(([, two]) => two === bytes[i])?.[0] ?? bytes[i]) : bytes[i];
    const value = (narrow + 3) % 256;
    text +=
      ['', '}', '~'][Math.floor(value / 88)] + String.fromCharCode(35 + (value % 88)).replace('\\', '!');
  }
  return wide ? `${text} ` : text;
}

/** Whether a byte behind the prefix of SIMD is an instruction for four lanes (two, when `wide`) that has a twin. */
const isTwin = (byte, wide) => WIDER.some((pair) => pair[Number(wide)] === byte);

const SIMD = 0xfd;

/** Instructions for four and for two lanes, by what follows the prefix: as `widen` of packages/kernels/src/wasm/module.ts. */
const WIDER = [
  [0x09, 0x0a], // load and splat
  [0x5a, 0x5b], // store a lane
  ...[0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xeb].map((four) => [four, four + 12]), // sqrt, add, sub, mul, div, pmax
];
