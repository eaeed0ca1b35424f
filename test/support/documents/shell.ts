/** What may stand in a shell block: the commands of this repository. */
export interface Repository {
  /** Scripts of package.json. */
  scripts: readonly string[];
  /** Options of `npm start`, such as `--text`. */
  options: readonly string[];
  /** Commands that `npx` finds. */
  tools: readonly string[];
  exists: (path: string) => boolean;
}

/** What is wrong with a line of a shell block, or null. */
export function checkCommand(line: string, repository: Repository): string | null {
  for (const command of line.replace(/\s#.*$/, '').split('&&')) {
    const [program, ...words] = command.trim().split(/\s+/);
    const complaint =
      program === 'npm'
        ? checkNpm(words, repository)
        : program === 'node'
          ? checkNode(words, repository)
          : null;
    if (complaint !== null) return complaint;
    if (program === 'npx' && !repository.tools.includes(words[0])) return `there is no tool ${words[0]}`;
    if (!['npm', 'node', 'npx', 'cd'].includes(program)) return `${program} is not known to this test`;
  }
  return null;
}

function checkNpm([verb, ...words]: string[], { scripts, options, exists }: Repository): string | null {
  if (verb === 'ci') return null;
  if (verb === 'install') {
    const missing = words.filter((word) => !/\.tgz$/.test(word) && !exists(word));
    return missing.length === 0 ? null : `there is no ${missing[0]} to install`;
  }
  if (verb === 'pack') return words.every((word) => word === '--workspaces') ? null : `npm pack ${words}`;
  const script = verb === 'run' ? words[0] : verb;
  if (!scripts.includes(script)) return `package.json has no script ${script}`;
  if (script !== 'start') return null;
  const unknown = words.filter((word) => /^--\w/.test(word)).find((word) => !options.includes(word));
  return unknown === undefined ? null : `npm start has no option ${unknown}`;
}

function checkNode([file]: string[], { exists }: Repository): string | null {
  const source = file.replace(/^build\/examples\/(.+)\.js$/, 'examples/$1.ts');
  return exists(source) ? null : `there is no ${source}`;
}
