/*
 * Settings drawn at random, made on contexts before and after SSL_new(), on connections, and in the servername
 * callback: which peers are accepted, and what is negotiated with them, is as with the system's libssl. What is
 * copied at another moment, or accepted and not enforced, shows as a difference.
 *
 * A worker makes the same calls on each library, with the library at both ends, and writes down the results; the two
 * reports must be equal.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "call_report.h"
#include "drawn.h"
#include "drawn_settings.h"
#include "pair.h"
#include "worker.h"

static struct pair pair;
/* A sequence has settings about peers and resumes sessions; or its servername callback switches to another context; or it has
 * settings about what is negotiated, too. The last two resume nothing, since which sessions are still good then is a
 * difference on purpose. */
static enum {
    RESUMES,
    SWITCHES,
    NEGOTIATES
} kind;
static SSL_CTX *other_server;
static bool in_callback;

static void set_some(const char *where, const struct target *target, unsigned most)
{
    unsigned number = below(most + 1);
    /* Not in the servername callback, nor with a switch of contexts there: OpenSSL has read a part of them before it calls
     * that, and may contradict itself after it (servername_settings.c). */
    bool negotiation = kind == NEGOTIATES && !in_callback;

    fprintf(report, "%s:", where);
    for (unsigned i = 0; i < number; i++)
        (negotiation && below(2) == 0 ? draw_setting_about_negotiation : draw_setting_about_peers)(target);
    fprintf(report, "\n");
    ERR_clear_error();
}

/* ---- A handshake ---- */

/* What the callback draws from, so that what is drawn after a handshake does not depend on whether it was called. */
static unsigned long drawn_in_callback;
static bool called;

static int on_server_name(SSL *ssl, int *alert, void *argument)
{
    (void)alert, (void)argument;
    /* OpenSSL calls it for a second ClientHello, too. */
    if (called)
        return SSL_TLSEXT_ERR_OK;
    called = in_callback = true;
    draw_from(drawn_in_callback);
    if (kind != RESUMES)
        set_some("  in the callback", &(struct target){ NULL, ssl, false }, 2);
    if (kind == SWITCHES && often()) {
        fprintf(report, "  switches\n");
        SSL_set_SSL_CTX(ssl, other_server);
        set_some("  then", &(struct target){ NULL, ssl, false }, 2);
    }
    in_callback = false;
    return SSL_TLSEXT_ERR_OK;
}

static int select_protocol(SSL *ssl, const unsigned char **out, unsigned char *length, const unsigned char *in,
                           unsigned in_length, void *argument)
{
    (void)ssl, (void)argument;
    if (in_length < 2)
        return SSL_TLSEXT_ERR_NOACK;
    *out = in + 1;
    *length = in[0];
    return SSL_TLSEXT_ERR_OK;
}

static void show_end(const char *name, SSL *ssl, const struct outcome *outcome)
{
    X509 *peer = SSL_get0_peer_certificate(ssl);
    char subject[100] = "none";
    const unsigned char *protocol;
    unsigned length;
    int signature = 0;

    if (!outcome->done || outcome->ret != 1) {
        fprintf(report, " %s: %d, error %d, result %ld\n", name, outcome->ret, outcome->error,
                SSL_get_verify_result(ssl));
        return;
    }
    if (peer != NULL)
        X509_NAME_get_text_by_NID(X509_get_subject_name(peer), NID_commonName, subject, sizeof(subject));
    SSL_get0_alpn_selected(ssl, &protocol, &length);
    SSL_get_peer_signature_nid(ssl, &signature);
    fprintf(report, " %s: %s %s group %ld, peer %s signs %d, result %ld, resumed %d, protocol %u, peername %s\n", name,
            SSL_get_version(ssl), SSL_get_cipher_name(ssl), (long)SSL_get_negotiated_group(ssl), subject, signature,
            SSL_get_verify_result(ssl), SSL_session_reused(ssl), length,
            SSL_get0_peername(ssl) == NULL ? "none" : SSL_get0_peername(ssl));
}

static void connect_once(void)
{
    struct outcome client, server;

    pair_open(&pair);
    set_some(" client, later", &(struct target){ pair.client_ctx, NULL, true }, 1);
    if (kind != RESUMES)
        set_some(" server, later", &(struct target){ pair.server_ctx, NULL, false }, 1);
    set_some(" other server, later", &(struct target){ other_server, NULL, false }, 1);
    set_some(" client connection", &(struct target){ NULL, pair.client, true }, 2);
    /* Whether a session is good for a server that has come to verify is a difference on purpose. */
    if (pair.offered == NULL)
        set_some(" server connection", &(struct target){ NULL, pair.server, false }, 2);
    if (often())
        SSL_set_tlsext_host_name(pair.client, "localhost");
    if (below(8) == 0) {
        fprintf(report, " the client switches\n");
        SSL_set_SSL_CTX(pair.client, other_server);
    }
    if (below(8) == 0) {
        fprintf(report, " cleared\n");
        SSL_clear(pair.client);
        SSL_clear(pair.server);
    }
    drawn_in_callback = below(1000000);
    called = false;
    pair_try_handshake(&pair, &client, &server);
    draw_from(drawn_in_callback + 1);
    show_end("client", pair.client, &client);
    show_end("server", pair.server, &server);
    if (client.ret == 1 && server.ret == 1) {
        fprintf(report, " ends of it:");
        SSL_SESSION_free(pair.offered);
        pair.offered = NULL;
        if (SSL_write(pair.server, "x", 1) == 1 && SSL_read(pair.client, (char[1]){ 0 }, 1) == 1
            && SSL_write(pair.client, "x", 1) == 1 && SSL_read(pair.server, (char[1]){ 0 }, 1) == 1) {
            fprintf(report, " data\n");
            if (kind == RESUMES)
                pair.offered = SSL_get1_session(pair.client);
            pair_close(&pair);
            return;
        }
        fprintf(report, " no data\n");
    }
    ERR_clear_error();
    pair_drop(&pair);
}

static void sequence(void)
{
    kind = below(3);
    pair_init(&pair, &TLS13);
    other_server = server_context(&TLS13);
    SSL_CTX_set_min_proto_version(pair.client_ctx, TLS1_2_VERSION);
    SSL_CTX_set_min_proto_version(pair.server_ctx, TLS1_2_VERSION);
    SSL_CTX_set_min_proto_version(other_server, TLS1_2_VERSION);
    SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, on_server_name);
    SSL_CTX_set_alpn_select_cb(pair.server_ctx, select_protocol, NULL);
    if (below(3) == 0)
        trust(pair.server_ctx, pki_ca());
    if (below(3) == 0)
        use_credentials(pair.client_ctx, pki_client());
    set_some("client", &(struct target){ pair.client_ctx, NULL, true }, 2);
    set_some("server", &(struct target){ pair.server_ctx, NULL, false }, 2);
    set_some("other server", &(struct target){ other_server, NULL, false }, 2);
    for (int i = 0; i < 3; i++)
        connect_once();
    SSL_SESSION_free(pair.offered);
    pair.offered = NULL;
    pair_free(&pair);
    SSL_CTX_free(other_server);
}

DRAWN_MAIN(settings_decide_as_with_the_other_library, 150, (void)0, sequence)
