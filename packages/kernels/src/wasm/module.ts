/** Bytes of a module that scripts/assemble.mjs wrote as hexadecimal digits. */
export function decode(code: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(code.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (digit(code.charCodeAt(2 * i)) << 4) | digit(code.charCodeAt(2 * i + 1));
  }
  return bytes;
}

/** The value of a character 0-9 or a-f. */
const digit = (c: number): number => (c < 58 ? c - 48 : c - 87);

// The import of the memory, 'env' 'memory', and its flags: 3 is shared with a maximum, 1 is the same without sharing.
const IMPORT = '03656e76066d656d6f727902';

/** The module for a memory that is shared or not. */
export const codeFor = (code: string, shared: boolean): string =>
  shared ? code : code.replace(`${IMPORT}03`, `${IMPORT}01`);

/** Compiles a module and links it to a memory, at once: modules are a few kilobytes. */
export function instantiate<Exports>(code: string, memory: WebAssembly.Memory, shared: boolean): Exports {
  const module = new WebAssembly.Module(decode(codeFor(code, shared)));
  return new WebAssembly.Instance(module, { env: { memory } }).exports as Exports;
}
