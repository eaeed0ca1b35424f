/**
 * How a line can be broken. A rule takes a line and a column, and gives every broken form of the line whose change stands
 * at or behind that column. The forms are the mistakes that people make in backward functions: a sign, a lost factor, a
 * lost sum, a mixed-up gate, a step too early or too late.
 */

/** Calls of `name(…)` in the line: where each begins and ends, and its arguments. */
function* callsOf(line, name, from) {
  for (const match of line.matchAll(new RegExp(`(?<![\\w.])${name}\\(`, 'g'))) {
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

/** A rule on text: one broken form for every match. */
const onText = (name, pattern, replacement) => ({
  name,
  apply: (line, from) =>
    [...line.matchAll(new RegExp(pattern.source, 'g'))]
      .filter((match) => match.index >= from)
      .map((match) => {
        // Sticky, on the whole line, so that what the pattern looks back and ahead at is there.
        const here = new RegExp(pattern.source, 'y');
        here.lastIndex = match.index;
        return line.replace(here, replacement);
      }),
});

/** Lines that lay out memory: a wrong size or offset there is a crash, not a wrong derivative. */
const LAYOUT =
  /\b(gemm|allocate|columnSums|addBlock|rows|slice|wrap|gatesBackward)\(|const (\[.*\]|block|now|start|[A-Z]|[a-z]) =|; \w+ < \w+; /;

const outsideLayout = (rule) => ({
  name: rule.name,
  apply: (line, from) => (LAYOUT.test(line) && !/\) \w+\[.*=/.test(line) ? [] : rule.apply(line, from)),
});

/** `gemm(…, accumulate, C, cOffset, ldc)`: the product overwrites what it should be added to. */
const ACCUMULATE = 11;

/** `(g) => …`, up to the comma or bracket that ends it: the input gets no gradient. */
const loseGradient = {
  name: 'lose a gradient',
  apply: (line, from) =>
    [...line.matchAll(/\(g\) => /g)].flatMap((match) => {
      if (match.index < from || line.endsWith('{')) return [];
      let depth = 0;
      let end = match.index + match[0].length;
      while (end < line.length && depth >= 0 && !(depth === 0 && ',;'.includes(line[end]))) {
        if ('([{'.includes(line[end])) depth++;
        if (')]}'.includes(line[end])) depth--;
        if (depth >= 0) end++;
      }
      return [`${line.slice(0, match.index)}() => null${line.slice(end)}`];
    }),
};

/** The name under which mutate.mjs brings a negation into a broken file. */
export const NEGATE = 'mutantNeg';

/** An operand of `*` or `/`. */
const FACTOR = String.raw`(?:Math\.\w+)?(?:\([^()]*\)|[\w.]+(?:\[[^\]]*\])?)`;

/** A gate of a layer, and the one that it is taken for. */
const GATES = [
  ['f', 'i'],
  ['i', 'o'],
  ['o', 'f'],
  ['z', 'r'],
  ['r', 'z'],
];

export const rules = [
  onCall('drop a factor', 'mul', ([a]) => a),
  onCall('drop the other factor', 'mul', ([, b]) => (b === undefined || /^-?[\d.]+$/.test(b) ? null : b)),
  onCall('drop a divisor', 'div', ([a]) => a),
  onCall('drop a term', 'add', ([a, b]) => (b === undefined ? null : a)),
  onCall('drop the other term', 'add', ([, b]) => b ?? null),
  onCall('swap a difference', 'sub', ([a, b]) => `sub(${b}, ${a})`),
  onCall('drop a sign', 'neg', ([a]) => a),
  onCall('swap the branches', 'where', ([c, a, b]) => `where(${c}, ${b}, ${a})`),
  onCall('drop an accumulation', 'gemm', (args) =>
    args[ACCUMULATE] === 'true' ? `gemm(${args.with(ACCUMULATE, 'false').join(', ')})` : null,
  ),
  loseGradient,
  onText(
    'flip the sign of a gradient',
    /(?<=^\s*(?:const grad_\w+ =|[Wb]_\w+:) )((?:matmul|sum|mul|add|sub)\(.*\))(?=[;,]$)/,
    `${NEGATE}($1)`,
  ),
  ...GATES.map(([gate, other]) =>
    onText(
      'mix up a gate',
      new RegExp(String.raw`(?<!')\b(grad_a_|W_|b_|(?=${gate}_t\b))${gate}(_t)?\b(?=[^=:]*[;,)])`),
      `$1${other}$2`,
    ),
  ),
  onText('flip a sign', /\b1 - /, '1 + '),
  outsideLayout(onText('assign for accumulate', / \+= /, ' = ')),
  outsideLayout(onText('subtract for accumulate', / \+= /, ' -= ')),
  outsideLayout(onText('assign for multiply', / \*= /, ' = ')),
  outsideLayout(onText('drop a factor', new RegExp(String.raw` \* ${FACTOR}`), '')),
  outsideLayout(onText('drop a divisor', new RegExp(` / ${FACTOR}`), '')),
  outsideLayout(onText('drop a term', new RegExp(String.raw` \+ (?!1\b|[a-z]\])${FACTOR}(?! [*/])`), '')),
  onText('flip a unary minus', /(?<=[=(:?,] )-(?=[\w(])/, ''),
  onText('lose the last step', /\bt >= 1\b/, 't > 1'),
  onText('lose the last step', /\bt >= 0\b/, 't > 0'),
  onText('a step off', /(?<=stepOf\(\w+, )t\b/, 't && t - 1'),
  onText('a step off', /\bnow - block\b/, 'now'),
  onText('a step off', /\bafter\b(?=.*\);$)/, 'before'),
  {
    name: 'drop a statement',
    apply: (line) => (/^\s+(if \(.*\) )?(addBlock|addInto|addRows)\(.*\);$/.test(line) ? [''] : []),
  },
];
