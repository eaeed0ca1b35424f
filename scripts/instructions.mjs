/**
 * The instructions of a module in order.
 * @param module as the compiler of assemble.mjs writes it
 * @returns of each: its code, prefix included; where it starts and ends; where it states an alignment that engines do not heed
 */
export function* instructionsOf(module) {
  const reader = new Reader(module, 8);
  while (reader.at < module.length) {
    const id = reader.byte();
    const size = reader.number();
    const end = reader.at + size;
    if (id === CODE) for (let n = reader.number(); n > 0; n--) yield* instructionsOfFunction(reader);
    reader.at = end;
  }
}

const CODE = 10;

function* instructionsOfFunction(reader) {
  const size = reader.number();
  const end = reader.at + size;
  for (let groups = reader.number(); groups > 0; groups--) {
    reader.number();
    reader.byte();
  }
  while (reader.at < end) {
    const start = reader.at;
    const first = reader.byte();
    const isPrefix = first >= 0xfc;
    const code = isPrefix ? first * 0x1000 + reader.number() : first;
    const operands = OPERANDS.find(([from, to]) => code >= from && code <= to)?.[2] ?? '';
    const alignment = operands.startsWith('a') ? reader.at : null;
    for (const operand of operands) {
      if (operand === 'a') reader.at++;
      else if (operand === 'n') reader.number();
      else reader.at += Number.parseInt(operand, 16);
    }
    yield { code, start, end: reader.at, alignment };
  }
  if (reader.at !== end) throw new Error('an instruction that instructions.mjs does not know');
}

/** Ranges of instructions, prefix included, and what follows them: a for an alignment, n for a number, hexadecimal for bytes. */
const OPERANDS = [
  [0x02, 0x04, '1'], // block, loop, if
  [0x0c, 0x0d, 'n'], // br, br_if
  [0x10, 0x10, 'n'], // call
  [0x20, 0x24, 'n'], // locals, globals
  [0x28, 0x3e, 'an'], // loads, stores
  [0x3f, 0x40, '1'], // size, grow
  [0x41, 0x42, 'n'], // constants
  [0x43, 0x43, '4'],
  [0x44, 0x44, '8'],
  [0xfc00a, 0xfc00a, '2'], // copy
  [0xfc00b, 0xfc00b, '1'], // fill
  [0xfd000, 0xfd00b, 'an'], // loads, stores of vectors
  [0xfd00c, 0xfd00d, 'f1'], // constant, shuffle
  [0xfd015, 0xfd022, '1'], // lanes
  [0xfd054, 0xfd05b, 'an1'], // loads, stores of lanes
  [0xfd05c, 0xfd05d, 'an'],
  [0xfe000, 0xfe002, 'nn'], // atomic instructions, whose alignment counts
  [0xfe010, 0xfe04e, 'nn'],
];

/** Reads a module from a place on. */
class Reader {
  constructor(module, at) {
    this.module = module;
    this.at = at;
  }

  byte() {
    return this.module[this.at++];
  }

  /** A number in groups of seven bits, the lowest first; its value is right up to 28 bits. */
  number() {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }
}
