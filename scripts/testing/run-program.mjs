import { spawn } from 'node:child_process';
import { root } from '../../esbuild.config.mjs';

const TIMEOUT_MS = 420_000;
const running = new Set();

function kill(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended in the meantime.
  }
}

process.on('exit', () => {
  for (const child of running) kill(child);
});

/**
 * Runs Node with the given arguments.
 * @param options a time limit, what to add to the environment, and another Node than this one
 * @returns its exit code (null when killed), the signal that ended it, its output, the limit in seconds that
 * it ran into (else 0),
 *          and how long it took in seconds
 */
export function runProgram(args, { timeout = TIMEOUT_MS, env = {}, node = process.execPath } = {}) {
  return new Promise((resolve) => {
    const started = performance.now();
    // A group of its own, so that a hanging test is ended together with what it started.
    const child = spawn(node, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env, FORCE_COLOR: '0', NO_COLOR: '1', RETROGRAD_TEST: '1' },
      detached: true,
    });
    running.add(child);
    let output = '';
    let limit = 0;
    const timer = setTimeout(() => {
      limit = timeout / 1000;
      kill(child);
    }, timeout);
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      running.delete(child);
      resolve({ code, signal, output, limit, seconds: (performance.now() - started) / 1000 });
    });
  });
}
