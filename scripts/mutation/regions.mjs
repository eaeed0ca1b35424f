import { isFunction, SyntaxKind, textOf, walk } from '../syntax-tree.mjs';

/** Ops of the graph hand their vjps to these. */
const RECORDERS = new Set(['record', 'recordAll']);

/**
 * All vjps in a file: functions among the arguments of `record` and `recordAll`, each under the name of what
 * they are in.
 */
export function vjpsIn(declarations) {
  const found = [];
  for (const [name, node] of declarations) {
    walk(node, (inner, ancestors) => {
      if (!isFunction(inner)) return true;
      const recorded = ancestors.some(
        ({ kind, expression }) => kind === SyntaxKind.CallExpression && RECORDERS.has(expression.text),
      );
      if (recorded) found.push([name, inner]);
      return !recorded;
    });
  }
  return found;
}

/** Calls that refuse wrong arguments or give memory back: no derivative, and no value depends on them. */
const ASIDE = /^(check\w*|giveBack|(\w+\.)*(release|give))$/;

/** What is left alone with all that is in it. */
function isAside(node, source) {
  if (node.kind === SyntaxKind.ThrowStatement || node.kind === SyntaxKind.TypeReference) return true;
  const call = node.kind === SyntaxKind.ExpressionStatement ? node.expression : node;
  return call.kind === SyntaxKind.CallExpression && ASIDE.test(textOf(call.expression, source));
}

/** Calls `visit(node, ancestors)` for every node of a region in which a derivative may go wrong. */
export function visitRegion(region, source, visit) {
  const parameters = new Set(isFunction(region) ? region.parameters : []);
  walk(region, (node, ancestors) => {
    if (parameters.has(node) || isAside(node, source)) return false;
    visit(node, ancestors);
    return true;
  });
}
