import type { FloatData, NdArray } from '@retrograd/arrays';
import { assign, dense, isDense, wrap } from '@retrograd/arrays';
import { allocate } from '@retrograd/arrays/internal';
import type { Block } from '@retrograd/kernels';

/** Entries up to which a loop is quicker than the call that copies typed arrays. */
const FEW = 128;

/** Copies an array, any view, to the start of a block; converted when the block is of another dtype. */
export function load(block: Block, x: NdArray): void {
  const { data } = block;
  const from = dense(x).data;
  if (from.length > FEW) data.set(from);
  else for (let i = 0; i < from.length; i++) data[i] = from[i];
}

/**
 * Copies the inputs of a step into a block that `setOnes` has seen.
 * @param x_t (B, I), any view
 */
export function loadInput(block: Block, x_t: NdArray): void {
  const [B, I] = x_t.shape;
  if (B === 1) {
    load(block, x_t);
    return;
  }
  const { data } = block;
  const from = dense(x_t).data;
  for (let b = 0, to = 0, k = 0; b < B; b++, to++) {
    for (let i = 0; i < I; i++) data[to++] = from[k++];
  }
}

/** Copies the entries of a whole block into an array of its dtype and size, any view. */
export function store(block: Block, to: NdArray): void {
  const { data } = block;
  if (!isDense(to)) assign(to, wrap(data, to.shape));
  else if (data.length > FEW) to.data.set(data);
  else for (let i = 0; i < data.length; i++) to.data[i] = data[i];
}

/** The entries of a whole block as an ordinary array. */
export function unload(block: Block): FloatData {
  const { data } = block;
  const to = allocate(block.dtype, data.length);
  if (to.length > FEW) to.set(data);
  else for (let i = 0; i < to.length; i++) to[i] = data[i];
  return to;
}
