/*
 * A small DER writer for sessions, so that the expected bytes do not come from the library.
 */
#ifndef DER_H
#define DER_H

#include <stddef.h>

struct der {
    unsigned char bytes[4096];
    size_t length;
};

/* One value behind what is there: tag, length, contents. */
void put(struct der *der, unsigned char tag, const void *value, size_t length);
void put_octets(struct der *der, const char *value, size_t length);
/* Unsigned; and two's complement, as OpenSSL writes times. */
void put_integer(struct der *der, unsigned long value);
void put_signed(struct der *der, long value);
/* Inside [number]. */
void put_explicit(struct der *der, int number, const struct der *inner);
void put_explicit_integer(struct der *der, int number, unsigned long value);
void put_explicit_signed(struct der *der, int number, long value);
void put_explicit_octets(struct der *der, int number, const char *value);
void put_explicit_bytes(struct der *der, int number, const void *value, size_t length);
/* Makes `sequence` one that has these contents. */
void wrap(struct der *sequence, const struct der *contents);

#define ID "0123456789abcdef0123456789abcdef"
#define SECRET "the master key of this session has 48 bytes....."
#define EC_AES128 "\xc0\x2b" /* ECDHE-ECDSA-AES128-GCM-SHA256 */
#define TLS13_AES128 "\x13\x01"

/* What every session begins with; with ID and SECRET. */
void put_fixed_part(struct der *der, unsigned long structure, unsigned long version,
                    const char *cipher, size_t length);

#endif
