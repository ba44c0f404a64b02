/* Mutated datagrams: fuzz COUNT SEED. None that differs from what was sent may be accepted; and of those whose CRC was
 * made right again, none may move torque or parameters beyond a limit or faster than one. */
#include <stdio.h>
#include <stdlib.h>
#include "sender.h"

static uint64_t seed;
static uint32_t draw(uint32_t below) {
  /* splitmix64 */
  uint64_t z = (seed += UINT64_C(0x9E3779B97F4A7C15));
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return (uint32_t)((z ^ (z >> 31)) % below);
}

/* Damages a message in one of eight ways. */
static void mutate(message *sent) {
  uint32_t i, times = 1 + draw(8);
  const size_t size = sizeof sent->bytes;
  switch (draw(8)) {
    case 0:
      for (i = 0; i < times; i++)
        sent->bytes[draw((uint32_t)sent->count)] ^= (unsigned char)(1u << draw(8));
      break;
    case 1:
      for (i = 0; i < times; i++)
        sent->bytes[draw((uint32_t)sent->count)] = (unsigned char)draw(256);
      break;
    case 2: sent->count = draw((uint32_t)sent->count); break;
    case 3: sent->count += 1 + draw((uint32_t)(size - sent->count)); break;
    case 4: { /* a burst */
      const uint32_t start = draw((uint32_t)sent->count);
      for (i = start; i < sent->count && i < start + 64; i++) sent->bytes[i] = (unsigned char)draw(256);
      break;
    }
    case 5: { /* four bytes of a header's field */
      const uint32_t place = 4 * draw(16);
      put(sent->bytes, place, draw(0xFFFFFFFFu), 4);
      break;
    }
    case 6: { /* a value that is none, or too large */
      static const uint32_t patterns[5] = {0x7FC00000u, 0x7F800000u, 0xFF800000u, 0x7F7FFFFFu, 0x447A0000u};
      put(sent->bytes, 64 + 4 * draw((uint32_t)(sent->count - 68) / 4), patterns[draw(5)], 4);
      break;
    }
    default: /* bytes change places */
      for (i = 0; i < times; i++) {
        const uint32_t a = draw((uint32_t)sent->count), b = draw((uint32_t)sent->count);
        const unsigned char kept = sent->bytes[a];
        sent->bytes[a] = sent->bytes[b];
        sent->bytes[b] = kept;
      }
  }
}

int main(int argument_count, char **arguments) {
  const unsigned long rounds = argument_count > 1 ? strtoul(arguments[1], NULL, 10) : 100000;
  const diffmsm_receiver_settings settings = test_settings();
  diffmsm_receiver receiver, armed;
  unsigned long round, mutated = 0, accepted = 0, sealed = 0, believed = 0;
  int64_t now = INT64_C(1000000000000);
  unsigned i;
  seed = argument_count > 2 ? strtoull(arguments[2], NULL, 10) : 1;

  /* a receiver that follows an armed sender */
  if (diffmsm_receiver_init(&receiver, &settings, now) != 0) return 1;
  {
    const message first = make_state(7, 1, DIFFMSM_FLAG_SHADOW, now, 8);
    const message second = make_parameters(7, 1, DIFFMSM_FLAG_SHADOW, now, 1100);
    const message third = make_state(7, 2, DIFFMSM_FLAG_ARMED, now, 8);
    diffmsm_receiver_take(&receiver, first.bytes, first.count, now);
    diffmsm_receiver_take(&receiver, second.bytes, second.count, now);
    if (diffmsm_receiver_take(&receiver, third.bytes, third.count, now) != DIFFMSM_ACCEPTED) return 1;
    now += 1000000;
    diffmsm_receiver_step(&receiver, now);
  }
  armed = receiver;

  for (round = 0; round < rounds; round++) {
    const message whole = draw(2) != 0
        ? make_state(7, 3 + draw(1000), DIFFMSM_FLAG_ARMED, now, (float)draw(19))
        : make_parameters(7, 3 + draw(1000), DIFFMSM_FLAG_ARMED, now, 600.0f + (float)draw(800));
    message sent = whole;
    diffmsm_verdict verdict;
    float torque[2], parameter[2];
    mutate(&sent);
    if (sent.count == whole.count && memcmp(sent.bytes, whole.bytes, whole.count) == 0) continue;
    mutated++;
    receiver = armed;
    if (diffmsm_receiver_take(&receiver, sent.bytes, sent.count, now) == DIFFMSM_ACCEPTED) {
      printf("accepted: round %lu\n", round);
      accepted++;
    }
    if (round % 4 != 0 || sent.count < 8) continue;

    /* what somebody who can count sends: whatever is accepted, nothing leaves its limits */
    sealed++;
    receiver = armed;
    seal(sent.bytes, sent.count);
    verdict = diffmsm_receiver_take(&receiver, sent.bytes, sent.count, now);
    if (verdict == DIFFMSM_ACCEPTED) believed++;
    memcpy(torque, receiver.torque, sizeof torque);
    memcpy(parameter, receiver.parameter, sizeof parameter);
    diffmsm_receiver_step(&receiver, now + 1000000);
    for (i = 0; i < 2; i++) {
      const float step = receiver.torque[i] - torque[i];
      const float change = receiver.parameter[i] - parameter[i];
      const float most = settings.torque_rate[i] * 0.00101f;
      if (!(receiver.torque[i] <= settings.torque_limit[i]) || !(receiver.torque[i] >= -settings.torque_limit[i]) ||
          !(step <= most) || !(step >= -most) || !(receiver.parameter[i] <= settings.maximum[i]) ||
          !(receiver.parameter[i] >= settings.minimum[i]) || !(change <= settings.rate[i] * 0.00101f) ||
          !(change >= -settings.rate[i] * 0.00101f)) {
        printf("a limit was left: round %lu\n", round);
        return 1;
      }
    }
  }
  printf("%lu mutated datagrams, %lu accepted; %lu of them sealed again, %lu believed, no limit left\n",
      mutated, accepted, sealed, believed);
  return accepted == 0 ? 0 : 1;
}
