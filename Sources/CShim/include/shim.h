/* System calls and constants that the Glibc module does not carry. */
#ifndef DIFFMSM_CSHIM_H
#define DIFFMSM_CSHIM_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Seconds and nanoseconds of CLOCK_MONOTONIC in one number [ns].
int64_t diffmsm_monotonic_nanoseconds(void);

/// Sleeps until CLOCK_MONOTONIC reaches `deadline` [ns]; signals do not shorten it.
void diffmsm_sleep_until(int64_t deadline);

/// Names the calling thread (15 bytes at most) for ps and debuggers.
void diffmsm_name_thread(const char *name);

/// A counting semaphore at a fixed address.
typedef struct diffmsm_semaphore diffmsm_semaphore;

/// A semaphore of count zero, or NULL when memory is exhausted; ends with `diffmsm_semaphore_destroy`.
diffmsm_semaphore *diffmsm_semaphore_create(void);

/// Frees a semaphore that nobody waits for; NULL is allowed.
void diffmsm_semaphore_destroy(diffmsm_semaphore *semaphore);

/// Adds one; never blocks.
void diffmsm_semaphore_post(diffmsm_semaphore *semaphore);

/// Takes one, waiting until CLOCK_MONOTONIC reaches `deadline` [ns]; false when there was none by then.
bool diffmsm_semaphore_wait(diffmsm_semaphore *semaphore, int64_t deadline);

/// Keeps all present and future memory from being paged out; zero, or an errno code.
///
/// EPERM without trying where a limit holds, since later allocations would fail beyond it.
int diffmsm_lock_memory(void);

/// Ends `diffmsm_lock_memory`.
void diffmsm_unlock_memory(void);

/// Copies `count` bytes, a multiple of eight, to behind the lock at `place`, which is odd meanwhile; one writer.
void diffmsm_seqlock_write(void *place, const void *bytes, size_t count);

/// Copies `count` bytes, a multiple of eight, from behind the lock at `place`, unless they are those of the
/// lock `seen`, the writer never leaves, or nothing was written; returns the lock's value then, else zero.
uint32_t diffmsm_seqlock_read(const void *place, void *bytes, size_t count, uint32_t seen);

/// True when the processor has AVX2 and FMA, for which `KernelsV3` is compiled.
bool diffmsm_has_avx2_and_fma(void);

/// Eight doubles; Swift knows them as SIMD8<Double>.
typedef double diffmsm_double8 __attribute__((ext_vector_type(8)));

/// Square roots, where Swift's own are taken one by one.
static inline __attribute__((always_inline)) diffmsm_double8 diffmsm_sqrt8(diffmsm_double8 a) {
  return __builtin_elementwise_sqrt(a);
}

/// The larger of each pair.
static inline __attribute__((always_inline)) diffmsm_double8 diffmsm_max8(
    diffmsm_double8 a, diffmsm_double8 b) {
  return __builtin_elementwise_max(a, b);
}

/// The smaller of each pair.
static inline __attribute__((always_inline)) diffmsm_double8 diffmsm_min8(
    diffmsm_double8 a, diffmsm_double8 b) {
  return __builtin_elementwise_min(a, b);
}

/// True when any sign bit is set.
static inline __attribute__((always_inline)) bool diffmsm_any_negative8(diffmsm_double8 a) {
  typedef int64_t integer8 __attribute__((ext_vector_type(8)));
  return __builtin_reduce_or((integer8)a) < 0;
}

/// Magnitudes.
static inline __attribute__((always_inline)) diffmsm_double8 diffmsm_abs8(diffmsm_double8 a) {
  return __builtin_elementwise_abs(a);
}

#endif
