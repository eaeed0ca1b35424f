/** From contestants to systems: of a system's variants the fastest counts. */
import { SYSTEMS } from '../systems.mjs';

/**
 * @param results of one case
 * @param name    of a system
 * @returns the result of its fastest variant, or of one that was skipped, or undefined
 */
export function bestOf(results, name) {
  const own = results.filter(({ id }) => id === name || id.startsWith(`${name}/`));
  const timed = own.filter(({ times }) => times !== undefined);
  if (timed.length === 0) return own[0];
  return timed.reduce((a, b) => (b.times.median < a.times.median ? b : a));
}

/** Systems that have a result, skipped or not, in any of the cases, in the order of SYSTEMS. */
export const systemsIn = (cases) =>
  SYSTEMS.filter(({ name }) => cases.some(({ results }) => bestOf(results, name) !== undefined));
