// Constants of vector code, read from memory: a constant that is written in the code is built again at every
// use, in three instructions. The tables (tables.ts) are below the memory that blocks are taken from
// (packages/kernels/src/wasm/memory.ts).

/** Places in the tables. */
export const enum At {
  one,
  two,
  signBit,
  log2e,
  shift,
  shiftScaled,
  ln2High,
  ln2Low,
  expMin,
  unscale,
  tanhMin,
  c0,
  c1,
  c2,
  c3,
  c4,
  c5,
  c6,
  c7,
  c8,
  c9,
}

// Where the tables are: at the start of the core module's constants (scripts/assemble.mjs), f64 first. The
// other modules are loaded after the core, and read its tables.
const TABLE64: usize = 64;
const TABLE32: usize = TABLE64 + 21 * 8;

/** A constant in every lane. */
// @ts-ignore: decorator
@inline
export function constant<T>(at: At): v128 {
  return v128.load_splat<T>(sizeof<T>() == 8 ? TABLE64 + 8 * at : TABLE32 + 4 * at);
}
