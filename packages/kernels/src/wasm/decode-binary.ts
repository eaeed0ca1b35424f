/**
 * A WebAssembly module in hexadecimal, as scripts/assemble.mjs writes it: with fused multiply-add (relaxed SIMD),
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
  const bytes = fromHex(fused ? module.fused : module.plain);
  // Modules are compiled for shared memory. Two more builds for the other kind would differ in this one byte.
  // A module that leaves all work on memory to the core has no memory of its own.
  const flags = memoryFlags(bytes);
  if (!shared && flags !== null) bytes[flags] = UNSHARED;
  return bytes;
}

interface Platform {
  readonly Uint8Array: { fromHex?: (text: string) => Uint8Array<ArrayBuffer> };
  readonly Buffer?: { from(text: string, encoding: 'hex'): Uint8Array };
}

/** The loop is for older browsers: it takes some milliseconds in a cold process, the two others less than one. */
function fromHex(text: string): Uint8Array<ArrayBuffer> {
  const platform = globalThis as unknown as Platform;
  if (platform.Uint8Array.fromHex) return platform.Uint8Array.fromHex(text);
  if (platform.Buffer) return new Uint8Array(platform.Buffer.from(text, 'hex'));
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** The flags of a memory that has a maximum and is not shared; 3 with sharing. */
const UNSHARED = 1;
/** Kind of an import that is a memory. */
const MEMORY = 2;

/** Where the flags of the imported memory are: after its name, `memory`, and its kind. Null without a memory. */
function memoryFlags(bytes: Uint8Array): number | null {
  const name = [...new TextEncoder().encode('memory'), MEMORY];
  const at = bytes.findIndex((_, i) => name.every((byte, k) => bytes[i + k] === byte));
  return at < 0 ? null : at + name.length;
}
