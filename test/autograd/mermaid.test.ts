import {
  add,
  matmul,
  mul,
  parameter,
  split,
  sum,
  type Tensor,
  tanh,
  tensor,
  toMermaid,
} from '@retrograd/autograd';
import { test } from 'uvu';
import * as assert from 'uvu/assert';

test('a small graph is drawn with op names, shapes and the names of leaves', () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const W = parameter([
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  const y = mul(tanh(matmul(x, W)), 0.5);
  const names = new Map([
    [x, 'x'],
    [W, 'the "W"'],
  ]);
  assert.is(
    toMermaid(y, names),
    [
      'flowchart LR',
      '  n0["x [2, 3]"]',
      '  n1["the #quot;W#quot; [3, 2]"]',
      '  n2(["matmul [2, 2]"])',
      '  n0 --> n2',
      '  n1 --> n2',
      '  n3(["tanh [2, 2]"])',
      '  n2 --> n3',
      '  n4["0.5"]',
      '  n5(["mul [2, 2]"])',
      '  n3 --> n5',
      '  n4 --> n5',
    ].join('\n'),
  );
});

test('a diamond is drawn once, with both its arrows, and outputs are told apart', () => {
  const x = parameter([1, 2, 3, 4]);
  const [a, , c] = split(x, 4);
  const s = add(a, c);
  const text = toMermaid(mul(s, s));
  assert.is(text.match(/"add \[1\]"/g)?.length, 1);
  assert.is(text.match(/n2 --> n3/g)?.length, 2);
  assert.ok(text.includes('n1(["split [1], [1], [1], [1]"])'));
  assert.ok(text.includes('n1 -->|"output 0"| n2') && text.includes('n1 -->|"output 2"| n2'));
});

test('a leaf alone is one box, and a chain of 50,000 ops is no recursion', () => {
  assert.is(toMermaid(parameter([1, 2])), 'flowchart LR\n  n0["[2]"]');
  let y: Tensor = parameter([1]);
  for (let i = 0; i < 50_000; i++) y = add(y, y);
  assert.is(toMermaid(sum(y)).split('\n').length, 1 + 1 + 3 * 50_000 + 2);
});

test.run();
