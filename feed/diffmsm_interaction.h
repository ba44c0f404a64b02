/* What a worn device's controller tells the daemon: the torque that it gives to the limb. C99, no allocation.
 *
 * Session and schema are those of the feed that is answered, so a device that has not heard the feed cannot be believed; the
 * tag is made with the key that both sides have in a file. */
#ifndef DIFFMSM_INTERACTION_H
#define DIFFMSM_INTERACTION_H
#include "diffmsm_feed.h"
#ifdef __cplusplus
extern "C" {
#endif

/* Writes a message of DIFFMSM_SIZE_INTERACTION bytes.
 *
 * `key`: 16 bytes. `sequence`: grows with each message. `torque`: `count` of them, in the feed's order [N*m].
 * `sample_time`, `send_time`: when they acted and now, on any clock of the device's [ns]. */
void diffmsm_interaction_write(
    unsigned char *bytes, const unsigned char *key, uint64_t schema, uint64_t session,
    uint32_t sequence, int64_t sample_time, int64_t send_time, const float *torque, unsigned count);

/* Puts a message into a mapped segment, for the daemon on the same host. */
void diffmsm_interaction_put(void *segment, const unsigned char *bytes);

/* SipHash-2-4 of `count` bytes under 16 bytes of `key`. */
uint64_t diffmsm_siphash(const unsigned char *key, const unsigned char *bytes, size_t count);

#ifdef __cplusplus
}
#endif
#endif
