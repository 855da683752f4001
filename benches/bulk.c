/* Data: what one end writes with SSL_write() the other takes with SSL_read(), on one thread. */
#include "support.h"

#include <stdio.h>
#include <string.h>

/* A message of a chatty protocol: here the cost of the calls counts, not that of the cipher. */
#define SMALL_SIZE 256
/* A short page, or a part of one. */
#define SHORT_SIZE 1024

enum {
    TO_SERVER,
    TO_CLIENT,
    SHORT_TO_SERVER,
    SHORT_TO_CLIENT,
    SMALL
};

struct stream {
    struct pair pair;
    SSL *from;
    SSL *to;
    int size;
    unsigned char sent[RECORD_SIZE];
    unsigned char received[RECORD_SIZE];
};

static void transfer(SSL *from, SSL *to, struct stream *stream)
{
    REQUIRE(SSL_write(from, stream->sent, stream->size) == stream->size);
    for (int got = 0; got < stream->size;) {
        int result = SSL_read(to, stream->received + got, stream->size - got);
        REQUIRE(result > 0);
        got += result;
    }
}

static void one_way(void *argument)
{
    struct stream *stream = argument;

    transfer(stream->from, stream->to, stream);
}

static void there_and_back(void *argument)
{
    struct stream *stream = argument;

    transfer(stream->from, stream->to, stream);
    transfer(stream->to, stream->from, stream);
}

/* Outside the measured time: is what arrives what was sent? */
static void check_content(struct stream *stream, unsigned char seed)
{
    for (int i = 0; i < stream->size; i++)
        stream->sent[i] = (unsigned char)(i * 7 + seed);
    memset(stream->received, 0, sizeof stream->received);
    one_way(stream);
    REQUIRE(memcmp(stream->sent, stream->received, (size_t)stream->size) == 0);
}

static void bulk(const struct measure *measure)
{
    SSL_CTX *client = client_context(measure->version);
    SSL_CTX *server = server_context(measure->version);
    int is_small = measure->variant == SMALL;
    int is_short = measure->variant == SHORT_TO_SERVER || measure->variant == SHORT_TO_CLIENT;
    struct stream stream = { .size = is_small ? SMALL_SIZE : is_short ? SHORT_SIZE
                                                                      : RECORD_SIZE };
    char cipher[64];

    /* TLS 1.2 names the kind of the server's key in the suite, TLS 1.3 does not. */
    snprintf(cipher, sizeof cipher, "%s%s",
             measure->version == TLS1_3_VERSION ? ""
             : options.key == KEY_RSA           ? "ECDHE-RSA-"
                                                : "ECDHE-ECDSA-",
             measure->cipher);
    context_set_cipher(client, measure->version, cipher);
    context_set_cipher(server, measure->version, cipher);
    pair_open(&stream.pair, client, server, NULL);
    pair_handshake(&stream.pair);
    REQUIRE(strcmp(SSL_get_cipher_name(stream.pair.client), cipher) == 0);
    printf("# %s: %s %s\n", measure->name, SSL_get_version(stream.pair.client), cipher);

    int down = measure->variant == TO_CLIENT || measure->variant == SHORT_TO_CLIENT;
    stream.from = down ? stream.pair.server : stream.pair.client;
    stream.to = down ? stream.pair.client : stream.pair.server;
    check_content(&stream, 1);
    if (is_small)
        measure_rate(&(struct work){ measure->name, "/s", 1, there_and_back, NULL, &stream });
    else
        measure_rate(&(struct work){ measure->name, "MB/s", stream.size / 1e6, one_way, NULL, &stream });
    check_content(&stream, 2);
    pair_close(&stream.pair);
    SSL_CTX_free(client);
    SSL_CTX_free(server);
}

// clang-format off
#define BULK(label, version, cipher)                                           \
    { "bulk." label ".to-server", bulk, version, TO_SERVER, cipher },          \
    { "bulk." label ".to-client", bulk, version, TO_CLIENT, cipher },          \
    { "bulk." label ".1k.to-server", bulk, version, SHORT_TO_SERVER, cipher }, \
    { "bulk." label ".1k.to-client", bulk, version, SHORT_TO_CLIENT, cipher }
// clang-format on

const struct measure bulk_measures[] = {
    BULK("tls13.aes128gcm", TLS1_3_VERSION, "TLS_AES_128_GCM_SHA256"),
    BULK("tls13.aes256gcm", TLS1_3_VERSION, "TLS_AES_256_GCM_SHA384"),
    BULK("tls13.chacha20", TLS1_3_VERSION, "TLS_CHACHA20_POLY1305_SHA256"),
    BULK("tls12.aes128gcm", TLS1_2_VERSION, "AES128-GCM-SHA256"),
    BULK("tls12.aes256gcm", TLS1_2_VERSION, "AES256-GCM-SHA384"),
    BULK("tls12.chacha20", TLS1_2_VERSION, "CHACHA20-POLY1305"),
    { "bulk.tls13.aes256gcm.small", bulk, TLS1_3_VERSION, SMALL, "TLS_AES_256_GCM_SHA384" },
    { "bulk.tls12.aes256gcm.small", bulk, TLS1_2_VERSION, SMALL, "AES256-GCM-SHA384" },
    { NULL, NULL, 0, 0, NULL },
};
