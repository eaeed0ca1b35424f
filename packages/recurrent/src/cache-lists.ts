import type { NdArray } from '@retrograd/arrays';
import { ShapeError, StateError } from '@retrograd/arrays';
import { describe, formatShape, shapesEqual } from '@retrograd/arrays/internal';

/** The lists of caches that came whole from one forward call, and the buffers behind them. */
export type CacheLists<Cache extends object, Tape> = WeakMap<
  readonly Cache[],
  { tape: Tape; steps: readonly Cache[] }
>;

/** Remembers a list as it is now. */
export function rememberCaches<Cache extends object, Tape>(
  known: CacheLists<Cache, Tape>,
  caches: readonly Cache[],
  tape: Tape,
): void {
  known.set(caches, { tape, steps: [...caches] });
}

/** The buffers behind a list. One that was changed since (a step replaced, removed, put elsewhere) is not recognised any more. */
export function tapeOf<Cache extends object, Tape>(
  known: CacheLists<Cache, Tape>,
  caches: readonly Cache[],
): Tape | undefined {
  if (!Array.isArray(caches)) return undefined;
  const entry = known.get(caches);
  const same = entry?.steps.length === caches.length && entry.steps.every((cache, t) => cache === caches[t]);
  return same ? entry.tape : undefined;
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
