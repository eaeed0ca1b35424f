import { MemoryError } from '../errors.js';
import type { Block } from '../sequence/block.js';
import type { EvictableBlocks } from '../sequence/kernels.js';
import type { Dtype, FloatData } from '../types.js';
import { FreeList, type Span } from './free-list.js';

const PAGE = 1 << 16;
/** Pages at the start. */
const FIRST_PAGES = 16;
/** Every span starts at a multiple of this, a cache line. */
const LINE = 64;
/**
 * Below lie the modules' constants (assembly/constants.ts), and address 0, which no block has, so that it can
 * stand for null.
 */
const FIRST = 8192;
/**
 * Size of the memory in bytes before blocks are evicted. It doubles whenever evicted blocks are needed again.
 */
const FIRST_BUDGET = 128 * 2 ** 20;
/**
 * Marks before the oldest is evicted: the objects of small ones, about 1 kB each, take more room outside of
 * this memory than their blocks in it. Doubles too.
 */
const FIRST_EVICTABLE = 2048;
/** All that 32-bit addresses reach. */
const MOST_PAGES = 1 << 16;

export interface WasmMemoryOptions {
  /** Size of the memory in bytes before blocks are evicted; doubled when evicted blocks are needed again. */
  budget?: number;
  /** Size in bytes that the memory may grow to: whole pages of 64 KiB. */
  maximum?: number;
  /** Whether other threads can work on it. Default: wherever the platform allows it. */
  shared?: boolean;
}

/** A block of WebAssembly memory. */
class WasmBlock implements Block {
  private view: FloatData | null = null;
  /** The view's buffer. Reading it from the view takes longer. */
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
 * The memory that the WebAssembly kernels share, and its allocator.
 *
 * Freed spans are used again, first fit. Before the memory grows past a budget, evictable blocks (the
 * activations that a forward run saves for backward) are evicted, oldest first: so the memory of a program
 * that runs forward without backward stays flat, although nothing tells when such buffers are garbage.
 */
export class WasmMemory {
  readonly memory: WebAssembly.Memory;
  /** The memory's buffer: a new one after every growth. Reading it from the memory takes long. */
  buffer: ArrayBufferLike;
  /** Whether other threads can work on it. */
  readonly shared: boolean;
  /** The blocks that may be evicted, the oldest first. */
  readonly evictable = new Set<EvictableBlocks>();
  private readonly free = new FreeList();
  private readonly maximum: number;
  private budget: number;
  private mostEvictable = FIRST_EVICTABLE;

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
    this.free.give({ at: FIRST, size: this.buffer.byteLength - FIRST });
  }

  /** Bytes that are not free, evictable ones included. */
  get bytesTaken(): number {
    return this.buffer.byteLength - FIRST - this.free.bytes;
  }

  /** Bytes that may be evicted now. */
  get bytesEvictable(): number {
    let sum = 0;
    for (const { blocks, inUse } of this.evictable) {
      if (!inUse) for (const block of blocks) sum += (block as WasmBlock).span.size;
    }
    return sum;
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
      this.free.take(size) ??
      (overBudget ? this.takeAfterEviction(size) : null) ??
      this.takeAfterGrowth(size) ??
      // The memory is within the budget, but the platform gives no more.
      this.takeAfterEviction(size);
    return span ?? this.refuse(bytes);
  }

  /** As `takeBytes`, for the middle of a computation: nothing is evicted. */
  takeBytesWithoutEviction(bytes: number): Span {
    const size = Math.ceil(bytes / LINE) * LINE;
    return this.free.take(size) ?? this.takeAfterGrowth(size) ?? this.refuse(bytes);
  }

  giveBytes(span: Span): void {
    this.free.give(span);
  }

  markEvictable(blocks: readonly Block[]): EvictableBlocks {
    if (this.evictable.size >= this.mostEvictable) this.evictOldest();
    const marked = { blocks, evicted: false, inUse: false };
    this.evictable.add(marked);
    return marked;
  }

  pin(marked: EvictableBlocks): void {
    // Evicted blocks are needed again, so the budget was too small: double it.
    if (marked.evicted) {
      this.budget = Math.min(2 * this.budget, this.maximum);
      this.mostEvictable *= 2;
    }
    this.evictable.delete(marked);
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

  private takeAfterEviction(size: number): Span | null {
    while (this.evictOldest()) {
      const span = this.free.take(size);
      if (span !== null) return span;
    }
    return null;
  }

  /** @returns false when there is none, or all are in use */
  private evictOldest(): boolean {
    for (const marked of this.evictable) {
      if (marked.inUse) continue;
      this.evictable.delete(marked);
      marked.evicted = true;
      for (const block of marked.blocks) this.give(block);
      return true;
    }
    return false;
  }

  private takeAfterGrowth(size: number): Span | null {
    const end = this.buffer.byteLength;
    const tail = this.free.bytesAtEnd(end);
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
      return this.free.take(size);
    }
    return null;
  }
}

/**
 * Shared memory reserves its maximum from the start. Where a small device refuses that, the memory is not
 * shared.
 */
function makeMemory(maximum: number, shared: boolean): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: FIRST_PAGES, maximum, shared });
  } catch (error) {
    if (!shared) throw error;
    return new WebAssembly.Memory({ initial: FIRST_PAGES, maximum });
  }
}

/** In Node, and in pages that are cross-origin isolated. */
function canShare(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false;
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated;
  return isolated ?? true;
}
