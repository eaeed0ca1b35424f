/**
 * Compares what pages write as `bits of <what>: <digits>`: for the same words all pages must have the same
 * digits.
 * @param outputs of pages, with their names
 */
export function sameBits(outputs) {
  const first = new Map();
  const different = new Set();
  const complaints = [];
  for (const { name, output } of outputs) {
    for (const [, what, digits] of output.matchAll(/^bits of (.+): (\w+)$/gm)) {
      const before = first.get(what);
      if (before === undefined) first.set(what, { name, digits });
      else if (before.digits !== digits) {
        different.add(what);
        complaints.push(`${what}: ${digits} in ${name}, ${before.digits} in ${before.name}`);
      }
    }
  }
  return {
    passed: first.size - different.size,
    failed: different.size,
    reasons: [],
    output: complaints.join('\n'),
  };
}
