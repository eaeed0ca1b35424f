/** The parent's side: a contestant in a process of its own. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A contestant took longer than it was given. */
export class OutOfTime extends Error {}

export class Child {
  #process;
  #waiting = null;
  #ended = null;
  #errors = '';

  /** @param command { file, args, env } */
  constructor({ file, args, env = {} }) {
    this.#process = spawn(file, args, {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#process.on('error', (error) => this.#end(error.message));
    this.#process.on('close', (code, signal) =>
      this.#end(`ended (${signal ?? code}) ${lastLine(this.#errors)}`),
    );
    this.#process.stdin.on('error', () => {});
    this.#process.stderr.on('data', (chunk) => {
      this.#errors = (this.#errors + chunk).slice(-4000);
    });
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      if (line.startsWith('@')) this.#settle(JSON.parse(line.slice(1)));
    });
  }

  /**
   * Sends a command and waits for its answer.
   * @throws OutOfTime, and kills the process, after so many milliseconds; Error with the child's message
   */
  async ask(command, milliseconds) {
    if (this.#ended !== null) throw new Error(this.#ended);
    const answer = new Promise((resolve) => {
      this.#waiting = resolve;
    });
    this.#process.stdin.write(`${JSON.stringify(command)}\n`);
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, milliseconds, null);
    });
    const result = await Promise.race([answer, late]);
    clearTimeout(timer);
    if (result === null) {
      this.kill();
      throw new OutOfTime(`no answer in ${(milliseconds / 1000).toFixed(0)} s`);
    }
    if (result.error !== undefined) throw new Error(result.error);
    return result;
  }

  kill() {
    this.#process.kill('SIGKILL');
  }

  #settle(answer) {
    this.#waiting?.(answer);
    this.#waiting = null;
  }

  #end(reason) {
    this.#ended ??= reason;
    this.#settle({ error: reason });
  }
}

const lastLine = (text) => text.trim().split('\n').at(-1) ?? '';
