/* What the carriers cost: bench [READS] prints latency and loss of shared memory and of UDP over loopback, and torn reads
 * against a writer that makes and writes messages without a pause. The writer is the product's own (Sources/CShim/shim.c), the reader the receiver's.
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

static void report(const char *name, int64_t *times, int count, int sent) {
  qsort(times, (size_t)count, sizeof *times, compare);
  printf("%s: %d of %d arrived, p50 %.1f us, p99 %.1f us, max %.1f us\n", name, count, sent,
      (double)times[count / 2] * 1e-3, (double)times[count * 99 / 100] * 1e-3,
      (double)times[count - 1] * 1e-3);
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
        arrived < count)
      times[arrived++] = now_ns() - (int64_t)words[0];
  pthread_join(writer, NULL);
  report("shared memory", times, arrived, count);
  free(times);
  return 0;
}

static int torn(unsigned long wanted) {
  uint64_t words[DIFFMSM_SIZE_STATE / 8];
  unsigned long reads = 0, torn = 0;
  uint32_t lock = 0;
  pthread_t writer;
  const int64_t start = now_ns();
  is_over = 0;
  pthread_create(&writer, NULL, write_restlessly, NULL);
  while (reads < wanted && now_ns() < start + INT64_C(300000000000)) {
    if (!diffmsm_segment_read(segment, DIFFMSM_SEGMENT_STATE, sizeof words, (unsigned char *)words, &lock))
      continue;
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
  printf("shared memory, restless writer: %lu reads, %lu torn, %.1f s\n", reads, torn,
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
  report("UDP over loopback, 1 kHz", times, arrived, count);
  free(times);
  return arrived == count ? 0 : 1;
}

int main(int count, char **arguments) {
  const unsigned long reads = count > 1 ? strtoul(arguments[1], NULL, 10) : 10000000;
  /* as the daemon's pipeline and a controller's loop run, where the system grants it */
  setvbuf(stdout, NULL, _IOLBF, 0);
  struct sched_param priority = {.sched_priority = 20};
  if (sched_setscheduler(0, SCHED_FIFO, &priority) != 0) printf("no real-time priority\n");
  shared_memory(20000);
  sched_setscheduler(0, SCHED_OTHER, &(struct sched_param){0});
  const int is_torn = torn(reads);
  sched_setscheduler(0, SCHED_FIFO, &priority);
  const int is_lost = udp(5000);
  return is_torn || is_lost;
}
