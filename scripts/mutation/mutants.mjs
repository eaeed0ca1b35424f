import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../esbuild.config.mjs';
import { declarationsOf, parseSources, startOf } from '../syntax-tree.mjs';
import { visitRegion, vjpsIn } from './regions.mjs';
import { brokenForms, NEGATE } from './rules.mjs';

/** Whether a broken form uses a name that its declaration does not know: a crash, not a wrong derivative. */
const bringsName = (scope, broken) =>
  (broken.match(/[a-z_]\w*/gi) ?? []).some(
    (name) =>
      !['null', 'as', 'never', 'true', 'false', NEGATE].includes(name) &&
      !new RegExp(`\\b${name}\\b`).test(scope),
  );

/** The regions of a file that a target names: [name, node, whether it is a vjp]. */
function regionsOf(file, names, declarations) {
  if (names === 'vjps') return vjpsIn(declarations).map(([name, node]) => [name, node, true]);
  return names.map((name) => {
    const node = declarations.get(name);
    if (node === undefined) throw new Error(`scripts/mutation/targets.mjs: ${file} declares no ${name}`);
    return [name, node, false];
  });
}

function mutantsOfFile(target, file, names, tree) {
  const source = readFileSync(join(root, file), 'utf8');
  const declarations = declarationsOf(tree);
  const ordinals = new Map();
  const seen = new Set();
  return regionsOf(file, names, declarations).flatMap(([name, region, isVjp]) => {
    const mutants = [];
    const declaration = declarations.get(name);
    const scope = source.slice(declaration.pos, declaration.end);
    visitRegion(region, source, (node, ancestors) => {
      for (const { rule, broken } of brokenForms(node, ancestors, source, isVjp)) {
        const start = startOf(node, source);
        const text = source.slice(0, start) + broken + source.slice(node.end);
        if (bringsName(scope, broken) || seen.has(text)) continue;
        seen.add(text);
        const kind = `${name}: ${rule}`;
        const ordinal = (ordinals.get(kind) ?? 0) + 1;
        ordinals.set(kind, ordinal);
        const line = source.slice(0, start).split('\n').length;
        mutants.push({
          target,
          file,
          line,
          name: `${kind} ${ordinal}`,
          before: source.slice(start, node.end),
          broken,
          text,
        });
      }
    });
    return mutants;
  });
}

/**
 * All mutants by target, in the order of the files. A mutant has a name that says where it is and what was
 * done:
 * `lstmCellBackward: drop a factor 3` is the third form that this rule finds there.
 */
export function allMutants(targets) {
  const files = targets.flatMap(({ regions }) => Object.keys(regions));
  const trees = parseSources(files);
  const missing = files.filter((file) => trees.get(file) === undefined);
  if (missing.length > 0) throw new Error(`scripts/mutation/targets.mjs: there is no ${missing.join(', ')}`);
  return targets.map((target) =>
    Object.entries(target.regions).flatMap(([file, names]) =>
      mutantsOfFile(target, file, names, trees.get(file)),
    ),
  );
}
