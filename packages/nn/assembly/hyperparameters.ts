// Scalar arguments of a routine, stored one after another in the arrays' type.

/** A setting in every lane. */
// @ts-ignore: decorator
@inline
export function setting<T>(settings: usize, place: usize): v128 {
  return v128.load_splat<T>(settings + sizeof<T>() * place);
}
