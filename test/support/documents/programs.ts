import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Block } from './markdown.js';
import { compareOutput, readClaims } from './output-comments.js';

/** A block of code, with those that it continues. */
export interface Program {
  /** The Markdown file. */
  file: string;
  /** Where its first block begins. */
  line: number;
  extension: 'ts' | 'js';
  /** As long as the file up to the program's end: each line of code stands where it stands in the file. */
  lines: string[];
}

const LANGUAGES: Record<string, 'ts' | 'js'> = { ts: 'ts', typescript: 'ts', js: 'js', javascript: 'js' };

export const isProgram = ({ language }: Block): boolean => Object.hasOwn(LANGUAGES, language);

/** The programs of a file: a block marked `continued` belongs to the one before. */
export function programsOf(file: string, blocks: readonly Block[]): Program[] {
  const programs: Program[] = [];
  for (const { language, words, lines, line } of blocks.filter(isProgram)) {
    const last = programs.at(-1);
    if (words.includes('continued')) {
      if (last === undefined) throw new Error(`line ${line - 1}: there is nothing to continue`);
      last.lines.push(...new Array<string>(line - 1 - last.lines.length).fill(''), ...lines);
    } else {
      const blank = new Array<string>(line - 1).fill('');
      programs.push({ file, line, extension: LANGUAGES[language], lines: [...blank, ...lines] });
    }
  }
  return programs;
}

/** Inside of the repository, so that packages are found; a folder of its own for each process. */
const folder = `build/readme-${process.pid}`;
const elsewhere = mkdtempSync(join(tmpdir(), 'retrograd-readme-'));
process.on('exit', () => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(elsewhere, { recursive: true, force: true });
});

const sourceOf = ({ file, line, extension }: Program): string =>
  `${folder}/${file.replaceAll('/', '_')}.${line}.${extension}`;

/** Type-checks, bundles and runs programs. @returns everything that is wrong, as `file:line: what` */
export async function checkPrograms(programs: readonly Program[]): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  for (const program of programs) writeFileSync(sourceOf(program), `${program.lines.join('\n')}\n`);
  const [types, runs] = await Promise.all([checkTypes(programs), runAll(programs)]);
  return [...types, ...runs];
}

async function checkTypes(programs: readonly Program[]): Promise<string[]> {
  const project = `${folder}/tsconfig.json`;
  const compilerOptions = { allowJs: true, checkJs: true, noUnusedLocals: false, noUnusedParameters: false };
  const files = programs.map((program) => sourceOf(program).slice(folder.length + 1));
  writeFileSync(
    project,
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, include: [], files }),
  );
  const { code, output } = await node(['node_modules/typescript/bin/tsc', '-p', project]);
  if (code === 0) return [];
  return programs
    .flatMap((program) => {
      const name = sourceOf(program);
      const errors = output.split('\n').filter((line) => line.startsWith(`${name}(`));
      return errors.map((line) => line.slice(name.length).replace(/^\((\d+),\d+\)/, `${program.file}:$1`));
    })
    .concat(output.includes(folder) ? [] : [output]);
}

/** Two at a time, as many as the test run has cores for. */
async function runAll(programs: readonly Program[]): Promise<string[]> {
  const queue = [...programs];
  const complaints: string[] = [];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      complaints.push(...(await run(next)));
    }
  };
  await Promise.all([worker(), worker()]);
  return complaints;
}

async function run(program: Program): Promise<string[]> {
  const place = `${program.file}:${program.line}`;
  const { claims, complaints } = readClaims(program.lines);
  const source = sourceOf(program);
  const bundle = source.replace(/\.[tj]s$/, '.mjs');
  try {
    await build({
      entryPoints: [source],
      outfile: bundle,
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'es2022',
      packages: 'external',
      tsconfig: 'tsconfig.json',
      sourcemap: 'inline',
      logLevel: 'silent',
    });
  } catch (error) {
    return [`${place}: cannot be built: ${(error as Error).message}`];
  }
  const { code, output, errors } = await node(
    ['--enable-source-maps', join(process.cwd(), bundle)],
    elsewhere,
  );
  const wrong = complaints.map((complaint) => `${program.file}:${complaint}`);
  if (code !== 0) return [...wrong, `${place}: ends with ${code}\n${output}${errors}`];
  const difference = compareOutput(output, claims);
  return difference === null ? wrong : [...wrong, `${place}: ${difference}`];
}

function node(
  args: string[],
  cwd = process.cwd(),
): Promise<{ code: number | null; output: string; errors: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output, errors }));
  });
}
