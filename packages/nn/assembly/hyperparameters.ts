// What a routine is told beside its arrays: numbers of their type, one behind the other.

/** A setting in every lane. */
// @ts-ignore: decorator
@inline
export function setting<T>(settings: usize, place: usize): v128 {
  return v128.load_splat<T>(settings + sizeof<T>() * place);
}
