/**
 * Named float32 arrays in one file, readable without a library in JavaScript and in Python: a line of JSON,
 * padded with spaces to a multiple of 64 bytes, that maps names to { shape, offset, count } (in entries of
 * the data), then the data.
 */
import { readFileSync, writeFileSync } from 'node:fs';

/** @param tensors maps names to { shape, data: Float32Array } */
export function writeTensors(path, tensors) {
  const header = {};
  let offset = 0;
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { shape, offset, count: data.length };
    offset += data.length;
  }
  const text = JSON.stringify(header);
  const line = `${text.padEnd(Math.ceil((text.length + 1) / 64) * 64 - 1)}\n`;
  const bytes = Buffer.alloc(line.length + 4 * offset);
  bytes.write(line, 'latin1');
  for (const [name, { data }] of Object.entries(tensors)) {
    bytes.set(
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
      line.length + 4 * header[name].offset,
    );
  }
  writeFileSync(path, bytes);
}

/** @returns names mapped to { shape, data: Float32Array } */
export function readTensors(path) {
  const bytes = readFileSync(path);
  const start = bytes.indexOf('\n') + 1;
  const header = JSON.parse(bytes.toString('latin1', 0, start));
  return Object.fromEntries(
    Object.entries(header).map(([name, { shape, offset, count }]) => {
      const first = bytes.byteOffset + start + 4 * offset;
      return [name, { shape, data: new Float32Array(bytes.buffer.slice(first, first + 4 * count)) }];
    }),
  );
}
