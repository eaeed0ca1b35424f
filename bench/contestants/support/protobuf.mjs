/** The part of protobuf's encoding that an ONNX file needs. Wire types: protobuf.dev, "Encoding". */

/** A field that holds an integer. */
export const integer = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);

/** A field that holds a string, bytes, or the fields of another message. */
export function message(field, content) {
  const bytes = Array.isArray(content) ? Buffer.concat(content) : Buffer.from(content);
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

function varint(value) {
  const bytes = [];
  let rest = BigInt(value);
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
