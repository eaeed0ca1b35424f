/** Places in the control block of threads (packages/kernels/src/wasm/threads/control.ts). */
const OPEN = 0;

export interface Pieces {
  /** Pieces of work that this thread laid out for all threads. */
  laid: number;
  /** Those that it took itself. */
  taken: number;
  /** How often it asked to sleep where it may not. */
  sleeps: number;
}

/** Counts what this thread does with the control block of its workers while a function runs. */
export function watchPieces(run: () => void): Pieces {
  const pieces: Pieces = { laid: 0, taken: 0, sleeps: 0 };
  const { store, compareExchange, wait } = Atomics;
  Atomics.store = ((words: Int32Array, index: number, value: number) => {
    if (index === OPEN) pieces.laid += value;
    return store(words, index, value);
  }) as typeof store;
  Atomics.compareExchange = ((words: Int32Array, index: number, expected: number, value: number) => {
    const before = compareExchange(words, index, expected, value);
    if (index === OPEN && before === expected) pieces.taken++;
    return before;
  }) as typeof compareExchange;
  Atomics.wait = ((words: Int32Array, index: number, value: number, timeout?: number) => {
    try {
      return wait(words, index, value, timeout);
    } catch (error) {
      pieces.sleeps++;
      throw error;
    }
  }) as typeof wait;
  try {
    run();
  } finally {
    Object.assign(Atomics, { store, compareExchange, wait });
  }
  return pieces;
}
