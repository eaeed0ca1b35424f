/**
 * The symbols of a model: characters (whole code points, so that an emoji is one), in the order of their code
 * points.
 */
export class Vocabulary {
  private readonly places: ReadonlyMap<number, number>;

  private constructor(private readonly symbols: readonly string[]) {
    this.places = new Map(symbols.map((symbol, place) => [symbol.codePointAt(0) as number, place]));
  }

  /** The characters that occur in a text. */
  static of(text: string): Vocabulary {
    const points = new Set<number>();
    for (const symbol of text) points.add(symbol.codePointAt(0) as number);
    return new Vocabulary([...points].sort((a, b) => a - b).map((point) => String.fromCodePoint(point)));
  }

  get size(): number {
    return this.symbols.length;
  }

  has(symbol: string): boolean {
    return this.places.has(symbol.codePointAt(0) as number);
  }

  /**
   * The first character of a text that is not a symbol, and its place in characters from 1; null if all are
   * symbols.
   */
  firstUnknown(text: string): { symbol: string; place: number } | null {
    let place = 0;
    for (const symbol of text) {
      place++;
      if (!this.has(symbol)) return { symbol, place };
    }
    return null;
  }

  /** A number for each character; all of them must be symbols. */
  encode(text: string): Int32Array {
    const numbers = new Int32Array(text.length);
    let n = 0;
    for (const symbol of text) numbers[n++] = this.places.get(symbol.codePointAt(0) as number) as number;
    return numbers.subarray(0, n);
  }

  decode(numbers: Iterable<number>): string {
    let text = '';
    for (const number of numbers) text += this.symbols[number];
    return text;
  }

  /** All symbols in order. `Vocabulary.of` of this text is the same vocabulary. */
  toString(): string {
    return this.symbols.join('');
  }
}

/** A character in a message, with its code point in case it is invisible: 'é' (U+00E9). */
export function nameOf(symbol: string): string {
  const point = (symbol.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
  return `'${symbol}' (U+${point})`;
}
