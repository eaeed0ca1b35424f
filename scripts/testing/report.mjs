import { skippedLines } from './parse-uvu-output.mjs';

/** Prints results as they come, and adds them up. */
export function reporter() {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  return {
    totals,

    /** One line for a file or a check, what it could not test, and all its output when it failed. */
    report(name, { passed, failed, skipped = 0, reasons = [], output = '', seconds = 0 }) {
      totals.passed += passed;
      totals.failed += failed;
      totals.skipped += skipped;
      const mark = failed > 0 ? 'FAIL' : 'ok  ';
      const rest = `${skipped > 0 ? `, ${skipped} skipped` : ''}${reasons.length > 0 ? `: ${reasons.join(', ')}` : ''}`;
      console.log(`${mark} ${name}  ${passed} passed${rest}  (${seconds.toFixed(1)} s)`);
      // What could not be tested must be seen.
      for (const line of skippedLines(output)) console.log(`     ${line}`);
      if (failed > 0) console.log(`${output.trimEnd()}\n`);
    },

    /** So many test files were not run at all. */
    skip(count, reason) {
      totals.skipped += count;
      console.log(`SKIPPED: ${reason}`);
    },

    /** Prints the last line. @returns the exit code */
    end() {
      console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
      return totals.failed > 0 ? 1 : 0;
    },
  };
}
