/* A control loop at 1 kHz that would drive motors with what it hears, and logs a line a cycle instead.
 *
 *   cc -std=c99 -O2 -o example_loop example_loop.c diffmsm_receiver.c
 *   ./example_loop udp 47110 SCHEMA LIMIT SECONDS [SILENCE]  on the controller's computer; multicast: udp 239.1.2.3:47110
 *   ./example_loop shm /diffmsm-feed SCHEMA LIMIT SECONDS    on the daemon's own
 *
 * SCHEMA is the hash that `diffmsm feed` prints for the session, LIMIT the largest torque [N*m], SILENCE the time
 * without a state after which torque fades [ms], 50 if not given. A line is: CLOCK_MONOTONIC [ms],
 * session, sender's state, reasons, armed, active, fault, largest torque in use [N*m], age [ms], then the number of
 * messages by verdict, then generation, torque told and in use on the first coordinate [N*m], value told and in use of
 * the first parameter. SIGUSR1 stands for the operator's reset button. */
#define _POSIX_C_SOURCE 200809L
#define _DEFAULT_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "diffmsm_receiver.h"

static volatile sig_atomic_t wants_reset = 0;
static volatile sig_atomic_t wants_end = 0;
static void note_end(int signal_number) {
  (void)signal_number;
  wants_end = 1;
}
static void note_reset(int signal_number) {
  (void)signal_number;
  wants_reset = 1;
}

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int open_port(const char *place) {
  struct sockaddr_in address;
  struct ip_mreq group;
  const char *colon = strchr(place, ':');
  const int one = 1;
  const int handle = socket(AF_INET, SOCK_DGRAM, 0);
  if (handle < 0) return -1;
  memset(&address, 0, sizeof address);
  address.sin_family = AF_INET;
  address.sin_port = htons((uint16_t)atoi(colon ? colon + 1 : place));
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(handle, (struct sockaddr *)&address, sizeof address) != 0) return -1;
  if (colon) {
    char name[64];
    memset(&group, 0, sizeof group);
    snprintf(name, sizeof name, "%.*s", (int)(colon - place), place);
    if (inet_pton(AF_INET, name, &group.imr_multiaddr) != 1) return -1;
    if (setsockopt(handle, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) != 0) return -1;
  }
  return handle;
}

/* The daemon's segment, when it is there and whole; looked for again and again until then. */
static const void *map_segment(const char *name) {
  struct stat facts;
  const void *segment;
  const int handle = shm_open(name, O_RDONLY, 0);
  if (handle < 0) return NULL;
  if (fstat(handle, &facts) != 0 || facts.st_size < DIFFMSM_SEGMENT_SIZE) {
    close(handle);
    return NULL;
  }
  segment = mmap(NULL, DIFFMSM_SEGMENT_SIZE, PROT_READ, MAP_SHARED, handle, 0);
  close(handle);
  return segment == MAP_FAILED ? NULL : segment;
}

int main(int argument_count, char **arguments) {
  diffmsm_receiver_settings settings;
  diffmsm_receiver receiver;
  unsigned char bytes[2048];
  const void *segment = NULL;
  uint32_t state_lock = 0, parameters_lock = 0;
  int64_t start, next, end;
  sigset_t signals;
  int handle = -1, is_shared, is_known = 0;
  unsigned i;
  if (argument_count != 6 && argument_count != 7) {
    fprintf(stderr, "usage: example_loop udp|shm PLACE SCHEMA LIMIT SECONDS [SILENCE]\n");
    return 64;
  }
  is_shared = strcmp(arguments[1], "shm") == 0;
  if (!is_shared && (handle = open_port(arguments[2])) < 0) {
    perror(arguments[2]);
    return 69;
  }

  /* what this controller was built for; a real one writes down every number */
  memset(&settings, 0, sizeof settings);
  settings.schema = strtoull(arguments[3], NULL, 16);
  settings.same_clock = is_shared;
  settings.silence = argument_count == 7 ? (int64_t)atoi(arguments[6]) * 1000000 : 50000000;
  settings.largest_age = 250000000;
  settings.fade = 150000000;
  for (i = 0; i < DIFFMSM_COORDINATE_SLOTS; i++) {
    settings.torque_limit[i] = (float)atof(arguments[4]);
    settings.torque_rate[i] = 10 * settings.torque_limit[i];
  }
  for (i = 0; i < DIFFMSM_PARAMETER_SLOTS; i++) {
    settings.minimum[i] = -1e6f;
    settings.maximum[i] = 1e6f;
    settings.rate[i] = 1e6f;
  }
  start = next = now_ns();
  end = start + (int64_t)(atof(arguments[5]) * 1e9);
  if (diffmsm_receiver_init(&receiver, &settings, start) != 0) return 64;
  signal(SIGUSR1, note_reset);
  signal(SIGTERM, note_end);
  /* whoever started this may have kept them blocked */
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR1);
  sigaddset(&signals, SIGTERM);
  sigprocmask(SIG_UNBLOCK, &signals, NULL);

  while (next < end && !wants_end) {
    struct timespec until;
    float largest = 0;
    int64_t now;
    next += 1000000;
    until.tv_sec = (time_t)(next / 1000000000);
    until.tv_nsec = (long)(next % 1000000000);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0) {
    }
    if (wants_reset) {
      wants_reset = 0;
      diffmsm_receiver_reset(&receiver);
    }
    for (;;) {
      size_t count = 0;
      if (is_shared) {
        if (!segment) segment = map_segment(arguments[2]);
        if (!segment) break;
        if (diffmsm_segment_read(
                segment, DIFFMSM_SEGMENT_STATE, DIFFMSM_SIZE_STATE, bytes, &state_lock))
          count = DIFFMSM_SIZE_STATE;
        else if (diffmsm_segment_read(
                     segment, DIFFMSM_SEGMENT_PARAMETERS, DIFFMSM_SIZE_PARAMETERS, bytes,
                     &parameters_lock))
          count = DIFFMSM_SIZE_PARAMETERS;
      } else {
        const ssize_t received = recv(handle, bytes, sizeof bytes, MSG_DONTWAIT);
        if (received > 0) count = (size_t)received;
      }
      if (count == 0) break;
      if (count > 56 && !is_known) {
        /* how many there are is learnt here, as this program is for any session; a real one knows */
        if (bytes[6] == DIFFMSM_KIND_STATE && diffmsm_u16(bytes + 54) <= DIFFMSM_COORDINATE_SLOTS)
          receiver.settings.coordinates = diffmsm_u16(bytes + 54);
        if (bytes[6] == DIFFMSM_KIND_PARAMETERS && diffmsm_u16(bytes + 54) <= DIFFMSM_PARAMETER_SLOTS)
          receiver.settings.parameters = diffmsm_u16(bytes + 54);
      }
      diffmsm_receiver_take(&receiver, bytes, count, now_ns());
      is_known = receiver.has_state && receiver.has_parameters;
    }
    /* after everything that was taken, so that no message is younger than the step */
    now = now_ns();
    diffmsm_receiver_step(&receiver, now);

    for (i = 0; i < receiver.settings.coordinates; i++) {
      const float size = receiver.torque[i] < 0 ? -receiver.torque[i] : receiver.torque[i];
      if (size > largest) largest = size;
    }
    printf(
        "%.3f %016llx %u %08x %d %d %d %.6f %.3f", (double)now * 1e-6,
        (unsigned long long)receiver.session, receiver.state.state, receiver.state.reasons,
        (receiver.state.flags & DIFFMSM_FLAG_ARMED) != 0, receiver.is_active, (int)receiver.fault,
        (double)largest, (double)receiver.state.age * 1e-3 + (double)(now - receiver.arrival) * 1e-6);
    for (i = 0; i < DIFFMSM_VERDICTS; i++) printf(" %llu", (unsigned long long)receiver.count[i]);
    printf(
        " %u %.6f %.6f %.6f %.6f\n", receiver.state.generation, (double)receiver.state.torque[0],
        (double)receiver.torque[0], (double)receiver.parameters.value[0],
        (double)receiver.parameter[0]);
  }
  return 0;
}
