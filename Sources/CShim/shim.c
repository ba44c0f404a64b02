#define _GNU_SOURCE
#include "shim.h"

#include <errno.h>
#include <linux/capability.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

static bool may_lock_memory(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY) return true;
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3];
  if (syscall(SYS_capget, &header, sets) != 0) return false;
  return sets[0].effective & (1u << CAP_IPC_LOCK);
}

int diffmsm_lock_memory(void) {
  if (!may_lock_memory()) return EPERM;
  // on fault: the whole stacks of many threads would otherwise be filled at once
  return mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0 ? 0 : errno;
}

void diffmsm_unlock_memory(void) { munlockall(); }

void diffmsm_seqlock_write(void *place, const void *bytes, size_t count) {
  uint32_t *lock = place;
  uint64_t *words = (uint64_t *)place + 1;
  uint32_t before = __atomic_load_n(lock, __ATOMIC_RELAXED);
  /* odd when a writer before this one died inside */
  uint32_t inside = before | 1;
  uint32_t after = inside + 1;
  if (after == 0) after = 2; /* zero means that nothing was ever written */
  __atomic_store_n(lock, inside, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_RELEASE);
  for (size_t i = 0; i < count / 8; i++) {
    uint64_t word;
    memcpy(&word, (const char *)bytes + 8 * i, sizeof word);
    __atomic_store_n(words + i, word, __ATOMIC_RELAXED);
  }
  __atomic_store_n(lock, after, __ATOMIC_RELEASE);
}

uint32_t diffmsm_seqlock_read(const void *place, void *bytes, size_t count, uint32_t seen) {
  const uint32_t *lock = place;
  const uint64_t *words = (const uint64_t *)place + 1;
  for (int attempt = 0; attempt < 8; attempt++) {
    uint32_t before = __atomic_load_n(lock, __ATOMIC_ACQUIRE);
    if (before == 0 || before == seen) return 0;
    if (before & 1) continue;
    for (size_t i = 0; i < count / 8; i++) {
      uint64_t word = __atomic_load_n(words + i, __ATOMIC_RELAXED);
      memcpy((char *)bytes + 8 * i, &word, sizeof word);
    }
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (__atomic_load_n(lock, __ATOMIC_RELAXED) == before) return before;
  }
  return 0;
}

bool diffmsm_has_avx2_and_fma(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("x86-64-v3");
#else
  return false;
#endif
}
