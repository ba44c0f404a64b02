/* What the receiver must do, case by case; prints the first thing that it does not, and ends with 1. */
#include <stdio.h>
#include <stdlib.h>
#include "sender.h"

#define MS INT64_C(1000000)
static int64_t now = INT64_C(1000000000000);
static uint32_t sequence;

#define CHECK(condition) \
  do { \
    if (!(condition)) { \
      printf("%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      exit(1); \
    } \
  } while (0)

static diffmsm_verdict take(diffmsm_receiver *receiver, message sent) {
  return diffmsm_receiver_take(receiver, sent.bytes, sent.count, now);
}

/* A receiver that has followed an armed sender of 8 N*m for a second. */
static diffmsm_receiver following(void) {
  diffmsm_receiver receiver;
  const diffmsm_receiver_settings settings = test_settings();
  int i;
  sequence = 100;
  CHECK(diffmsm_receiver_init(&receiver, &settings, now) == 0);
  CHECK(take(&receiver, make_state(7, sequence++, DIFFMSM_FLAG_SHADOW, now, 8)) == DIFFMSM_ACCEPTED);
  CHECK(take(&receiver, make_parameters(7, 1, DIFFMSM_FLAG_SHADOW, now, 1100)) == DIFFMSM_ACCEPTED);
  for (i = 0; i < 1000; i++) {
    now += MS;
    CHECK(take(&receiver, make_state(7, sequence++, DIFFMSM_FLAG_ARMED, now, 8)) == DIFFMSM_ACCEPTED);
    diffmsm_receiver_step(&receiver, now);
  }
  CHECK(receiver.torque[0] == 8.0f && receiver.torque[1] == -4.0f);
  CHECK(receiver.is_active && receiver.fault == DIFFMSM_NO_FAULT);
  return receiver;
}

/* Torque goes to zero in a straight line within the fade, and stays. */
static void fades(diffmsm_receiver receiver) {
  const float start = receiver.torque[0];
  int i;
  for (i = 1; i <= 400; i++) {
    const float rest = i < 150 ? 1.0f - (float)i / 150.0f : 0.0f;
    now += MS;
    diffmsm_receiver_step(&receiver, now);
    CHECK(receiver.torque[0] <= start * rest + 0.06f && receiver.torque[0] >= start * rest - 0.06f);
  }
  CHECK(receiver.torque[0] == 0.0f && receiver.torque[1] == 0.0f && !receiver.is_active);
}

static void shadow_is_never_acted_on(void) {
  diffmsm_receiver receiver;
  const diffmsm_receiver_settings settings = test_settings();
  uint32_t i;
  CHECK(diffmsm_receiver_init(&receiver, &settings, now) == 0);
  for (i = 0; i < 500; i++) {
    now += MS;
    CHECK(take(&receiver, make_state(7, i, DIFFMSM_FLAG_SHADOW, now, 8)) == DIFFMSM_ACCEPTED);
    diffmsm_receiver_step(&receiver, now);
    CHECK(receiver.torque[0] == 0.0f && !receiver.is_active);
  }
  CHECK(receiver.state.torque[0] == 8.0f);
}

static void rises_no_faster_than_allowed(void) {
  diffmsm_receiver receiver = following();
  float last = receiver.torque[0];
  int i;
  for (i = 0; i < 400; i++) {
    now += MS;
    CHECK(
        take(&receiver, make_state(7, sequence++, DIFFMSM_FLAG_ARMED, now, i % 100 < 50 ? 19.0f : -19.0f)) ==
        DIFFMSM_ACCEPTED);
    diffmsm_receiver_step(&receiver, now);
    CHECK(receiver.torque[0] - last <= 0.2001f && receiver.torque[0] - last >= -0.2001f);
    last = receiver.torque[0];
  }
}

static void silence_fades_and_latches(void) {
  diffmsm_receiver receiver = following();
  int64_t heard = now;
  while (now < heard + 50 * MS) {
    now += MS;
    diffmsm_receiver_step(&receiver, now);
    CHECK(receiver.torque[0] == 8.0f);
  }
  now += MS;
  diffmsm_receiver_step(&receiver, now);
  CHECK(receiver.fault == DIFFMSM_FAULT_SILENT);
  fades(receiver);
  /* the sender comes back: nothing until the operator's reset */
  for (heard = 0; heard < 300; heard++) {
    now += MS;
    CHECK(take(&receiver, make_state(7, sequence++, DIFFMSM_FLAG_ARMED, now, 8)) == DIFFMSM_ACCEPTED);
    diffmsm_receiver_step(&receiver, now);
    CHECK(receiver.fault == DIFFMSM_FAULT_SILENT && !receiver.is_active);
  }
  CHECK(receiver.torque[0] == 0.0f);
  diffmsm_receiver_reset(&receiver);
  now += MS;
  diffmsm_receiver_step(&receiver, now);
  CHECK(receiver.torque[0] == 0.0f && !receiver.is_active);
  now += MS;
  CHECK(take(&receiver, make_state(7, sequence++, DIFFMSM_FLAG_ARMED, now, 8)) == DIFFMSM_ACCEPTED);
  diffmsm_receiver_step(&receiver, now);
  CHECK(receiver.is_active && receiver.torque[0] > 0.0f && receiver.torque[0] <= 0.2001f);
}

static void every_wrong_message_is_named(void) {
  diffmsm_receiver receiver = following();
  message sent;
  const uint32_t armed = DIFFMSM_FLAG_ARMED;
#define REFUSED(verdict, ...) \
  sent = make_state(7, sequence + 10, armed, now, 8); \
  __VA_ARGS__; \
  CHECK(take(&receiver, sent) == (verdict))
  REFUSED(DIFFMSM_WRONG_SIZE, sent.count = 7);
  REFUSED(DIFFMSM_WRONG_SIZE, sent.count = 0);
  REFUSED(DIFFMSM_WRONG_SIZE, sent.count -= 4);
  REFUSED(DIFFMSM_WRONG_SIZE, sent.count += 4);
  REFUSED(DIFFMSM_WRONG_MAGIC, sent.bytes[0] ^= 1u);
  REFUSED(DIFFMSM_WRONG_VERSION, sent.bytes[4] = 2; seal(sent.bytes, sent.count));
  REFUSED(DIFFMSM_WRONG_KIND, sent.bytes[6] = 3; seal(sent.bytes, sent.count));
  REFUSED(DIFFMSM_WRONG_CRC, sent.bytes[100] ^= 1u);
  REFUSED(DIFFMSM_REPEATED, sent = make_state(7, sequence - 1, armed, now, 8));
  REFUSED(DIFFMSM_REPEATED, sent = make_state(7, sequence - 50, armed, now, 8));
  REFUSED(DIFFMSM_STALE, put(sent.bytes, AT(state, age), 251000, 4); seal(sent.bytes, sent.count));
  CHECK(receiver.fault == DIFFMSM_NO_FAULT);
  REFUSED(DIFFMSM_WRONG_SESSION, sent = make_state(8, 1, armed, now, 8));
  CHECK(receiver.fault == DIFFMSM_FAULT_SESSION);
  receiver = following();
  REFUSED(DIFFMSM_WRONG_SCHEMA, sent.bytes[8] ^= 1u; seal(sent.bytes, sent.count));
  CHECK(receiver.fault == DIFFMSM_FAULT_SCHEMA);
  receiver = following();
  REFUSED(DIFFMSM_OUT_OF_BOUNDS, sent = make_state(7, sequence, armed, now, 20.01f));
  CHECK(receiver.fault == DIFFMSM_FAULT_VALUE);
  fades(receiver);
  receiver = following();
  REFUSED(DIFFMSM_OUT_OF_BOUNDS, put(sent.bytes, AT(state, state), 6, 1); seal(sent.bytes, sent.count));
  REFUSED(DIFFMSM_OUT_OF_BOUNDS, put(sent.bytes, AT(state, count), 3, 2); seal(sent.bytes, sent.count));
  receiver = following();
  REFUSED(DIFFMSM_NOT_FINITE, put(sent.bytes, AT(state, gravity), 0x7FC00000u, 4); seal(sent.bytes, sent.count));
  CHECK(receiver.fault == DIFFMSM_FAULT_VALUE);
  receiver = following();
  REFUSED(DIFFMSM_NOT_FINITE, put(sent.bytes, AT(state, torque), 0xFF800000u, 4); seal(sent.bytes, sent.count));
  /* a hole in the sequence is no reason to refuse, and the counter may wrap */
  receiver = following();
  CHECK(take(&receiver, make_state(7, sequence + 1000, armed, now, 8)) == DIFFMSM_ACCEPTED);
  CHECK(take(&receiver, make_state(7, sequence + 1000 + 0x7FFFFFFFu, armed, now, 8)) == DIFFMSM_ACCEPTED);
  CHECK(take(&receiver, make_state(7, sequence + 1000 + 0x7FFFFFFFu + 0x7FFFFFFFu, armed, now, 8)) == DIFFMSM_ACCEPTED);
}

static void age_counts_from_the_sample(void) {
  /* 100 ms old when sent: stale 150 ms after it arrived, by the receiver's own clock alone */
  diffmsm_receiver receiver = following();
  message sent;
  int64_t arrived;
  receiver.settings.silence = 10000 * MS;
  now += MS;
  sent = make_state(7, sequence++, DIFFMSM_FLAG_ARMED, now, 8);
  put(sent.bytes, AT(state, age), 100000, 4);
  put(sent.bytes, AT(state, send_time), 12345, 8);
  seal(sent.bytes, sent.count);
  CHECK(take(&receiver, sent) == DIFFMSM_ACCEPTED);
  arrived = now;
  while (now < arrived + 150 * MS) {
    now += MS;
    diffmsm_receiver_step(&receiver, now);
    CHECK(receiver.fault == DIFFMSM_NO_FAULT);
  }
  now += MS;
  diffmsm_receiver_step(&receiver, now);
  CHECK(receiver.fault == DIFFMSM_FAULT_STALE);
  fades(receiver);
}

static void on_the_same_host_memory_does_not_look_fresh(void) {
  diffmsm_receiver receiver = following();
  message sent;
  receiver.settings.same_clock = 1;
  sent = make_state(7, sequence++, DIFFMSM_FLAG_ARMED, now - 300 * MS, 8);
  CHECK(take(&receiver, sent) == DIFFMSM_STALE);
  sent = make_state(7, sequence++, DIFFMSM_FLAG_ARMED, now + 2 * MS, 8);
  CHECK(take(&receiver, sent) == DIFFMSM_STALE);
  sent = make_state(7, sequence++, DIFFMSM_FLAG_ARMED, now - 60 * MS, 8);
  CHECK(take(&receiver, sent) == DIFFMSM_ACCEPTED);
  diffmsm_receiver_step(&receiver, now);
  CHECK(receiver.fault == DIFFMSM_FAULT_SILENT);
}

static void a_new_run_begins_disarmed(void) {
  diffmsm_receiver receiver = following();
  CHECK(take(&receiver, make_state(8, 1, DIFFMSM_FLAG_SHADOW, now, 0)) == DIFFMSM_ACCEPTED);
  CHECK(receiver.fault == DIFFMSM_FAULT_SESSION);
  fades(receiver);
  diffmsm_receiver_reset(&receiver);
  CHECK(take(&receiver, make_state(8, 2, DIFFMSM_FLAG_ARMED, now, 0)) == DIFFMSM_ACCEPTED);
  CHECK(take(&receiver, make_state(7, sequence + 5, DIFFMSM_FLAG_ARMED, now, 8)) == DIFFMSM_WRONG_SESSION);
  /* disarmed in the old run, the new one is nothing to be alarmed by */
  receiver = following();
  CHECK(take(&receiver, make_state(7, sequence++, DIFFMSM_FLAG_SHADOW, now, 8)) == DIFFMSM_ACCEPTED);
  CHECK(take(&receiver, make_state(9, 1, DIFFMSM_FLAG_SHADOW, now, 8)) == DIFFMSM_ACCEPTED);
  CHECK(receiver.fault == DIFFMSM_NO_FAULT);
  fades(receiver);
}

static void a_fault_of_the_sender_latches(void) {
  diffmsm_receiver receiver = following();
  message sent = make_state(7, sequence++, DIFFMSM_FLAG_SHADOW, now, 0);
  put(sent.bytes, AT(state, state), DIFFMSM_STATE_FAULT, 1);
  seal(sent.bytes, sent.count);
  CHECK(take(&receiver, sent) == DIFFMSM_ACCEPTED);
  CHECK(receiver.fault == DIFFMSM_FAULT_SENDER);
  fades(receiver);
}

static void parameters_are_slow_and_held(void) {
  diffmsm_receiver receiver = following();
  float last;
  int i;
  /* 1000 to 1100 at 100 a second, over the second that following() took */
  CHECK(receiver.parameter[0] > 1099.0f && receiver.parameter[0] <= 1100.0f);
  CHECK(take(&receiver, make_parameters(7, 2, DIFFMSM_FLAG_ARMED, now, 1501)) == DIFFMSM_OUT_OF_BOUNDS);
  CHECK(take(&receiver, make_parameters(7, 1, DIFFMSM_FLAG_ARMED, now, 1000)) == DIFFMSM_REPEATED);
  receiver = following();
  CHECK(take(&receiver, make_parameters(7, 2, DIFFMSM_FLAG_ARMED, now, 600)) == DIFFMSM_ACCEPTED);
  last = receiver.parameter[0];
  for (i = 0; i < 10000; i++) {
    now += MS;
    diffmsm_receiver_step(&receiver, now);
    CHECK(last - receiver.parameter[0] <= 0.1002f && receiver.parameter[0] <= last);
    last = receiver.parameter[0];
  }
  CHECK(receiver.parameter[0] == 600.0f && receiver.fault == DIFFMSM_FAULT_SILENT);
}

static void settings_must_make_sense(void) {
  diffmsm_receiver receiver;
  diffmsm_receiver_settings settings = test_settings();
  settings.torque_limit[1] = 0;
  CHECK(diffmsm_receiver_init(&receiver, &settings, now) != 0);
  settings = test_settings();
  settings.fallback[0] = 400;
  CHECK(diffmsm_receiver_init(&receiver, &settings, now) != 0);
  settings = test_settings();
  settings.coordinates = DIFFMSM_COORDINATE_SLOTS + 1;
  CHECK(diffmsm_receiver_init(&receiver, &settings, now) != 0);
  settings = test_settings();
  settings.fade = 0;
  CHECK(diffmsm_receiver_init(&receiver, &settings, now) != 0);
}

/* Bytes of the golden messages, as the sender's own tests have them: receiver_test FILE... */
static void golden_messages_are_read(int count, char **files) {
  int i;
  for (i = 1; i < count; i++) {
    unsigned char bytes[DIFFMSM_FEED_LARGEST];
    size_t size = 0;
    unsigned byte;
    FILE *file = fopen(files[i], "r");
    CHECK(file != NULL);
    while (size < sizeof bytes && fscanf(file, "%2x", &byte) == 1) bytes[size++] = (unsigned char)byte;
    fclose(file);
    CHECK(diffmsm_u32(bytes + size - 4) == diffmsm_crc32c(bytes, size - 4));
    if (bytes[6] == DIFFMSM_KIND_STATE) {
      diffmsm_state state;
      diffmsm_state_read(&state, bytes);
      CHECK(size == DIFFMSM_SIZE_STATE && state.size == size && state.count == 2);
      CHECK(state.state == DIFFMSM_STATE_CONVERGED && state.generation == 3 && state.sequence == 7);
      CHECK(state.session == UINT64_C(0x1122334455667788) && state.age == 12345);
      CHECK(state.sample_time == INT64_C(5000000000) && state.send_time == INT64_C(5012345678));
      CHECK(state.torque[0] == -1.25f && state.torque[1] == 7.5f && state.torque[2] == 0.0f);
      CHECK(state.torque_sd[1] == 0.5f && state.angle[1] == 1.2f && state.rate[0] == -0.5f);
      CHECK(state.gravity[1] == 3.0f && state.inertia[2] == 0.05f && state.muscle[0] == 123.0f);
      CHECK(state.payload == 2.0f);
    } else if (bytes[6] == DIFFMSM_KIND_PARAMETERS) {
      diffmsm_parameters parameters;
      diffmsm_parameters_read(&parameters, bytes);
      CHECK((parameters.status[0] & 3u) == 2 && (parameters.status[0] >> 2 & 3u) == 1);
      CHECK(parameters.value[0] == 987.25f && parameters.value[1] == 1.5f);
      CHECK(parameters.sd[0] == 12.5f && parameters.sd[1] == 0.25f);
    } else {
      diffmsm_interaction interaction;
      diffmsm_interaction_read(&interaction, bytes);
      CHECK(interaction.torque[0] == 1.5f && interaction.torque[1] == -2.25f);
    }
  }
}

int main(int count, char **files) {
  CHECK(diffmsm_crc32c((const unsigned char *)"123456789", 9) == UINT32_C(0xE3069283));
  golden_messages_are_read(count, files);
  shadow_is_never_acted_on();
  rises_no_faster_than_allowed();
  silence_fades_and_latches();
  every_wrong_message_is_named();
  age_counts_from_the_sample();
  on_the_same_host_memory_does_not_look_fresh();
  a_new_run_begins_disarmed();
  a_fault_of_the_sender_latches();
  parameters_are_slow_and_held();
  settings_must_make_sense();
  printf("ok\n");
  return 0;
}
