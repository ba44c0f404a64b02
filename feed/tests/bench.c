/* What the carriers cost: bench [READS] prints a row each of latency and loss of shared memory and of UDP over loopback, and torn
 * reads against a writer that makes and writes messages without a pause. The writer is the product's own (Sources/CShim/shim.c), the reader the receiver's.
 *
 *   clang -std=gnu11 -O2 -ISources/CShim/include -o bench feed/tests/bench.c feed/diffmsm_receiver.c Sources/CShim/shim.c -lpthread -lm */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "../diffmsm_receiver.h"
#include "shim.h"

static _Alignas(64) unsigned char segment[DIFFMSM_SEGMENT_SIZE];
static volatile int is_over;
static struct sockaddr_in port;

static int64_t now_ns(void) { return diffmsm_monotonic_nanoseconds(); }

static int compare(const void *a, const void *b) {
  const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
  return x < y ? -1 : x > y;
}

/* A row of the table of make bench. */
static void row(const char *name, const char *what, int64_t *times, int count, int sent, const char *more) {
  if (count > 0) qsort(times, (size_t)count, sizeof *times, compare);
  printf("%-18s %-28s %9d %8d", name, what, count, sent - count);
  if (count > 0)
    printf(" %9.1f %9.1f %9.1f us  %s\n", (double)times[count / 2] * 1e-3, (double)times[count * 99 / 100] * 1e-3,
        (double)times[count - 1] * 1e-3, more);
  else
    printf("  nothing came\n");
}

/* A message every 250 us whose words are all its sending time. */
static void *write_slowly(void *argument) {
  uint64_t words[DIFFMSM_SIZE_STATE / 8];
  const int count = *(int *)argument;
  int64_t next = now_ns() + 10000000;
  for (int i = 0; i < count; i++) {
    diffmsm_sleep_until(next += 250000);
    const uint64_t now = (uint64_t)now_ns();
    for (size_t j = 0; j < sizeof words / 8; j++) words[j] = now;
    diffmsm_seqlock_write(segment + DIFFMSM_SEGMENT_STATE, words, sizeof words);
  }
  is_over = 1;
  return NULL;
}

static void *write_restlessly(void *argument) {
  uint64_t words[DIFFMSM_SIZE_STATE / 8];
  (void)argument;
  for (uint64_t value = 1; !is_over; value++) {
    for (size_t j = 0; j < sizeof words / 8; j++) words[j] = value;
    /* as the encoder does; a writer that does nothing but write would leave no moment to read in */
    words[DIFFMSM_SIZE_STATE / 8 - 1] =
        (uint64_t)diffmsm_crc32c((const unsigned char *)words, DIFFMSM_SIZE_STATE - 8);
    diffmsm_seqlock_write(segment + DIFFMSM_SEGMENT_STATE, words, sizeof words);
  }
  return NULL;
}

static void *send_datagrams(void *argument) {
  unsigned char bytes[DIFFMSM_SIZE_STATE] = {0};
  const int count = *(int *)argument;
  const int handle = socket(AF_INET, SOCK_DGRAM, 0);
  connect(handle, (struct sockaddr *)&port, sizeof port);
  int64_t next = now_ns() + 10000000;
  for (int i = 0; i < count; i++) {
    diffmsm_sleep_until(next += 1000000);
    const int64_t now = now_ns();
    memcpy(bytes, &now, sizeof now);
    send(handle, bytes, sizeof bytes, MSG_DONTWAIT);
  }
  close(handle);
  return NULL;
}

static int shared_memory(int count) {
  int64_t *times = malloc(sizeof *times * (size_t)count);
  uint64_t words[DIFFMSM_SIZE_STATE / 8];
  uint32_t lock = 0;
  int arrived = 0;
  pthread_t writer;
  is_over = 0;
  pthread_create(&writer, NULL, write_slowly, &count);
  while (!is_over)
    if (diffmsm_segment_read(segment, DIFFMSM_SEGMENT_STATE, sizeof words, (unsigned char *)words, &lock) &&
        arrived < count) {
      times[arrived++] = now_ns() - (int64_t)words[0];
      /* not all the time: the system takes its share from real-time threads that never rest */
      diffmsm_sleep_until(now_ns() + 150000);
    }
  pthread_join(writer, NULL);
  /* who reads the latest misses what was overwritten while it had no processor, which is no loss */
  row("shared memory", "write to read, 4 kHz", times, arrived, count, "overwritten ones count as lost");
  const int is_slow = times[arrived * 99 / 100] >= 5000;
  if (is_slow) printf("shared memory: p99 is not below 5 us\n");
  free(times);
  return is_slow;
}

static int torn(unsigned long wanted) {
  uint64_t words[DIFFMSM_SIZE_STATE / 8];
  unsigned long reads = 0, torn = 0, idle = 0;
  uint32_t lock = 0;
  pthread_t writer;
  const int64_t start = now_ns();
  is_over = 0;
  pthread_create(&writer, NULL, write_restlessly, NULL);
  while (reads < wanted && now_ns() < start + INT64_C(300000000000)) {
    if (!diffmsm_segment_read(segment, DIFFMSM_SEGMENT_STATE, sizeof words, (unsigned char *)words, &lock)) {
      /* a writer without a processor writes nothing, so it gets this one */
      if (++idle % 1024 == 0) sched_yield();
      continue;
    }
    reads++;
    /* every word but the last is the same number; the CRC of some is looked at too */
    for (size_t j = 1; j < sizeof words / 8 - 1; j++)
      if (words[j] != words[0]) {
        torn++;
        break;
      }
    if (reads % 16 == 0 && words[DIFFMSM_SIZE_STATE / 8 - 1] !=
        diffmsm_crc32c((const unsigned char *)words, DIFFMSM_SIZE_STATE - 8))
      torn++;
  }
  is_over = 1;
  pthread_join(writer, NULL);
  printf("%-18s %-28s %9lu reads, %lu torn, %.1f s\n", "shared memory", "writer without a pause", reads, torn,
      (double)(now_ns() - start) * 1e-9);
  return torn == 0 && reads == wanted ? 0 : 1;
}

static int udp(int count) {
  int64_t *times = malloc(sizeof *times * (size_t)count);
  unsigned char bytes[2048];
  socklen_t size = sizeof port;
  struct timeval patience = {1, 0};
  int arrived = 0;
  pthread_t sender;
  const int handle = socket(AF_INET, SOCK_DGRAM, 0);
  port.sin_family = AF_INET;
  port.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bind(handle, (struct sockaddr *)&port, sizeof port);
  getsockname(handle, (struct sockaddr *)&port, &size);
  setsockopt(handle, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  pthread_create(&sender, NULL, send_datagrams, &count);
  while (arrived < count && recv(handle, bytes, sizeof bytes, 0) == DIFFMSM_SIZE_STATE) {
    int64_t sent;
    memcpy(&sent, bytes, sizeof sent);
    times[arrived++] = now_ns() - sent;
  }
  pthread_join(sender, NULL);
  close(handle);
  row("UDP", "send to receive, 1 kHz", times, arrived, count, "");
  free(times);
  return arrived == count ? 0 : 1;
}

int main(int count, char **arguments) {
  const unsigned long reads = count > 1 ? strtoul(arguments[1], NULL, 10) : 10000000;
  /* as the daemon's pipeline and a controller's loop run, where the system grants it */
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct sched_param priority = {.sched_priority = 20};
  const int is_real_time = sched_setscheduler(0, SCHED_FIFO, &priority) == 0;
  if (!is_real_time) printf("no real-time priority: latencies are not judged\n");
  printf("%-18s %-28s %9s %8s %9s %9s %9s\n", "carrier", "from, to", "arrived", "lost", "p50", "p99", "longest");
  const int is_slow = shared_memory(20000) && is_real_time;
  /* two threads that never rest: on a busy machine they would take turns on one processor, and nothing would be read while it is written */
  const int is_torn = torn(reads);
  const int is_lost = udp(5000);
  return is_slow || is_torn || is_lost;
}
