/** What the contestants' results are compared with, computed once for each definition, when first needed. */
import { join } from 'node:path';
import { Child } from './child.mjs';
import { nodeCommand } from './systems.mjs';
import { readTensors } from './tensors-file.mjs';

const PATIENCE = 600_000;

export class Reference {
  #shape;
  #problem;
  #folder;
  #known = new Map();
  #children = [];

  constructor(shape, problem, folder) {
    this.#shape = shape;
    this.#problem = problem;
    this.#folder = folder;
  }

  /** @param definition a name that contestants give to what is not our definition, or nothing */
  async results(definition) {
    const known = this.#known.get(definition);
    if (known !== undefined) return known;
    const child = new Child(nodeCommand('reference'));
    this.#children.push(child);
    await child.ask({ command: 'prepare', case: this.#shape, file: this.#problem, definition }, PATIENCE);
    const file = join(this.#folder, 'reference');
    await child.ask({ command: 'check', file }, PATIENCE);
    child.kill();
    const results = readTensors(file);
    this.#known.set(definition, results);
    return results;
  }

  close() {
    for (const child of this.#children) child.kill();
  }
}
