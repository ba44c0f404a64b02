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

/// Eight doubles, four and two; Swift knows them as SIMD8<Double> and so on.
typedef double diffmsm_double8 __attribute__((ext_vector_type(8)));
typedef double diffmsm_double4 __attribute__((ext_vector_type(4)));
typedef double diffmsm_double2 __attribute__((ext_vector_type(2)));
typedef int64_t diffmsm_integer8 __attribute__((ext_vector_type(8)));

// Swift's own arithmetic of these types goes element by element and is only sometimes put together again.
#define DIFFMSM_LANES(n)                                                                           \
  static inline __attribute__((always_inline)) diffmsm_double##n diffmsm_add##n(                    \
      diffmsm_double##n a, diffmsm_double##n b) {                                                  \
    return a + b;                                                                                  \
  }                                                                                                \
  static inline __attribute__((always_inline)) diffmsm_double##n diffmsm_subtract##n(               \
      diffmsm_double##n a, diffmsm_double##n b) {                                                  \
    return a - b;                                                                                  \
  }                                                                                                \
  static inline __attribute__((always_inline)) diffmsm_double##n diffmsm_multiply##n(               \
      diffmsm_double##n a, diffmsm_double##n b) {                                                  \
    return a * b;                                                                                  \
  }                                                                                                \
  static inline __attribute__((always_inline)) diffmsm_double##n diffmsm_divide##n(                 \
      diffmsm_double##n a, diffmsm_double##n b) {                                                  \
    return a / b;                                                                                  \
  }                                                                                                \
  static inline __attribute__((always_inline)) diffmsm_double##n diffmsm_negate##n(                 \
      diffmsm_double##n a) {                                                                       \
    return -a;                                                                                     \
  }                                                                                                \
  static inline __attribute__((always_inline)) diffmsm_double##n diffmsm_repeat##n(double x) {      \
    return (diffmsm_double##n)(x);                                                                 \
  }                                                                                                \
  static inline __attribute__((always_inline)) diffmsm_double##n diffmsm_fma##n(                    \
      diffmsm_double##n a, diffmsm_double##n b, diffmsm_double##n c) {                             \
    return __builtin_elementwise_fma(a, b, c);                                                     \
  }
DIFFMSM_LANES(8)
DIFFMSM_LANES(4)
DIFFMSM_LANES(2)
#undef DIFFMSM_LANES

/// The sum of the elements.
static inline __attribute__((always_inline)) double diffmsm_sum8(diffmsm_double8 a) {
  diffmsm_double4 four = a.lo + a.hi;
  diffmsm_double2 two = four.lo + four.hi;
  return two.x + two.y;
}

/// Two to the whole number in the low bits of `a`, which a large number was added to.
static inline __attribute__((always_inline)) diffmsm_double8 diffmsm_power8(diffmsm_double8 a) {
  return (diffmsm_double8)(((diffmsm_integer8)a + 1023) << 52);
}

/// The number m between sqrt(1/2) and sqrt(2) with a = 2^k m.
static inline __attribute__((always_inline)) diffmsm_double8 diffmsm_mantissa8(
    diffmsm_double8 a) {
  diffmsm_integer8 offset = (diffmsm_integer8)a - 0x3fe6a09e667f3bcdLL;
  return (diffmsm_double8)((diffmsm_integer8)a - (offset & (int64_t)0xfff0000000000000ULL));
}

/// Its k, without an arithmetic shift, which AVX2 has not.
static inline __attribute__((always_inline)) diffmsm_double8 diffmsm_exponent8(
    diffmsm_double8 a) {
  typedef uint64_t unsigned8 __attribute__((ext_vector_type(8)));
  diffmsm_integer8 offset = (diffmsm_integer8)a - 0x3fe6a09e667f3bcdLL;
  unsigned8 shifted = (unsigned8)(offset + 0x4000000000000000LL) >> 52;
  return (diffmsm_double8)((diffmsm_integer8)shifted + (0x4338000000000000LL - 0x400))
      - 6755399441055744.0;
}

/// `a` with the signs of `b`.
static inline __attribute__((always_inline)) diffmsm_double8 diffmsm_signed8(
    diffmsm_double8 a, diffmsm_double8 b) {
  return (diffmsm_double8)((diffmsm_integer8)a | ((diffmsm_integer8)b & INT64_MIN));
}

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
  return __builtin_reduce_or((diffmsm_integer8)a) < 0;
}

/// `yes` where `a` is less than `b`, else `no`; Swift's own selection takes lanes one by one.
static inline __attribute__((always_inline)) diffmsm_double8 diffmsm_where_less8(
    diffmsm_double8 a, diffmsm_double8 b, diffmsm_double8 yes, diffmsm_double8 no) {
  diffmsm_integer8 mask = a < b;
  return (diffmsm_double8)((mask & (diffmsm_integer8)yes) | (~mask & (diffmsm_integer8)no));
}

/// Magnitudes.
static inline __attribute__((always_inline)) diffmsm_double8 diffmsm_abs8(diffmsm_double8 a) {
  return __builtin_elementwise_abs(a);
}

#endif
