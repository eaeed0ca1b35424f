import { FormatError } from './format-error.js';

/** A number that is not a plain integer of at least 0 that a double holds exactly. */
export class OtherNumber {
  constructor(readonly text: string) {}
}

/** Objects become maps, so that no name is special. */
export type JsonValue = null | boolean | string | number | OtherNumber | JsonValue[] | Map<string, JsonValue>;

/** Far more levels than any file's header needs; more could exhaust the stack. */
const DEEPEST = 64;

/**
 * JSON by RFC 8259, with three checks that JSON.parse does not make: a name that comes twice in an object is
 * refused, a lone surrogate is refused, and 1, 1.0 and 1e0 are told apart.
 * @throws FormatError
 */
export function parseJson(op: string, text: string): JsonValue {
  return new Parser(op, text).whole();
}

class Parser {
  private at = 0;

  constructor(
    private readonly op: string,
    private readonly text: string,
  ) {}

  whole(): JsonValue {
    const value = this.value(0);
    if (this.at < this.text.length) this.fail('the end');
    return value;
  }

  private value(depth: number): JsonValue {
    if (depth > DEEPEST) this.fail(`at most ${DEEPEST} levels deep`);
    this.space();
    const value = this.bare(depth);
    this.space();
    return value;
  }

  private bare(depth: number): JsonValue {
    const c = this.text[this.at];
    if (c === '{') return this.object(depth);
    if (c === '[') return this.list(depth);
    if (c === '"') return this.string();
    for (const [word, value] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const) {
      // biome-ignore format: a table
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.number();
  }

  private object(depth: number): Map<string, JsonValue> {
    const members = new Map<string, JsonValue>();
    this.items('}', () => {
      this.space();
      if (this.text[this.at] !== '"') this.fail('a name');
      const name = this.string();
      if (members.has(name))
        this.fail(`free of duplicate names`, `${JSON.stringify(name.slice(0, 40))} twice`);
      this.space();
      if (this.text[this.at++] !== ':') this.fail("':'", this.found(--this.at));
      members.set(name, this.value(depth + 1));
    });
    return members;
  }

  private list(depth: number): JsonValue[] {
    const values: JsonValue[] = [];
    this.items(']', () => values.push(this.value(depth + 1)));
    return values;
  }

  /** The items between brackets, separated by commas. */
  private items(close: string, read: () => void): void {
    this.at++;
    this.space();
    if (this.text[this.at] === close) {
      this.at++;
      return;
    }
    for (;;) {
      read();
      const c = this.text[this.at];
      if (c !== ',' && c !== close) this.fail(`',' or '${close}'`);
      this.at++;
      if (c === close) return;
    }
  }

  private string(): string {
    const start = this.at++;
    for (; ; this.at++) {
      const c = this.text.charCodeAt(this.at);
      if (c === 0x22) break;
      if (c === 0x5c) this.at++;
      // At the end of the text c is NaN.
      else if (!(c >= 0x20)) this.fail('a closed string');
    }
    this.at++;
    let value: string;
    try {
      value = JSON.parse(this.text.slice(start, this.at)) as string;
    } catch {
      this.at = start;
      return this.fail('a string');
    }
    if (/\p{Surrogate}/u.test(value)) this.fail('Unicode', 'a lone surrogate');
    return value;
  }

  private number(): number | OtherNumber {
    const pattern = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
    pattern.lastIndex = this.at;
    const text = pattern.exec(this.text)?.[0];
    if (text === undefined) return this.fail('a value');
    this.at += text.length;
    const value = Number(text);
    return /^[0-9]+$/.test(text) && Number.isSafeInteger(value) ? value : new OtherNumber(text);
  }

  private space(): void {
    while (' \t\n\r'.includes(this.text[this.at] ?? '-')) this.at++;
  }

  private found(at: number): string {
    const c = this.text[at];
    return c === undefined ? 'the end' : JSON.stringify(c);
  }

  private fail(expectation: string, actual = this.found(this.at)): never {
    throw new FormatError(this.op, `header at character ${this.at}`, expectation, actual);
  }
}
