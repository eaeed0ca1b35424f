import { assign, Random } from '@retrograd/arrays';
import { Tensor } from '@retrograd/autograd';
import { checkStateDict, emptyStateDict, entriesBelow } from './state-dict.js';
import { isStateful, type StateDict, type Stateful } from './stateful.js';

/**
 * Base class of models and their parts. A module's parameters and children are its fields:
 *
 * - a leaf tensor that requires grad is a parameter, named after the field;
 * - another module or a recurrent layer is a child; the field's name goes before the child's names:
 *   `head.weight`;
 * - the members of a list of these are numbered: `rnn.0.W_f`;
 * - a generator (`Random`) is part of the training state (see `generatorStates`).
 *
 *     class Classifier extends Module {
 *       readonly rnn = new GRU(8, 32);
 *       readonly head = new Linear(32, 5);
 *     }
 */
export abstract class Module implements Stateful {
  /** Training mode or evaluation mode, which Dropout depends on. Set by `train` and `eval`. */
  training = true;

  /** The tensors to train, each once, in the order of the fields. */
  parameters(): Tensor[] {
    return this.namedParameters().map(([, parameter]) => parameter);
  }

  /** The tensors to train with their names. A shared tensor appears once, under its first name. */
  namedParameters(): [name: string, parameter: Tensor][] {
    const found = new Map<Tensor, string>();
    for (const [name, member] of members(this)) {
      if (member instanceof Tensor) {
        if (!found.has(member)) found.set(member, name);
      } else {
        for (const [inner, parameter] of member.namedParameters()) {
          if (!found.has(parameter)) found.set(parameter, `${name}.${inner}`);
        }
      }
    }
    return [...found].map(([parameter, name]) => [name, parameter]);
  }

  /** The number of trained numbers; shared parameters count once. */
  get parameterCount(): number {
    return this.parameters().reduce((count, parameter) => count + parameter.size, 0);
  }

  /** Parameters by dotted name, as views of the live ones: copy them to keep them, do not write to them. */
  stateDict(): StateDict {
    const result = emptyStateDict();
    for (const [name, member] of members(this)) {
      if (member instanceof Tensor) result[name] = member.value;
      else
        for (const [inner, value] of Object.entries(member.stateDict())) result[`${name}.${inner}`] = value;
    }
    return result;
  }

  /**
   * Copies arrays into the parameters. The names, shapes and dtypes must be exactly those of `stateDict()`.
   * @throws ValueError when names are missing or unknown, ShapeError or DtypeError when an array does not
   *         fit; the message lists the names. Nothing is changed then
   */
  loadStateDict(stateDict: StateDict): void {
    checkStateDict('loadStateDict', this.stateDict(), stateDict);
    for (const [name, member] of members(this)) {
      if (member instanceof Tensor) member.update((value) => assign(value, stateDict[name]));
      else member.loadStateDict(entriesBelow(stateDict, name));
    }
  }

  /** Puts this module and all below it into training mode, or with false into evaluation mode. */
  train(training = true): this {
    this.training = training;
    for (const [, member] of members(this)) if (member instanceof Module) member.train(training);
    return this;
  }

  /** Puts this module and all below it into evaluation mode: no dropout. */
  eval(): this {
    return this.train(false);
  }

  /** Forgets the gradients of all parameters. */
  zeroGrad(): void {
    for (const parameter of this.parameters()) parameter.grad = null;
  }

  /**
   * States of the generators of this module and of those below, by dotted name: what dropout will draw next.
   */
  generatorStates(): Record<string, number[]> {
    const states: Record<string, number[]> = Object.create(null);
    for (const [name, value] of Object.entries(this)) {
      if (value instanceof Random) states[name] = value.getState();
    }
    for (const [name, member] of members(this)) {
      if (!(member instanceof Module)) continue;
      for (const [inner, state] of Object.entries(member.generatorStates()))
        states[`${name}.${inner}`] = state;
    }
    return states;
  }

  /**
   * Restores generator states. A generator that several modules shared becomes one generator for each of
   * them.
   * @throws ValueError when a state is missing or is not a generator's state; nothing is changed then
   */
  loadGeneratorStates(states: Readonly<Record<string, readonly number[]>>): void {
    const restored = Object.keys(this.generatorStates()).map(
      (name) => [name, Random.fromState(states?.[name])] as const,
    );
    for (const [name, generator] of restored) replaceGenerator(this, name.split('.'), generator);
  }
}

/** The parameters and children in a module's fields and in lists there: [name, member]. */
function* members(module: Module): Generator<[string, Tensor | Stateful]> {
  for (const [field, value] of Object.entries(module)) {
    const listed = Array.isArray(value);
    for (const [i, item] of (listed ? value : [value]).entries()) {
      const name = listed ? `${field}.${i}` : field;
      if (isParameter(item) || isStateful(item)) yield [name, item];
    }
  }
}

const isParameter = (value: unknown): value is Tensor =>
  value instanceof Tensor && value.requiresGrad && value.call === null;

/** Sets the field at the end of a dotted name. */
function replaceGenerator(from: object, path: readonly string[], generator: Random): void {
  const owner = path
    .slice(0, -1)
    .reduce((at, key) => at[key] as Record<string, unknown>, from as Record<string, unknown>);
  owner[path[path.length - 1]] = generator;
}
