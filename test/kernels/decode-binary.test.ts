/** WebAssembly modules from hexadecimal: the same bytes on every platform, one byte of which says that memory is shared. */

import { coreCode, decodeBinary } from '@retrograd/kernels/internal';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

const TARGET = { shared: true, fused: false };
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));
const expected = bytesOf(coreCode.plain);

/** Decodes the core with some globals replaced. */
function decodeWith(globals: object): Uint8Array {
  const before = Object.getOwnPropertyDescriptors(globalThis);
  const names = Object.keys(globals);
  for (const name of names) {
    const value = (globals as Record<string, unknown>)[name];
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  try {
    return decodeBinary(coreCode, TARGET);
  } finally {
    for (const name of names) {
      const descriptor = (before as Record<string, PropertyDescriptor>)[name];
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else delete (globalThis as Record<string, unknown>)[name];
    }
  }
}

/** The platform's Uint8Array, with or without `fromHex`. */
const uint8Array = (fromHex: ((text: string) => Uint8Array) | undefined) =>
  class extends Uint8Array {
    static fromHex = fromHex;
  };

test('a module has the same bytes by fromHex, by Buffer and by a loop', () => {
  const calls: string[] = [];
  const fromHex = (text: string) => {
    calls.push(text);
    return bytesOf(text);
  };
  const without = uint8Array(undefined);
  const ways = [{ Uint8Array: uint8Array(fromHex) }, { Uint8Array: without }];
  for (const globals of [...ways, { Uint8Array: without, Buffer: undefined }]) {
    assert.equal(new Uint8Array(decodeWith(globals)), expected);
  }
  assert.equal(calls, [coreCode.plain]);
});

test('a module for memory that is not shared differs in one byte, and takes such memory only', () => {
  const shared = decodeBinary(coreCode, TARGET);
  const unshared = decodeBinary(coreCode, { ...TARGET, shared: false });
  const different = [...shared].filter((byte, i) => byte !== unshared[i]);
  assert.is(different.length, 1);
  const limits = { initial: 1, maximum: 65536 };
  const link = (bytes: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory) =>
    new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const memories = {
    shared: new WebAssembly.Memory({ ...limits, shared: true }),
    unshared: new WebAssembly.Memory(limits),
  };
  link(shared, memories.shared);
  link(unshared, memories.unshared);
  assert.throws(() => link(shared, memories.unshared), /LinkError|shared/);
  assert.throws(() => link(unshared, memories.shared), /LinkError|shared/);
});

test('the fused build multiplies and adds in one instruction, the plain one never does', () => {
  const count = (fused: boolean) => {
    const bytes = decodeBinary(coreCode, { shared: true, fused });
    return bytes.filter((byte, i) => byte === 0xfd && bytes[i + 1] === 0x85 && bytes[i + 2] === 0x02).length;
  };
  assert.is(count(false), 0);
  assert.ok(count(true) > 20, `${count(true)} instructions`);
});

test.run();
