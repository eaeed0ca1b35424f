/* A small BLAS of our own, so that the way into native code is tested where no library is installed. It counts its calls. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int threads = 2;
static int calls[2], callers, last_threads;
static _Thread_local int known;
int standin_gemm_calls(void) { return calls[0]; }
int standin_gemv_calls(void) { return calls[1]; }
int standin_last_threads(void) { return last_threads; }
/* Threads that have called it so far. */
int standin_callers(void) { return callers; }
static void count(int gemv) {
  __atomic_add_fetch(&calls[gemv], 1, __ATOMIC_RELAXED);
  if (!known) __atomic_add_fetch(&callers, known = 1, __ATOMIC_RELAXED);
  last_threads = threads;
}

/* With HASTY nothing large is computed, and a call takes a millisecond if it is a batch's: so it is known beforehand which call wins
   a race. */
static int hasty(int batch, long work) {
#ifdef HASTY
  struct timespec nap = {0, 1000000};
  if (work < 1024) return 0;
  if (batch) nanosleep(&nap, 0);
  return 1;
#else
  return 0;
#endif
}

#ifdef WRONG
#define SLIP 1
#else
#define SLIP 0
#endif

/* Row-major only; 111 is as it stands, 112 is transposed. */
#define DEFINE(letter, real)                                                                                        \
  void cblas_##letter##gemm(int order, int ta, int tb, int m, int n, int k, real alpha, const real *a, int lda,     \
                            const real *b, int ldb, real beta, real *c, int ldc) {                                  \
    count(0);                                                                                                       \
    if (order != 101) abort();                                                                                      \
    if (hasty(1, (long)m * n * k)) return;                                                                          \
    for (int i = 0; i < m; i++)                                                                                     \
      for (int j = 0; j < n; j++) {                                                                                 \
        real sum = 0;                                                                                               \
        for (int l = 0; l < k; l++)                                                                                 \
          sum += (ta == 112 ? a[(long)l * lda + i] : a[(long)i * lda + l]) *                                        \
                 (tb == 112 ? b[(long)j * ldb + l] : b[(long)l * ldb + j]);                                         \
        real *to = c + (long)i * ldc + j;                                                                           \
        *to = alpha * sum + (beta == 0 ? 0 : beta * *to) + SLIP;                                                    \
      }                                                                                                             \
  }                                                                                                                 \
  void cblas_##letter##gemv(int order, int ta, int m, int n, real alpha, const real *a, int lda, const real *x,     \
                            int incx, real beta, real *y, int incy) {                                               \
    count(1);                                                                                                       \
    if (order != 101) abort();                                                                                      \
    if (hasty(0, (long)m * n)) return;                                                                              \
    int rows = ta == 112 ? n : m, terms = ta == 112 ? m : n;                                                        \
    for (int i = 0; i < rows; i++) {                                                                                \
      real sum = 0;                                                                                                 \
      for (int l = 0; l < terms; l++) sum += (ta == 112 ? a[(long)l * lda + i] : a[(long)i * lda + l]) * x[l * incx]; \
      real *to = y + (long)i * incy;                                                                                \
      *to = alpha * sum + (beta == 0 ? 0 : beta * *to);                                                             \
    }                                                                                                               \
  }

#ifdef SUFFIX
void cblas_sgemm64_(void) {}
#else
DEFINE(s, float)
#ifndef SINGLE
DEFINE(d, double)
#endif
#endif

/* The settings of OpenBLAS, which looks at the environment while it is being loaded. */
#ifdef OPENBLAS
static char core[32] = "Prescott";
__attribute__((constructor)) static void start(void) {
  const char *wanted = getenv("OPENBLAS_CORETYPE");
  if (wanted) strncpy(core, wanted, sizeof core - 1);
}
const char *openblas_get_config(void) { return "OpenBLAS 0.0 stand-in " OPENBLAS; }
const char *openblas_get_corename(void) { return core; }
int openblas_get_num_threads(void) { return threads; }
void openblas_set_num_threads(int n) { threads = n; }
#endif
