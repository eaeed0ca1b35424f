/**
 * How a line can be broken. A rule takes a line, a column and the whole source, and gives every broken form of the line whose change
 * stands at or behind that column. The forms are the mistakes that people make in backward functions: a sign, a lost factor,
 * a lost sum, a mixed-up gate, a step too early or too late.
 */

/** Calls of `name(…)` in the line: where each begins and ends, and its arguments. */
function* callsOf(line, name, from) {
  const pattern = new RegExp(`(?<![\\w.])${name}\\(`, 'g');
  for (const match of line.matchAll(pattern)) {
    if (match.index < from) continue;
    const args = [];
    let depth = 0;
    let start = match.index + match[0].length;
    for (let i = start; i < line.length; i++) {
      const c = line[i];
      if (depth === 0 && (c === ',' || c === ')')) {
        args.push(line.slice(start, i).trim());
        start = i + 1;
        if (c === ')') {
          yield { begin: match.index, end: i + 1, args };
          break;
        }
      } else if ('([{'.includes(c)) depth++;
      else if (')]}'.includes(c)) depth--;
    }
  }
}

/** A rule on calls: `change` gives the text that takes the place of the call, or null. */
const onCall = (name, callee, change) => ({
  name,
  apply: (line, from) =>
    [...callsOf(line, callee, from)].flatMap(({ begin, end, args }) => {
      const text = change(args);
      return text === null ? [] : [line.slice(0, begin) + text + line.slice(end)];
    }),
});

/** Lines that lay out memory: a wrong size or offset is a crash, not a wrong derivative. */
const LAYOUT = /\b(gemm|allocate|columnSums|addBlock|rows|slice|subarray)\(|const (block|now|width|row) =/;

/** A rule on text: every match is replaced by itself. */
const onText = (name, pattern, replacement, except = /(?!)/) => ({
  name,
  apply: (line, from) =>
    [...(except.test(line) ? [] : line.matchAll(pattern))]
      .filter((match) => match.index >= from)
      .map((match) => {
        const text = match[0].replace(new RegExp(pattern.source), replacement);
        return line.slice(0, match.index) + text + line.slice(match.index + match[0].length);
      }),
});

const FACTOR = String.raw`(?:Math\.\w+)?(?:\([^()]*\)|[\w.]+(?:\[[^\]]*\])?)!?`;

/** `(g) => …`, up to the comma or bracket that ends it: the input gets no gradient. */
const loseGradient = {
  name: 'lose a gradient',
  apply: (line, from) =>
    [...line.matchAll(/\(g\) => /g)].flatMap((match) => {
      if (match.index < from || line.endsWith('{')) return [];
      const start = match.index + match[0].length;
      let depth = 0;
      let end = start;
      while (end < line.length && depth >= 0 && !(depth === 0 && ',;'.includes(line[end]))) {
        if ('([{'.includes(line[end])) depth++;
        if (')]}'.includes(line[end])) depth--;
        if (depth >= 0) end++;
      }
      return [`${line.slice(0, match.index)}() => null${line.slice(end)}`];
    }),
};

/** `const grad_x = matmul(…);` with the other sign, where `mul` is at hand. */
const flipResult = {
  name: 'flip the sign of a gradient',
  apply: (line, _from, source) =>
    /^\s*const grad_\w+ = (matmul|sum|mul|add|sub)\(.*\);$/.test(line) && /\bmul\b/.test(source)
      ? [line.replace(/= (.*);$/, '= mul(-1, $1);')]
      : [],
};

/** `gemm(…, accumulate, C, cOffset, ldc)`: the product overwrites what it should be added to. */
const ACCUMULATE = 11;

export const rules = [
  onCall('drop a factor', 'mul', ([a, b]) => (b === undefined ? null : a)),
  onCall('drop the other factor', 'mul', ([, b]) => (b === undefined || /^-?[\d.]+$/.test(b) ? null : b)),
  onCall('drop a divisor', 'div', ([a]) => a),
  onCall('drop a term', 'add', ([a, b]) => (b === undefined ? null : a)),
  onCall('drop the other term', 'add', ([, b]) => b ?? null),
  onCall('swap a difference', 'sub', ([a, b]) => `sub(${b}, ${a})`),
  onCall('drop a sign', 'neg', ([a]) => a),
  onCall('swap the branches', 'where', ([c, a, b]) => `where(${c}, ${b}, ${a})`),
  loseGradient,
  flipResult,
  onCall('drop an accumulation', 'gemm', (args) =>
    args[ACCUMULATE] === 'true' ? `gemm(${args.with(ACCUMULATE, 'false').join(', ')})` : null,
  ),
  onText('flip a sign', /\b1 - /g, '1 + '),
  onText('flip a sign of a sum', /(?<=[\w\])]!?) \+ (?=[\w(]*\[|grad|\()/g, ' - '),
  onText('flip a sign of a difference', /(?<=[\w\])]!?) - (?=[a-z]\w*\[|grad)/g, ' + '),
  onText('assign for accumulate', / \+= /g, ' = '),
  onText('subtract for accumulate', / \+= /g, ' -= '),
  onText('assign for multiply', / \*= /g, ' = '),
  onText('drop a factor', new RegExp(String.raw` \* ${FACTOR}`, 'g'), '', LAYOUT),
  onText('drop a divisor', new RegExp(` / ${FACTOR}`, 'g'), '', LAYOUT),
  onText('flip a unary minus', /(?<=[=(:?,] )-(?=[\w(])/g, ''),
  onText('lose the last step', /\bt >= 1\b/g, 't > 1'),
  onText('lose the last step', /\bt >= 0\b/g, 't > 0'),
  onText('a step off', /\bt - 1\b/g, 't'),
  onText('a step off', /\bt \+ 1\b/g, 't'),
  onText('a step off', /\bnow - block\b/g, 'now'),
  onText('mix up a gate', /\b(grad_)?f(_\w+)?\b(?=[^=]*[;,)])/g, '$1i$2'),
  onText('mix up a gate', /\b(grad_)?o(_\w+)?\b(?=[^=]*[;,)])/g, '$1f$2'),
  onText('mix up a gate', /\b(grad_)?i(_\w+)\b(?=[^=]*[;,)])/g, '$1o$2'),
  onText('mix up a gate', /\b(grad_)?z(_\w+)?\b(?=[^=]*[;,)])/g, '$1r$2'),
  onText('mix up a gate', /\b(grad_)?r(_\w+)?\b(?=[^=]*[;,)])/g, '$1z$2'),
  {
    name: 'drop a statement',
    apply: (line) => (/^\s+(if \(.*\) )?(addBlock|addInto|addRows)\(.*\);$/.test(line) ? [''] : []),
  },
];
