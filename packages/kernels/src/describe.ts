/** A shape as messages show it: `[2, 3]`. */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}

/** Whether a value has the fields of an ndarray, of any dtype and from any copy of ndarray. */
function looksLikeNdArray(value: unknown): value is { shape: number[] } {
  if (typeof value !== 'object' || value === null) return false;
  const { data, shape, stride, offset } = value as Record<string, unknown>;
  return (
    typeof offset === 'number' && Array.isArray(shape) && Array.isArray(stride) && typeof data === 'object'
  );
}

/** A value as messages show it: short, and never its whole contents. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'string') return value.length > 40 ? `'${value.slice(0, 40)}...'` : `'${value}'`;
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (looksLikeNdArray(value)) return `an ndarray of shape ${formatShape(value.shape)}`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'function') return 'a function';
  const name = (value as object).constructor?.name;
  return name && name !== 'Object' ? `a ${name}` : 'an object';
}
