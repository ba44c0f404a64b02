/* A sender for tests: messages made field by field from the offsets of the contract's structures. */
#ifndef SENDER_H
#define SENDER_H
#include "../diffmsm_receiver.h"

static void put(unsigned char *bytes, size_t place, uint64_t value, size_t count) {
  size_t i;
  for (i = 0; i < count; i++) bytes[place + i] = (unsigned char)(value >> (8 * i));
}

static void put_float(unsigned char *bytes, size_t place, float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  put(bytes, place, bits, 4);
}

static void seal(unsigned char *bytes, size_t count) {
  put(bytes, count - 4, diffmsm_crc32c(bytes, count - 4), 4);
}

/* The structures have no padding, so a field's offset in them is its place in the message. */
#define AT(kind, field) offsetof(diffmsm_##kind, field)

typedef struct message {
  unsigned char bytes[DIFFMSM_FEED_LARGEST];
  size_t count;
} message;

static message make(unsigned kind, uint64_t session, uint32_t sequence, uint32_t flags, int64_t now) {
  message made;
  memset(&made, 0, sizeof made);
  made.count = DIFFMSM_SIZE_STATE;
  put(made.bytes, AT(state, magic), DIFFMSM_FEED_MAGIC, 4);
  put(made.bytes, AT(state, version), DIFFMSM_FEED_VERSION, 2);
  put(made.bytes, AT(state, kind), kind, 1);
  put(made.bytes, AT(state, state), DIFFMSM_STATE_CONVERGED, 1);
  put(made.bytes, AT(state, schema), UINT64_C(0xABCDEF), 8);
  put(made.bytes, AT(state, session), session, 8);
  put(made.bytes, AT(state, sequence), sequence, 4);
  put(made.bytes, AT(state, flags), flags, 4);
  put(made.bytes, AT(state, sample_time), (uint64_t)(now - 20000000), 8);
  put(made.bytes, AT(state, send_time), (uint64_t)now, 8);
  put(made.bytes, AT(state, age), 20000, 4);
  put(made.bytes, AT(state, size), made.count, 2);
  put(made.bytes, AT(state, count), 2, 2);
  put(made.bytes, AT(state, generation), 1, 4);
  seal(made.bytes, made.count);
  return made;
}

static message make_state(uint64_t session, uint32_t sequence, uint32_t flags, int64_t now, float torque) {
  message made = make(DIFFMSM_KIND_STATE, session, sequence, flags, now);
  put_float(made.bytes, AT(state, torque), torque);
  put_float(made.bytes, AT(state, torque) + 4, -0.5f * torque);
  put_float(made.bytes, AT(state, torque_sd), 0.5f);
  put_float(made.bytes, AT(state, torque_sd) + 4, 0.25f);
  seal(made.bytes, made.count);
  return made;
}

static message make_parameters(uint64_t session, uint32_t sequence, uint32_t flags, int64_t now, float first) {
  message made = make(DIFFMSM_KIND_PARAMETERS, session, sequence, flags, now);
  put_float(made.bytes, AT(parameters, value), first);
  put_float(made.bytes, AT(parameters, value) + 4, 1.5f);
  put_float(made.bytes, AT(parameters, sd), 10);
  put_float(made.bytes, AT(parameters, sd) + 4, 0.1f);
  seal(made.bytes, made.count);
  return made;
}

static diffmsm_receiver_settings test_settings(void) {
  diffmsm_receiver_settings settings;
  memset(&settings, 0, sizeof settings);
  settings.schema = UINT64_C(0xABCDEF);
  settings.coordinates = 2;
  settings.parameters = 2;
  settings.silence = 50000000;
  settings.largest_age = 250000000;
  settings.fade = 150000000;
  settings.torque_limit[0] = 20;
  settings.torque_limit[1] = 10;
  settings.torque_rate[0] = 200;
  settings.torque_rate[1] = 100;
  settings.minimum[0] = 500;
  settings.maximum[0] = 1500;
  settings.rate[0] = 100;
  settings.fallback[0] = 1000;
  settings.minimum[1] = 1;
  settings.maximum[1] = 2;
  settings.rate[1] = 1;
  settings.fallback[1] = 1.5f;
  return settings;
}
#endif
