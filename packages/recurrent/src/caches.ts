/**
 * The spec's explicit caches, one object a time step. Those that come whole from one forward call are views of what the
 * engine saved, and lead back to it; a list made by hand is as good, and goes step by step.
 */
import { type NdArray, ShapeError, StateError, view } from '@retrograd/arrays';
import { checkArray, describe, formatShape, shapesEqual } from '@retrograd/arrays/internal';
import type { Cell } from './cell.js';
import type { ForwardPass } from './forward.js';
import { namedViews, shapeOfPart } from './parameters.js';

/** The cache of one step, under the spec's names. */
export type Cache = Readonly<Record<string, NdArray>>;

/** Lists that came whole from one forward call, as they were then, and the pass that they lead back to. */
const passes = /* @__PURE__ */ new WeakMap<object, { pass: ForwardPass; steps: readonly unknown[] }>();

/** One cache a step, views of what the pass saved, which is not computed again from then on. */
export function cachesOf(pass: ForwardPass): Cache[] {
  const { cell, sizes, B, T, packed, saved } = pass;
  const arrays = saved.arrays();
  const series = pass.seriesIn({});
  const weights = namedViews(cell, sizes, packed);
  const caches = Array.from({ length: T }, (_, t) => {
    const cache: Record<string, NdArray> = {};
    for (const [name, entry] of Object.entries(cell.cache)) {
      if (entry === 'weight') cache[name] = weights[name];
      else {
        const { series: from, after = 0, gate = 0 } = entry;
        const start = series[from].at(t + after) + gate * sizes.H;
        const columns = from === 'x' ? sizes.I : sizes.H;
        cache[name] = view(arrays[from], [B, columns], [series[from].width, 1], start);
      }
    }
    return Object.freeze(cache);
  });
  passes.set(caches, { pass, steps: [...caches] });
  return caches;
}

/** The pass that a list comes from. One that was changed since (a step replaced, removed, put elsewhere) is not recognised any more. */
export function passOf(cell: Cell, caches: readonly unknown[]): ForwardPass | undefined {
  const entry = Array.isArray(caches) ? passes.get(caches) : undefined;
  if (entry?.pass.cell !== cell || entry.steps.length !== caches.length) return undefined;
  return entry.steps.every((cache, t) => cache === caches[t]) ? entry.pass : undefined;
}

/** Checks a list of caches: at least one step, each whole, and the same sizes in all. @throws StateError, ShapeError */
export function checkCaches(op: string, cell: Cell, caches: readonly Cache[]): void {
  if (!Array.isArray(caches) || caches.length === 0) {
    throw new StateError(op, 'caches', `the list that ${cell.name}Forward returned`, describe(caches));
  }
  caches.forEach((cache, t) => {
    checkCache(op, `caches[${t}]`, cell, cache);
    for (const key of ['x_t', 'h_prev'] as const) {
      const wanted = caches[0][key].shape;
      if (shapesEqual(cache[key].shape, wanted)) continue;
      const expectation = `${formatShape(wanted)} in every step`;
      throw new ShapeError(op, `caches[${t}].${key}`, expectation, formatShape(cache[key].shape));
    }
  });
}

/**
 * Checks that a cache is one of this cell.
 * @throws StateError, ShapeError when an entry is missing or does not fit the others
 */
export function checkCache(op: string, argument: string, cell: Cell, entries: Cache): void {
  const names = Object.keys(cell.cache);
  const missing = names.find((name) => entries?.[name] === undefined);
  if (missing !== undefined) {
    const expectation = `one of ${cell.name}CellForward or ${cell.name}Forward`;
    throw new StateError(op, argument, expectation, `one without ${missing}`);
  }
  const check = (name: string, shape: readonly (number | string)[]): void =>
    checkArray(op, `${argument}.${name}`, entries[name], shape);
  check('x_t', ['batch', 'input']);
  // Where the cache holds both states, the one after the step says how many units there are.
  const state = names.includes('h_t') ? 'h_t' : 'h_prev';
  check(state, ['batch', 'hidden']);
  const [[B, I], [, H]] = [entries.x_t.shape, entries[state].shape];
  const parts = cell.parameters({ I, H });
  for (const name of names) {
    if (name !== 'x_t') check(name, cell.cache[name] === 'weight' ? shapeOfPart(parts[name]) : [B, H]);
  }
}
