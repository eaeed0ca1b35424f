import { stripVTControlCharacters } from 'node:util';

const count = (output, word) => {
  const found = output.matchAll(new RegExp(`^ {2}${word}: +(\\d+)`, 'gm'));
  return [...found].reduce((total, match) => total + Number(match[1]), 0);
};

/** What a test file says of a test that cannot run here: `SKIPPED: what and why`. */
export const skippedLines = (output) => output.match(/SKIPPED: .*/g) ?? [];

/**
 * Reads uvu's three totals; anything but a clean end with at least one test is a failure. A test that writes
 * SKIPPED counts as skipped and not as passed, although uvu saw it pass.
 * @param run how the file ended: its exit code (null when it was ended), the signal that ended it, its
 * output, how long it took in
 *            seconds, and the limit in seconds if it ran into one, else 0
 */
export function parseUvuOutput({ code, signal, output, limit, seconds }) {
  const text = stripVTControlCharacters(output);
  const total = count(text, 'Total');
  const skippedByUvu = count(text, 'Skipped');
  const failed = total - count(text, 'Passed') - skippedByUvu;
  const unable = skippedLines(text).length;
  const passed = Math.max(total - failed - skippedByUvu - unable, 0);
  const reasons = [];
  if (limit > 0) reasons.push(`did not end within ${limit} s`);
  else if (signal) reasons.push(`was ended by ${signal}`);
  else if (failed > 0) reasons.push(`${failed} of ${total} tests failed`);
  else if (code !== 0) reasons.push(`ended with exit code ${code}`);
  else if (total === 0) reasons.push('ran no test (is test.run() missing?)');
  const broken = reasons.length > 0;
  return {
    passed,
    failed: broken ? Math.max(failed, 1) : 0,
    skipped: skippedByUvu + unable,
    reasons,
    output,
    seconds,
  };
}
