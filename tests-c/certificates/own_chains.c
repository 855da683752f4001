/*
 * Our own certificates when they are shown: the security level (SSL_CTX_set_security_level(3)) may have been raised
 * since they were set, and the chain is completed as it is then.
 */
#include <string.h>

#include <openssl/err.h>

#include "made.h"
#include "pair.h"

enum weakness {
    LEAF_KEY,
    ISSUER_KEY,
    EXTRA_ISSUER_KEY,
    LEAF_DIGEST,
    NONE,
    WEAKNESSES
};
enum raised {
    NEVER,
    IN_CONTEXT,
    IN_CONNECTION,
    IN_CONTEXT_TOO_LATE,
    BY_CALLBACK
};

static const int reasons[WEAKNESSES] = { SSL_R_EE_KEY_TOO_SMALL, SSL_R_CA_KEY_TOO_SMALL, SSL_R_CA_KEY_TOO_SMALL,
                                         SSL_R_CA_MD_TOO_WEAK, 0 };

static struct credentials root, weak_issuer, leaves[WEAKNESSES];

static void make_certificates(void)
{
    root = made(&(struct order){ .name = "root", .authority = 1 });
    weak_issuer = made(&(struct order){ .name = "weak", .key = "RSA1024", .authority = 1, .issuer = &root });
    for (int i = 0; i < WEAKNESSES; i++) {
        bool by_weak = i == ISSUER_KEY || i == EXTRA_ISSUER_KEY;

        leaves[i] = made(&(struct order){
            .name = "leaf",
            .key = i == LEAF_KEY ? "RSA1024" : "P-256",
            .issuer = by_weak ? &weak_issuer : &root,
            .digest = i == LEAF_DIGEST ? EVP_sha1() : NULL,
        });
    }
}

static int alert_written, calls;

static void record_alert(const SSL *ssl, int where, int value)
{
    (void)ssl;
    if (where == SSL_CB_WRITE_ALERT)
        alert_written = value & 0xff;
}

/* Allows everything except certificates below level 2 in handshakes. */
static int of_level_2(const SSL *ssl, const SSL_CTX *context, int operation, int bits, int nid, void *other, void *data)
{
    (void)context, (void)nid, (void)data;
    switch (operation) {
    case SSL_SECOP_EE_KEY:
    case SSL_SECOP_CA_KEY:
    case SSL_SECOP_CA_MD:
        calls++;
        CHECK(other != NULL);
        return ssl == NULL || bits >= 112;
    }
    return 1;
}

static void show(const struct protocol *protocol, bool of_client, enum weakness weakness, enum raised raised)
{
    struct outcome client, server, *shower = of_client ? &client : &server, *judge = of_client ? &server : &client;
    SSL_CTX *context, *other;
    struct pair pair;
    SSL *ssl;

    pair_init(&pair, protocol);
    if (!of_client) {
        SSL_CTX_free(pair.server_ctx);
        pair.server_ctx = SSL_CTX_new(TLS_server_method());
        CHECK_EQ(SSL_CTX_set_min_proto_version(pair.server_ctx, protocol->version), 1);
        CHECK_EQ(SSL_CTX_set_max_proto_version(pair.server_ctx, protocol->version), 1);
    }
    context = of_client ? pair.client_ctx : pair.server_ctx;
    other = of_client ? pair.server_ctx : pair.client_ctx;
    SSL_CTX_set_security_level(other, 0);
    trust(other, &root);
    SSL_CTX_set_security_level(context, 0);
    if (of_client)
        SSL_CTX_set_verify(other, SSL_VERIFY_PEER, NULL);
    use_credentials(context, &leaves[weakness]);
    if (weakness == ISSUER_KEY)
        CHECK_EQ(SSL_CTX_add1_chain_cert(context, weak_issuer.certificate), 1);
    if (weakness == EXTRA_ISSUER_KEY) {
        X509_up_ref(weak_issuer.certificate);
        CHECK_EQ(SSL_CTX_add_extra_chain_cert(context, weak_issuer.certificate), 1);
    }
    if (raised == IN_CONTEXT)
        SSL_CTX_set_security_level(context, 2);
    if (raised == BY_CALLBACK)
        SSL_CTX_set_security_callback(context, of_level_2);
    pair_open(&pair);
    ssl = of_client ? pair.client : pair.server;
    if (raised == IN_CONNECTION)
        SSL_set_security_level(ssl, 2);
    if (raised == IN_CONTEXT_TOO_LATE)
        SSL_CTX_set_security_level(context, 2);
    SSL_set_info_callback(ssl, record_alert);
    alert_written = calls = 0;
    pair_try_handshake(&pair, &client, &server);
    if (raised == NEVER || raised == IN_CONTEXT_TOO_LATE || weakness == NONE) {
        CHECK_EQ(client.ret, 1);
        CHECK_EQ(server.ret, 1);
    } else {
        CHECK_EQ(shower->ret, -1);
        CHECK_EQ(shower->reason, reasons[weakness]);
        CHECK(alert_written != 0);
        if (!of_client)
            CHECK_EQ(alert_written, SSL_AD_INTERNAL_ERROR);
        /* Not treated as one without a certificate. */
        CHECK_EQ(judge->ret, -1);
    }
    if (raised == BY_CALLBACK)
        CHECK(calls >= 1);
    pair_free(&pair);
}

static void a_chain_is_checked_again_when_it_is_shown(const struct protocol *protocol)
{
    make_certificates();
    for (int of_client = 0; of_client < 2; of_client++) {
        for (int weakness = 0; weakness < WEAKNESSES; weakness++) {
            for (int raised = NEVER; raised <= BY_CALLBACK; raised++)
                show(protocol, of_client, weakness, raised);
        }
    }
}

static int refuse(SSL *ssl, void *argument)
{
    (void)ssl;
    (void)argument;
    return 0;
}

static void a_client_whose_callback_fails_is_not_treated_as_one_without_a_certificate(const struct protocol *protocol)
{
    struct outcome client, server;
    struct pair pair;

    pair_init(&pair, protocol);
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_cert_cb(pair.client_ctx, refuse, NULL);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.ret, -1);
    CHECK_EQ(client.reason, SSL_R_CALLBACK_FAILED);
    CHECK_EQ(server.ret, -1);
    pair_free(&pair);
}

static int chain_length(struct pair *pair)
{
    int length;

    pair_handshake(pair);
    length = sk_X509_num(SSL_get_peer_cert_chain(pair->client));
    pair_drop(pair);
    return length;
}

static void what_completes_a_chain_is_that_of_the_connection(const struct protocol *protocol)
{
    struct pair pair;
    SSL_CTX *other;

    pair_init(&pair, protocol);
    use_credentials(pair.server_ctx, pki_middle_server());
    trust(pair.server_ctx, pki_middle());
    trust(pair.server_ctx, pki_ca());
    trust(pair.client_ctx, pki_middle());
    pair_open(&pair);
    CHECK_EQ(chain_length(&pair), 3);
    /* Not completed for this connection. */
    pair_open(&pair);
    SSL_set_mode(pair.server, SSL_MODE_NO_AUTO_CHAIN);
    CHECK_EQ(chain_length(&pair), 1);
    pair_open(&pair);
    CHECK_EQ(chain_length(&pair), 3);
    /* The extra certificates are those of the context now. */
    X509_up_ref(pki_middle()->certificate);
    CHECK_EQ(SSL_CTX_add_extra_chain_cert(pair.server_ctx, pki_middle()->certificate), 1);
    pair_open(&pair);
    CHECK_EQ(chain_length(&pair), 2);
    pair_open(&pair);
    CHECK_EQ(SSL_CTX_clear_extra_chain_certs(pair.server_ctx), 1);
    CHECK_EQ(chain_length(&pair), 3);
    /* Those of the context that was switched to. */
    other = server_context(protocol);
    use_credentials(other, pki_middle_server());
    pair_open(&pair);
    CHECK(SSL_set_SSL_CTX(pair.server, other) == other);
    CHECK_EQ(chain_length(&pair), 1);
    SSL_CTX_free(other);
    pair_free(&pair);
}

static void a_chain_is_completed_from_what_the_store_has_now(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    use_credentials(pair.server_ctx, pki_middle_server());
    trust(pair.client_ctx, pki_middle());
    pair_open(&pair);
    CHECK_EQ(chain_length(&pair), 1);
    trust(pair.server_ctx, pki_middle());
    pair_open(&pair);
    CHECK_EQ(chain_length(&pair), 2);
    pair_open(&pair);
    trust(pair.server_ctx, pki_ca());
    CHECK_EQ(chain_length(&pair), 3);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(a_chain_is_completed_from_what_the_store_has_now),
          TEST_EACH(a_chain_is_checked_again_when_it_is_shown),
          TEST_EACH(a_client_whose_callback_fails_is_not_treated_as_one_without_a_certificate),
          TEST_EACH(what_completes_a_chain_is_that_of_the_connection))
