import { copy, DtypeError, dtypeOf, type NdArray, ValueError } from '@retrograd/arrays';
import { checkArray, checkInteger, describe } from '@retrograd/arrays/internal';
import type { Tensor } from '@retrograd/autograd';

export type OptionValue = number | boolean | readonly number[];

/**
 * Everything besides the parameters that an optimizer's next steps depend on: arrays and numbers, fit for a
 * file.
 */
export interface OptimizerState {
  /** 'Adam', … */
  readonly algorithm: string;
  /** The learning rate and the other settings. */
  readonly options: Readonly<Record<string, OptionValue>>;
  /** How often each parameter has been updated. */
  readonly steps: readonly number[];
  /** Running averages, named by the parameter's index and PyTorch's name: `0.exp_avg`. */
  readonly arrays: Readonly<Record<string, NdArray>>;
}

/** The arrays of each parameter, by name. */
export type Slots = Map<string, NdArray>[];

/** Copies of all arrays under their names in a file. */
export function flattenSlots(slots: Slots): Record<string, NdArray> {
  const arrays: Record<string, NdArray> = {};
  slots.forEach((slot, i) => {
    for (const [name, value] of slot) arrays[`${i}.${name}`] = copy(value);
  });
  return arrays;
}

/**
 * Checks a saved state against an optimizer's parameters and copies its arrays.
 * @param names the arrays that this algorithm may keep
 * @throws ValueError when it belongs to another algorithm or number of parameters, or an array is unknown;
 *         ShapeError or DtypeError when an array does not fit its parameter
 */
export function readSlots(
  algorithm: string,
  names: readonly string[],
  parameters: readonly Tensor[],
  state: OptimizerState,
): Slots {
  const op = `${algorithm}.loadStateDict`;
  if (state?.algorithm !== algorithm) {
    throw new ValueError(op, 'state', `of ${algorithm}`, `of ${state?.algorithm}`);
  }
  const { steps, arrays } = state;
  if (!Array.isArray(steps) || steps.length !== parameters.length) {
    throw new ValueError(op, 'steps', `a list of ${parameters.length} (one a parameter)`, describe(steps));
  }
  steps.forEach((step, i) => {
    checkInteger(op, `steps[${i}]`, step, 0);
  });
  const slots: Slots = parameters.map(() => new Map());
  for (const key of Object.keys(arrays)) {
    const [place, name] = key.split(/\.(.*)/s);
    const parameter = parameters[Number(place)];
    if (!/^\d+$/.test(place) || parameter === undefined || !names.includes(name)) {
      throw new ValueError(op, 'arrays', `named 0.${names[0]} and so on`, `one named ${describe(key)}`);
    }
    const value: unknown = arrays[key];
    checkArray(op, `arrays['${key}']`, value, parameter.shape);
    if (dtypeOf(value) !== parameter.dtype) {
      throw new DtypeError(op, `arrays['${key}']`, parameter.dtype, dtypeOf(value));
    }
    slots[Number(place)].set(name, copy(value));
  }
  return slots;
}
