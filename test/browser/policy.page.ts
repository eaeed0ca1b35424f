/** What the README says about a page whose content security policy forbids 'unsafe-eval'. */
import { zeros } from '@retrograd/arrays';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

test('the first array throws an EvalError', () => {
  assert.throws(
    () => zeros([2]),
    (error: unknown) => error instanceof EvalError,
  );
});

test.run();
