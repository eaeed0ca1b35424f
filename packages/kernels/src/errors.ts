/**
 * The root of all errors that Retrograd throws on purpose.
 * They all read `op: argument must be expectation, got actual; remedy`.
 */
export class RetrogradError extends Error {
  override readonly name: string = 'RetrogradError';
  /** The public function that refused. */
  readonly op: string;
  /** The argument that it refused, by its name in the signature. */
  readonly argument: string;

  /**
   * @param op          public function that was called
   * @param argument    name of the offending argument
   * @param expectation what it must be
   * @param actual      what came instead
   * @param remedy      what the caller can do about it, when there is something to say
   */
  constructor(op: string, argument: string, expectation: string, actual: string, remedy?: string) {
    super(`${op}: ${argument} must be ${expectation}, got ${actual}${remedy ? `; ${remedy}` : ''}`);
    this.op = op;
    this.argument = argument;
  }
}

/** An array has the wrong rank or the wrong size along an axis. */
export class ShapeError extends RetrogradError {
  override readonly name = 'ShapeError';
}

/** A value is of the wrong type: not an ndarray, or one over another kind of number. */
export class DtypeError extends RetrogradError {
  override readonly name = 'DtypeError';
}

/** A number is out of range, not finite or not an integer. */
export class ValueError extends RetrogradError {
  override readonly name = 'ValueError';
}

/** A call came at the wrong time: backward before forward, caches of another call. */
export class StateError extends RetrogradError {
  override readonly name = 'StateError';
}

/** The autograd graph was used in a way that it cannot answer. */
export class GraphError extends RetrogradError {
  override readonly name = 'GraphError';
}

/** There is no room for a computation's buffers. */
export class MemoryError extends RetrogradError {
  override readonly name = 'MemoryError';
}

/** A thread could not finish its share of a computation. */
export class ThreadError extends RetrogradError {
  override readonly name = 'ThreadError';
}
