/**
 * The spec's explicit caches, one object a time step. Those that come whole from one forward call are views of what the
 * engine saved, and lead back to it; a list made by hand is as good, and goes step by step.
 */
import { add, dtypeOf, type NdArray, ShapeError, StateError, stack, view, zeros } from '@retrograd/arrays';
import { checkArray, describe, formatShape, shapesEqual } from '@retrograd/arrays/internal';
import type { CacheEntry, Cell } from './cell.js';
import { type ForwardPass, states } from './forward.js';
import { namedViews, shapeOfPart } from './parameters.js';
import { seriesOver } from './series.js';

/** The cache of one step, under the spec's names. */
export type Cache = Readonly<Record<string, NdArray>>;

/** Lists that came whole from one forward call, as they were then, and the pass that they lead back to. */
const passes = /* @__PURE__ */ new WeakMap<
  readonly object[],
  { pass: ForwardPass; steps: readonly object[] }
>();

/** One cache a step, views of what the pass saved, which is not recomputed from then on. */
export function cachesOf(pass: ForwardPass): Cache[] {
  const { cell, sizes, shapes, B, T, W, saved } = pass;
  const arrays = saved.arrays();
  const steps = seriesOver(shapes, {}, B);
  const weights = namedViews(cell, sizes, { W, b: W });
  const entries = Object.entries(cell.cache);
  const caches = Array.from({ length: T }, (_, t) => {
    const cache: Record<string, NdArray> = {};
    for (const [name, entry] of entries) {
      cache[name] = entry === 'weight' ? weights[name] : entryView(entry, t);
    }
    return Object.freeze(cache);
  });
  passes.set(caches, { pass, steps: [...caches] });
  return caches;

  function entryView({ series, after, gate }: Exclude<CacheEntry, 'weight'>, t: number): NdArray {
    const { at, width } = steps[series];
    const columns = gate !== undefined ? sizes.H : series === 'x' ? sizes.I : width;
    return view(arrays[series], [B, columns], [width, 1], at(t + (after ?? 0)) + (gate ?? 0) * sizes.H);
  }
}

/** The pass behind a list. One that was changed since (a step replaced, removed, put elsewhere) is not recognised any more. */
export function passOf(cell: Cell, caches: readonly object[]): ForwardPass | undefined {
  if (!Array.isArray(caches)) return undefined;
  const entry = passes.get(caches);
  if (entry?.pass.cell !== cell || entry.steps.length !== caches.length) return undefined;
  return entry.steps.every((cache, t) => cache === caches[t]) ? entry.pass : undefined;
}

/** One step back in the form that all cells share: gradients of the states after the step to those of everything before it. */
export type CellBackward<C, P> = (
  grad_states: readonly NdArray[],
  cache: C,
) => {
  readonly x: NdArray;
  readonly states: readonly NdArray[];
  readonly params: P;
};

/**
 * The gradients of a sequence from caches of any origin, one step back after the other, newest first.
 * @throws StateError when it is not a list of caches; ShapeError when they do not fit each other or the gradients
 */
export function backwardByCaches<C extends object, P extends object>(
  cell: Cell,
  grad_h_all: NdArray,
  caches: readonly C[],
  grad_final: readonly (NdArray | undefined)[],
  cellBackward: CellBackward<C, P>,
): { grad_x: NdArray; grad_initial: readonly NdArray[]; grad_params: P } {
  const op = `${cell.name}Backward`;
  checkCaches(op, cell, caches as readonly unknown[] as readonly Cache[]);
  const T = caches.length;
  const [B, H] = (caches as readonly unknown[] as readonly Cache[])[0].h_prev.shape;
  checkGradients(op, cell, [B, T, H], grad_h_all, grad_final);
  const dtype = dtypeOf(grad_h_all);
  let grads: readonly NdArray[] = Object.keys(cell.states({ I: 0, H })).map(
    (_, i) => grad_final[i] ?? zeros([B, H], { dtype }),
  );
  const grad_x = new Array<NdArray>(T);
  let grad_params: P | undefined;
  for (let t = T - 1; t >= 0; t--) {
    const [grad_h, ...others] = grads;
    const step = cellBackward([add(grad_h_all.pick(null, t, null), grad_h), ...others], caches[t]);
    grad_x[t] = step.x;
    grads = step.states;
    grad_params = grad_params === undefined ? step.params : addParams(grad_params, step.params);
  }
  return { grad_x: stack(grad_x, 1), grad_initial: grads, grad_params: grad_params as P };
}

function addParams<P extends object>(total: P, term: P): P {
  const terms = term as Record<string, NdArray>;
  const sums = Object.entries<NdArray>(total as Record<string, NdArray>).map(([name, sum]) => [
    name,
    add(sum, terms[name]),
  ]);
  return Object.fromEntries(sums);
}

/**
 * Checks the gradients that a backward run over a sequence is given.
 * @throws ShapeError, DtypeError
 */
export function checkGradients(
  op: string,
  cell: Cell,
  [B, T, H]: readonly [B: number, T: number, H: number],
  grad_h_all: NdArray,
  grad_final: readonly (NdArray | undefined)[],
): void {
  checkArray(op, 'grad_h_all', grad_h_all, [B, T, H], 'the shape of h_all');
  states(cell, { I: 0, H }).forEach(([name, width], i) => {
    if (grad_final[i] !== undefined) checkArray(op, `grad_${name}_final`, grad_final[i], [B, width]);
  });
}

/** Checks a list of caches: at least one step, each whole, and the same sizes in all. @throws StateError, ShapeError */
function checkCaches(op: string, cell: Cell, caches: readonly Cache[]): void {
  if (!Array.isArray(caches) || caches.length === 0) {
    throw new StateError(op, 'caches', `the list that ${cell.name}Forward returned`, describe(caches));
  }
  caches.forEach((cache, t) => {
    checkCache(op, `caches[${t}]`, cell, cache);
    for (const key of ['x_t', 'h_prev'] as const) {
      const wanted = caches[0][key].shape;
      if (!shapesEqual(cache[key].shape, wanted)) {
        const expectation = `${formatShape(wanted)} in every step`;
        throw new ShapeError(op, `caches[${t}].${key}`, expectation, formatShape(cache[key].shape));
      }
    }
  });
}

/**
 * Checks that a cache is one of this cell.
 * @throws StateError, ShapeError when an entry is missing or does not fit the others
 */
export function checkCache(op: string, argument: string, cell: Cell, cache: object): void {
  const given = cache as Cache | undefined;
  const names = Object.keys(cell.cache);
  const missing = names.find((name) => given?.[name] === undefined);
  if (missing !== undefined) {
    const expectation = `one of ${cell.name}CellForward or ${cell.name}Forward`;
    throw new StateError(op, argument, expectation, `one without ${missing}`);
  }
  const entries = given as Cache;
  const check = (name: string, shape: readonly (number | string)[]): void =>
    checkArray(op, `${argument}.${name}`, entries[name], shape);
  check('x_t', ['batch', 'input']);
  const [B, I] = entries.x_t.shape;
  // Where the cache holds both states, the one after the step says how many units there are.
  const sized = names.includes('h_t') ? 'h_t' : 'h_prev';
  check(sized, ['batch', 'hidden']);
  const sizes = { I, H: entries[sized].shape[1] };
  const parts = cell.parameters(sizes);
  for (const name of names) {
    if (name === 'x_t') continue;
    check(name, cell.cache[name] === 'weight' ? shapeOfPart(parts[name]) : [B, sizes.H]);
  }
}
