/** A span of bytes. */
export interface Span {
  at: number;
  size: number;
}

/** The free spans of a memory, in order, none of which touches the next. */
export class FreeList {
  private readonly spans: Span[] = [];

  /** Bytes that are free. */
  get bytes(): number {
    return this.spans.reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Takes a span of this size: the start of the first one that is large enough.
   * @returns null when there is none
   */
  take(size: number): Span | null {
    const { spans } = this;
    let i = 0;
    while (i < spans.length && spans[i].size < size) i++;
    if (i === spans.length) return null;
    const { at } = spans[i];
    spans[i].at += size;
    spans[i].size -= size;
    if (spans[i].size === 0) spans.splice(i, 1);
    return { at, size };
  }

  /** Adds a span, merged with those that it touches. */
  give({ at, size }: Span): void {
    const { spans } = this;
    let i = spans.length;
    while (i > 0 && spans[i - 1].at > at) i--;
    const before = spans[i - 1];
    const after = spans[i];
    const joinsBefore = before !== undefined && before.at + before.size === at;
    const joinsAfter = after !== undefined && after.at === at + size;
    if (joinsBefore) before.size += size;
    else if (joinsAfter) {
      after.at = at;
      after.size += size;
    } else spans.splice(i, 0, { at, size });
    if (joinsBefore && joinsAfter) {
      before.size += after.size;
      spans.splice(i, 1);
    }
  }

  /** Free bytes at the end of the memory, which is at the address `end`. */
  bytesAtEnd(end: number): number {
    const last = this.spans.at(-1);
    return last !== undefined && last.at + last.size === end ? last.size : 0;
  }
}
