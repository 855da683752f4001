/*
 * Bytes as they stand on the wire: numbers, and vectors with their lengths in front.
 */
#ifndef WIRE_BYTES_H
#define WIRE_BYTES_H

#include <stddef.h>

/* Bytes that grow. Vectors of the protocol: begin, put what is inside, end. */
struct bytes {
    unsigned char data[16384];
    size_t length;
};

void put_bytes(struct bytes *bytes, const void *data, size_t length);
void put_number(struct bytes *bytes, unsigned long number, int size);
size_t begin_vector(struct bytes *bytes, int size_of_length);
void end_vector(struct bytes *bytes, size_t begin, int size_of_length);
unsigned long number_at(const unsigned char *data, int size);

#endif
