/** What the numbers belong to. */
import { readFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';

export function describeMachine() {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    vectors: vectorInstructions(),
    memoryGB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    v8: process.versions.v8,
    load: loadavg().map((value) => Number(value.toFixed(2))),
  };
}

/** The widest vector instructions, where the system tells. */
function vectorInstructions() {
  try {
    const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1].split(' ') ?? [];
    return ['avx512f', 'avx2', 'avx', 'sse4_2'].find((flag) => flags.includes(flag)) ?? 'unknown';
  } catch {
    return 'unknown';
  }
}

/** For file names: lower case, words joined by dashes. */
export const slug = (text) =>
  text
    .toLowerCase()
    .replace(/\((r|tm)\)/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
