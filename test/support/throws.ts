import * as assert from 'uvu/assert';

/** Asserts the class of what `fn` throws and its whole message. */
export function throws(
  fn: () => unknown,
  type: abstract new (...args: never[]) => Error,
  message: string,
): void {
  let thrown: unknown;
  try {
    fn();
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown !== undefined, `nothing was thrown, expected: ${message}`);
  assert.is((thrown as Error).message, message);
  assert.instance(thrown, type);
}
