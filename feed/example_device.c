/* A worn device that gives the same torque all the time, tells the daemon so a thousand times a second, and says why it stops.
 *
 *   cc -std=c99 -O2 -o example_device example_device.c diffmsm_interaction.c diffmsm_receiver.c
 *   ./example_device FEED udp PORT KEY_FILE TORQUE SECONDS         the daemon's own host, its port
 *   ./example_device FEED shm /diffmsm-interaction KEY_FILE TORQUE SECONDS
 *
 * FEED is the feed's shared memory, as /diffmsm-feed: which run is answered, and how many coordinates, is read there, as a real
 * device reads it from whatever carries the feed to it. TORQUE is given on each coordinate [N*m]. */
#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "diffmsm_interaction.h"
#include "diffmsm_receiver.h"

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int read_key(const char *path, unsigned char *key) {
  FILE *file = fopen(path, "r");
  int i;
  if (!file) return 0;
  for (i = 0; i < 16; i++) {
    unsigned value;
    if (fscanf(file, "%2x", &value) != 1) break;
    key[i] = (unsigned char)value;
  }
  fclose(file);
  return i == 16;
}

static void *map(const char *name, int flags, int protection) {
  const int handle = shm_open(name, flags, 0);
  void *memory;
  if (handle < 0) return NULL;
  memory = mmap(NULL, DIFFMSM_SEGMENT_SIZE, protection, MAP_SHARED, handle, 0);
  close(handle);
  return memory == MAP_FAILED ? NULL : memory;
}

int main(int argument_count, char **arguments) {
  unsigned char key[16], heard[DIFFMSM_SIZE_STATE], bytes[DIFFMSM_SIZE_INTERACTION];
  float torque[DIFFMSM_COORDINATE_SLOTS];
  struct sockaddr_in address;
  diffmsm_state state;
  uint32_t lock = 0, sequence = 0;
  int64_t end, next;
  const void *feed = NULL;
  void *memory = NULL;
  int handle = -1, has_state = 0;
  unsigned i;
  if (argument_count != 7 || !read_key(arguments[4], key)) {
    fprintf(stderr, "usage: example_device FEED udp|shm PLACE KEY_FILE TORQUE SECONDS\n");
    return 64;
  }
  for (i = 0; i < DIFFMSM_COORDINATE_SLOTS; i++) torque[i] = (float)atof(arguments[5]);
  if (strcmp(arguments[2], "udp") == 0) {
    handle = socket(AF_INET, SOCK_DGRAM, 0);
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_port = htons((uint16_t)atoi(arguments[3]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (handle < 0 || connect(handle, (struct sockaddr *)&address, sizeof address) != 0) return 69;
  }
  next = now_ns();
  end = next + (int64_t)(atof(arguments[6]) * 1e9);
  while (next < end) {
    struct timespec until;
    next += 1000000;
    until.tv_sec = (time_t)(next / 1000000000);
    until.tv_nsec = (long)(next % 1000000000);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0) {
    }
    if (!feed) feed = map(arguments[1], O_RDONLY, PROT_READ);
    if (handle < 0 && !memory) memory = map(arguments[3], O_RDWR, PROT_READ | PROT_WRITE);
    if (!feed || (handle < 0 && !memory)) continue;
    if (diffmsm_segment_read(feed, DIFFMSM_SEGMENT_STATE, DIFFMSM_SIZE_STATE, heard, &lock)) {
      diffmsm_state_read(&state, heard);
      has_state = 1;
    }
    if (!has_state) continue;
    diffmsm_interaction_write(
        bytes, key, state.schema, state.session, ++sequence, now_ns(), now_ns(), torque,
        state.count);
    if (handle < 0)
      diffmsm_interaction_put(memory, bytes);
    else if (send(handle, bytes, sizeof bytes, 0) < 0)
      continue; /* nobody listens yet */
  }
  return 0;
}
