import { MemoryError } from '../errors.js';
import type { Block } from '../sequence/block.js';
import type { Holding } from '../sequence/kernels.js';
import type { Dtype, FloatData } from '../types.js';

const PAGE = 1 << 16;
/** Pages at the start. */
const FIRST_PAGES = 16;
/** Every span starts at a multiple of this, a cache line. */
const LINE = 64;
/** What lies below belongs to the modules: address 0, so that no block looks like a null, and their constants (assembly/constants.ts). */
const FIRST = 8192;
/** Bytes in use before held blocks are taken away. It doubles whenever that turns out to have been too early. */
const FIRST_BUDGET = 128 * 2 ** 20;
/** Holdings before the oldest is taken away: small ones cost more outside this memory, about 1 kB each, than in it. Doubles too. */
const FIRST_HOLDINGS = 2048;
/** What a 32-bit address reaches. */
const MOST_PAGES = 1 << 16;

/** A span of bytes, free or taken. */
export interface Span {
  at: number;
  size: number;
}

export interface WasmMemoryOptions {
  /** Bytes in use before held blocks are taken away; doubled when that was too early. */
  budget?: number;
  /** The most that the memory may grow to, in bytes: whole pages of 64 KiB. */
  maximum?: number;
  /** Whether other threads can work on it. Default: where the platform lets them. */
  shared?: boolean;
}

/** A block of WebAssembly memory. */
class WasmBlock implements Block {
  private view: FloatData | null = null;
  /** What the view is of: to ask the view for it takes longer. */
  private viewed: ArrayBufferLike | null = null;

  constructor(
    private readonly owner: WasmMemory,
    readonly dtype: Dtype,
    readonly length: number,
    readonly span: Span,
  ) {}

  get data(): FloatData {
    const { buffer } = this.owner;
    if (this.viewed !== buffer) {
      const { at } = this.span;
      this.viewed = buffer;
      this.view =
        this.dtype === 'float32'
          ? new Float32Array(buffer, at, this.length)
          : new Float64Array(buffer, at, this.length);
    }
    return this.view as FloatData;
  }

  pointer(index: number): number {
    return this.span.at + index * (this.dtype === 'float32' ? 4 : 8);
  }
}

/**
 * The memory that all WebAssembly kernels share, and who has which part of it.
 *
 * Freed spans are used again, first fit. Before the memory grows past a budget, held blocks (the buffers that a forward run
 * keeps for backward) are taken away, oldest first: so a program that runs forward without backward stays flat, although
 * nothing tells when such buffers are garbage.
 */
export class WasmMemory {
  readonly memory: WebAssembly.Memory;
  /** The memory's buffer, which is another one whenever it has grown. To ask the memory for it takes long. */
  buffer: ArrayBufferLike;
  /** Whether other threads can work on it. */
  readonly shared: boolean;
  /** What may be taken away, the oldest first. */
  readonly holdings = new Set<Holding>();
  private readonly free: Span[];
  private readonly maximum: number;
  private budget: number;
  private mostHoldings = FIRST_HOLDINGS;

  constructor({
    budget = FIRST_BUDGET,
    maximum = MOST_PAGES * PAGE,
    shared = canShare(),
  }: WasmMemoryOptions = {}) {
    this.budget = budget;
    this.maximum = maximum;
    this.memory = makeMemory(maximum / PAGE, shared);
    this.buffer = this.memory.buffer;
    this.shared = !(this.buffer instanceof ArrayBuffer);
    this.free = [{ at: FIRST, size: this.buffer.byteLength - FIRST }];
  }

  /** Bytes that are not free: those in use and those held. */
  get bytesTaken(): number {
    return this.buffer.byteLength - FIRST - this.free.reduce((sum, { size }) => sum + size, 0);
  }

  take(dtype: Dtype, n: number): Block {
    return new WasmBlock(this, dtype, n, this.takeBytes(n * (dtype === 'float32' ? 4 : 8)));
  }

  give(block: Block): void {
    this.giveBytes((block as WasmBlock).span);
  }

  /** @throws MemoryError when neither reuse nor growth gives enough room */
  takeBytes(bytes: number): Span {
    const size = Math.max(LINE, Math.ceil(bytes / LINE) * LINE);
    const overBudget = this.buffer.byteLength + size > this.budget;
    const span =
      this.fit(size) ??
      (overBudget ? this.fitAfterEviction(size) : null) ??
      this.fitAfterGrowth(size) ??
      // Within the budget, but the platform gives no more.
      this.fitAfterEviction(size);
    return span ?? this.refuse(bytes);
  }

  /** As `takeBytes`, for the middle of a computation: no held block is taken away. */
  takeBytesBesides(bytes: number): Span {
    const size = Math.ceil(bytes / LINE) * LINE;
    return this.fit(size) ?? this.fitAfterGrowth(size) ?? this.refuse(bytes);
  }

  giveBytes({ at, size }: Span): void {
    const { free } = this;
    let i = free.length;
    while (i > 0 && free[i - 1].at > at) i--;
    // It becomes one with the free spans that it touches.
    const before = free[i - 1];
    const after = free[i];
    const joinsBefore = before !== undefined && before.at + before.size === at;
    const joinsAfter = after !== undefined && after.at === at + size;
    if (joinsBefore) before.size += size;
    else if (joinsAfter) {
      after.at = at;
      after.size += size;
    } else free.splice(i, 0, { at, size });
    if (joinsBefore && joinsAfter) {
      before.size += after.size;
      free.splice(i, 1);
    }
  }

  hold(blocks: readonly Block[]): Holding {
    if (this.holdings.size >= this.mostHoldings) this.evictOldest();
    const holding = { blocks, lost: false, inUse: false };
    this.holdings.add(holding);
    return holding;
  }

  unhold(holding: Holding): void {
    // Whoever comes back to lost blocks has to compute them again: the budget was too small for what the program keeps.
    if (holding.lost) {
      this.budget = Math.min(2 * this.budget, this.maximum);
      this.mostHoldings *= 2;
    }
    this.holdings.delete(holding);
  }

  private refuse(bytes: number): never {
    const room = `${this.bytesTaken} of at most ${this.maximum} bytes in use`;
    throw new MemoryError(
      'kernels',
      'memory',
      `able to hold ${bytes} more bytes`,
      room,
      'use smaller batches',
    );
  }

  private fit(size: number): Span | null {
    const { free } = this;
    let i = 0;
    while (i < free.length && free[i].size < size) i++;
    if (i === free.length) return null;
    const { at } = free[i];
    free[i].at += size;
    free[i].size -= size;
    if (free[i].size === 0) free.splice(i, 1);
    return { at, size };
  }

  private fitAfterEviction(size: number): Span | null {
    while (this.evictOldest()) {
      const span = this.fit(size);
      if (span !== null) return span;
    }
    return null;
  }

  /** @returns whether there was one that nobody works with */
  private evictOldest(): boolean {
    for (const holding of this.holdings) {
      if (holding.inUse) continue;
      this.holdings.delete(holding);
      holding.lost = true;
      for (const block of holding.blocks) this.give(block);
      return true;
    }
    return false;
  }

  private fitAfterGrowth(size: number): Span | null {
    const end = this.buffer.byteLength;
    const last = this.free.at(-1);
    const tail = last && last.at + last.size === end ? last.size : 0;
    // At least a quarter more at a time, so that growing step by step costs little.
    for (const wanted of [Math.max(size - tail, end / 4), size - tail]) {
      const pages = Math.ceil(wanted / PAGE);
      if (end + pages * PAGE > this.maximum) continue;
      try {
        this.memory.grow(pages);
        this.buffer = this.memory.buffer;
      } catch {
        continue;
      }
      this.giveBytes({ at: end, size: pages * PAGE });
      return this.fit(size);
    }
    return null;
  }
}

/** Bytes of the blocks that may be taken away. A function, since only who looks into a memory wants it. */
export function bytesHeld({ holdings }: WasmMemory): number {
  let sum = 0;
  for (const { blocks, inUse } of holdings) {
    if (!inUse) for (const block of blocks) sum += (block as WasmBlock).span.size;
  }
  return sum;
}

/** Shared memory has room for its maximum set aside from the start: where a small device refuses that, memory is not shared. */
function makeMemory(maximum: number, shared: boolean): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: FIRST_PAGES, maximum, shared });
  } catch (error) {
    if (!shared) throw error;
    return new WebAssembly.Memory({ initial: FIRST_PAGES, maximum });
  }
}

/** Node, or a page that is cross-origin isolated. */
function canShare(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false;
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated;
  return isolated ?? true;
}
