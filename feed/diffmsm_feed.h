/* Made by feed-schema from Sources/ControllerFeed/FeedContract.swift; do not edit. */
#ifndef DIFFMSM_FEED_H
#define DIFFMSM_FEED_H
#include <stdint.h>
#include <string.h>

#define DIFFMSM_FEED_MAGIC UINT32_C(0x46534D44)
#define DIFFMSM_FEED_VERSION 1
#define DIFFMSM_FEED_LARGEST 480
#define DIFFMSM_PARAMETER_SLOTS 48
#define DIFFMSM_COORDINATE_SLOTS 8
#define DIFFMSM_MUSCLE_SLOTS 24

/* Shared memory: at each place a lock of four bytes, four of nothing, then a message. */
#define DIFFMSM_SEGMENT_MAGIC UINT32_C(0x53534D44)
#define DIFFMSM_SEGMENT_SIZE 4096
#define DIFFMSM_SEGMENT_STATE 64
#define DIFFMSM_SEGMENT_PARAMETERS 576
#define DIFFMSM_SEGMENT_INTERACTION 64

/* The parameters in force, on change and at a steady rate. */
#define DIFFMSM_KIND_PARAMETERS 1
#define DIFFMSM_SIZE_PARAMETERS 472
/* Joint torques of the muscles and what feed-forward needs, at every sample. */
#define DIFFMSM_KIND_STATE 2
#define DIFFMSM_SIZE_STATE 472
/* The torque that a worn device gives to the limb; off by default. */
#define DIFFMSM_KIND_INTERACTION 3
#define DIFFMSM_SIZE_INTERACTION 112

/* State of the sender. */
/* Nothing has been measured yet. */
#define DIFFMSM_STATE_STARTING 0
/* Signals come in, parameters do not yet. */
#define DIFFMSM_STATE_ACQUIRING 1
/* Parameters were accepted, and are not as sure as the session asks. */
#define DIFFMSM_STATE_IDENTIFYING 2
/* Parameters are as sure as the session asks. */
#define DIFFMSM_STATE_CONVERGED 3
/* Something is missing: torque fades or is zero, parameters stay as they were. */
#define DIFFMSM_STATE_HOLD 4
/* Something went wrong that only an operator may pass over: as hold, and disarmed. */
#define DIFFMSM_STATE_FAULT 5

/* Flags of the sender. */
/* An operator has armed the feed. */
#define DIFFMSM_FLAG_ARMED UINT32_C(0x00000001)
/* To be looked at, never to be acted on. */
#define DIFFMSM_FLAG_SHADOW UINT32_C(0x00000002)
/* Torque is on its way to zero. */
#define DIFFMSM_FLAG_FADING UINT32_C(0x00000004)
/* Values follow slower because of the sender's slew limit. */
#define DIFFMSM_FLAG_SLEWING UINT32_C(0x00000008)
/* Forces are known in newtons. */
#define DIFFMSM_FLAG_NEWTONS UINT32_C(0x00000010)
/* Forces are as sure as the prior on mass. */
#define DIFFMSM_FLAG_PRIOR_LIMITED UINT32_C(0x00000020)
/* The independent integrator agreed with the parameters in force. */
#define DIFFMSM_FLAG_CROSS_CHECKED UINT32_C(0x00000040)
/* The field muscle holds forces, else activations. */
#define DIFFMSM_FLAG_MUSCLE_FORCES UINT32_C(0x00000080)
/* The torque of a worn device is measured and part of the model. */
#define DIFFMSM_FLAG_INTERACTION_KNOWN UINT32_C(0x00000100)
/* The sender has ended in order; nothing more will come. */
#define DIFFMSM_FLAG_ENDED UINT32_C(0x00000200)

/* Why the sender holds. */
/* No complete sample has come yet. */
#define DIFFMSM_HOLD_NO_SAMPLES UINT32_C(0x00000001)
/* A stream is silent. */
#define DIFFMSM_HOLD_INPUT_LOST UINT32_C(0x00000002)
/* The latest sample is too old. */
#define DIFFMSM_HOLD_STALE UINT32_C(0x00000004)
/* The latest sample lies in a gap, or too shortly after one. */
#define DIFFMSM_HOLD_GAP UINT32_C(0x00000008)
/* An electrode is off the skin, or its channel flat. */
#define DIFFMSM_HOLD_ELECTRODE_OFF UINT32_C(0x00000010)
/* A channel is saturated. */
#define DIFFMSM_HOLD_SATURATED UINT32_C(0x00000020)
/* A clock jumped. */
#define DIFFMSM_HOLD_CLOCK_JUMP UINT32_C(0x00000040)
/* No parameters were accepted yet. */
#define DIFFMSM_HOLD_NO_PARAMETERS UINT32_C(0x00000080)
/* The estimator has not finished anything for too long. */
#define DIFFMSM_HOLD_ESTIMATOR_STALLED UINT32_C(0x00000100)
/* Estimate after estimate was refused, by the adoption policy or by the feed itself. */
#define DIFFMSM_HOLD_ESTIMATE_REFUSED UINT32_C(0x00000200)
/* The torque is not a finite number. */
#define DIFFMSM_HOLD_NOT_FINITE UINT32_C(0x00000400)
/* The torque is beyond its limit. */
#define DIFFMSM_HOLD_OUT_OF_BOUNDS UINT32_C(0x00000800)
/* The torque's standard deviation is beyond its limit. */
#define DIFFMSM_HOLD_UNCERTAIN UINT32_C(0x00001000)
/* A device is worn and its torque is not known. */
#define DIFFMSM_HOLD_INTERACTION_UNKNOWN UINT32_C(0x00002000)

/* Little-endian numbers at any address, on any host. */
static inline uint16_t diffmsm_u16(const unsigned char *b) {
  return (uint16_t)((unsigned)b[0] | (unsigned)b[1] << 8);
}
static inline uint32_t diffmsm_u32(const unsigned char *b) {
  return (uint32_t)diffmsm_u16(b) | (uint32_t)diffmsm_u16(b + 2) << 16;
}
static inline uint64_t diffmsm_u64(const unsigned char *b) {
  return (uint64_t)diffmsm_u32(b) | (uint64_t)diffmsm_u32(b + 4) << 32;
}
static inline int64_t diffmsm_i64(const unsigned char *b) {
  const uint64_t bits = diffmsm_u64(b);
  int64_t value;
  memcpy(&value, &bits, sizeof value);
  return value;
}
static inline float diffmsm_f32(const unsigned char *b) {
  const uint32_t bits = diffmsm_u32(b);
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* The parameters in force, on change and at a steady rate. */
typedef struct diffmsm_parameters {
  uint32_t magic; /* 0x46534D44, the bytes DMSF. [1] */
  uint16_t version; /* Version of the contract. [1] */
  uint8_t kind; /* Kind of message. [1] */
  uint8_t state; /* State of the sender. [1] */
  uint64_t schema; /* Hash of the ordered names and units of the session. [1] */
  uint64_t session; /* Number of the run, new at every start. [1] */
  uint32_t sequence; /* Grows by one with each message of its kind, modulo 2^32. [1] */
  uint32_t flags; /* Flags of the sender. [bits] */
  int64_t sample_time; /* Moment that the values describe, on the sender's clock. [ns] */
  int64_t send_time; /* Moment of sending, on the sender's clock. [ns] */
  uint32_t age; /* send_time less sample_time; the largest number when it is more. [us] */
  uint16_t size; /* Length of the message, the CRC included. [bytes] */
  uint16_t count; /* Slots in use: parameters, or coordinates. [1] */
  uint32_t generation; /* Grows by one with each accepted set of parameters; 0 is none. [1] */
  uint32_t reasons; /* Why the sender holds; zero when it does not. [bits] */
  uint32_t status[4]; /* Per slot from the lowest bits: 0 unidentifiable, 1 prior-limited, 2 identified. [2 bits a slot] */
  float value[48]; /* Values. [the slot's] */
  float sd[48]; /* Their standard deviations. [the slot's] */
  float largest_relative_sd; /* The largest sd over value of the factors among them. [1] */
  uint32_t crc; /* CRC-32C of all bytes before. [1] */
} diffmsm_parameters;
typedef char diffmsm_parameters_has_no_padding[sizeof(diffmsm_parameters) == 472 ? 1 : -1];
static inline void diffmsm_parameters_read(diffmsm_parameters *message, const unsigned char *bytes) {
  unsigned i;
  message->magic = diffmsm_u32(bytes + 0);
  message->version = diffmsm_u16(bytes + 4);
  message->kind = bytes[6];
  message->state = bytes[7];
  message->schema = diffmsm_u64(bytes + 8);
  message->session = diffmsm_u64(bytes + 16);
  message->sequence = diffmsm_u32(bytes + 24);
  message->flags = diffmsm_u32(bytes + 28);
  message->sample_time = diffmsm_i64(bytes + 32);
  message->send_time = diffmsm_i64(bytes + 40);
  message->age = diffmsm_u32(bytes + 48);
  message->size = diffmsm_u16(bytes + 52);
  message->count = diffmsm_u16(bytes + 54);
  message->generation = diffmsm_u32(bytes + 56);
  message->reasons = diffmsm_u32(bytes + 60);
  for (i = 0; i < 4u; i++)
    message->status[i] = diffmsm_u32(bytes + 64u + 4u * i);
  for (i = 0; i < 48u; i++)
    message->value[i] = diffmsm_f32(bytes + 80u + 4u * i);
  for (i = 0; i < 48u; i++)
    message->sd[i] = diffmsm_f32(bytes + 272u + 4u * i);
  message->largest_relative_sd = diffmsm_f32(bytes + 464);
  message->crc = diffmsm_u32(bytes + 468);
}

/* Joint torques of the muscles and what feed-forward needs, at every sample. */
typedef struct diffmsm_state {
  uint32_t magic; /* 0x46534D44, the bytes DMSF. [1] */
  uint16_t version; /* Version of the contract. [1] */
  uint8_t kind; /* Kind of message. [1] */
  uint8_t state; /* State of the sender. [1] */
  uint64_t schema; /* Hash of the ordered names and units of the session. [1] */
  uint64_t session; /* Number of the run, new at every start. [1] */
  uint32_t sequence; /* Grows by one with each message of its kind, modulo 2^32. [1] */
  uint32_t flags; /* Flags of the sender. [bits] */
  int64_t sample_time; /* Moment that the values describe, on the sender's clock. [ns] */
  int64_t send_time; /* Moment of sending, on the sender's clock. [ns] */
  uint32_t age; /* send_time less sample_time; the largest number when it is more. [us] */
  uint16_t size; /* Length of the message, the CRC included. [bytes] */
  uint16_t count; /* Slots in use: parameters, or coordinates. [1] */
  uint32_t generation; /* Grows by one with each accepted set of parameters; 0 is none. [1] */
  uint32_t reasons; /* Why the sender holds; zero when it does not. [bits] */
  float torque[8]; /* Torque of the muscles on each coordinate. [N*m] */
  float torque_sd[8]; /* Its standard deviation. [N*m] */
  float angle[8]; /* Measured angle. [rad] */
  float rate[8]; /* Its rate. [rad/s] */
  float gravity[8]; /* Torque that holds limb and payload against gravity. [N*m] */
  float inertia[36]; /* Mass matrix, lower triangle row by row: (0,0), (1,0), (1,1), ... [kg*m^2] */
  float muscle[24]; /* Tendon forces or activations, as the session asks. [N or 1] */
  float payload; /* Payload announced and in the hand. [kg] */
  uint32_t crc; /* CRC-32C of all bytes before. [1] */
} diffmsm_state;
typedef char diffmsm_state_has_no_padding[sizeof(diffmsm_state) == 472 ? 1 : -1];
static inline void diffmsm_state_read(diffmsm_state *message, const unsigned char *bytes) {
  unsigned i;
  message->magic = diffmsm_u32(bytes + 0);
  message->version = diffmsm_u16(bytes + 4);
  message->kind = bytes[6];
  message->state = bytes[7];
  message->schema = diffmsm_u64(bytes + 8);
  message->session = diffmsm_u64(bytes + 16);
  message->sequence = diffmsm_u32(bytes + 24);
  message->flags = diffmsm_u32(bytes + 28);
  message->sample_time = diffmsm_i64(bytes + 32);
  message->send_time = diffmsm_i64(bytes + 40);
  message->age = diffmsm_u32(bytes + 48);
  message->size = diffmsm_u16(bytes + 52);
  message->count = diffmsm_u16(bytes + 54);
  message->generation = diffmsm_u32(bytes + 56);
  message->reasons = diffmsm_u32(bytes + 60);
  for (i = 0; i < 8u; i++)
    message->torque[i] = diffmsm_f32(bytes + 64u + 4u * i);
  for (i = 0; i < 8u; i++)
    message->torque_sd[i] = diffmsm_f32(bytes + 96u + 4u * i);
  for (i = 0; i < 8u; i++)
    message->angle[i] = diffmsm_f32(bytes + 128u + 4u * i);
  for (i = 0; i < 8u; i++)
    message->rate[i] = diffmsm_f32(bytes + 160u + 4u * i);
  for (i = 0; i < 8u; i++)
    message->gravity[i] = diffmsm_f32(bytes + 192u + 4u * i);
  for (i = 0; i < 36u; i++)
    message->inertia[i] = diffmsm_f32(bytes + 224u + 4u * i);
  for (i = 0; i < 24u; i++)
    message->muscle[i] = diffmsm_f32(bytes + 368u + 4u * i);
  message->payload = diffmsm_f32(bytes + 464);
  message->crc = diffmsm_u32(bytes + 468);
}

/* The torque that a worn device gives to the limb; off by default. */
typedef struct diffmsm_interaction {
  uint32_t magic; /* 0x46534D44, the bytes DMSF. [1] */
  uint16_t version; /* Version of the contract. [1] */
  uint8_t kind; /* Kind of message. [1] */
  uint8_t state; /* State of the sender. [1] */
  uint64_t schema; /* Hash of the ordered names and units of the session. [1] */
  uint64_t session; /* Number of the run, new at every start. [1] */
  uint32_t sequence; /* Grows by one with each message of its kind, modulo 2^32. [1] */
  uint32_t flags; /* Flags of the sender. [bits] */
  int64_t sample_time; /* Moment that the values describe, on the sender's clock. [ns] */
  int64_t send_time; /* Moment of sending, on the sender's clock. [ns] */
  uint32_t age; /* send_time less sample_time; the largest number when it is more. [us] */
  uint16_t size; /* Length of the message, the CRC included. [bytes] */
  uint16_t count; /* Slots in use: parameters, or coordinates. [1] */
  uint32_t generation; /* Grows by one with each accepted set of parameters; 0 is none. [1] */
  uint32_t reasons; /* Why the sender holds; zero when it does not. [bits] */
  float torque[8]; /* Torque of the device on each coordinate. [N*m] */
  uint64_t tag; /* SipHash-2-4 of all bytes before under the shared key of the channel. [1] */
  uint32_t reserved; /* Zero. [1] */
  uint32_t crc; /* CRC-32C of all bytes before. [1] */
} diffmsm_interaction;
typedef char diffmsm_interaction_has_no_padding[sizeof(diffmsm_interaction) == 112 ? 1 : -1];
static inline void diffmsm_interaction_read(diffmsm_interaction *message, const unsigned char *bytes) {
  unsigned i;
  message->magic = diffmsm_u32(bytes + 0);
  message->version = diffmsm_u16(bytes + 4);
  message->kind = bytes[6];
  message->state = bytes[7];
  message->schema = diffmsm_u64(bytes + 8);
  message->session = diffmsm_u64(bytes + 16);
  message->sequence = diffmsm_u32(bytes + 24);
  message->flags = diffmsm_u32(bytes + 28);
  message->sample_time = diffmsm_i64(bytes + 32);
  message->send_time = diffmsm_i64(bytes + 40);
  message->age = diffmsm_u32(bytes + 48);
  message->size = diffmsm_u16(bytes + 52);
  message->count = diffmsm_u16(bytes + 54);
  message->generation = diffmsm_u32(bytes + 56);
  message->reasons = diffmsm_u32(bytes + 60);
  for (i = 0; i < 8u; i++)
    message->torque[i] = diffmsm_f32(bytes + 64u + 4u * i);
  message->tag = diffmsm_u64(bytes + 96);
  message->reserved = diffmsm_u32(bytes + 104);
  message->crc = diffmsm_u32(bytes + 108);
}

#endif
