/**
 * Bytes as text that compresses nearly as well as the bytes do, undone by packages/kernels/src/wasm/module.ts. A byte is one
 * character: that of code 38 + byte, for 253 to 255 and 0 to 86, which are the most frequent ones of WebAssembly. For the others
 * a brace or a tilde comes first. A backslash, which would have to be written twice, is an exclamation mark instead.
 */
export function toText(bytes) {
  let text = '';
  for (const byte of bytes) {
    const value = (byte + 3) % 256;
    text +=
      ['', '}', '~'][Math.floor(value / 90)] + String.fromCharCode(35 + (value % 90)).replace('\\', '!');
  }
  return text;
}
