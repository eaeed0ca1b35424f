/** Malformed files: each a typed error, and never a wrong array. */
import { array, DtypeError, Random, RetrogradError, randomNormal, ValueError } from '@retrograd/arrays';
import { decodeSafetensors, encodeSafetensors, FormatError, RecurrentModel, saveModel } from '@retrograd/nn';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { testRefusals, type WrongCall } from '../support/refuses.js';
import { file, one } from '../support/safetensors-bytes.js';

const op = 'decodeSafetensors';
const bad = (bytes: unknown, message: string, Class: WrongCall[1] = FormatError): WrongCall => [
  () => decodeSafetensors(bytes as Uint8Array),
  Class,
  `${op}: ${message}`,
];
const zeros = (n: number) => new Uint8Array(n);
const utf8 = (...bytes: number[]) =>
  Uint8Array.from([...new TextEncoder().encode('{"'), ...bytes, 0x22, 0x7d]);
const offsets = "data_offsets of tensor 'x' must be";
const two = (a: string, b: string, data: number) =>
  file(
    `{"a":{"dtype":"U8","shape":[4],"data_offsets":${a}},"b":{"dtype":"U8","shape":[4],"data_offsets":${b}}}`,
    zeros(data),
  );

testRefusals('files with a wrong frame', [
  bad([], 'bytes must be a Uint8Array, got a list of 0', DtypeError),
  bad(new ArrayBuffer(8), 'bytes must be a Uint8Array, got a ArrayBuffer', DtypeError),
  bad(undefined, 'bytes must be a Uint8Array, got undefined', DtypeError),
  bad(zeros(0), 'bytes must be at least 8 bytes, got 0'),
  bad(zeros(7), 'bytes must be at least 8 bytes, got 7'),
  bad(zeros(8), "bytes must be with a header that begins with '{', got ''"),
  bad(file('{}', [], 3n), 'bytes must be at least 11 bytes long (8 + header), got 10 bytes'),
  bad(file('{}', [], 100_000_000n), 'bytes must be at least 100000008 bytes long (8 + header), got 10 bytes'),
  bad(
    file('{}', [], 100_000_001n),
    'bytes must be with a header of at most 100000000 bytes, got one of 100000001',
  ),
  bad(
    file('{}', [], 2n ** 64n - 1n),
    'bytes must be with a header of at most 100000000 bytes, got one of 18446744073709551615',
  ),
  bad(file('{}', [], 1n), 'header at character 1 must be a name, got the end'),
  bad(file('{}', [1]), 'data must be 0 bytes (what the header describes), got 1'),
  bad(file(' {}'), "bytes must be with a header that begins with '{', got ' '"),
  bad(file('\uFEFF{}'), "bytes must be with a header that begins with '{', got '\uFEFF'"),
  bad(file('[]'), "bytes must be with a header that begins with '{', got '['"),
  bad(file('null'), "bytes must be with a header that begins with '{', got 'n'"),
  bad(file(utf8(0xff)), 'header must be valid UTF-8, got other bytes'),
  bad(file(utf8(0xc0, 0xaf)), 'header must be valid UTF-8, got other bytes'),
  bad(file(utf8(0xed, 0xa0, 0x80)), 'header must be valid UTF-8, got other bytes'),
]);

const json = (header: string, message: string): WrongCall => bad(file(header), message);

testRefusals('headers that are no JSON', [
  json('{', 'header at character 1 must be a name, got the end'),
  json('{"a"', "header at character 4 must be ':', got the end"),
  json('{"a":', 'header at character 5 must be a value, got the end'),
  json('{"a":{}', "header at character 7 must be ',' or '}', got the end"),
  json('{"a":{}]', `header at character 7 must be ',' or '}', got "]"`),
  json('{"a":{},}', 'header at character 8 must be a name, got "}"'),
  json('{,}', 'header at character 1 must be a name, got ","'),
  json("{'a':1}", `header at character 1 must be a name, got "'"`),
  json('{"a":{}}x', 'header at character 8 must be the end, got "x"'),
  json('{"a":{}}{}', 'header at character 8 must be the end, got "{"'),
  json('{"a":{}}\0', 'header at character 8 must be the end, got "\\u0000"'),
  json('{"a', 'header at character 3 must be a closed string, got the end'),
  json('{"a\n":1}', 'header at character 3 must be a closed string, got "\\n"'),
  json('{"a\\', 'header at character 5 must be a closed string, got the end'),
  json('{"\\x":1}', 'header at character 1 must be a string, got "\\""'),
  json('{"\\u12g4":1}', 'header at character 1 must be a string, got "\\""'),
  json('{"\\ud800":1}', 'header at character 9 must be Unicode, got a lone surrogate'),
  json('{"a":01}', `header at character 6 must be ',' or '}', got "1"`),
  json('{"a":+1}', 'header at character 5 must be a value, got "+"'),
  json('{"a":.5}', 'header at character 5 must be a value, got "."'),
  json('{"a":NaN}', 'header at character 5 must be a value, got "N"'),
  json('{"a":undefined}', 'header at character 5 must be a value, got "u"'),
  json('{"a":tru}', 'header at character 5 must be a value, got "t"'),
  json('{"a":[1,]}', 'header at character 8 must be a value, got "]"'),
  json('{"a":/**/1}', 'header at character 5 must be a value, got "/"'),
  json('{"a":\u00a01}', 'header at character 5 must be a value, got "\u00a0"'),
  json(`{"a":${'['.repeat(100_000)}`, 'header at character 69 must be at most 64 levels deep, got "["'),
  json(`{"a":${'{"a":'.repeat(100_000)}`, 'header at character 325 must be at most 64 levels deep, got "{"'),
  json('{"a":{},"a":{}}', 'header at character 11 must be free of duplicate names, got "a" twice'),
  json('{"a":{},"\\u0061":{}}', 'header at character 16 must be free of duplicate names, got "a" twice'),
  json(
    '{"__metadata__":{},"__metadata__":{}}',
    'header at character 33 must be free of duplicate names, got "__metadata__" twice',
  ),
  json(
    '{"__metadata__":{"k":"v","k":"v"}}',
    'header at character 28 must be free of duplicate names, got "k" twice',
  ),
  json(
    '{"x":{"dtype":"U8","dtype":"U8","shape":[],"data_offsets":[0,1]}}',
    'header at character 26 must be free of duplicate names, got "dtype" twice',
  ),
]);

testRefusals('headers that describe no tensors', [
  json('{"__metadata__":[]}', '__metadata__ must be an object, got a list of 0'.replace('a list of 0', '[]')),
  json('{"__metadata__":"a"}', "__metadata__ must be an object, got 'a'"),
  json('{"__metadata__":{"k":1}}', "__metadata__ 'k' must be a string, got 1"),
  json('{"__metadata__":{"k":null}}', "__metadata__ 'k' must be a string, got null"),
  json('{"__metadata__":{"__proto__":{}}}', "__metadata__ '__proto__' must be a string, got an object"),
  json('{"x":1}', "tensor 'x' must be an object, got 1"),
  json('{"x":[]}', "tensor 'x' must be an object, got []"),
  json('{"x":null}', "tensor 'x' must be an object, got null"),
  json('{"__proto__":"x"}', "tensor '__proto__' must be an object, got 'x'"),
  json('{"x":{}}', "dtype of tensor 'x' must be a string, got undefined"),
  json('{"x":{"dtype":1,"shape":[],"data_offsets":[0,1]}}', "dtype of tensor 'x' must be a string, got 1"),
  bad(
    one('F65', '[1]', '[0,8]', zeros(8)),
    "dtype of tensor 'x' must be one of F64, F32, F16, BF16, I64, U64, I32, U32, I16, U16, I8, U8, BOOL, got 'F65'",
    DtypeError,
  ),
  bad(
    one('f64', '[1]', '[0,8]', zeros(8)),
    "dtype of tensor 'x' must be one of F64, F32, F16, BF16, I64, U64, I32, U32, I16, U16, I8, U8, BOOL, got 'f64'",
    DtypeError,
  ),
  bad(
    one('F8_E4M3', '[1]', '[0,1]', zeros(1)),
    "dtype of tensor 'x' must be one of F64, F32, F16, BF16, I64, U64, I32, U32, I16, U16, I8, U8, BOOL, got 'F8_E4M3'",
    DtypeError,
  ),
  json(
    '{"x":{"dtype":"U8","data_offsets":[0,1]}}',
    "shape of tensor 'x' must be a list of integers >= 0, got undefined",
  ),
  bad(one('U8', '1', '[0,1]', [1]), "shape of tensor 'x' must be a list of integers >= 0, got 1"),
  bad(
    one('U8', '[-1]', '[0,1]', [1]),
    "shape of tensor 'x' must be a list of integers >= 0, got a list of 1",
  ),
  bad(
    one('U8', '[1.0]', '[0,1]', [1]),
    "shape of tensor 'x' must be a list of integers >= 0, got a list of 1",
  ),
  bad(
    one('U8', '[1e0]', '[0,1]', [1]),
    "shape of tensor 'x' must be a list of integers >= 0, got a list of 1",
  ),
  bad(
    one('U8', '["1"]', '[0,1]', [1]),
    "shape of tensor 'x' must be a list of integers >= 0, got a list of 1",
  ),
  bad(
    one('U8', '[9007199254740992]', '[0,1]', [1]),
    "shape of tensor 'x' must be a list of integers >= 0, got a list of 1",
  ),
  bad(
    one('U8', `[${new Array(33).fill(1)}]`, '[0,1]', [1]),
    "shape of tensor 'x' must be of at most 32 axes, got 33",
  ),
  bad(
    one('U8', '[4294967296,4294967296]', '[0,0]'),
    "shape of tensor 'x' must be of less than 2^53 bytes, got [4294967296, 4294967296]",
  ),
  bad(
    one('F64', '[2251799813685248]', '[0,0]'),
    "shape of tensor 'x' must be of less than 2^53 bytes, got [2251799813685248]",
  ),
  bad(
    one('U8', '[9007199254740991,2,0]', '[0,0]'),
    "shape of tensor 'x' must be of less than 2^53 bytes, got [9007199254740991, 2, 0]",
  ),
  bad(
    one('I64', '[1]', '[0,8]', [0, 0, 0, 0, 0, 0, 32, 0]),
    "tensor 'x' must be integers from -(2^53 - 1) to 2^53 - 1, got about 9007199254740992",
    ValueError,
  ),
]);

testRefusals('headers whose offsets do not tile the data', [
  json('{"x":{"dtype":"U8","shape":[1]}}', `${offsets} two ascending integers >= 0, got undefined`),
  bad(one('U8', '[1]', '[0]', [1]), `${offsets} two ascending integers >= 0, got [0]`),
  bad(one('U8', '[1]', '[0,1,2]', [1]), `${offsets} two ascending integers >= 0, got [0, 1, 2]`),
  bad(one('U8', '[1]', '[1,0]', [1]), `${offsets} two ascending integers >= 0, got [1, 0]`),
  bad(one('U8', '[1]', '[-1,0]', [1]), `${offsets} two ascending integers >= 0, got a list of 2`),
  bad(one('U8', '[1]', '[0.0,1]', [1]), `${offsets} two ascending integers >= 0, got a list of 2`),
  bad(one('U8', '[1]', '[0,1e0]', [1]), `${offsets} two ascending integers >= 0, got a list of 2`),
  bad(
    one('U8', '[1]', '[0,18446744073709551617]', [1]),
    `${offsets} two ascending integers >= 0, got a list of 2`,
  ),
  bad(one('U8', '[2]', '[0,1]', [1]), `${offsets} 2 bytes apart (its size), got 1`),
  bad(one('F64', '[1]', '[0,4]', zeros(4)), `${offsets} 8 bytes apart (its size), got 4`),
  bad(one('U8', '[0]', '[0,1]', [1]), `${offsets} 0 bytes apart (its size), got 1`),
  bad(one('U8', '[]', '[0,0]'), `${offsets} 1 bytes apart (its size), got 0`),
  bad(one('U8', '[1]', '[1,2]', [1, 2]), `${offsets} from 0 on (no hole, no overlap), got 1`),
  bad(one('U8', '[1]', '[0,1]'), 'data must be 1 bytes (what the header describes), got 0'),
  bad(one('U8', '[1]', '[0,1]', [1, 2]), 'data must be 1 bytes (what the header describes), got 2'),
  bad(two('[0,4]', '[5,9]', 9), "data_offsets of tensor 'b' must be from 4 on (no hole, no overlap), got 5"),
  bad(two('[0,4]', '[3,7]', 7), "data_offsets of tensor 'b' must be from 4 on (no hole, no overlap), got 3"),
  bad(two('[0,4]', '[0,4]', 4), "data_offsets of tensor 'b' must be from 4 on (no hole, no overlap), got 0"),
  bad(two('[4,8]', '[5,9]', 9), "data_offsets of tensor 'a' must be from 0 on (no hole, no overlap), got 4"),
  bad(two('[0,4]', '[4,8]', 7), 'data must be 8 bytes (what the header describes), got 7'),
]);

const valid = encodeSafetensors(
  { a: randomNormal([2, 3], { seed: 1 }), b: array([1, 2], { dtype: 'float32' }), '': array(1) },
  { k: 'v' },
);

test('a file that is cut short anywhere is refused', () => {
  for (let length = 0; length < valid.length; length++) {
    assert.throws(
      () => decodeSafetensors(valid.subarray(0, length)),
      (error: unknown) => error instanceof FormatError,
      `${length} of ${valid.length} bytes`,
    );
  }
});

test('a file with bytes after its end is refused', () => {
  for (const more of [1, 2, 7, 8, 9, 1000]) {
    const longer = new Uint8Array(valid.length + more);
    longer.set(valid);
    assert.throws(
      () => decodeSafetensors(longer),
      (error: unknown) => error instanceof FormatError,
      String(more),
    );
  }
});

/** Only typed errors may come out; a file that is still valid must give whole arrays. */
function survives(bytes: Uint8Array, label: string): boolean {
  try {
    const { tensors } = decodeSafetensors(bytes);
    const size = Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0);
    assert.ok(size <= 8 * bytes.length, `${label}: ${size} bytes of arrays`);
    return true;
  } catch (error) {
    assert.instance(error, RetrogradError, `${label}: ${error}`);
    return false;
  }
}

test('flipping any single bit gives a typed error or a valid file', () => {
  let alive = 0;
  for (let bit = 0; bit < valid.length * 8; bit++) {
    const bytes = valid.slice();
    bytes[bit >> 3] ^= 1 << (bit & 7);
    if (survives(bytes, `bit ${bit}`)) alive++;
  }
  // Bits of the numbers and of names and values may flip, those of the length never.
  assert.ok(alive > 64 * 8 && alive < valid.length * 4, `${alive} of ${valid.length * 8} survive`);
});

test('random damage gives a typed error, and rarely a valid file: how often is known', () => {
  const seed = 101;
  const rng = new Random(seed);
  const model = new RecurrentModel({ cell: 'gru', inputSize: 3, hiddenSize: 2 }, { seed: 1 });
  const words = [...'"{}[],:-09e\\\0', '__proto__', 'null', '\ud800'];
  for (const [name, original, expected] of [
    ['valid', valid, 161],
    ['model', saveModel(model), 179],
  ] as const) {
    let alive = 0;
    for (let trial = 0; trial < 3000; trial++) {
      let bytes = original.slice();
      for (let changes = 1 + rng.integer(4); changes > 0; changes--) {
        const at = 8 + rng.integer(Math.min(bytes.length - 8, 400));
        const kind = rng.integer(3);
        if (kind === 0) bytes[at] = rng.integer(256);
        else if (kind === 1)
          bytes.set(
            new TextEncoder().encode(words[rng.integer(words.length)]).subarray(0, bytes.length - at),
            at,
          );
        else {
          const from = 8 + rng.integer(bytes.length - 8);
          bytes = Uint8Array.from([...bytes.subarray(0, at), ...bytes.subarray(from)]);
          if (bytes.length < 16) bytes = original.slice();
        }
      }
      if (survives(bytes, `seed ${seed}, ${name}, trial ${trial}`)) alive++;
    }
    // The seed fixes this number; it changes with the checks, the random numbers and what a model file says.
    assert.is(alive, expected, `seed ${seed}, ${name}: files that are valid all the same, of 3000`);
  }
});

test('a header of 20 million characters is read without exhausting the stack', () => {
  const long = file(`{"__metadata__":{"k":"${'a'.repeat(20_000_000)}"}}`);
  assert.is(decodeSafetensors(long).metadata.k.length, 20_000_000);
});

test.run();
