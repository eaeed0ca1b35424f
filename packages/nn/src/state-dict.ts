import { DtypeError, dtypeOf, ShapeError, ValueError } from '@retrograd/arrays';
import { checkArray, formatShape, shapesEqual } from '@retrograd/arrays/internal';
import type { StateDict } from './stateful.js';

/** A state dict without a prototype, so that an entry may have any name, even `__proto__`. */
export const emptyStateDict = (): StateDict => Object.create(null) as StateDict;

/**
 * Checks that a state dict has exactly the expected entries. All faults of the first kind found are listed at
 * once.
 * @param op       the public function that was called
 * @param expected entries with the wanted names, shapes and dtypes
 * @throws ValueError when names are missing or unknown, DtypeError when an entry is not an array or of
 *         another dtype, ShapeError when one has another shape
 */
export function checkStateDict(op: string, expected: StateDict, given: StateDict): void {
  if (typeof given !== 'object' || given === null) {
    throw new DtypeError(op, 'stateDict', 'an object of arrays by name', String(given));
  }
  const names = Object.keys(expected);
  const missing = names.filter((name) => !Object.hasOwn(given, name));
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(expected, name));
  if (missing.length > 0 || unknown.length > 0) {
    const faults = [];
    if (missing.length > 0) faults.push(`one without ${listed(missing)}`);
    if (unknown.length > 0) faults.push(`one with unknown ${listed(unknown)}`);
    throw new ValueError(
      op,
      'stateDict',
      `exactly the ${names.length} entries of the model`,
      faults.join(', '),
    );
  }
  for (const name of names) checkArray(op, name, given[name]);
  const wrongShape = names.filter((name) => !shapesEqual(expected[name].shape, given[name].shape));
  if (wrongShape.length > 0) {
    throw new ShapeError(
      op,
      listed(wrongShape),
      wrongShape.map((name) => formatShape(expected[name].shape)).join(', '),
      wrongShape.map((name) => formatShape(given[name].shape)).join(', '),
    );
  }
  const wrongDtype = names.filter((name) => dtypeOf(expected[name]) !== dtypeOf(given[name]));
  if (wrongDtype.length > 0) {
    throw new DtypeError(
      op,
      listed(wrongDtype),
      dtypeOf(expected[wrongDtype[0]]),
      dtypeOf(given[wrongDtype[0]]),
      'cast the arrays first',
    );
  }
}

/** Longer lists would bury the message. */
const MOST_LISTED = 20;

function listed(names: readonly string[]): string {
  const rest = names.length - MOST_LISTED;
  return names.slice(0, MOST_LISTED).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

/** The entries of a state dict below a prefix, with the prefix taken off. */
export function entriesBelow(stateDict: StateDict, prefix: string): StateDict {
  const inner = emptyStateDict();
  for (const name of Object.keys(stateDict)) {
    if (name.startsWith(`${prefix}.`)) inner[name.slice(prefix.length + 1)] = stateDict[name];
  }
  return inner;
}
