/** What is measured: the cells, the sizes and the operations. B batch, T time, I input, H hidden. */

export const CELLS = ['lstm', 'gru', 'rnn'];

export const SIZES = {
  S: { B: 1, T: 32, I: 32, H: 32 },
  M: { B: 32, T: 64, I: 64, H: 128 },
  L: { B: 32, T: 128, I: 256, H: 512 },
  XL: { B: 64, T: 64, I: 512, H: 1024 },
};

/** Streaming is one time step at batch 1, with I and H of S, M and L; T is how many inputs take turns. */
export const STREAMS = {
  S: { B: 1, T: 8, I: 32, H: 32 },
  M: { B: 1, T: 8, I: 64, H: 128 },
  L: { B: 1, T: 8, I: 256, H: 512 },
};

/** The gates of each cell, in the order in which the problem packs them; the first H rows of W are for h. */
export const GATES = { rnn: ['h'], lstm: ['f', 'i', 'c', 'o'], gru: ['z', 'r', 'h'] };

/** A composed cell, op by op over 1000 steps: the price of an op of the graph. */
export const GRAPH = { cell: 'lstm', size: 'graph', op: 'graph', B: 1, T: 1000, I: 16, H: 16 };

/**
 * The cases of a run, the cheap ones first.
 * @param sizes names of SIZES
 * @returns cases { cell, size, op, B, T, I, H } with op 'train', 'forward' or 'step'
 */
export function listCases({ cells, sizes, ops }) {
  const cases = [];
  for (const size of sizes) {
    for (const cell of cells) {
      for (const op of ops) {
        const shape = op === 'step' ? STREAMS[size] : SIZES[size];
        if (shape !== undefined) cases.push({ cell, size, op, ...shape });
      }
    }
  }
  return cases;
}

/** Multiplications and additions of one call, from which the time of a larger size is estimated. */
export function flops({ cell, op, B, T, I, H }) {
  const forward = 2 * B * (op === 'step' ? 1 : T) * (I + H) * GATES[cell].length * H;
  return op === 'train' || op === 'graph' ? 3 * forward : forward;
}

export const caseName = ({ cell, size, op }) => `${cell} ${op} ${size}`;
