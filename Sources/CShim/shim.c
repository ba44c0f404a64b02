#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

static struct timespec timespec_of(int64_t nanoseconds) {
  return (struct timespec){nanoseconds / 1000000000, nanoseconds % 1000000000};
}

int64_t diffmsm_monotonic_nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void diffmsm_sleep_until(int64_t deadline) {
  struct timespec until = timespec_of(deadline);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, 0) == EINTR) {
  }
}

void diffmsm_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

struct diffmsm_semaphore {
  sem_t semaphore;
};

diffmsm_semaphore *diffmsm_semaphore_create(void) {
  diffmsm_semaphore *created = malloc(sizeof *created);
  if (created) sem_init(&created->semaphore, 0, 0);
  return created;
}

void diffmsm_semaphore_destroy(diffmsm_semaphore *semaphore) {
  if (!semaphore) return;
  sem_destroy(&semaphore->semaphore);
  free(semaphore);
}

void diffmsm_semaphore_post(diffmsm_semaphore *semaphore) { sem_post(&semaphore->semaphore); }

bool diffmsm_semaphore_wait(diffmsm_semaphore *semaphore, int64_t deadline) {
  struct timespec until = timespec_of(deadline);
  int failed;
  do {
    failed = sem_clockwait(&semaphore->semaphore, CLOCK_MONOTONIC, &until);
  } while (failed && errno == EINTR);
  return !failed;
}

bool diffmsm_has_avx2_and_fma(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("x86-64-v3");
#else
  return false;
#endif
}
