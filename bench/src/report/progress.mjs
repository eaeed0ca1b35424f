/** A line for the terminal while the benchmark runs. */
import { formatTime } from './format.mjs';

export function progressLine({ id, times, skipped, error }) {
  const name = `  ${id.padEnd(14)}`;
  if (times === undefined) return `${name} ${skipped}`;
  const spread = `±${(100 * times.spread).toFixed(0)} %`.padStart(7);
  const agreement = `differs by ${error.toExponential(0)}`;
  return `${name} ${formatTime(times.median).padStart(9)} ${spread}  ${times.rounds} rounds, ${agreement}`;
}
