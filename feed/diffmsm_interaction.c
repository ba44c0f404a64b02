/* See diffmsm_interaction.h. */
#include "diffmsm_interaction.h"
#include "diffmsm_receiver.h"

static uint64_t word(const unsigned char *bytes, size_t count) {
  uint64_t value = 0;
  size_t i;
  for (i = 0; i < count; i++) value |= (uint64_t)bytes[i] << (8 * i);
  return value;
}

static void put(unsigned char *bytes, uint64_t value, size_t count) {
  size_t i;
  for (i = 0; i < count; i++) bytes[i] = (unsigned char)(value >> (8 * i) & 0xFF);
}

static uint64_t left(uint64_t value, unsigned bits) { return value << bits | value >> (64 - bits); }

static void rounds(uint64_t *v, int count) {
  for (; count > 0; count--) {
    v[0] += v[1];
    v[1] = left(v[1], 13) ^ v[0];
    v[0] = left(v[0], 32);
    v[2] += v[3];
    v[3] = left(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = left(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = left(v[1], 17) ^ v[2];
    v[2] = left(v[2], 32);
  }
}

uint64_t diffmsm_siphash(const unsigned char *key, const unsigned char *bytes, size_t count) {
  const uint64_t k0 = word(key, 8), k1 = word(key + 8, 8);
  uint64_t v[4];
  size_t i;
  v[0] = k0 ^ UINT64_C(0x736F6D6570736575);
  v[1] = k1 ^ UINT64_C(0x646F72616E646F6D);
  v[2] = k0 ^ UINT64_C(0x6C7967656E657261);
  v[3] = k1 ^ UINT64_C(0x7465646279746573);
  for (i = 0; i + 8 <= count; i += 8) {
    const uint64_t next = word(bytes + i, 8);
    v[3] ^= next;
    rounds(v, 2);
    v[0] ^= next;
  }
  {
    const uint64_t last = word(bytes + i, count - i) | (uint64_t)(count & 0xFF) << 56;
    v[3] ^= last;
    rounds(v, 2);
    v[0] ^= last;
  }
  v[2] ^= 0xFF;
  rounds(v, 4);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

void diffmsm_interaction_write(
    unsigned char *bytes, const unsigned char *key, uint64_t schema, uint64_t session,
    uint32_t sequence, int64_t sample_time, int64_t send_time, const float *torque, unsigned count) {
  const size_t tag = offsetof(diffmsm_interaction, tag);
  const int64_t age = send_time > sample_time ? (send_time - sample_time) / 1000 : 0;
  unsigned i;
  memset(bytes, 0, DIFFMSM_SIZE_INTERACTION);
  put(bytes, DIFFMSM_FEED_MAGIC, 4);
  put(bytes + offsetof(diffmsm_interaction, version), DIFFMSM_FEED_VERSION, 2);
  bytes[offsetof(diffmsm_interaction, kind)] = DIFFMSM_KIND_INTERACTION;
  put(bytes + offsetof(diffmsm_interaction, schema), schema, 8);
  put(bytes + offsetof(diffmsm_interaction, session), session, 8);
  put(bytes + offsetof(diffmsm_interaction, sequence), sequence, 4);
  put(bytes + offsetof(diffmsm_interaction, sample_time), (uint64_t)sample_time, 8);
  put(bytes + offsetof(diffmsm_interaction, send_time), (uint64_t)send_time, 8);
  put(bytes + offsetof(diffmsm_interaction, age),
      age < INT64_C(0xFFFFFFFF) ? (uint64_t)age : UINT64_C(0xFFFFFFFF), 4);
  put(bytes + offsetof(diffmsm_interaction, size), DIFFMSM_SIZE_INTERACTION, 2);
  put(bytes + offsetof(diffmsm_interaction, count), count, 2);
  for (i = 0; i < count && i < DIFFMSM_COORDINATE_SLOTS; i++) {
    uint32_t bits;
    memcpy(&bits, &torque[i], sizeof bits);
    put(bytes + offsetof(diffmsm_interaction, torque) + 4 * i, bits, 4);
  }
  put(bytes + tag, diffmsm_siphash(key, bytes, tag), 8);
  put(bytes + DIFFMSM_SIZE_INTERACTION - 4, diffmsm_crc32c(bytes, DIFFMSM_SIZE_INTERACTION - 4), 4);
}

void diffmsm_interaction_put(void *segment, const unsigned char *bytes) {
  unsigned char *base = (unsigned char *)segment + DIFFMSM_SEGMENT_INTERACTION;
  uint32_t *lock = (uint32_t *)(void *)base;
  uint64_t *words = (uint64_t *)(void *)(base + 8);
  const uint32_t inside = __atomic_load_n(lock, __ATOMIC_RELAXED) | 1u;
  const uint32_t after = inside + 1 != 0 ? inside + 1 : 2;
  size_t i;
  __atomic_store_n(lock, inside, __ATOMIC_RELAXED);
  __atomic_thread_fence(__ATOMIC_RELEASE);
  for (i = 0; i < DIFFMSM_SIZE_INTERACTION / 8; i++) {
    uint64_t next;
    memcpy(&next, bytes + 8 * i, sizeof next);
    __atomic_store_n(words + i, next, __ATOMIC_RELAXED);
  }
  __atomic_store_n(lock, after, __ATOMIC_RELEASE);
}
