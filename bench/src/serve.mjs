/**
 * The child's side of the protocol: `node serve.mjs <module> <variant>` reads one command of JSON a line and
 * answers each with one line. A contestant's module exports
 *
 *     prepare(case, tensors, variant) -> { version, definition?, note?, ops, config? }
 *
 * where `ops[op]` has `run()` (one call, a promise or not) and `read()` (the last call's results, by name).
 * `step` carries its state from run to run. torch/serve.py speaks the same protocol.
 *
 * commands: prepare { case, file, definition? } · check { file } · time { milliseconds, calls? } · memory {}
 */
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { readTensors, writeTensors } from './tensors-file.mjs';

const [, , path, variant = ''] = process.argv;
let op;
let steps;

const commands = {
  async prepare({ case: shape, file, definition }) {
    const { prepare } = await import(pathToFileURL(path).href);
    const { ops, ...about } = await prepare({ ...shape, definition }, readTensors(file), variant);
    op = ops[shape.op];
    if (op === undefined) throw new Error(`has no ${shape.op}`);
    // A streaming step is checked after as many steps as there are inputs.
    steps = shape.op === 'step' ? shape.T : 1;
    return about;
  },

  async check({ file }) {
    const start = performance.now();
    for (let i = 0; i < steps; i++) await op.run();
    const milliseconds = (performance.now() - start) / steps;
    writeTensors(file, await op.read());
    return { milliseconds };
  },

  /** Calls for at least so many milliseconds, or so many times; returns the time of one. */
  async time({ milliseconds = 0, calls = 1 }) {
    const cpu = process.cpuUsage();
    const start = performance.now();
    let done = 0;
    let passed = 0;
    do {
      const pending = op.run();
      if (pending !== undefined) await pending;
      done++;
      passed = performance.now() - start;
    } while (passed < milliseconds || done < calls);
    const { user, system } = process.cpuUsage(cpu);
    return { milliseconds: passed / done, calls: done, cpu: (user + system) / 1000 / done };
  },

  /** Largest resident size so far, in bytes. */
  async memory() {
    return { peak: process.resourceUsage().maxRSS * 1024 };
  },
};

async function answer(line) {
  try {
    const { command, ...rest } = JSON.parse(line);
    return await commands[command](rest);
  } catch (error) {
    return { error: String(error?.message ?? error).split('\n')[0] };
  }
}

// What a library prints must not be taken for an answer.
const write = process.stdout.write.bind(process.stdout);
for (const name of ['log', 'info', 'debug', 'warn']) console[name] = () => {};

for await (const line of createInterface({ input: process.stdin })) {
  write(`@${JSON.stringify(await answer(line))}\n`);
}
process.exit(0);
