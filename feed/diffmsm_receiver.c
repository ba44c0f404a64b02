/* See diffmsm_receiver.h. */
#include "diffmsm_receiver.h"

/* CRC-32C of a nibble: polynomial 0x82F63B78, reflected. */
static const uint32_t nibbles[16] = {
    UINT32_C(0x00000000), UINT32_C(0x105EC76F), UINT32_C(0x20BD8EDE), UINT32_C(0x30E349B1),
    UINT32_C(0x417B1DBC), UINT32_C(0x5125DAD3), UINT32_C(0x61C69362), UINT32_C(0x7198540D),
    UINT32_C(0x82F63B78), UINT32_C(0x92A8FC17), UINT32_C(0xA24BB5A6), UINT32_C(0xB21572C9),
    UINT32_C(0xC38D26C4), UINT32_C(0xD3D3E1AB), UINT32_C(0xE330A81A), UINT32_C(0xF36E6F75)};

uint32_t diffmsm_crc32c(const unsigned char *bytes, size_t count) {
  uint32_t rest = UINT32_C(0xFFFFFFFF);
  size_t i;
  for (i = 0; i < count; i++) {
    rest ^= bytes[i];
    rest = rest >> 4 ^ nibbles[rest & 15u];
    rest = rest >> 4 ^ nibbles[rest & 15u];
  }
  return ~rest;
}

/* Without <math.h>, which -ffast-math would make believe that everything is finite. */
static int is_finite(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return (bits & UINT32_C(0x7F800000)) != UINT32_C(0x7F800000);
}

static int all_finite(const float *values, unsigned count) {
  unsigned i;
  for (i = 0; i < count; i++)
    if (!is_finite(values[i])) return 0;
  return 1;
}

int diffmsm_receiver_init(
    diffmsm_receiver *receiver, const diffmsm_receiver_settings *settings, int64_t now) {
  unsigned i;
  memset(receiver, 0, sizeof *receiver);
  receiver->settings = *settings;
  receiver->stepped = now;
  if (settings->coordinates > DIFFMSM_COORDINATE_SLOTS) return 1;
  if (settings->parameters > DIFFMSM_PARAMETER_SLOTS) return 1;
  if (settings->silence <= 0 || settings->fade <= 0 || settings->largest_age <= 0) return 1;
  for (i = 0; i < settings->coordinates; i++) {
    if (!is_finite(settings->torque_limit[i]) || !(settings->torque_limit[i] > 0)) return 1;
    if (!is_finite(settings->torque_rate[i]) || !(settings->torque_rate[i] > 0)) return 1;
  }
  for (i = 0; i < settings->parameters; i++) {
    if (!(settings->minimum[i] <= settings->fallback[i])) return 1;
    if (!(settings->fallback[i] <= settings->maximum[i])) return 1;
    if (!(settings->rate[i] > 0)) return 1;
    receiver->parameter[i] = settings->fallback[i];
  }
  return 0;
}

static void latch(diffmsm_receiver *receiver, diffmsm_fault fault) {
  if (receiver->fault == DIFFMSM_NO_FAULT) receiver->fault = fault;
}

static int is_armed(const diffmsm_receiver *receiver) {
  return receiver->is_current && (receiver->state.flags & DIFFMSM_FLAG_ARMED) != 0 &&
         (receiver->state.flags & DIFFMSM_FLAG_SHADOW) == 0;
}

/* Time since the sample was taken: since it was sent by this host's clock, before by the sender's [ns]. */
static int64_t age(const diffmsm_receiver *receiver, int64_t now) {
  return (int64_t)receiver->state.age * 1000 + (now - receiver->arrival);
}

static int has_torque(const diffmsm_state *message) {
  unsigned i;
  for (i = 0; i < DIFFMSM_COORDINATE_SLOTS; i++)
    if (message->torque[i] > 0 || message->torque[i] < 0) return 1;
  return 0;
}

static diffmsm_verdict judge_state(
    const diffmsm_receiver_settings *settings, const diffmsm_state *message) {
  unsigned i;
  if (!all_finite(message->torque, DIFFMSM_COORDINATE_SLOTS) ||
      !all_finite(message->torque_sd, DIFFMSM_COORDINATE_SLOTS) ||
      !all_finite(message->angle, DIFFMSM_COORDINATE_SLOTS) ||
      !all_finite(message->rate, DIFFMSM_COORDINATE_SLOTS) ||
      !all_finite(message->gravity, DIFFMSM_COORDINATE_SLOTS) ||
      !all_finite(message->inertia, DIFFMSM_COORDINATE_SLOTS * (DIFFMSM_COORDINATE_SLOTS + 1) / 2) ||
      !all_finite(message->muscle, DIFFMSM_MUSCLE_SLOTS) || !is_finite(message->payload))
    return DIFFMSM_NOT_FINITE;
  if (message->state > DIFFMSM_STATE_FAULT) return DIFFMSM_OUT_OF_BOUNDS;
  if (message->count != settings->coordinates) return DIFFMSM_OUT_OF_BOUNDS;
  for (i = 0; i < settings->coordinates; i++) {
    if (!(message->torque[i] <= settings->torque_limit[i])) return DIFFMSM_OUT_OF_BOUNDS;
    if (!(message->torque[i] >= -settings->torque_limit[i])) return DIFFMSM_OUT_OF_BOUNDS;
    if (!(message->torque_sd[i] >= 0)) return DIFFMSM_OUT_OF_BOUNDS;
  }
  return DIFFMSM_ACCEPTED;
}

static diffmsm_verdict judge_parameters(
    const diffmsm_receiver_settings *settings, const diffmsm_parameters *message) {
  unsigned i;
  if (!all_finite(message->value, DIFFMSM_PARAMETER_SLOTS) ||
      !all_finite(message->sd, DIFFMSM_PARAMETER_SLOTS) || !is_finite(message->largest_relative_sd))
    return DIFFMSM_NOT_FINITE;
  if (message->state > DIFFMSM_STATE_FAULT) return DIFFMSM_OUT_OF_BOUNDS;
  if (message->count != settings->parameters) return DIFFMSM_OUT_OF_BOUNDS;
  for (i = 0; i < settings->parameters; i++) {
    if (!(message->value[i] >= settings->minimum[i])) return DIFFMSM_OUT_OF_BOUNDS;
    if (!(message->value[i] <= settings->maximum[i])) return DIFFMSM_OUT_OF_BOUNDS;
    if (!(message->sd[i] >= 0)) return DIFFMSM_OUT_OF_BOUNDS;
  }
  return DIFFMSM_ACCEPTED;
}

/* Whether `next` comes after `last`, modulo 2^32. */
static int is_newer(uint32_t next, uint32_t last) {
  const uint32_t step = next - last;
  return step != 0 && step < UINT32_C(0x80000000);
}

static diffmsm_verdict judge(
    diffmsm_receiver *receiver, const unsigned char *bytes, size_t count, int64_t now) {
  const diffmsm_receiver_settings *settings = &receiver->settings;
  diffmsm_state state;
  diffmsm_parameters parameters;
  diffmsm_verdict verdict;
  uint64_t session;
  uint32_t flags;
  int is_state, is_new;

  /* what costs nothing first; the CRC covers every byte, so nothing before it is believed */
  if (count < 8) return DIFFMSM_WRONG_SIZE;
  if (diffmsm_u32(bytes) != DIFFMSM_FEED_MAGIC) return DIFFMSM_WRONG_MAGIC;
  if (diffmsm_u16(bytes + 4) != DIFFMSM_FEED_VERSION) return DIFFMSM_WRONG_VERSION;
  is_state = bytes[6] == DIFFMSM_KIND_STATE;
  if (!is_state && bytes[6] != DIFFMSM_KIND_PARAMETERS) return DIFFMSM_WRONG_KIND;
  if (count != (is_state ? DIFFMSM_SIZE_STATE : DIFFMSM_SIZE_PARAMETERS)) return DIFFMSM_WRONG_SIZE;
  if (diffmsm_u32(bytes + count - 4) != diffmsm_crc32c(bytes, count - 4)) return DIFFMSM_WRONG_CRC;
  memset(&state, 0, sizeof state);
  memset(&parameters, 0, sizeof parameters);
  if (is_state)
    diffmsm_state_read(&state, bytes);
  else
    diffmsm_parameters_read(&parameters, bytes);
  if ((is_state ? state.size : parameters.size) != count) return DIFFMSM_WRONG_SIZE;
  if ((is_state ? state.schema : parameters.schema) != settings->schema) {
    if (is_armed(receiver)) latch(receiver, DIFFMSM_FAULT_SCHEMA);
    return DIFFMSM_WRONG_SCHEMA;
  }

  /* a new run begins disarmed */
  session = is_state ? state.session : parameters.session;
  flags = is_state ? state.flags : parameters.flags;
  is_new = !(receiver->has_state || receiver->has_parameters) || session != receiver->session;
  if (is_new && ((flags & DIFFMSM_FLAG_ARMED) != 0 || (flags & DIFFMSM_FLAG_SHADOW) == 0)) {
    if (is_armed(receiver)) latch(receiver, DIFFMSM_FAULT_SESSION);
    return DIFFMSM_WRONG_SESSION;
  }
  if (!is_new && is_state && receiver->has_state &&
      !is_newer(state.sequence, receiver->state.sequence))
    return DIFFMSM_REPEATED;
  if (!is_new && !is_state && receiver->has_parameters &&
      !is_newer(parameters.sequence, receiver->parameters.sequence))
    return DIFFMSM_REPEATED;

  verdict = is_state ? judge_state(settings, &state) : judge_parameters(settings, &parameters);
  if (verdict != DIFFMSM_ACCEPTED) {
    /* the whole message arrived, and means this */
    if (is_armed(receiver)) latch(receiver, DIFFMSM_FAULT_VALUE);
    return verdict;
  }
  if (is_state) {
    int64_t arrival = now;
    if (settings->same_clock) {
      /* what lay in shared memory for a while is as old as it says */
      if (state.send_time > now + 1000000) return DIFFMSM_STALE;
      if (state.send_time < now) arrival = state.send_time;
    }
    /* what is too old may come without torque: the sender lives and holds */
    if ((int64_t)state.age * 1000 + (now - arrival) > settings->largest_age && has_torque(&state))
      return DIFFMSM_STALE;
    if (is_new && is_armed(receiver)) latch(receiver, DIFFMSM_FAULT_SESSION);
    if (is_armed(receiver) && state.state == DIFFMSM_STATE_FAULT)
      latch(receiver, DIFFMSM_FAULT_SENDER);
    receiver->state = state;
    receiver->has_state = 1;
    receiver->is_current = 1;
    receiver->arrival = arrival;
    if (is_new) receiver->has_parameters = 0;
  } else {
    if (is_new && is_armed(receiver)) latch(receiver, DIFFMSM_FAULT_SESSION);
    receiver->parameters = parameters;
    receiver->has_parameters = 1;
    if (is_new) receiver->has_state = receiver->is_current = 0;
  }
  receiver->session = session;
  return DIFFMSM_ACCEPTED;
}

diffmsm_verdict diffmsm_receiver_take(
    diffmsm_receiver *receiver, const unsigned char *bytes, size_t count, int64_t now) {
  const diffmsm_verdict verdict = judge(receiver, bytes, count, now);
  receiver->count[verdict]++;
  return verdict;
}

/* `value` after it went toward `target` by at most `step`. */
static float toward(float value, float target, float step) {
  const float rest = target - value;
  if (rest > step) return value + step;
  if (rest < -step) return value - step;
  return target;
}

void diffmsm_receiver_step(diffmsm_receiver *receiver, int64_t now) {
  const diffmsm_receiver_settings *settings = &receiver->settings;
  int64_t passed = now - receiver->stepped;
  int follows;
  unsigned i;
  float seconds;
  if (passed < 0) passed = 0;
  receiver->stepped = now;

  if (is_armed(receiver)) {
    if (now - receiver->arrival > settings->silence) latch(receiver, DIFFMSM_FAULT_SILENT);
    if (age(receiver, now) > settings->largest_age && has_torque(&receiver->state))
      latch(receiver, DIFFMSM_FAULT_STALE);
  }
  follows = is_armed(receiver) && receiver->fault == DIFFMSM_NO_FAULT &&
            receiver->state.state != DIFFMSM_STATE_FAULT;

  /* a loop that was late makes up for no more than 20 ms */
  seconds = (float)(passed < 20000000 ? passed : 20000000) * 1e-9f;
  if (follows) {
    receiver->is_fading = 0;
    for (i = 0; i < settings->coordinates; i++)
      receiver->torque[i] =
          toward(receiver->torque[i], receiver->state.torque[i], settings->torque_rate[i] * seconds);
  } else {
    if (!receiver->is_fading) {
      receiver->is_fading = 1;
      receiver->fade_left = settings->fade;
      for (i = 0; i < settings->coordinates; i++) receiver->fade_start[i] = receiver->torque[i];
    }
    receiver->fade_left = receiver->fade_left > passed ? receiver->fade_left - passed : 0;
    for (i = 0; i < settings->coordinates; i++)
      receiver->torque[i] = receiver->fade_start[i] *
                            ((float)receiver->fade_left / (float)settings->fade);
  }
  receiver->is_active = follows;

  if (receiver->has_parameters)
    for (i = 0; i < settings->parameters; i++)
      receiver->parameter[i] = toward(
          receiver->parameter[i], receiver->parameters.value[i], settings->rate[i] * seconds);
}

void diffmsm_receiver_reset(diffmsm_receiver *receiver) {
  unsigned i;
  receiver->fault = DIFFMSM_NO_FAULT;
  for (i = 0; i < DIFFMSM_COORDINATE_SLOTS; i++) receiver->torque[i] = 0;
  receiver->is_fading = 1;
  receiver->fade_left = 0;
  /* what was heard before the fault is forgotten: only a message that comes after the reset can move anything */
  receiver->is_current = 0;
}

int diffmsm_segment_read(
    const void *segment, size_t place, size_t count, unsigned char *bytes, uint32_t *lock) {
  const unsigned char *base = (const unsigned char *)segment + place;
  const uint32_t *gate = (const uint32_t *)(const void *)base;
  const uint64_t *words = (const uint64_t *)(const void *)(base + 8);
  int attempt;
  for (attempt = 0; attempt < 8; attempt++) {
    const uint32_t before = __atomic_load_n(gate, __ATOMIC_ACQUIRE);
    uint32_t after;
    size_t i;
    if (before == *lock || before == 0) return 0;
    if ((before & 1u) != 0) continue;
    for (i = 0; i < count / 8; i++) {
      const uint64_t word = __atomic_load_n(words + i, __ATOMIC_RELAXED);
      memcpy(bytes + 8 * i, &word, sizeof word);
    }
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    after = __atomic_load_n(gate, __ATOMIC_RELAXED);
    if (after == before) {
      *lock = before;
      return 1;
    }
  }
  return 0;
}
