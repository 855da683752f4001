#include "seen_hello.h"

#include <string.h>

struct seen_hello hello;

static void keep(SSL *ssl, unsigned type, unsigned char *out, size_t room, size_t *length)
{
    const unsigned char *bytes;
    *length = 0;
    if (SSL_client_hello_get0_ext(ssl, type, &bytes, length)) {
        CHECK(*length <= room);
        memcpy(out, bytes, *length);
    }
}

int see_hello(SSL *ssl, int *alert, void *argument)
{
    const unsigned char *bytes;
    size_t length;
    (void)alert;
    (void)argument;
    memset(&hello, 0, sizeof hello);
    hello.seen = true;
    hello.suites_length = SSL_client_hello_get0_ciphers(ssl, &bytes);
    CHECK(hello.suites_length <= sizeof hello.suites);
    memcpy(hello.suites, bytes, hello.suites_length);
    keep(ssl, TLSEXT_TYPE_supported_groups, hello.groups, sizeof hello.groups, &hello.groups_length);
    keep(ssl, TLSEXT_TYPE_signature_algorithms, hello.sigalgs, sizeof hello.sigalgs, &hello.sigalgs_length);
    hello.ticket = SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_session_ticket, &bytes, &length);
    if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_supported_versions, &bytes, &length))
        for (size_t i = 1; i + 1 < length; i += 2)
            hello.version13 |= bytes[i] == 3 && bytes[i + 1] == 4;
    return SSL_CLIENT_HELLO_SUCCESS;
}

bool has_number(const unsigned char *numbers, size_t length, unsigned number)
{
    for (size_t i = 0; i + 1 < length; i += 2)
        if ((numbers[i] << 8 | numbers[i + 1]) == (int)number)
            return true;
    return false;
}
