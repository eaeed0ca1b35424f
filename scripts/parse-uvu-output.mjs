import { stripVTControlCharacters } from 'node:util';

const count = (output, word) => {
  const found = stripVTControlCharacters(output).matchAll(new RegExp(`^ {2}${word}: +(\\d+)`, 'gm'));
  return [...found].reduce((total, match) => total + Number(match[1]), 0);
};

/**
 * Reads uvu's three totals; anything but a clean end with at least one test is a failure.
 * @param run how the file ended: its exit code (null when it was ended), the signal that ended it, its output, how long it took in
 *            seconds, and the limit in seconds if it ran into one, else 0
 */
export function parseUvuOutput({ code, signal, output, limit, seconds }) {
  const total = count(output, 'Total');
  const passed = count(output, 'Passed');
  const skipped = count(output, 'Skipped');
  const failed = total - passed - skipped;
  const reasons = [];
  if (limit > 0) reasons.push(`did not end within ${limit} s`);
  else if (signal) reasons.push(`was ended by ${signal}`);
  else if (failed > 0) reasons.push(`${failed} of ${total} tests failed`);
  else if (code !== 0) reasons.push(`ended with exit code ${code}`);
  else if (total === 0) reasons.push('ran no test (is test.run() missing?)');
  const broken = reasons.length > 0;
  return { passed, failed: broken ? Math.max(failed, 1) : 0, skipped, reasons, output, seconds };
}
