import { spawn } from 'node:child_process';
import type { Host } from './launch-options.js';

/** A machine that is up answers sooner. */
const ANSWER_MS = 10_000;

/** The machines on which a command can be run, by the agent that Open MPI would use. */
export async function answering(hosts: readonly Host[]): Promise<Host[]> {
  const answers = await Promise.all(hosts.map(({ name }) => isAnswering(name)));
  return hosts.filter((_, i) => answers[i]);
}

function isAnswering(host: string): Promise<boolean> {
  const agent = process.env.OMPI_MCA_plm_rsh_agent;
  const [command, ...args] = agent?.split(' ') ?? ['ssh', '-o', 'BatchMode=yes', '-o', 'ConnectTimeout=5'];
  return new Promise((resolve) => {
    const child = spawn(command, [...args, host, 'true'], { stdio: 'ignore', timeout: ANSWER_MS });
    child.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
  });
}
