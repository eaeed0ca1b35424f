/** encodeSafetensors and decodeSafetensors: what is written where, and what every format becomes. */
import {
  array,
  DtypeError,
  dtypeOf,
  type NdArray,
  randomNormal,
  toNested,
  ValueError,
  wrap,
  zeros,
} from '@retrograd/arrays';
import { decodeSafetensors, encodeSafetensors } from '@retrograd/nn';
import ndarray from 'ndarray';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { assertSameBits } from '../support/assert-arrays.js';
import { testRefusals } from '../support/refuses.js';
import { file, one, parts } from '../support/safetensors-bytes.js';
import { viewsOf } from '../support/views.js';

const SEED = 91;

test('what is written is read back to the last bit, with shapes, dtypes and metadata', () => {
  const tensors: Record<string, NdArray> = {
    'rnn.0.W_f': randomNormal([3, 4], { seed: SEED }),
    'head.bias': randomNormal([5], { seed: SEED, dtype: 'float32' }),
    scalar: array(1 / 3),
    empty: zeros([2, 0, 3]),
    special: wrap(
      Float64Array.of(
        -0,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        5e-324,
        Number.MAX_VALUE,
      ),
      [6],
    ),
    Ünïcödé: array([[[[1]]]]),
    '': array([1]),
  };
  const metadata = { config: '{"a": "ä\\n"}', empty: '', 名: '😀' };
  const back = decodeSafetensors(encodeSafetensors(tensors, metadata));
  assert.equal(Object.keys(back.tensors).sort(), Object.keys(tensors).sort());
  for (const [name, value] of Object.entries(tensors)) assertSameBits(back.tensors[name], value, name);
  assert.equal({ ...back.metadata }, metadata);
});

test('the bytes are exactly those of the format: length, header, spaces, wide tensors first, little-endian', () => {
  const bytes = encodeSafetensors(
    { b: array([1], { dtype: 'float32' }), c: array([[1, -2]]), a: array([0.5], { dtype: 'float32' }) },
    { k: 'v' },
  );
  const { header, data } = parts(bytes);
  assert.is(
    header.trimEnd(),
    '{"__metadata__":{"k":"v"},"c":{"dtype":"F64","shape":[1,2],"data_offsets":[0,16]},' +
      '"a":{"dtype":"F32","shape":[1],"data_offsets":[16,20]},"b":{"dtype":"F32","shape":[1],"data_offsets":[20,24]}}',
  );
  assert.is(header.length % 8, 0);
  assert.equal(
    [...data],
    [
      ...[0, 0, 0, 0, 0, 0, 0xf0, 0x3f],
      ...[0, 0, 0, 0, 0, 0, 0, 0xc0],
      ...[0, 0, 0, 0x3f],
      ...[0, 0, 0x80, 0x3f],
    ],
  );
});

test('nothing at all is a file too', () => {
  const bytes = encodeSafetensors({});
  assert.is(parts(bytes).header, '{}      ');
  assert.equal(Object.keys(decodeSafetensors(bytes).tensors), []);
});

test('the same content gives the same bytes, in whatever order it comes and as whatever view', () => {
  const x = randomNormal([3, 4], { seed: SEED });
  const y = randomNormal([2], { seed: SEED });
  const bytes = encodeSafetensors({ x, y });
  assert.equal(encodeSafetensors({ y, x }), bytes);
  for (const { name, view } of viewsOf(x)) assert.equal(encodeSafetensors({ x: view, y }), bytes, name);
});

test('a file is read wherever it lies in its buffer, and the arrays are copies', () => {
  const x = randomNormal([3], { seed: SEED });
  const bytes = encodeSafetensors({ x });
  for (let shift = 0; shift < 9; shift++) {
    const buffer = new Uint8Array(bytes.length + 20).fill(255);
    buffer.set(bytes, shift);
    const { tensors } = decodeSafetensors(buffer.subarray(shift, shift + bytes.length));
    buffer.fill(0);
    assertSameBits(tensors.x, x, `shift ${shift}`);
  }
});

test('tensors may lie in any order and unaligned, with spaces in the header', () => {
  const header = ` { "b" : { "data_offsets" : [ 1 , 9 ] , "shape":[1] , "dtype":"F64" },\n\t"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]}} \r\n`;
  const data = [7, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f];
  const { tensors } = decodeSafetensors(file(header.slice(1), data));
  assert.equal([toNested(tensors.a), toNested(tensors.b)], [7, [1]]);
});

const FORMATS: [dtype: string, dtype: string, bytes: number[], values: number[]][] = [
  ['F64', 'float64', [0, 0, 0, 0, 0, 0, 4, 192], [-2.5]],
  ['F32', 'float32', [0, 0, 32, 192, 0, 0, 128, 127], [-2.5, Number.POSITIVE_INFINITY]],
  ['F16', 'float32', [0, 60, 0, 192, 255, 123, 1, 0, 0, 128], [1, -2, 65504, 2 ** -24, -0]],
  ['F16', 'float32', [0, 124, 0, 252, 1, 124, 255, 3], [1 / 0, -1 / 0, Number.NaN, 1023 * 2 ** -24]],
  ['BF16', 'float32', [128, 63, 32, 192, 128, 127, 192, 127, 1, 0], [1, -2.5, 1 / 0, Number.NaN, 2 ** -133]],
  [
    'I64',
    'float64',
    [254, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 31, 0],
    [-2, 2 ** 53 - 1],
  ],
  ['U64', 'float64', [3, 0, 0, 0, 0, 0, 0, 0], [3]],
  ['I32', 'float64', [254, 255, 255, 255, 0, 0, 0, 128], [-2, -(2 ** 31)]],
  ['U32', 'float64', [254, 255, 255, 255], [2 ** 32 - 2]],
  ['I16', 'float64', [254, 255, 0, 1], [-2, 256]],
  ['U16', 'float64', [254, 255], [65534]],
  ['I8', 'float64', [254, 127], [-2, 127]],
  ['U8', 'float64', [254, 127], [254, 127]],
  ['BOOL', 'float64', [0, 1], [0, 1]],
];

for (const [dtype, becomes, bytes, values] of FORMATS) {
  test(`${dtype} becomes ${becomes}: ${values.join(', ')}`, () => {
    const { x } = decodeSafetensors(one(dtype, `[${values.length}]`, `[0,${bytes.length}]`, bytes)).tensors;
    assert.is(dtypeOf(x), becomes);
    assert.equal(
      [...x.data].map((v) => (Object.is(v, -0) ? '-0' : v)),
      values.map((v) => (Object.is(v, -0) ? '-0' : v)),
    );
  });
}

test('names of the language are names like any other', () => {
  const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '0', 'length'];
  const tensors: Record<string, NdArray> = Object.create(null);
  const metadata: Record<string, string> = Object.create(null);
  for (const [i, name] of names.entries()) {
    tensors[name] = array([i]);
    metadata[name] = name;
  }
  const back = decodeSafetensors(encodeSafetensors(tensors, metadata));
  assert.equal(Object.keys(back.tensors).sort(), names.toSorted());
  names.forEach((name, i) => assert.is(back.tensors[name].get(0), i));
  names.forEach((name) => assert.is(back.metadata[name], name));
  assert.is(({} as Record<string, unknown>).data, undefined);
});

test('a shape with a zero may have other sizes of any size', () => {
  const { x } = decodeSafetensors(one('F64', '[0,9007199254740991]', '[0,0]')).tensors;
  assert.equal(x.shape, [0, 9007199254740991]);
  assert.is(x.size, 0);
});

const lone = String.fromCharCode(0xd800);

testRefusals('encodeSafetensors refuses what no file can hold', [
  [
    () => encodeSafetensors({ x: [1] as never }),
    DtypeError,
    "encodeSafetensors: tensor 'x' must be an ndarray, got a list of 1",
  ],
  [
    () => encodeSafetensors({ x: ndarray(new Int32Array(2), [2]) as never }),
    DtypeError,
    "encodeSafetensors: tensor 'x' must be an ndarray of float32 or float64, got one of int32",
  ],
  [
    () => encodeSafetensors({ __metadata__: zeros([1]) }),
    ValueError,
    "encodeSafetensors: tensor name must be another than the reserved, got '__metadata__'",
  ],
  [
    () => encodeSafetensors({ [lone]: zeros([1]) }),
    ValueError,
    'encodeSafetensors: tensor name must be valid Unicode, got a lone surrogate',
  ],
  [
    () => encodeSafetensors({}, { a: lone }),
    ValueError,
    "encodeSafetensors: metadata 'a' must be valid Unicode, got a lone surrogate",
  ],
  [
    () => encodeSafetensors({}, { [lone]: 'a' }),
    ValueError,
    'encodeSafetensors: metadata name must be valid Unicode, got a lone surrogate',
  ],
  [
    () => encodeSafetensors({}, { a: 1 as never }),
    DtypeError,
    "encodeSafetensors: metadata 'a' must be a string, got 1",
  ],
  [
    () => encodeSafetensors({}, { a: 'x'.repeat(100_000_000) }),
    ValueError,
    'encodeSafetensors: names and metadata must be of at most 100000000 bytes in the header, got 100000032',
  ],
  [
    () => encodeSafetensors(null as never),
    DtypeError,
    'encodeSafetensors: tensors must be an object of arrays by name, got null',
  ],
]);

test.run();
