import { GraphError, type NdArray } from '@retrograd/arrays';
import { describe } from '@retrograd/arrays/internal';
import { asTensor, type TensorLike } from './as-tensor.js';
import { type Composed, recordAll, type Vjp } from './call.js';
import { constant, type Tensor } from './tensor.js';

/** Arrays to arrays, and a cache: whatever the backward function reads besides the cotangents. */
export type LiftedForward<C> = (...inputs: NdArray[]) => readonly [outputs: readonly NdArray[], cache: C];

/**
 * Cotangents of the outputs to those of the inputs, in the order of forward's arguments; null counts as zero.
 * `needs[i]` tells whether input i wants one. Must not change the cotangents nor the cache.
 */
export type LiftedBackward<Cache> = (
  cotangents: readonly NdArray[],
  cache: Cache,
  needs: readonly boolean[],
) => readonly (NdArray | null)[];

export interface LiftOptions<Cache> {
  /** What errors call the inputs. Default: 'input 0', 'input 1', … */
  inputs?: readonly string[];
  /** The same function written with ops: its composed twin. Second derivatives go through it. */
  composed?: Composed;
  /**
   * Called with the cache when it will probably not be read again: after its backward, or at once when the
   * call is not recorded. A backward may come all the same (a second pass over the same graph), so `backward`
   * must be able to do without what was freed.
   */
  release?: (cache: Cache) => void;
  /**
   * Whether each array that `backward` returns is a new one, whole in its buffer, that nothing else refers
   * to. It then becomes the gradient of a leaf without being copied. Default false.
   */
  fresh?: boolean;
}

/**
 * Makes an op of a hand-derived forward/backward pair: the one door for such code. To the graph a primitive,
 * a lifted cell and a lifted whole sequence are the same thing, one call.
 *
 *     const cube = lift('cube', (x) => [[mul(x, mul(x, x))], x], ([g], x) => [mul(g, mul(3, mul(x, x)))]);
 *     const [y] = cube(x);
 *
 * @param name the op's name in errors and drawings
 * @returns an op: tensors, arrays or numbers in, a tensor for every output of `forward` out
 * @throws GraphError when forward or backward is not a function; from the op, later, when a second derivative
 *         is asked for and there is no composed twin, or it has another number of outputs
 */
export function lift<Cache>(
  name: string,
  forward: LiftedForward<Cache>,
  backward: LiftedBackward<Cache>,
  options: LiftOptions<Cache> = {},
): (...inputs: TensorLike[]) => Tensor[] {
  const { composed, release, fresh = false, inputs: names } = options;
  for (const [argument, fn] of Object.entries({ forward, backward })) {
    if (typeof fn !== 'function') throw new GraphError('lift', argument, 'a function', describe(fn));
  }
  return (...given) => {
    const inputs = given.map((value, i) => asTensor(name, names?.[i] ?? `input ${i}`, value));
    const [values, cache] = forward(...inputs.map(arrayOf));
    const vjp: Vjp = (cotangents, needs, createGraph) => {
      if (createGraph) {
        const wanted = 'given for second derivatives';
        throw new GraphError(name, 'composed', wanted, 'undefined', 'pass it to lift');
      }
      const gradients = backward(cotangents.map(arrayOf), cache, needs);
      release?.(cache);
      return gradients.map((gradient) => gradient && constant(gradient));
    };
    const outputs = recordAll(name, inputs, values, vjp, { fresh, composed });
    if (!outputs.some((output) => output.requiresGrad)) release?.(cache);
    return outputs;
  };
}

const arrayOf = ({ value }: Tensor): NdArray => value;
