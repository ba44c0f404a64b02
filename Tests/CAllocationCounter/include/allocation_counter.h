/* Counts this thread's heap allocations and frees; linking it replaces malloc, calloc, realloc, memalign and free. */
#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H
#include <stdint.h>

/// Heap allocations made by the calling thread so far.
int64_t allocation_count(void);

/// Heap blocks freed by the calling thread so far.
int64_t free_count(void);

#endif
