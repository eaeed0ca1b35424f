/** What a system takes on disk with everything that it depends on, as npm installs it. */
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { formatBytes } from '../report/format.mjs';
import { isOurs, SYSTEMS } from '../systems.mjs';

const folder = fileURLToPath(new URL('../..', import.meta.url));

export async function measureInstalled({ systems }) {
  const chosen = SYSTEMS.filter((system) => systems.includes(system.name) && system.packages);
  const lists = [
    ...(SYSTEMS.some((system) => isOurs(system) && systems.includes(system.name))
      ? [{ title: 'Retrograd', packages: ['retrograd'] }]
      : []),
    ...chosen,
  ];
  const values = {};
  const rows = lists.map(({ title, packages }) => {
    const sizes = closure(packages);
    if (sizes === null) return [title, 'not installed', ''];
    const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
    values[title] = { bytes, packages: sizes.size };
    return [title, formatBytes(bytes), String(sizes.size)];
  });
  return {
    title: 'Installed size',
    header: ['system', 'with its dependencies', 'packages'],
    rows,
    values,
    notes: ['onnxruntime-node holds its binaries for every platform.'],
  };
}

/** The packages with all that they depend on, by folder with their bytes; null when one is missing. */
function closure(names) {
  const sizes = new Map();
  const open = names.map((name) => ({ name, from: folder }));
  while (open.length > 0) {
    const { name, from, optional } = open.pop();
    const path = locate(name, from);
    if (path === null) {
      if (optional) continue;
      return null;
    }
    if (sizes.has(path)) continue;
    const manifest = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    sizes.set(path, packageSize(path, manifest));
    for (const dependency of Object.keys(manifest.dependencies ?? {})) {
      open.push({ name: dependency, from: path });
    }
    for (const dependency of Object.keys(manifest.optionalDependencies ?? {})) {
      open.push({ name: dependency, from: path, optional: true });
    }
  }
  return sizes;
}

/** Where Node finds a package; a package of this repository is a link to its folder. */
function locate(name, from) {
  for (let path = from; ; path = dirname(path)) {
    const candidate = join(path, 'node_modules', name);
    if (existsSync(join(candidate, 'package.json'))) return realpathSync(candidate);
    if (path === dirname(path)) return null;
  }
}

/** Of a package of this repository only what is published counts. */
function packageSize(path, { files }) {
  if (path.includes('node_modules') || files === undefined) return sizeOf(path);
  return ['package.json', ...files].reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

function sizeOf(path) {
  if (!existsSync(path)) return 0;
  const entry = statSync(path);
  if (!entry.isDirectory()) return entry.size;
  return readdirSync(path)
    .filter((name) => name !== 'node_modules')
    .reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
