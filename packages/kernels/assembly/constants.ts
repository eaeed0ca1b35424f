// Constants of vector code, read from memory: engines build a constant that is written in the code anew at every use, in three
// instructions. The tables (tables.ts) lie below the memory that is given out (packages/kernels/src/wasm/memory.ts).

/** Places in the tables. */
export const enum At {
  one,
  two,
  sign,
  log2e,
  shift,
  shiftUp,
  ln2High,
  ln2Low,
  least,
  back,
  tanhLeast,
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

// Where the tables lie: at the start of the core module's constants (scripts/assemble.mjs), those of f64 first. The other modules
// are linked to the core, and spared the tables.
const TABLE64: usize = 64;
const TABLE32: usize = TABLE64 + 21 * 8;

/** A constant in every lane. */
// @ts-ignore: decorator
@inline
export function constant<T>(at: At): v128 {
  return v128.load_splat<T>(sizeof<T>() == 8 ? TABLE64 + 8 * at : TABLE32 + 4 * at);
}
