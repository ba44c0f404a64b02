/* Counts this thread's heap allocations; linking it replaces malloc, calloc, realloc and memalign. */
#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H
#include <stdint.h>

/// Heap allocations made by the calling thread so far.
int64_t allocation_count(void);

#endif
