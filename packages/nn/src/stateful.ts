import type { NdArray } from '@retrograd/arrays';
import type { Tensor } from '@retrograd/autograd';

/** Arrays by dotted name: `rnn.0.W_f`, `head.weight`. */
export type StateDict = Record<string, NdArray>;

/**
 * Something that owns parameters: a Module, or a recurrent layer (not a Module, but with these four methods).
 */
export interface Stateful {
  /** The tensors that an optimizer updates. */
  parameters(): Tensor[];
  namedParameters(): [name: string, parameter: Tensor][];
  /** The arrays that are saved: views of the live parameters, not copies. */
  stateDict(): StateDict;
  /** Copies arrays into the parameters; changes nothing when a name, shape or dtype does not fit. */
  loadStateDict(stateDict: StateDict): void;
}

export function isStateful(value: unknown): value is Stateful {
  if (typeof value !== 'object' || value === null) return false;
  const { parameters, namedParameters, stateDict, loadStateDict } = value as Partial<Stateful>;
  return [parameters, namedParameters, stateDict, loadStateDict].every((each) => typeof each === 'function');
}
