/**
 * How a derivative can be broken. A rule looks at a node of the syntax tree and gives every broken form of
 * its text. The forms are the mistakes that people make in backward functions: a sign, a lost factor, a lost
 * sum, a mixed-up gate, a step too early or too late.
 */
import { isFunction, SyntaxKind, textOf, walk } from '../syntax-tree.mjs';

/** The name under which mutate.mjs brings a negation of arrays into a broken file. */
export const NEGATE = 'mutantNeg';

/**
 * Numbers that say how memory is laid out: a mistake in arithmetic on them is a crash, not a wrong
 * derivative.
 */
const SIZES = new Set([
  ...['B', 'T', 'I', 'H', 'N', 'V', 'G', 'K', 'M', 't', 'width', 'ld', 'rows', 'columns', 'stride', 'steps'],
  ...['at', 'from', 'to', 'top', 'left', 'offset', 'later', 'next', 'rank'],
]);

/** Whether an expression is a place or a size; what an array holds at a place is not. */
function isLayout(node) {
  let found = false;
  walk(node, ({ kind, text }) => {
    if (kind === SyntaxKind.Identifier && SIZES.has(text)) found = true;
    return kind !== SyntaxKind.ElementAccessExpression && kind !== SyntaxKind.CallExpression;
  });
  return found;
}

/** Whether a node stands in an index, or in the head of a loop. */
const isPlace = (node, ancestors) =>
  ancestors.some((ancestor, depth) => {
    const child = ancestors[depth + 1] ?? node;
    if (ancestor.kind === SyntaxKind.ElementAccessExpression) return child === ancestor.argumentExpression;
    return ancestor.kind === SyntaxKind.ForStatement && child !== ancestor.statement;
  });

/** A rule on calls of one function: `change` gives texts for the place of the call. */
const onCall = (name, callee, change) => ({
  name,
  apply: (node, { text }) => {
    if (node.kind !== SyntaxKind.CallExpression || node.expression.text !== callee) return [];
    return change(node.arguments.map(text));
  },
});

/** A rule on arithmetic with two operands, outside of layout. */
const onOperator = (name, operator, change) => ({
  name,
  apply: (node, { text, ancestors }) => {
    if (node.kind !== SyntaxKind.BinaryExpression || node.operatorToken.kind !== SyntaxKind[operator])
      return [];
    if (isPlace(node, ancestors) || isLayout(node.left) || isLayout(node.right)) return [];
    return change(text(node.left), text(node.right));
  },
});

/**
 * A gate of a layer, and the one that it is taken for: by its letter, and by the name that the point-wise
 * loops use.
 */
const GATES = { f: 'i', i: 'o', o: 'f', z: 'r', r: 'z' };
const GATE_NAMES = { forget: 'input', input: 'output', output: 'forget' };

const otherGate = (name) => {
  const [, before, letter] = name.match(/^(grad_a_|W_|b_)([fiozr])$/) ?? [];
  if (letter !== undefined) return `${before}${GATES[letter]}`;
  const [, own] = name.match(/^([fiozr])_t$/) ?? [];
  return own === undefined ? GATE_NAMES[name] : `${GATES[own]}_t`;
};

/** Parents under whose name an identifier is no value. */
const isNamed = (node, parent) =>
  parent.name === node ||
  parent.propertyName === node ||
  parent.kind === SyntaxKind.ShorthandPropertyAssignment;

const isOne = (text) => /^[\d.]+$/.test(text);

export const rules = [
  onCall('drop a factor', 'mul', ([a, b]) => [a, b].filter((text) => !/^-?[\d.]+$/.test(text))),
  onCall('drop a divisor', 'div', ([a]) => [a]),
  onCall('drop a term', 'add', ([a, b]) => [a, b]),
  onCall('swap a difference', 'sub', ([a, b]) => [`sub(${b}, ${a})`]),
  onCall('drop a sign', 'neg', ([a]) => [a]),
  onCall('swap the branches', 'where', ([c, a, b]) => [`where(${c}, ${b}, ${a})`]),
  {
    name: 'lose a gradient',
    apply: (node, { text, isVjp }) =>
      isVjp && isFunction(node) ? [`(${node.parameters.map(text).join(', ')}) => null as never`] : [],
  },
  {
    name: 'flip the sign of a gradient',
    apply: (node, { text, ancestors }) => {
      const parent = ancestors.at(-1);
      const isGradient = /^(grad_|[Wb]_)/.test(parent?.name?.text ?? '') && parent.initializer === node;
      const isSum = ['matmul', 'sum', 'mul', 'add', 'sub'].includes(node.expression?.text);
      return isGradient && isSum ? [`${NEGATE}(${text(node)})`] : [];
    },
  },
  {
    name: 'mix up a gate',
    apply: (node, { ancestors }) => {
      if (node.kind !== SyntaxKind.Identifier || isNamed(node, ancestors.at(-1))) return [];
      const other = otherGate(node.text);
      return other === undefined ? [] : [other];
    },
  },
  onOperator('flip a sign', 'MinusToken', (a, b) => [`${a} + ${b}`]),
  onOperator('drop a factor', 'AsteriskToken', (a, b) => [a, b].filter((text) => !isOne(text))),
  onOperator('drop a divisor', 'SlashToken', (a) => [a]),
  onOperator('drop a term', 'PlusToken', (a, b) => [a, b]),
  onOperator('assign for accumulate', 'PlusEqualsToken', (a, b) => [`${a} = ${b}`, `${a} -= ${b}`]),
  onOperator('assign for multiply', 'AsteriskEqualsToken', (a, b) => [`${a} = ${b}`]),
  {
    name: 'flip a unary minus',
    apply: (node, { text, ancestors }) =>
      node.kind === SyntaxKind.PrefixUnaryExpression &&
      node.operator === SyntaxKind.MinusToken &&
      node.operand.kind !== SyntaxKind.NumericLiteral &&
      !isPlace(node, ancestors)
        ? [text(node.operand)]
        : [],
  },
  {
    name: 'lose the last step',
    apply: (node, { text }) =>
      node.kind === SyntaxKind.BinaryExpression && /^t >= [01]$/.test(text(node))
        ? [text(node).replace('>=', '>')]
        : [],
  },
  {
    name: 'a step off',
    apply: (node, { text, ancestors }) => {
      const call = ancestors.at(-1);
      const isPlaceOfStep = call?.kind === SyntaxKind.CallExpression && /\bat$/.test(text(call.expression));
      if (!isPlaceOfStep || node === call.expression) return [];
      return { 't + 1': ['t'], t: ['t + 1'] }[text(node)] ?? [];
    },
  },
  {
    name: 'flip a flag',
    apply: (node, { ancestors }) => {
      const parent = ancestors.at(-1)?.kind;
      if (parent !== SyntaxKind.PropertyAssignment && parent !== SyntaxKind.CallExpression) return [];
      if (node.kind === SyntaxKind.TrueKeyword) return ['false'];
      return node.kind === SyntaxKind.FalseKeyword ? ['true'] : [];
    },
  },
  {
    name: 'take the other branch',
    apply: (node, { text }) =>
      node.kind === SyntaxKind.ConditionalExpression && !isLayout(node.whenTrue)
        ? [`${text(node.condition)} ? ${text(node.whenFalse)} : ${text(node.whenTrue)}`]
        : [],
  },
  {
    name: 'drop a statement',
    apply: (node) => {
      const isWork =
        node.kind === SyntaxKind.ExpressionStatement &&
        (node.expression.kind === SyntaxKind.CallExpression ||
          node.expression.operatorToken?.kind === SyntaxKind.EqualsToken);
      return isWork ? [';'] : [];
    },
  },
];

/** All broken forms of a node: the rule's name and the text that takes the node's place. */
export function brokenForms(node, ancestors, source, isVjp) {
  const text = (inner) => textOf(inner, source);
  return rules.flatMap((rule) =>
    rule
      .apply(node, { text, ancestors, isVjp })
      .filter((broken) => broken !== undefined && broken !== text(node))
      .map((broken) => ({ rule: rule.name, broken })),
  );
}
