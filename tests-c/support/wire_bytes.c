#include "wire_bytes.h"

#include <string.h>

#include "check.h"

void put_bytes(struct bytes *bytes, const void *data, size_t length)
{
    CHECK(length <= sizeof(bytes->data) - bytes->length);
    if (length > 0)
        memcpy(bytes->data + bytes->length, data, length);
    bytes->length += length;
}

void put_number(struct bytes *bytes, unsigned long number, int size)
{
    while (size-- > 0) {
        unsigned char byte = (number >> (8 * size)) & 0xff;
        put_bytes(bytes, &byte, 1);
    }
}

size_t begin_vector(struct bytes *bytes, int size_of_length)
{
    put_number(bytes, 0, size_of_length);
    return bytes->length;
}

void end_vector(struct bytes *bytes, size_t begin, int size_of_length)
{
    size_t end = bytes->length;

    bytes->length = begin - size_of_length;
    put_number(bytes, end - begin, size_of_length);
    bytes->length = end;
}

unsigned long number_at(const unsigned char *data, int size)
{
    unsigned long number = 0;

    while (size-- > 0)
        number = number << 8 | *data++;
    return number;
}
