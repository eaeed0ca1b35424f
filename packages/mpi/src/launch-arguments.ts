import { availableParallelism } from 'node:os';
import type { Host, LaunchOptions } from './launch-options.js';
import type { Launcher } from './launcher.js';

/** How the launcher is called. */
export interface Launch {
  readonly processes: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Arguments of `mpirun` or `mpiexec`.
 * @param hosts those that answer
 * @param node  the program that runs the user's, with its own options
 */
export function launchArguments(
  family: Launcher['family'],
  { processes: asked, allowRoot, program }: LaunchOptions,
  hosts: readonly Host[],
  node: readonly string[],
): Launch {
  const slots = hosts.reduce((sum, host) => sum + host.slots, 0);
  const processes = Math.min(asked ?? Number.POSITIVE_INFINITY, slots || (asked ?? availableParallelism()));
  const work = ['-n', String(processes), ...node, ...program];
  // Each process has threads of its own, which must not be bound to one core with it.
  if (family === 'MPICH') {
    const list = hosts.map(({ name, slots: n }) => `${name}:${n}`).join(',');
    return { processes, args: ['-bind-to', 'none', ...(list ? ['-hosts', list] : []), ...work], env: {} };
  }
  const args = ['--bind-to', 'none', '--quiet'];
  // A machine that is gone is noticed after a minute and a half, instead of eight.
  const env: Record<string, string> = {
    OMPI_MCA_oob_tcp_keepalive_time: '30',
    OMPI_MCA_oob_tcp_keepalive_intvl: '10',
    OMPI_MCA_oob_tcp_keepalive_probes: '6',
  };
  if (allowRoot) args.push('--allow-run-as-root');
  if (hosts.length > 0) args.push('--host', hosts.map(({ name, slots: n }) => `${name}:${n}`).join(','));
  else if (processes > availableParallelism() && !knowsHosts(process.env)) {
    args.push('--oversubscribe');
    env.OMPI_MCA_mpi_yield_when_idle = '1';
  }
  return { processes, args: [...args, ...work], env };
}

/** Whether Open MPI has a list of machines without our telling: from Slurm, or from the MPI operator of Kubernetes. */
const knowsHosts = ({ SLURM_JOB_ID, OMPI_MCA_orte_default_hostfile }: NodeJS.ProcessEnv): boolean =>
  (SLURM_JOB_ID ?? OMPI_MCA_orte_default_hostfile) !== undefined;
