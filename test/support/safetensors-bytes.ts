/** Safetensors files put together by hand. */

/** 8 bytes of length, the header, the data. */
export function file(header: string | Uint8Array, data: ArrayLike<number> = [], length?: bigint): Uint8Array {
  const text = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(data, 8 + text.length);
  return bytes;
}

/** A file of one tensor `x` with these entries in its header, written as they are. */
export const one = (
  dtype: string,
  shape: string,
  offsets: string,
  data: ArrayLike<number> = [],
): Uint8Array => file(`{"x":{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}}`, data);

/** The header as text, and the data. */
export function parts(bytes: Uint8Array): { header: string; data: Uint8Array } {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return {
    header: new TextDecoder().decode(bytes.subarray(8, 8 + length)),
    data: bytes.subarray(8 + length),
  };
}
