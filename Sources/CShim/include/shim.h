/* System calls and constants that the Glibc module does not carry. */
#ifndef DIFFMSM_CSHIM_H
#define DIFFMSM_CSHIM_H
#include <stdbool.h>
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

#endif
