/** Two machines, as far as a network is concerned: namespaces of this one, with a cable between them. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './launch.js';

export interface Machines {
  /** Command and first arguments that run something on machine a. */
  readonly onA: readonly string[];
  /** Where MPI finds them. */
  readonly hosts: string;
  readonly env: Readonly<Record<string, string>>;
  /** Pulls the plug, or puts it in again. */
  link(state: 'up' | 'down'): void;
}

const [a, b] = ['a', 'b'].map((letter) => `retrograd-${letter}-${process.pid}`);
/** Interface names have 15 characters at most. */
const cable = ['a', 'b'].map((letter) => `rg${letter}${process.pid}`);

function ip(...args: string[]): void {
  const { status, error, stderr } = spawnSync('ip', args, { encoding: 'utf8' });
  if (error || status !== 0) throw new Error(error?.message ?? stderr.trim());
}

/** @returns why there are none, where they are not allowed */
export function makeMachines(): Machines | string {
  process.on('exit', removeMachines);
  try {
    for (const name of [a, b]) ip('netns', 'add', name);
    ip('link', 'add', cable[0], 'netns', a, 'type', 'veth', 'peer', 'name', cable[1], 'netns', b);
    for (const [i, name] of [a, b].entries()) {
      ip('-n', name, 'addr', 'add', `10.77.0.${i + 1}/24`, 'dev', cable[i]);
      ip('-n', name, 'link', 'set', 'lo', 'up');
      ip('-n', name, 'link', 'set', cable[i], 'up');
    }
  } catch (error) {
    removeMachines();
    return (error as Error).message;
  }
  const agent = join(folder, 'agent.sh');
  const lines = [
    '#!/bin/sh',
    '# agent [options] <address> <command>: what ssh does.',
    'while expr "$1" : - >/dev/null; do shift; done',
    `case $1 in 10.77.0.1) name=${a};; 10.77.0.2) name=${b};; *) exit 1;; esac`,
    'shift',
    'exec ip netns exec $name sh -c "$*"',
  ];
  writeFileSync(agent, `${lines.join('\n')}\n`, { mode: 0o755 });
  const network = '10.77.0.0/24';
  return {
    onA: ['ip', 'netns', 'exec', a],
    hosts: '10.77.0.1:1,10.77.0.2:1',
    env: {
      OMPI_MCA_plm_rsh_agent: agent,
      OMPI_MCA_plm_rsh_no_tree_spawn: '1',
      OMPI_MCA_oob_tcp_if_include: network,
      OMPI_MCA_btl: 'tcp,self',
      OMPI_MCA_btl_tcp_if_include: network,
    },
    link: (state: 'up' | 'down') => ip('-n', a, 'link', 'set', cable[0], state),
  };
}

function removeMachines(): void {
  for (const name of [a, b]) spawnSync('ip', ['netns', 'delete', name]);
}
