#include "raw_internal.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

void raw_record(struct raw_peer *raw, int type, const void *data, size_t length)
{
    struct bytes record = { .length = 0 };
    bool seal = raw->out.on;

    put_number(&record, seal ? 23 : type, 1);
    put_number(&record, 0x0303, 2);
    put_number(&record, length + (seal ? 17 : 0), 2);
    put_bytes(&record, data, length);
    if (seal) {
        put_number(&record, type, 1);
        CHECK(raw_protect(&raw->out, true, record.data, record.data + 5, length + 1));
        record.length += 16;
    }
    CHECK_EQ(BIO_write(SSL_get_rbio(raw->ssl), record.data, record.length), record.length);
}

static void open_record(struct raw_peer *raw, const unsigned char header[5],
                        unsigned char *data, size_t length)
{
    int type = header[0];

    if (raw->in.on && type == 23) {
        CHECK(length > 16);
        length -= 16;
        CHECK(raw_protect(&raw->in, false, header, data, length));
        while (length > 0 && data[length - 1] == 0)
            length--;
        CHECK(length > 0);
        type = data[--length];
    }
    if (type == 21 && length == 2 && data[0] == 2)
        raw->alert = data[1];
    if (type == 22)
        put_bytes(&raw->received, data, length);
}

static void read_records(struct raw_peer *raw)
{
    BIO *from = SSL_get_wbio(raw->ssl);
    unsigned char header[5], data[18432];

    while (BIO_read(from, header, 5) == 5) {
        size_t length = number_at(header + 3, 2);
        CHECK(length <= sizeof(data));
        CHECK_EQ(BIO_read(from, data, length), length);
        /* What comes after the ServerHello is protected by keys that are not known yet. */
        if (!raw->in.on && header[0] == 23) {
            put_bytes(&raw->received, "\xff", 1);
            put_number(&raw->received, length, 3);
            put_bytes(&raw->received, header, 5);
            put_bytes(&raw->received, data, length);
            continue;
        }
        open_record(raw, header, data, length);
    }
}

/* The records that came before their keys. */
void raw_open_waiting(struct raw_peer *raw)
{
    struct bytes waiting = raw->received;
    size_t at = 0;

    raw->received.length = 0;
    while (at < waiting.length) {
        size_t length = number_at(waiting.data + at + 1, 3);
        CHECK_EQ(waiting.data[at], 0xff);
        open_record(raw, waiting.data + at + 4, waiting.data + at + 9, length);
        at += 9 + length;
    }
}

void raw_open(struct raw_peer *raw, SSL_CTX *context, const struct protocol *protocol,
              enum raw_role role)
{
    memset(raw, 0, sizeof(*raw));
    raw->role = role;
    raw->version = protocol->version;
    raw->alert = -1;
    raw->ssl = SSL_new(context);
    CHECK(raw->ssl != NULL);
    SSL_set_bio(raw->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    BIO_set_mem_eof_return(SSL_get_rbio(raw->ssl), -1);
    if (role == RAW_SERVER)
        SSL_set_connect_state(raw->ssl);
    else
        SSL_set_accept_state(raw->ssl);
    CHECK(RAND_bytes(role == RAW_SERVER ? raw->server_random : raw->client_random, 32));
    raw->share = EVP_PKEY_Q_keygen(NULL, NULL, "X25519");
    CHECK(raw->share != NULL);
}

void raw_close(struct raw_peer *raw)
{
    SSL_free(raw->ssl);
    EVP_PKEY_free(raw->share);
    ERR_clear_error();
}

void raw_step(struct raw_peer *raw)
{
    unsigned long code;

    ERR_clear_error();
    raw->ret = SSL_do_handshake(raw->ssl);
    raw->error = SSL_get_error(raw->ssl, raw->ret);
    raw->reason = 0;
    while ((code = ERR_get_error()) != 0)
        if (raw->reason == 0 && ERR_GET_LIB(code) == ERR_LIB_SSL)
            raw->reason = ERR_GET_REASON(code);
    read_records(raw);
}

bool raw_has(const struct raw_peer *raw, int type)
{
    return raw->received.length > 4 && raw->received.data[0] == type;
}

void raw_take(struct raw_peer *raw, int type, struct bytes *message)
{
    struct bytes *received = &raw->received;
    size_t length;

    CHECK(received->length >= 4);
    CHECK_EQ(received->data[0], type);
    length = 4 + number_at(received->data + 1, 3);
    CHECK(received->length >= length);
    message->length = 0;
    put_bytes(message, received->data, length);
    received->length -= length;
    memmove(received->data, received->data + length, received->length);
    put_bytes(&raw->transcript, message->data, message->length);
    if (raw->version == TLS1_3_VERSION && type == SSL3_MT_FINISHED && raw->role == RAW_CLIENT)
        raw_use_application_keys(raw);
}

void raw_send(struct raw_peer *raw, int type, const struct bytes *body)
{
    struct bytes message = { .length = 0 };

    put_number(&message, type, 1);
    put_number(&message, body->length, 3);
    put_bytes(&message, body->data, body->length);
    put_bytes(&raw->transcript, message.data, message.length);
    raw_record(raw, 22, message.data, message.length);
}

void raw_put_share(struct bytes *to, EVP_PKEY *share)
{
    unsigned char public[32];
    size_t length = sizeof(public);

    CHECK(EVP_PKEY_get_raw_public_key(share, public, &length) == 1);
    put_bytes(to, public, length);
}
