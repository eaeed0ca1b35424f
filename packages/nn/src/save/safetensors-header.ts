import { DtypeError } from '@retrograd/arrays';
import { describe } from '@retrograd/arrays/internal';
import { FormatError } from './format-error.js';
import { STORED } from './safetensors-dtypes.js';
import { type JsonValue, OtherNumber, parseJson } from './strict-json.js';

const OP = 'decodeSafetensors';

/** The official reader's limit. */
export const MAX_HEADER_BYTES = 100_000_000;

/**
 * NumPy allows 64. A file must not ask for a rank of thousands, because every rank needs a class of its own.
 */
const MAX_RANK = 32;

/** Format, shape and place of a tensor. */
export interface TensorInfo {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte, counted from the end of the header. */
  readonly begin: number;
  /** One past the last byte. */
  readonly end: number;
}

export interface Header {
  readonly tensors: readonly TensorInfo[];
  readonly metadata: ReadonlyMap<string, string>;
  /** Where the data begins in the file. */
  readonly dataStart: number;
}

/**
 * Reads and checks the header of a safetensors file: 8 bytes of length, JSON, then exactly the data that it
 * describes.
 * @throws FormatError, DtypeError
 */
export function readHeader(bytes: Uint8Array): Header {
  const refuse = (expectation: string, actual: string): never => {
    throw new FormatError(OP, 'bytes', expectation, actual);
  };
  if (bytes.length < 8) refuse('at least 8 bytes', String(bytes.length));
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > MAX_HEADER_BYTES)
    refuse(`with a header of at most ${MAX_HEADER_BYTES} bytes`, `one of ${length}`);
  const dataStart = 8 + Number(length);
  if (dataStart > bytes.length)
    refuse(`at least ${dataStart} bytes long (8 + header)`, `${bytes.length} bytes`);
  const text = decodeUtf8(bytes.subarray(8, dataStart));
  if (text[0] !== '{') refuse("with a header that begins with '{'", describe(text.slice(0, 1)));
  const root = parseJson(OP, text) as Map<string, JsonValue>;
  const metadata = readMetadata(root.get('__metadata__'));
  root.delete('__metadata__');
  const tensors = [...root].map(([name, value]) => readInfo(name, value));
  checkTiling(tensors, bytes.length - dataStart);
  return { tensors, metadata, dataStart };
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FormatError(OP, 'header', 'valid UTF-8', 'other bytes');
  }
}

function readMetadata(value: JsonValue | undefined): Map<string, string> {
  const metadata = new Map<string, string>();
  if (value === undefined) return metadata;
  if (!(value instanceof Map)) throw new FormatError(OP, '__metadata__', 'an object', show(value));
  for (const [key, text] of value) {
    if (typeof text !== 'string')
      throw new FormatError(OP, `__metadata__ ${describe(key)}`, 'a string', show(text));
    metadata.set(key, text);
  }
  return metadata;
}

function readInfo(name: string, value: JsonValue): TensorInfo {
  const tensor = `tensor ${describe(name)}`;
  if (!(value instanceof Map)) throw new FormatError(OP, tensor, 'an object', show(value));
  const dtype = value.get('dtype');
  const shape = value.get('shape');
  const offsets = value.get('data_offsets');
  if (typeof dtype !== 'string') throw new FormatError(OP, `dtype of ${tensor}`, 'a string', show(dtype));
  const stored = STORED.get(dtype);
  if (stored === undefined) {
    throw new DtypeError(
      OP,
      `dtype of ${tensor}`,
      `one of ${[...STORED.keys()].join(', ')}`,
      describe(dtype),
    );
  }
  if (!isIntegers(shape))
    throw new FormatError(OP, `shape of ${tensor}`, 'a list of integers >= 0', show(shape));
  if (shape.length > MAX_RANK) {
    throw new FormatError(OP, `shape of ${tensor}`, `of at most ${MAX_RANK} axes`, String(shape.length));
  }
  if (!isIntegers(offsets) || offsets.length !== 2 || offsets[1] < offsets[0]) {
    throw new FormatError(OP, `data_offsets of ${tensor}`, 'two ascending integers >= 0', show(offsets));
  }
  const [begin, end] = offsets;
  const size = byteSize(shape, stored.bytes);
  if (size === null) {
    throw new FormatError(OP, `shape of ${tensor}`, 'of less than 2^53 bytes', show(shape));
  }
  if (end - begin !== size) {
    throw new FormatError(
      OP,
      `data_offsets of ${tensor}`,
      `${size} bytes apart (its size)`,
      String(end - begin),
    );
  }
  return { name, dtype, shape, begin, end };
}

const isIntegers = (value: JsonValue | undefined): value is number[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'number');

/** Bytes of a tensor; null when they exceed the integers that a double holds. */
function byteSize(shape: readonly number[], bytes: number): number | null {
  let size = 1;
  for (const n of [...shape, bytes]) {
    size *= n;
    if (!Number.isSafeInteger(size)) return null;
  }
  return size;
}

/** Checks that every byte of the data belongs to exactly one tensor. */
function checkTiling(tensors: readonly TensorInfo[], available: number): void {
  const ordered = tensors.toSorted((a, b) => a.begin - b.begin || a.end - b.end);
  let next = 0;
  for (const { name, begin, end } of ordered) {
    if (begin !== next) {
      const argument = `data_offsets of tensor ${describe(name)}`;
      throw new FormatError(OP, argument, `from ${next} on (no hole, no overlap)`, String(begin));
    }
    next = end;
  }
  if (next !== available) {
    throw new FormatError(OP, 'data', `${next} bytes (what the header describes)`, String(available));
  }
}

function show(value: JsonValue | undefined): string {
  if (value instanceof OtherNumber) return value.text.slice(0, 40);
  if (value instanceof Map) return 'an object';
  if (!isIntegers(value)) return describe(value);
  return `[${value.slice(0, 8).join(', ')}${value.length > 8 ? ', …' : ''}]`;
}
