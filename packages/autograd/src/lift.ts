import { GraphError, type NdArray } from '@retrograd/arrays';
import { describe } from '@retrograd/arrays/internal';
import { withSlabs } from '@retrograd/kernels/internal';
import { recordAll } from './call.js';
import { asTensor, constant, type Tensor, type TensorLike } from './tensor.js';
import type { Composed, Ops } from './twice.js';

/** Arrays to arrays, and whatever the backward function wants to remember. */
export type LiftedForward<Cache> = (
  ...inputs: NdArray[]
) => readonly [outputs: readonly NdArray[], cache: Cache];

/**
 * Cotangents of the outputs to those of the inputs, in the order of forward's arguments; null counts as zero. `needs[i]`
 * tells whether input i wants one. Must not change the cotangents nor the cache.
 */
export type LiftedBackward<Cache> = (
  cotangents: readonly NdArray[],
  cache: Cache,
  needs: readonly boolean[],
) => readonly (NdArray | null)[];

export interface LiftOptions<Cache> {
  /** What errors call the inputs. Default: 'input 0', 'input 1', … */
  inputs?: readonly string[];
  /** The same function written with ops. Second derivatives go through it. */
  composed?: Composed;
  /**
   * @internal As `composed`, for a twin that is given its ops where somebody differentiates twice: a program that never does
   * so does not carry them.
   */
  composedOf?: (ops: Ops) => Composed;
  /**
   * Told when the cache will probably not be read again: after its backward, or at once when the call is not recorded. A
   * backward may come all the same (somebody differentiates twice), so `backward` must be able to do without what was freed.
   */
  release?: (cache: Cache) => void;
  /**
   * Whether each array that `backward` gives is a new one, whole in its buffer and held by nobody else. It then becomes the
   * gradient of a leaf without being copied. Default false.
   */
  fresh?: boolean;
}

/**
 * Makes an op of a hand-derived forward/backward pair: the one door for such code. To the graph a primitive, a lifted cell
 * and a lifted whole sequence are the same thing, one call.
 *
 *     const cube = lift('cube', (x) => [[mul(x, mul(x, x))], x], ([g], x) => [mul(g, mul(3, mul(x, x)))]);
 *     const [y] = cube(x);
 *
 * @param name the op's name in errors and drawings
 * @returns an op: tensors, arrays or numbers in, a tensor for every output of `forward` out
 * @throws GraphError (from the op, later) when a second derivative is asked for and there is no composed twin
 */
export function lift<Cache>(
  name: string,
  forward: LiftedForward<Cache>,
  backward: LiftedBackward<Cache>,
  options: LiftOptions<Cache> = {},
): (...inputs: TensorLike[]) => Tensor[] {
  const { composed, composedOf, release, fresh = false, inputs: names } = options;
  for (const [argument, fn] of Object.entries({ forward, backward })) {
    if (typeof fn !== 'function') throw new GraphError('lift', argument, 'a function', describe(fn));
  }
  return (...given) => {
    const inputs = given.map((value, i) => asTensor(name, names?.[i] ?? `input ${i}`, value));
    const [values, cache] = forward(...inputs.map((input) => input.value));
    const outputs = recordAll(name, inputs, values, (cotangents, needs, pass) => {
      const { twice } = pass;
      if (twice)
        return twice.composedVjp(name, composedOf?.(twice.ops) ?? composed, inputs, cotangents, needs);
      const values = cotangents.map((cotangent) => cotangent.value);
      // What it allocates may outlive the pass, a workspace for one.
      const gradients = withSlabs(false, () => backward(values, cache, needs));
      release?.(cache);
      const made = gradients.map((gradient) => gradient && constant(gradient));
      if (fresh) for (const gradient of made) if (gradient !== null) pass.claim(gradient);
      return made;
    });
    if (!outputs.some((output) => output.requiresGrad)) release?.(cache);
    return outputs;
  };
}
