// The scalar arguments of an optimizer's routine, stored one after another in memory, in the type of its
// arrays.

/** A hyperparameter in every lane. */
// @ts-ignore: decorator
@inline
export function hyperparameter<T>(hyper: usize, index: usize): v128 {
  return v128.load_splat<T>(hyper + sizeof<T>() * index);
}
