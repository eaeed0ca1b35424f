import { DtypeError, ValueError } from '@retrograd/kernels';
import { describe } from '@retrograd/kernels/internal';

/**
 * Checks that a dictionary has exactly these keys.
 * @throws DtypeError when it is not an object, ValueError naming the keys that are missing or unknown
 */
export function checkKeys(op: string, argument: string, dict: object, keys: readonly string[]): void {
  if (typeof dict !== 'object' || dict === null) {
    throw new DtypeError(op, argument, `an object with ${keys.join(', ')}`, describe(dict));
  }
  const missing = keys.filter((key) => !Object.hasOwn(dict, key));
  const extra = Object.keys(dict).filter((key) => !keys.includes(key));
  const problems: string[] = [];
  if (missing.length > 0) problems.push(`one without ${missing.join(', ')}`);
  if (extra.length > 0) problems.push(`one with the unknown ${extra.join(', ')}`);
  if (problems.length === 0) return;
  throw new ValueError(op, argument, `an object with exactly ${keys.join(', ')}`, problems.join(' and '));
}
