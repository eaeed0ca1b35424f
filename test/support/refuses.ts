/** Wrong calls: the class of the error and its whole message. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';

type ErrorClass = new (...args: never[]) => Error;

export type WrongCall = [call: () => unknown, Class: ErrorClass, message: string];

/** Asserts one wrong call; a promise may reject instead of throwing. */
export async function refuses([call, Class, message]: WrongCall): Promise<void> {
  let thrown: unknown = 'nothing';
  try {
    await call();
  } catch (error) {
    thrown = error;
  }
  assert.is(thrown instanceof Error ? thrown.message : thrown, message);
  assert.instance(thrown, Class, message);
}

/** A test of a table of wrong calls. */
export function testRefusals(title: string, calls: readonly WrongCall[]): void {
  test(title, async () => {
    for (const call of calls) await refuses(call);
  });
}
