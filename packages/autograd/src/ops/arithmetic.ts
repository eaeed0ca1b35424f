import * as k from '@retrograd/arrays';
import { asTensor, operands, type TensorLike } from '../as-tensor.js';
import { record } from '../call.js';
import type { Tensor } from '../tensor.js';
import { sumTo } from './broadcast.js';

/**
 * a + b, element by element.
 * @throws ShapeError when the shapes do not broadcast, DtypeError when an operand is not a tensor, an array
 *         or a number
 */
export function add(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = operands('add', a, b);
  return record('add', [x, y], k.add(x.value, y.value), [(g) => sumTo(g, x.shape), (g) => sumTo(g, y.shape)]);
}

/**
 * a - b, element by element.
 * @throws ShapeError, DtypeError as `add`
 */
export function sub(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = operands('sub', a, b);
  return record('sub', [x, y], k.sub(x.value, y.value), [
    (g) => sumTo(g, x.shape),
    (g) => sumTo(neg(g), y.shape),
  ]);
}

/**
 * a · b, element by element.
 * @throws ShapeError, DtypeError as `add`
 */
export function mul(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = operands('mul', a, b);
  return record('mul', [x, y], k.mul(x.value, y.value), [
    (g) => sumTo(mul(g, y), x.shape),
    (g) => sumTo(mul(g, x), y.shape),
  ]);
}

/**
 * a / b, element by element.
 * @throws ShapeError, DtypeError as `add`
 */
export function div(a: TensorLike, b: TensorLike): Tensor {
  const [x, y] = operands('div', a, b);
  // -x/y² as -(x/y)/y: y² would overflow first.
  const quotient: Tensor = record('div', [x, y], k.div(x.value, y.value), [
    (g) => sumTo(div(g, y), x.shape),
    (g) => sumTo(neg(mul(g, div(quotient, y))), y.shape),
  ]);
  return quotient;
}

/**
 * -x.
 * @throws DtypeError when x is not a tensor, an array or a number
 */
export function neg(x: TensorLike): Tensor {
  const t = asTensor('neg', 'x', x);
  return record('neg', [t], k.neg(t.value), [(g) => neg(g)]);
}
