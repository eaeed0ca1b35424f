import { DtypeError, dense, dtypeOf, type NdArray, ValueError, wrap } from '@retrograd/arrays';
import { allocate, checkArray, describe, sizeOf } from '@retrograd/arrays/internal';
import { STORED, type StoredDtype } from './safetensors-dtypes.js';
import { MAX_HEADER_BYTES, readHeader, type TensorInfo } from './safetensors-header.js';

/** The content of a safetensors file. Neither object has a prototype, so that any name is harmless. */
export interface SafetensorsFile {
  readonly tensors: Record<string, NdArray>;
  readonly metadata: Record<string, string>;
}

/**
 * Reads a safetensors file: an 8-byte little-endian header length, a JSON header, and the numbers. The header
 * is checked whole before a number is read, as strictly as by the official reader; in addition, a name that
 * comes twice is refused.
 *
 * F64 gives float64, F32, F16 and BF16 give float32, integers and BOOL give float64. The arrays are copies.
 * @throws DtypeError  when bytes is not a Uint8Array, or a tensor has a format that no array here can hold
 * @throws FormatError when the bytes are not a valid file; the message says why
 * @throws ValueError  when a 64-bit integer is beyond ±(2^53 - 1)
 */
export function decodeSafetensors(bytes: Uint8Array): SafetensorsFile {
  if (!(bytes instanceof Uint8Array)) {
    throw new DtypeError('decodeSafetensors', 'bytes', 'a Uint8Array', describe(bytes));
  }
  const header = readHeader(bytes);
  const tensors: Record<string, NdArray> = Object.create(null);
  for (const info of header.tensors) tensors[info.name] = readTensor(bytes, header.dataStart, info);
  const metadata: Record<string, string> = Object.create(null);
  for (const [key, value] of header.metadata) metadata[key] = value;
  return { tensors, metadata };
}

function readTensor(
  bytes: Uint8Array,
  dataStart: number,
  { name, dtype, shape, begin, end }: TensorInfo,
): NdArray {
  const stored = STORED.get(dtype) as StoredDtype;
  const data = allocate(stored.dtype, sizeOf(shape));
  const view = new DataView(bytes.buffer, bytes.byteOffset + dataStart + begin, end - begin);
  for (let i = 0; i < data.length; i++) data[i] = stored.read(view, i * stored.bytes);
  if (dtype.endsWith('64') && dtype !== 'F64') {
    const lost = data.find((value) => !Number.isSafeInteger(value));
    if (lost !== undefined) {
      throw new ValueError(
        'decodeSafetensors',
        `tensor ${describe(name)}`,
        'integers from -(2^53 - 1) to 2^53 - 1',
        `about ${lost}`,
      );
    }
  }
  return wrap(data, shape);
}

/**
 * Writes a safetensors file. float32 is stored as F32 and float64 as F64, bit for bit. The wider tensors come
 * first and the header is padded with spaces to a multiple of 8 bytes, so that every tensor is aligned. Equal
 * content gives equal bytes.
 * @param tensors  arrays by name, any views
 * @param metadata strings by name
 * @throws DtypeError when a tensor is not an array of floats, or a metadata value is not a string
 * @throws ValueError when a name is not valid Unicode or is `__metadata__`, or the header becomes too long
 */
export function encodeSafetensors(
  tensors: Readonly<Record<string, NdArray>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const infos = layOut(tensors);
  const header = encodeHeader(infos, metadata);
  const bytes = new Uint8Array(8 + header.length + (infos.at(-1)?.end ?? 0));
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  for (const { name, begin } of infos) {
    const { data } = dense(tensors[name]);
    const at = 8 + header.length + begin;
    if (data instanceof Float64Array) data.forEach((value, i) => view.setFloat64(at + 8 * i, value, true));
    else data.forEach((value, i) => view.setFloat32(at + 4 * i, value, true));
  }
  return bytes;
}

function layOut(tensors: Readonly<Record<string, NdArray>>): TensorInfo[] {
  if (typeof tensors !== 'object' || tensors === null) {
    throw new DtypeError('encodeSafetensors', 'tensors', 'an object of arrays by name', describe(tensors));
  }
  for (const name of Object.keys(tensors)) {
    checkText('tensor name', name);
    checkArray('encodeSafetensors', `tensor ${describe(name)}`, tensors[name]);
    if (name === '__metadata__') {
      throw new ValueError('encodeSafetensors', 'tensor name', 'another than the reserved', describe(name));
    }
  }
  const bytesOf = (name: string): number => (dtypeOf(tensors[name]) === 'float64' ? 8 : 4);
  const names = Object.keys(tensors).sort((a, b) => bytesOf(b) - bytesOf(a) || (a < b ? -1 : 1));
  let begin = 0;
  return names.map((name) => {
    const { shape, size } = tensors[name];
    const end = begin + size * bytesOf(name);
    const info = { name, dtype: bytesOf(name) === 8 ? 'F64' : 'F32', shape, begin, end };
    begin = end;
    return info;
  });
}

function encodeHeader(infos: readonly TensorInfo[], metadata: Readonly<Record<string, string>>): Uint8Array {
  const parts: string[] = [];
  for (const [key, value] of Object.entries(metadata)) {
    checkText('metadata name', key);
    if (typeof value !== 'string') {
      throw new DtypeError('encodeSafetensors', `metadata ${describe(key)}`, 'a string', describe(value));
    }
    checkText(`metadata ${describe(key)}`, value);
    parts.push(`${JSON.stringify(key)}:${JSON.stringify(value)}`);
  }
  const members = parts.length > 0 ? [`"__metadata__":{${parts.join(',')}}`] : [];
  for (const { name, dtype, shape, begin, end } of infos) {
    members.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`);
  }
  const text = new TextEncoder().encode(`{${members.join(',')}}`);
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20);
  padded.set(text);
  if (padded.length > MAX_HEADER_BYTES) {
    const expectation = `of at most ${MAX_HEADER_BYTES} bytes in the header`;
    throw new ValueError('encodeSafetensors', 'names and metadata', expectation, String(padded.length));
  }
  return padded;
}

function checkText(argument: string, text: string): void {
  if (/\p{Surrogate}/u.test(text)) {
    throw new ValueError('encodeSafetensors', argument, 'valid Unicode', 'a lone surrogate');
  }
}
