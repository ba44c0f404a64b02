/* Preloaded into a program, this steps CLOCK_REALTIME, and nothing else, by STEP_CLOCK_SECONDS from the moment on at which
 * the file STEP_CLOCK_FILE exists: what a time daemon, an operator or a summer's night do to it.
 *
 *   cc -shared -fPIC -O2 -o step_clock.so step_clock.c -ldl
 *   LD_PRELOAD=./step_clock.so STEP_CLOCK_FILE=/tmp/now STEP_CLOCK_SECONDS=-3600 diffmsm run ... */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t step(void) {
  const char *file = getenv("STEP_CLOCK_FILE"), *seconds = getenv("STEP_CLOCK_SECONDS");
  return file && seconds && access(file, F_OK) == 0 ? atol(seconds) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  const long result = syscall(SYS_clock_gettime, clock, time);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += step();
  return (int)result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result) *result = now.tv_sec;
  return now.tv_sec;
}
