/**
 * The syntax trees of the library's sources. The compiler's programming interface calls itself unstable, so
 * everything that depends on it is here; package-lock.json holds the version.
 */
import { join } from 'node:path';
import { SyntaxKind } from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';
import { root } from '../esbuild.config.mjs';

export { SyntaxKind };

/** The trees of the named files (paths below the root), by path. */
export function parseSources(paths) {
  const api = new API({ cwd: root });
  try {
    const config = join(root, 'tsconfig.json');
    const project = api.updateSnapshot({ openProject: config }).getProject(config);
    return new Map(paths.map((path) => [path, project.program.getSourceFile(join(root, path))]));
  } finally {
    api.close();
  }
}

/** The text of a node, without the space and the comments before it. */
export const textOf = (node, source) => source.slice(startOf(node, source), node.end);

/** Where a node begins, after space and comments. */
export function startOf(node, source) {
  const before = source.slice(node.pos, node.end).match(/^(?:\s+|\/\/[^\n]*\n?|\/\*[\s\S]*?\*\/)*/);
  return node.pos + before[0].length;
}

/** Calls `visit(node, ancestors)` for a node and all below it; what gives false is not entered. */
export function walk(node, visit, ancestors = []) {
  if (visit(node, ancestors) === false) return;
  const path = [...ancestors, node];
  node.forEachChild((child) => {
    walk(child, visit, path);
  });
}

const FUNCTIONS = new Set([
  SyntaxKind.FunctionDeclaration,
  SyntaxKind.FunctionExpression,
  SyntaxKind.ArrowFunction,
  SyntaxKind.MethodDeclaration,
  SyntaxKind.Constructor,
  SyntaxKind.GetAccessor,
  SyntaxKind.SetAccessor,
]);

/** Whether a node is a function with a body. */
export const isFunction = (node) => FUNCTIONS.has(node.kind) && node.body !== undefined;

/**
 * What a file declares at its top, by name: functions, constants and classes; members of a class or of an
 * object under both names, as `RecurrentLayer.forward` or `lstm.backward`.
 */
export function declarationsOf(tree) {
  const found = new Map();
  const addMembers = (name, members) => {
    for (const member of members ?? []) {
      const key = member.name?.text;
      if (key !== undefined) found.set(`${name}.${key}`, member);
    }
  };
  for (const statement of tree.statements) {
    if (statement.kind === SyntaxKind.FunctionDeclaration) found.set(statement.name.text, statement);
    if (statement.kind === SyntaxKind.ClassDeclaration) {
      found.set(statement.name.text, statement);
      addMembers(statement.name.text, statement.members);
    }
    for (const { name, initializer } of statement.declarationList?.declarations ?? []) {
      if (name.text === undefined || initializer === undefined) continue;
      found.set(name.text, initializer);
      if (initializer.kind === SyntaxKind.ObjectLiteralExpression)
        addMembers(name.text, initializer.properties);
    }
  }
  return found;
}
