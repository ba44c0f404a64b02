/* Receiver of DiffMSM's controller feed in C99: no allocation, no lock, no system call, any host's byte order.
 *
 * A loop of the controller calls, each cycle and from one thread:
 *
 *   diffmsm_receiver_take(&receiver, bytes, count, now);   for each datagram, or each new message in shared memory
 *   diffmsm_receiver_step(&receiver, now);                 then uses receiver.torque and receiver.parameter
 *
 * What is used is zero or fades unless the sender is armed, known, fresh and within the limits given here. Anything
 * else that happens while it is armed latches a fault: torque fades to zero and stays there until
 * diffmsm_receiver_reset. Both torque and parameters change no faster than the limits given here, whatever comes. */
#ifndef DIFFMSM_RECEIVER_H
#define DIFFMSM_RECEIVER_H
#include <stddef.h>
#include <stdint.h>
#include "diffmsm_feed.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What became of a message. */
typedef enum diffmsm_verdict {
  DIFFMSM_ACCEPTED = 0,
  DIFFMSM_WRONG_SIZE,     /* no message has this length, or it says another */
  DIFFMSM_WRONG_MAGIC,    /* something else sends to this port */
  DIFFMSM_WRONG_VERSION,  /* another version of the contract */
  DIFFMSM_WRONG_KIND,     /* neither state nor parameters */
  DIFFMSM_WRONG_CRC,      /* damaged on the way */
  DIFFMSM_WRONG_SCHEMA,   /* other names or units than this receiver was made for */
  DIFFMSM_WRONG_SESSION,  /* a new run that is armed: only a disarmed one may begin */
  DIFFMSM_REPEATED,       /* not newer than the last one */
  DIFFMSM_STALE,          /* torque of a sample that is too old, or a message from the future */
  DIFFMSM_NOT_FINITE,     /* a value is not a finite number */
  DIFFMSM_OUT_OF_BOUNDS,  /* a value is beyond the limits given here, or a code is unknown */
  DIFFMSM_VERDICTS
} diffmsm_verdict;

/* Why a fault is latched. */
typedef enum diffmsm_fault {
  DIFFMSM_NO_FAULT = 0,
  DIFFMSM_FAULT_SILENT,   /* no state for longer than `silence` while armed */
  DIFFMSM_FAULT_STALE,    /* the latest sample became older than `largest_age` while armed */
  DIFFMSM_FAULT_VALUE,    /* a whole message held a value that may not be */
  DIFFMSM_FAULT_SCHEMA,   /* a whole message of another schema */
  DIFFMSM_FAULT_SESSION,  /* a new run while the old one was armed */
  DIFFMSM_FAULT_SENDER    /* the sender says that it is at fault */
} diffmsm_fault;

/* What a receiver is made for; everything must be set. */
typedef struct diffmsm_receiver_settings {
  uint64_t schema;          /* hash of the names and units that the controller was built for */
  unsigned coordinates;     /* torques in use */
  unsigned parameters;      /* parameters in use */
  int same_clock;           /* nonzero on the sender's own host: times of both sides compare */
  int64_t silence;          /* time without a state after which torque fades [ns], as 3 periods or 50 ms */
  int64_t largest_age;      /* age of a sample from which torque must be zero [ns], as 250 ms */
  int64_t fade;             /* time in which torque goes to zero [ns], as 150 ms */
  float torque_limit[DIFFMSM_COORDINATE_SLOTS]; /* largest torque either way [N*m] */
  float torque_rate[DIFFMSM_COORDINATE_SLOTS];  /* largest change in a second, except when fading [N*m/s] */
  float minimum[DIFFMSM_PARAMETER_SLOTS];       /* what parameters may be [the slot's unit] */
  float maximum[DIFFMSM_PARAMETER_SLOTS];
  float rate[DIFFMSM_PARAMETER_SLOTS];          /* largest change in a second [unit/s] */
  float fallback[DIFFMSM_PARAMETER_SLOTS];      /* parameters until some were accepted */
} diffmsm_receiver_settings;

typedef struct diffmsm_receiver {
  /* for the controller to read after each step */
  float torque[DIFFMSM_COORDINATE_SLOTS];       /* to be used now [N*m] */
  float parameter[DIFFMSM_PARAMETER_SLOTS];     /* to be used now [the slot's unit] */
  int is_active;                                /* nonzero while torque follows an armed sender */
  diffmsm_fault fault;                          /* the first since the last reset */
  diffmsm_state state;                          /* the latest accepted messages, for what else they hold */
  diffmsm_parameters parameters;
  uint64_t count[DIFFMSM_VERDICTS];             /* messages by verdict */

  /* its own */
  diffmsm_receiver_settings settings;
  int has_state, has_parameters; /* some of this session were accepted */
  int is_current;                /* a state was accepted since the last reset */
  uint64_t session;
  int64_t arrival;   /* when the latest state arrived, on this host's clock [ns] */
  int64_t stepped;   /* when the latest step was [ns] */
  int64_t fade_left; /* what is left of a fade [ns] */
  int is_fading;
  float fade_start[DIFFMSM_COORDINATE_SLOTS];
} diffmsm_receiver;

/* A receiver that has heard nothing; nonzero when the settings are contradictory. Times are any monotonic clock's [ns]. */
int diffmsm_receiver_init(diffmsm_receiver *receiver, const diffmsm_receiver_settings *settings, int64_t now);

/* Takes a message that arrived at `now`; nothing of it is used unless it is accepted. */
diffmsm_verdict diffmsm_receiver_take(
    diffmsm_receiver *receiver, const unsigned char *bytes, size_t count, int64_t now);

/* Brings torque and parameters to `now`. */
void diffmsm_receiver_step(diffmsm_receiver *receiver, int64_t now);

/* Forgets a fault: an operator's act. Torque begins anew from zero when the sender is armed. */
void diffmsm_receiver_reset(diffmsm_receiver *receiver);

/* CRC-32C of `count` bytes. */
uint32_t diffmsm_crc32c(const unsigned char *bytes, size_t count);

/* Copies the message at `place` (DIFFMSM_SEGMENT_...) of a mapped segment into `bytes`; zero when there was none, when the
 * writer was inside all the time, or when it is the same as `*lock` says was read last, else nonzero and `*lock` anew. */
int diffmsm_segment_read(
    const void *segment, size_t place, size_t count, unsigned char *bytes, uint32_t *lock);

#ifdef __cplusplus
}
#endif
#endif
