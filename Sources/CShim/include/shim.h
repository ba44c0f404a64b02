/* System calls and constants that the Glibc module does not carry. */
#ifndef DIFFMSM_CSHIM_H
#define DIFFMSM_CSHIM_H
#include <stdint.h>

/// Seconds and nanoseconds of CLOCK_MONOTONIC in one number [ns].
int64_t diffmsm_monotonic_nanoseconds(void);

/// Sleeps until CLOCK_MONOTONIC reaches `deadline` [ns]; signals do not shorten it.
void diffmsm_sleep_until(int64_t deadline);

/// Names the calling thread (15 bytes at most) for ps and debuggers.
void diffmsm_name_thread(const char *name);

#endif
