/* An MPI library of an unknown family. */
int MPI_Get_library_version(char *text, int *length) {
  const char *name = "Acme MPI 1.0";
  for (*length = 0; name[*length]; ++*length) text[*length] = name[*length];
  text[*length] = 0;
  return 0;
}
