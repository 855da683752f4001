#include "written_hello.h"

#include <string.h>

#include <openssl/ssl.h>

void hello_add(struct hello *hello, int type, const char *contents, size_t length)
{
    CHECK(hello->count < MOST_EXTENSIONS);
    hello->extensions[hello->count++] = (struct extension){ type, contents, length };
}

void hello_drop(struct hello *hello, int type)
{
    int kept = 0;

    for (int i = 0; i < hello->count; i++)
        if (hello->extensions[i].type != type)
            hello->extensions[kept++] = hello->extensions[i];
    hello->count = kept;
}

void hello_replace(struct hello *hello, int type, const char *contents, size_t length)
{
    hello_drop(hello, type);
    hello_add(hello, type, contents, length);
}

void hello_usual(struct hello *hello, const struct protocol *protocol)
{
    memset(hello, 0, sizeof(*hello));
    hello->legacy_version = "\3\3";
    hello->session_id_length = 32;
    hello->suites = "\x13\x01\xc0\x2b\xc0\x2f";
    hello->suites_length = 6;
    hello->compressions = "\0";
    hello->compressions_length = 1;
    hello_add(hello, TLSEXT_TYPE_server_name, BYTES("\0\x0c\0\0\x09"
                                                    "localhost"));
    hello_add(hello, TLSEXT_TYPE_ec_point_formats, BYTES("\1\0"));
    hello_add(hello, TLSEXT_TYPE_supported_groups, BYTES("\0\4\0\x1d\0\x17"));
    hello_add(hello, TLSEXT_TYPE_application_layer_protocol_negotiation, BYTES("\0\x0c\2h2\x08http/1.1"));
    hello_add(hello, TLSEXT_TYPE_status_request, BYTES("\1\0\0\0\0"));
    hello_add(hello, TLSEXT_TYPE_extended_master_secret, BYTES(""));
    hello_add(hello, TLSEXT_TYPE_session_ticket, BYTES(""));
    hello_add(hello, TLSEXT_TYPE_signature_algorithms, BYTES("\0\4\4\3\x08\4"));
    hello_add(hello, TLSEXT_TYPE_psk_kex_modes, BYTES("\1\1"));
    hello_add(hello, TLSEXT_TYPE_key_share,
              BYTES("\0\x24\0\x1d\0\x20"
                    "\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"));
    if (protocol == &TLS13)
        hello_add(hello, TLSEXT_TYPE_supported_versions, BYTES("\2\3\4"));
}

static unsigned char bytes[LONGEST];
static size_t written;

static void put(const void *from, size_t length)
{
    CHECK(written + length <= LONGEST);
    memcpy(bytes + written, from, length);
    written += length;
}

static void put_number(size_t number, int width)
{
    for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
        unsigned char byte = (unsigned char)(number >> shift);

        put(&byte, 1);
    }
}

static void fill_in(size_t at, size_t number, int width)
{
    size_t end = written;

    written = at;
    put_number(number, width);
    written = end;
}

const unsigned char *hello_encode(const struct hello *hello, size_t *length)
{
    static const unsigned char zeros[256];
    size_t extensions;

    written = 0;
    put(BYTES("\x16\3\1\0\0\1\0\0\0"));
    put(hello->legacy_version, 2);
    put("01234567890123456789012345678901", 32);
    put_number(hello->session_id_length, 1);
    put(zeros, hello->session_id_length);
    put_number(hello->suites_length, 2);
    put(hello->suites, hello->suites_length);
    put_number(hello->compressions_length, 1);
    put(hello->compressions, hello->compressions_length);
    extensions = written;
    put_number(0, 2);
    for (int i = 0; i < hello->count; i++) {
        put_number((size_t)hello->extensions[i].type, 2);
        put_number(hello->extensions[i].length, 2);
        put(hello->extensions[i].contents, hello->extensions[i].length);
    }
    fill_in(extensions, written - extensions - 2, 2);
    put(hello->behind, hello->behind_length);
    written -= (size_t)hello->cut;
    fill_in(3, written - 5, 2);
    fill_in(6, written - 9, 3);
    *length = written;
    return bytes;
}
