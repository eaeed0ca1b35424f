/**
 * A WebAssembly module in base64, as scripts/assemble.mjs writes it: with fused multiply-add (relaxed SIMD),
 * and without.
 */
export interface WasmModule {
  readonly fused: string;
  readonly plain: string;
}

/** What a module is decoded for. */
export interface Target {
  /** Whether its memory is shared among threads. */
  readonly shared: boolean;
  /** Whether multiplications and additions are fused. */
  readonly fused: boolean;
}

/** The bytes of a module, for a target. */
export function decodeBinary(module: WasmModule, { shared, fused }: Target): Uint8Array<ArrayBuffer> {
  const bytes = fromBase64(fused ? module.fused : module.plain);
  // Modules are compiled for shared memory. Two more builds for the other kind would differ in this one byte. A module that only
  // calls functions of the core imports no memory.
  const flags = memoryFlags(bytes);
  if (!shared && flags !== null) bytes[flags] = UNSHARED;
  return bytes;
}

interface Platform {
  readonly Uint8Array: { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };
  readonly Buffer?: { from(text: string, encoding: 'base64'): Uint8Array };
}

/**
 * The loop is for older browsers: it takes some milliseconds in a cold process, the two others less than one.
 */
function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const platform = globalThis as unknown as Platform;
  if (platform.Uint8Array.fromBase64) return platform.Uint8Array.fromBase64(text);
  if (platform.Buffer) return new Uint8Array(platform.Buffer.from(text, 'base64'));
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/** The flags of a memory that has a maximum and is not shared; 3 with sharing. */
const UNSHARED = 1;
/** Kind of an import that is a memory. */
const MEMORY = 2;

/** Where the flags of the imported memory are, if one is imported: after its name, `memory`, and its kind. */
function memoryFlags(bytes: Uint8Array): number | null {
  const name = [...new TextEncoder().encode('memory'), MEMORY];
  const at = bytes.findIndex((_, i) => name.every((byte, k) => bytes[i + k] === byte));
  return at < 0 ? null : at + name.length;
}
