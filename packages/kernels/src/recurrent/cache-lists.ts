import { describe } from '../checks.js';
import { ShapeError, StateError } from '../errors.js';
import { formatShape, shapesEqual } from '../shape.js';
import type { NdArray } from '../types.js';

/**
 * Knows which lists of caches came whole from one forward call, and the buffers behind them. A list that was changed since
 * (a step replaced, removed, put elsewhere) is not recognised any more.
 */
export class CacheLists<Cache extends object, Tape> {
  private readonly known = new WeakMap<readonly Cache[], { tape: Tape; steps: readonly Cache[] }>();

  remember(caches: readonly Cache[], tape: Tape): void {
    this.known.set(caches, { tape, steps: [...caches] });
  }

  tapeOf(caches: readonly Cache[]): Tape | undefined {
    if (!Array.isArray(caches)) return undefined;
    const entry = this.known.get(caches);
    const same =
      entry?.steps.length === caches.length && entry.steps.every((cache, t) => cache === caches[t]);
    return same ? entry.tape : undefined;
  }
}

/**
 * Checks a list of caches of unknown origin: at least one step, and the same state and input shape in each.
 * @param source who makes such lists, e.g. `rnnForward`
 * @param check  refuses a cache that is not one of this cell
 * @throws StateError, ShapeError
 */
export function checkCacheList<Cache extends { x_t: NdArray; h_prev: NdArray }>(
  op: string,
  caches: readonly Cache[],
  source: string,
  check: (op: string, argument: string, cache: Cache) => void,
): void {
  if (!Array.isArray(caches) || caches.length === 0) {
    throw new StateError(op, 'caches', `the list that ${source} returned`, describe(caches));
  }
  caches.forEach((cache, t) => {
    check(op, `caches[${t}]`, cache);
    for (const key of ['x_t', 'h_prev'] as const) {
      const wanted = caches[0][key].shape;
      if (!shapesEqual(cache[key].shape, wanted)) {
        const expectation = `${formatShape(wanted)} in every step`;
        throw new ShapeError(op, `caches[${t}].${key}`, expectation, formatShape(cache[key].shape));
      }
    }
  });
}
