#include "der.h"

#include <string.h>

#include <openssl/asn1.h>

#include "check.h"

static void put_header(struct der *der, unsigned char tag, size_t length)
{
    CHECK(der->length + length + 4 <= sizeof(der->bytes));
    der->bytes[der->length++] = tag;
    if (length >= 256) {
        der->bytes[der->length++] = 0x82;
        der->bytes[der->length++] = (unsigned char)(length >> 8);
    } else if (length >= 128) {
        der->bytes[der->length++] = 0x81;
    }
    der->bytes[der->length++] = (unsigned char)length;
}

void put(struct der *der, unsigned char tag, const void *value, size_t length)
{
    put_header(der, tag, length);
    memcpy(der->bytes + der->length, value, length);
    der->length += length;
}

void put_octets(struct der *der, const char *value, size_t length)
{
    put(der, V_ASN1_OCTET_STRING, value, length);
}

void put_integer(struct der *der, unsigned long value)
{
    unsigned char bytes[9] = { 0 };
    size_t start = 1;

    for (int i = 0; i < 8; i++)
        bytes[1 + i] = (unsigned char)(value >> (56 - 8 * i));
    while (start < 8 && bytes[start] == 0)
        start++;
    if (bytes[start] & 0x80)
        start--;
    put(der, V_ASN1_INTEGER, bytes + start, sizeof(bytes) - start);
}

void put_signed(struct der *der, long value)
{
    unsigned char bytes[8];
    size_t start = 0;

    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((unsigned long)value >> (56 - 8 * i));
    while (start < 7 && ((bytes[start] == 0 && !(bytes[start + 1] & 0x80)) || (bytes[start] == 0xff && (bytes[start + 1] & 0x80))))
        start++;
    put(der, V_ASN1_INTEGER, bytes + start, sizeof(bytes) - start);
}

void put_explicit(struct der *der, int number, const struct der *inner)
{
    put(der, (unsigned char)(0xa0 | number), inner->bytes, inner->length);
}

void put_explicit_integer(struct der *der, int number, unsigned long value)
{
    struct der inner = { .length = 0 };

    put_integer(&inner, value);
    put_explicit(der, number, &inner);
}

void put_explicit_signed(struct der *der, int number, long value)
{
    struct der inner = { .length = 0 };

    put_signed(&inner, value);
    put_explicit(der, number, &inner);
}

void put_explicit_octets(struct der *der, int number, const char *value)
{
    put_explicit_bytes(der, number, value, strlen(value));
}

void put_explicit_bytes(struct der *der, int number, const void *value, size_t length)
{
    struct der inner = { .length = 0 };

    put(&inner, V_ASN1_OCTET_STRING, value, length);
    put_explicit(der, number, &inner);
}

void wrap(struct der *sequence, const struct der *contents)
{
    sequence->length = 0;
    put(sequence, V_ASN1_SEQUENCE | V_ASN1_CONSTRUCTED, contents->bytes,
        contents->length);
}

void put_fixed_part(struct der *der, unsigned long structure, unsigned long version,
                    const char *cipher, size_t length)
{
    put_integer(der, structure);
    put_integer(der, version);
    put_octets(der, cipher, length);
    put_octets(der, ID, 32);
    put_octets(der, SECRET, 48);
}
