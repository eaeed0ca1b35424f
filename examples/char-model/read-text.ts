import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { reasonOf, UserError } from './user-error.js';

export interface Text {
  /** For messages: the path as it was given, or a description of the default text. */
  readonly name: string;
  readonly content: string;
  /** SHA-256 of the content: a training is resumed only with the text that it began with. */
  readonly hash: string;
}

/** Above this the characters would not fit into one JavaScript string. */
const MOST_BYTES = 2 ** 28;

/** Reads the file, or the default text without a path. @throws UserError when it is not text */
export function readText(path: string | undefined): Text {
  const [name, content] = path === undefined ? defaultText() : [path, readTextFile(path)];
  return { name, content, hash: createHash('sha256').update(content).digest('hex') };
}

/** The TypeScript declarations of Node.js that `npm ci` installs: every .d.ts file, sorted by path. */
function defaultText(): [name: string, content: string] {
  const folder = findDeclarations();
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => path.endsWith('.d.ts'))
    .sort();
  const files = paths.map((path) => readFileSync(join(folder, path), 'utf8'));
  return [`the ${files.length} declaration files of @types/node`, files.join('')];
}

function findDeclarations(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('@types/node/package.json'));
  } catch {
    throw new UserError('the default text (@types/node) is not installed; run npm ci, or give --text FILE');
  }
}

function readTextFile(path: string): string {
  const refuse = (reason: string): never => {
    throw new UserError(`--text must name a text file, got '${path}' (${reason})`);
  };
  let bytes: Buffer;
  try {
    if (statSync(path).size > MOST_BYTES) return refuse(`more than ${MOST_BYTES / 2 ** 20} MiB`);
    bytes = readFileSync(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    return refuse(reasonOf(error));
  }
  const zero = bytes.indexOf(0);
  if (zero !== -1) return refuse(`not UTF-8 text: byte ${zero} is 0`);
  let content: string;
  try {
    content = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse('not UTF-8 text');
  }
  return content === '' ? refuse('empty') : content;
}
