/* How much a peer may send as certificates: SSL_CTX_set_max_cert_list(3). */

#include <openssl/err.h>
#include <string.h>

#include "pair.h"

#define CERTIFICATE 11
#define CERTIFICATE_REQUEST 13

/* Lengths of the bodies of the messages that the client (0) and the server (1) have received. */
static long received[2][256];

static void measure(int sent, int version, int content, const void *bytes, size_t length, SSL *ssl,
                    void *argument)
{
    const unsigned char *message = bytes;
    (void)version;
    (void)argument;
    if (!sent && content == SSL3_RT_HANDSHAKE && length >= 4)
        received[SSL_is_server(ssl)][message[0]] = (long)length - 4;
}

static void mutual_pair(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    use_credentials(pair->client_ctx, pki_client());
    SSL_CTX_set_verify(pair->server_ctx, SSL_VERIFY_PEER, NULL);
    trust(pair->server_ctx, pki_ca());
    SSL_CTX_set_msg_callback(pair->client_ctx, measure);
    SSL_CTX_set_msg_callback(pair->server_ctx, measure);
}

static void the_limit_is_kept_to_the_byte(const struct protocol *protocol)
{
    static const struct {
        bool server;
        int message;
    } limited[] = { { false, CERTIFICATE }, { true, CERTIFICATE } };
    struct pair pair;
    mutual_pair(&pair, protocol);
    pair_connect(&pair);
    pair_close(&pair);
    for (size_t i = 0; i < sizeof limited / sizeof *limited; i++) {
        bool server = limited[i].server;
        SSL_CTX *context = server ? pair.server_ctx : pair.client_ctx;
        long length = received[server][limited[i].message];
        CHECK(length > 100);
        CHECK_EQ(SSL_CTX_set_max_cert_list(context, length), SSL_MAX_CERT_LIST_DEFAULT);
        CHECK_EQ(SSL_CTX_get_max_cert_list(context), length);
        pair_connect(&pair);
        pair_close(&pair);

        struct outcome client_end, server_end;
        CHECK_EQ(SSL_CTX_set_max_cert_list(context, length - 1), length);
        pair_open(&pair);
        pair_try_handshake(&pair, &client_end, &server_end);
        struct outcome *refusing = server ? &server_end : &client_end;
        CHECK_EQ(refusing->error, SSL_ERROR_SSL);
        CHECK_EQ(refusing->reason, SSL_R_EXCESSIVE_MESSAGE_SIZE);
        CHECK(!SSL_is_init_finished(server ? pair.server : pair.client));
        CHECK(SSL_get0_peer_certificate(server ? pair.server : pair.client) == NULL);
        if (!server || protocol->version == TLS1_2_VERSION)
            CHECK_EQ((server ? client_end : server_end).reason,
                     SSL_R_SSLV3_ALERT_ILLEGAL_PARAMETER);
        pair_drop(&pair);
        SSL_CTX_set_max_cert_list(context, SSL_MAX_CERT_LIST_DEFAULT);
    }
    pair_free(&pair);
}

static void a_request_for_a_certificate_is_limited_too(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    STACK_OF(X509_NAME) *names = sk_X509_NAME_new_null();
    mutual_pair(&pair, protocol);
    /* More than the server's certificates have. */
    for (int i = 0; i < 100; i++) {
        X509_NAME *name = X509_NAME_new();
        CHECK(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                         (const unsigned char *)"an authority", -1, -1, 0));
        CHECK(sk_X509_NAME_push(names, name) > 0);
    }
    SSL_CTX_set_client_CA_list(pair.server_ctx, names);
    pair_connect(&pair);
    pair_close(&pair);
    long certificate = received[0][CERTIFICATE], request = received[0][CERTIFICATE_REQUEST];
    CHECK(certificate < request);
    SSL_CTX_set_max_cert_list(pair.client_ctx, request);
    pair_connect(&pair);
    pair_close(&pair);
    SSL_CTX_set_max_cert_list(pair.client_ctx, request - 1);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.reason, SSL_R_EXCESSIVE_MESSAGE_SIZE);
    CHECK_EQ(server.reason, SSL_R_SSLV3_ALERT_ILLEGAL_PARAMETER);
    pair_free(&pair);
}

static int lower_the_limit(SSL *ssl, void *argument)
{
    SSL_set_max_cert_list(ssl, *(long *)argument);
    return 1;
}

static void a_limit_set_for_one_connection_is_for_it_alone(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    mutual_pair(&pair, protocol);
    pair_open(&pair);
    CHECK_EQ(SSL_set_max_cert_list(pair.client, 0), SSL_MAX_CERT_LIST_DEFAULT);
    CHECK_EQ(SSL_get_max_cert_list(pair.client), 0);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.reason, SSL_R_EXCESSIVE_MESSAGE_SIZE);
    pair_drop(&pair);
    CHECK_EQ(SSL_CTX_get_max_cert_list(pair.client_ctx), SSL_MAX_CERT_LIST_DEFAULT);
    pair_connect(&pair);
    pair_close(&pair);

    /* In the middle of the handshake, too. */
    long limit = 10;
    SSL_CTX_set_cert_cb(pair.server_ctx, lower_the_limit, &limit);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.reason, SSL_R_EXCESSIVE_MESSAGE_SIZE);
    pair_free(&pair);
}

static void a_limit_that_cannot_be_is_not_set(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(ctx);
    CHECK_EQ(SSL_CTX_set_max_cert_list(ctx, -1), 0);
    CHECK_EQ(SSL_CTX_get_max_cert_list(ctx), SSL_MAX_CERT_LIST_DEFAULT);
    CHECK_EQ(SSL_set_max_cert_list(ssl, -1), 0);
    CHECK_EQ(SSL_get_max_cert_list(ssl), SSL_MAX_CERT_LIST_DEFAULT);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
}

/* Certificates that come in many small records. */
static void the_limit_holds_for_a_list_in_pieces(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    mutual_pair(&pair, protocol);
    CHECK(SSL_CTX_set_max_send_fragment(pair.server_ctx, 512));
    CHECK(SSL_CTX_add1_chain_cert(pair.server_ctx, pki_ca()->certificate));
    CHECK(SSL_CTX_add1_chain_cert(pair.server_ctx, pki_middle()->certificate));
    pair_connect(&pair);
    pair_close(&pair);
    long length = received[0][CERTIFICATE];
    CHECK(length > 1024);
    SSL_CTX_set_max_cert_list(pair.client_ctx, length);
    pair_connect(&pair);
    pair_close(&pair);
    SSL_CTX_set_max_cert_list(pair.client_ctx, length - 1);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.reason, SSL_R_EXCESSIVE_MESSAGE_SIZE);
    pair_free(&pair);
}

/* The second record of a ClientHello begins where the type of ec_point_formats, 00 0b, is cut: it
 * looks like a Certificate of some hundred bytes. */
static void a_hello_in_pieces_is_no_list_of_certificates(const struct protocol *protocol)
{
    struct pair pair;
    unsigned char hello[5000];
    pair_init(&pair, protocol);
    SSL_CTX_set_min_proto_version(pair.client_ctx, TLS1_2_VERSION);
    SSL_CTX_set_max_cert_list(pair.server_ctx, 100);
    SSL *client = SSL_new(pair.client_ctx), *server = SSL_new(pair.server_ctx);
    SSL_set_bio(client, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_bio(server, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    CHECK_EQ(SSL_do_handshake(client), -1);
    int length = BIO_read(SSL_get_wbio(client), hello, sizeof hello);
    int cut = 60;
    while (cut < length - 3 && memcmp(hello + cut, "\0\x0b\0", 3) != 0)
        cut++;
    CHECK(cut < length - 3);
    cut++;
    unsigned char header[5] = { SSL3_RT_HANDSHAKE, 3, 1, 0, (unsigned char)(cut - 5) };
    header[3] = (unsigned char)((cut - 5) >> 8);
    BIO_write(SSL_get_rbio(server), header, 5);
    BIO_write(SSL_get_rbio(server), hello + 5, cut - 5);
    header[3] = (unsigned char)((length - cut) >> 8);
    header[4] = (unsigned char)(length - cut);
    BIO_write(SSL_get_rbio(server), header, 5);
    BIO_write(SSL_get_rbio(server), hello + cut, length - cut);
    int result = SSL_do_handshake(server);
    CHECK_EQ(SSL_get_error(server, result), SSL_ERROR_WANT_READ);
    CHECK(BIO_pending(SSL_get_wbio(server)) > 0);
    SSL_free(client);
    SSL_free(server);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(the_limit_is_kept_to_the_byte),
          TEST_EACH(a_request_for_a_certificate_is_limited_too),
          TEST_EACH(a_limit_set_for_one_connection_is_for_it_alone),
          TEST(a_limit_that_cannot_be_is_not_set),
          TEST_EACH(the_limit_holds_for_a_list_in_pieces),
          TEST_EACH(a_hello_in_pieces_is_no_list_of_certificates))
