/* Kills a daemon with -9 while it is inside a write of shared memory: kill_inside PID OFFSET SEGMENT, where OFFSET is that of
 * diffmsm_seqlock_write in the program's file, as nm says, and SEGMENT the file of the shared memory. Stops the thread
 * that writes at the function's first instruction, goes on by single instructions until the state's lock is odd, then by
 * a few more, so that the message is half old and half new. Prints the lock. Linux on x86-64. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../diffmsm_feed.h"

static int fail(const char *what) {
  perror(what);
  return 1;
}

/* The thread of this name; zero when there is none. */
static pid_t thread_of(const char *process, const char *name) {
  char path[300], found[32];
  struct dirent *entry;
  pid_t thread = 0;
  snprintf(path, sizeof path, "/proc/%s/task", process);
  DIR *tasks = opendir(path);
  while (tasks && (entry = readdir(tasks))) {
    snprintf(path, sizeof path, "/proc/%s/task/%s/comm", process, entry->d_name);
    FILE *file = fopen(path, "r");
    if (!file) continue;
    if (fgets(found, sizeof found, file) && strncmp(found, name, strlen(name)) == 0)
      thread = atoi(entry->d_name);
    fclose(file);
  }
  if (tasks) closedir(tasks);
  return thread;
}

/* Where the program's file begins in its memory. */
static uintptr_t base_of(const char *process) {
  char path[64];
  unsigned long start = 0;
  snprintf(path, sizeof path, "/proc/%s/maps", process);
  FILE *file = fopen(path, "r");
  if (!file || fscanf(file, "%lx-", &start) != 1) start = 0;
  if (file) fclose(file);
  return start;
}

int main(int count, char **arguments) {
  if (count != 4) return 64;
  const pid_t process = atoi(arguments[1]), thread = thread_of(arguments[1], "pipeline");
  const uintptr_t place = base_of(arguments[1]) + strtoul(arguments[2], NULL, 16);
  const int file = open(arguments[3], O_RDONLY);
  struct user_regs_struct registers;
  int status, steps = 0, extra = 0;
  if (file < 0) return fail(arguments[3]);
  const unsigned char *segment = mmap(NULL, DIFFMSM_SEGMENT_SIZE, PROT_READ, MAP_SHARED, file, 0);
  if (segment == MAP_FAILED || thread == 0) return fail("the daemon");
  const uint32_t *lock = (const void *)(segment + DIFFMSM_SEGMENT_STATE);
  if (ptrace(PTRACE_SEIZE, thread, 0, 0) != 0) return fail("PTRACE_SEIZE");
  if (ptrace(PTRACE_INTERRUPT, thread, 0, 0) != 0) return fail("PTRACE_INTERRUPT");
  if (waitpid(thread, &status, __WALL) != thread || !WIFSTOPPED(status)) return fail("waitpid");
  errno = 0;
  const long code = ptrace(PTRACE_PEEKTEXT, thread, place, 0);
  if (errno) return fail("PTRACE_PEEKTEXT");
  if (ptrace(PTRACE_POKETEXT, thread, place, (code & ~0xFFl) | 0xCC) != 0) return fail("PTRACE_POKETEXT");
  for (;;) {
    ptrace(PTRACE_CONT, thread, 0, 0);
    if (waitpid(thread, &status, __WALL) != thread || !WIFSTOPPED(status)) return fail("waitpid");
    if (WSTOPSIG(status) == SIGTRAP && ptrace(PTRACE_GETREGS, thread, 0, &registers) == 0 &&
        registers.rip == place + 1)
      break;
  }
  ptrace(PTRACE_POKETEXT, thread, place, code);
  registers.rip = place;
  ptrace(PTRACE_SETREGS, thread, 0, &registers);
  /* the message may be one of parameters, whose lock is another: then go on to the next state's */
  while (extra < 40) {
    if (__atomic_load_n(lock, __ATOMIC_ACQUIRE) & 1) extra++;
    if (++steps > 5000000) return fail("no write");
    ptrace(PTRACE_SINGLESTEP, thread, 0, 0);
    if (waitpid(thread, &status, __WALL) != thread || !WIFSTOPPED(status)) return fail("waitpid");
  }
  printf("%u\n", __atomic_load_n(lock, __ATOMIC_ACQUIRE));
  return kill(process, SIGKILL);
}
