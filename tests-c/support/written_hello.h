/*
 * A ClientHello written out by hand, so that any part of it can be what no client sends.
 */
#ifndef WRITTEN_HELLO_H
#define WRITTEN_HELLO_H

#include "check.h"

enum {
    MOST_EXTENSIONS = 40,
    LONGEST = 20000
};

struct extension {
    int type;
    const char *contents;
    size_t length;
};

struct hello {
    const char *legacy_version;
    size_t session_id_length;
    const char *suites, *compressions;
    size_t suites_length, compressions_length;
    struct extension extensions[MOST_EXTENSIONS];
    int count;
    const char *behind; /* after the extensions, outside of their length */
    size_t behind_length;
    int cut; /* so many bytes less at the end */
};

/* The contents of a string literal, and their length. */
#define BYTES(text) text, sizeof(text) - 1

/* What a client of this version sends. */
void hello_usual(struct hello *hello, const struct protocol *protocol);
void hello_add(struct hello *hello, int type, const char *contents, size_t length);
void hello_drop(struct hello *hello, int type);
void hello_replace(struct hello *hello, int type, const char *contents, size_t length);
/* A record with one message, good until the next call. */
const unsigned char *hello_encode(const struct hello *hello, size_t *length);

#endif
