/* ALPN, the key log, exported keying material, and the Finished messages. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

/* ---- ALPN ---- */

static const unsigned char both[] = "\x02h2\x08http/1.1";
enum {
    BOTH_LENGTH = sizeof(both) - 1
};

static int answer = SSL_TLSEXT_ERR_OK;
static int calls;

/* The server's choice is "http/1.1", "h2" in this order. */
static int choose(SSL *ssl, const unsigned char **out, unsigned char *out_length,
                  const unsigned char *offered, unsigned offered_length, void *argument)
{
    static const unsigned char own[] = "\x08http/1.1\x02h2";
    unsigned char *chosen;

    CHECK(ssl != NULL);
    CHECK_STR(argument, "argument");
    calls++;
    if (answer != SSL_TLSEXT_ERR_OK)
        return answer;
    if (SSL_select_next_proto(&chosen, out_length, own, sizeof(own) - 1, offered,
                              offered_length)
        != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_NOACK;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static void init_with_choice(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    SSL_CTX_set_alpn_select_cb(pair->server_ctx, choose, "argument");
}

static void check_protocol(const struct pair *pair, const char *want)
{
    const SSL *ends[] = { pair->client, pair->server };

    for (int i = 0; i < 2; i++) {
        const unsigned char *name = both;
        unsigned length = 12345;

        SSL_get0_alpn_selected(ends[i], &name, &length);
        CHECK_MEM(name, length, want, strlen(want));
        if (*want == '\0')
            CHECK(name == NULL);
    }
}

static void the_server_chooses_among_what_the_client_offers(
    const struct protocol *protocol)
{
    struct pair pair;

    init_with_choice(&pair, protocol);
    /* 0 is success here. */
    CHECK_EQ(SSL_CTX_set_alpn_protos(pair.client_ctx, both, BOTH_LENGTH), 0);
    pair_connect(&pair);
    check_protocol(&pair, "http/1.1");
    CHECK_EQ(calls, 1);
    pair_drop(&pair);

    pair_open(&pair);
    CHECK_EQ(SSL_set_alpn_protos(pair.client, both, 3), 0);
    pair_handshake(&pair);
    check_protocol(&pair, "h2");
    pair_free(&pair);
}

static void without_an_offer_or_an_answer_there_is_no_protocol(
    const struct protocol *protocol)
{
    struct pair pair;

    init_with_choice(&pair, protocol);
    pair_connect(&pair);
    check_protocol(&pair, "");
    CHECK_EQ(calls, 0);
    pair_drop(&pair);

    SSL_CTX_set_alpn_protos(pair.client_ctx, both, BOTH_LENGTH);
    answer = SSL_TLSEXT_ERR_NOACK;
    pair_connect(&pair);
    check_protocol(&pair, "");
    CHECK_EQ(calls, 1);
    pair_drop(&pair);

    SSL_CTX_set_alpn_select_cb(pair.server_ctx, NULL, NULL);
    pair_connect(&pair);
    check_protocol(&pair, "");
    pair_free(&pair);
}

static void a_server_may_insist_on_a_protocol(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    init_with_choice(&pair, protocol);
    SSL_CTX_set_alpn_protos(pair.client_ctx, both, BOTH_LENGTH);
    answer = SSL_TLSEXT_ERR_ALERT_FATAL;
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.error, SSL_ERROR_SSL);
    CHECK_EQ(server.reason, SSL_R_NO_APPLICATION_PROTOCOL);
    CHECK_EQ(client.error, SSL_ERROR_SSL);
    CHECK_EQ(client.reason, SSL_R_TLSV1_ALERT_NO_APPLICATION_PROTOCOL);
    pair_free(&pair);
}

static void a_malformed_protocol_list_is_refused(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());

    CHECK_EQ(SSL_CTX_set_alpn_protos(context, (const unsigned char *)"\x05h2", 3), 1);
    CHECK_EQ(SSL_CTX_set_alpn_protos(context, (const unsigned char *)"\x00h2", 3), 1);
    CHECK_EQ(SSL_CTX_set_alpn_protos(context, NULL, 0), 0);
    SSL_CTX_free(context);
}

static void the_protocol_is_kept_in_the_session_and_chosen_again(
    const struct protocol *protocol)
{
    struct pair pair;
    SSL_SESSION *session;
    const unsigned char *name;
    size_t length;

    init_with_choice(&pair, protocol);
    SSL_CTX_set_alpn_protos(pair.client_ctx, both, BOTH_LENGTH);
    session = pair_new_session(&pair);
    SSL_SESSION_get0_alpn_selected(session, &name, &length);
    CHECK_MEM(name, length, "http/1.1", 8);
    calls = 0;
    pair.offered = session;
    pair_connect(&pair);
    CHECK_EQ(SSL_session_reused(pair.client), 1);
    CHECK_EQ(calls, 1);
    check_protocol(&pair, "http/1.1");
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void selecting_falls_back_to_the_clients_first(void)
{
    unsigned char *chosen;
    unsigned char length;

    CHECK_EQ(SSL_select_next_proto(&chosen, &length, (const unsigned char *)"\x03foo", 4,
                                   both, BOTH_LENGTH),
             OPENSSL_NPN_NO_OVERLAP);
    CHECK_MEM(chosen, length, "h2", 2);
    CHECK_EQ(SSL_select_next_proto(&chosen, &length, both, BOTH_LENGTH,
                                   (const unsigned char *)"\x02h2", 3),
             OPENSSL_NPN_NEGOTIATED);
    CHECK_MEM(chosen, length, "h2", 2);
}

/* ---- key log ---- */

static char lines[16][256];
static int line_count;

static void keep_line(const SSL *ssl, const char *line)
{
    CHECK(ssl != NULL);
    CHECK(line_count < 16);
    CHECK(strlen(line) < sizeof(lines[0]));
    strcpy(lines[line_count++], line);
}

static size_t count_hex(const char *text)
{
    size_t count = 0;

    while (isxdigit((unsigned char)text[count]))
        count++;
    return count;
}

/* There is one line with this label, the client's random, and a secret of this length. */
static void check_line(const struct pair *pair, const char *label, size_t secret_length)
{
    unsigned char random[SSL3_RANDOM_SIZE];
    char want[128];
    size_t length = strlen(label);
    int found = 0;

    CHECK_EQ(SSL_get_client_random(pair->client, random, sizeof(random)), sizeof(random));
    memcpy(want, label, length);
    want[length++] = ' ';
    for (size_t i = 0; i < sizeof(random); i++)
        length += (size_t)sprintf(want + length, "%02x", random[i]);
    want[length++] = ' ';
    for (int i = 0; i < line_count; i++) {
        if (strncmp(lines[i], want, length) != 0)
            continue;
        found++;
        CHECK_EQ(count_hex(lines[i] + length), 2 * secret_length);
        CHECK_EQ(strlen(lines[i]), length + 2 * secret_length);
    }
    if (found != 1)
        fprintf(stderr, "%d lines of %s\n", found, label);
    CHECK_EQ(found, 1);
}

static void the_key_log_has_the_lines_of_the_version(const struct protocol *protocol)
{
    for (int end = 0; end < 2; end++) {
        struct pair pair;
        SSL_CTX *context;

        pair_init(&pair, protocol);
        line_count = 0;
        SSL_CTX_set_ciphersuites(pair.client_ctx, "TLS_AES_256_GCM_SHA384");
        context = end == 0 ? pair.client_ctx : pair.server_ctx;
        CHECK(SSL_CTX_get_keylog_callback(context) == NULL);
        SSL_CTX_set_keylog_callback(context, keep_line);
        CHECK(SSL_CTX_get_keylog_callback(context) == keep_line);
        pair_connect(&pair);
        if (protocol->version == TLS1_2_VERSION) {
            check_line(&pair, "CLIENT_RANDOM", 48);
            CHECK_EQ(line_count, 1);
        } else {
            check_line(&pair, "CLIENT_HANDSHAKE_TRAFFIC_SECRET", 48);
            check_line(&pair, "SERVER_HANDSHAKE_TRAFFIC_SECRET", 48);
            check_line(&pair, "CLIENT_TRAFFIC_SECRET_0", 48);
            check_line(&pair, "SERVER_TRAFFIC_SECRET_0", 48);
            check_line(&pair, "EXPORTER_SECRET", 48);
            CHECK_EQ(line_count, 5);
        }
        pair_free(&pair);
    }
}

/* ---- exporter ---- */

static void both_ends_export_the_same(const struct protocol *protocol)
{
    struct pair pair;
    unsigned char one[64], other[64], without[64];
    const unsigned char context[] = "context";

    pair_init(&pair, protocol);
    pair_connect(&pair);
    for (int use = 0; use < 2; use++) {
        CHECK_EQ(SSL_export_keying_material(pair.client, one, sizeof(one), "EXPORTER-test",
                                            13, context, sizeof(context), use),
                 1);
        CHECK_EQ(SSL_export_keying_material(pair.server, other, sizeof(other),
                                            "EXPORTER-test", 13, context,
                                            sizeof(context), use),
                 1);
        CHECK_MEM(one, sizeof(one), other, sizeof(other));
        if (use == 0)
            memcpy(without, one, sizeof(one));
    }
    CHECK(memcmp(one, without, sizeof(one)) != 0);
    CHECK_EQ(SSL_export_keying_material(pair.client, other, sizeof(other),
                                        "EXPORTER-also", 13, context, sizeof(context), 1),
             1);
    CHECK(memcmp(one, other, sizeof(one)) != 0);
    /* An empty context is none in TLS 1.3 only. */
    CHECK_EQ(SSL_export_keying_material(pair.client, other, sizeof(other),
                                        "EXPORTER-test", 13, context, 0, 1),
             1);
    CHECK_EQ(memcmp(without, other, sizeof(other)) == 0,
             protocol->version == TLS1_3_VERSION);
    pair_free(&pair);
}

static void nothing_is_exported_before_the_handshake(const struct protocol *protocol)
{
    struct pair pair;
    unsigned char out[16];

    pair_init(&pair, protocol);
    pair_open(&pair);
    CHECK(SSL_export_keying_material(pair.client, out, sizeof(out), "EXPORTER-test", 13,
                                     NULL, 0, 0)
          <= 0);
    ERR_clear_error();
    pair_free(&pair);
}

/* RFC 5705, section 4: TLS 1.2 has these itself. */
static void labels_of_the_protocol_are_not_for_exporters(const struct protocol *protocol)
{
    static const char *const labels[] = { "client finished", "server finished", "master secret",
                                          "extended master secret", "key expansion", "key expansion of mine" };
    struct pair pair;
    unsigned char out[16];

    pair_init(&pair, protocol);
    pair_connect(&pair);
    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
        int result = SSL_export_keying_material(pair.client, out, sizeof(out), labels[i], strlen(labels[i]), NULL, 0, 0);

        CHECK_EQ(result, protocol == &TLS13);
        if (protocol == &TLS12)
            CHECK_REASON(SSL_R_TLS_ILLEGAL_EXPORTER_LABEL);
    }
    pair_free(&pair);
}

static int export(SSL *ssl, unsigned char out[64], const char *label, size_t label_length)
{
    return SSL_export_keying_material(ssl, out, 64, label, label_length, (const unsigned char *)"context", 7, 1);
}

/* RFC 8446, section 7.5: what is exported depends on nothing after the server's Finished. */
static void a_tls13_server_exports_when_it_has_sent_its_finished(void)
{
    for (int suite = 0; suite < 2; suite++) {
        for (int resumed = 0; resumed < 2; resumed++) {
            static const char *const suites[] = { "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384" };
            struct pair pair;
            unsigned char early[64], late[64], clients[64];

            pair_init(&pair, &TLS13);
            CHECK_EQ(SSL_CTX_set_ciphersuites(pair.client_ctx, suites[suite]), 1);
            if (resumed)
                pair.offered = pair_new_session(&pair);
            pair_open(&pair);
            CHECK_EQ(SSL_do_handshake(pair.client), -1);
            CHECK(export(pair.server, early, "EXPORTER-test", 13) <= 0);
            CHECK_EQ(SSL_do_handshake(pair.server), -1);
            CHECK_EQ(SSL_is_init_finished(pair.server), 0);
            CHECK_EQ(export(pair.server, late, "EXPORTER-also", 13), 1);
            CHECK_EQ(export(pair.server, early, "EXPORTER-test", 13), 1);
            CHECK(memcmp(early, late, sizeof(early)) != 0);
            /* The client cannot, as it has not read that. */
            CHECK(export(pair.client, clients, "EXPORTER-test", 13) <= 0);

            CHECK_EQ(SSL_do_handshake(pair.client), 1);
            CHECK_EQ(export(pair.client, clients, "EXPORTER-test", 13), 1);
            CHECK_MEM(clients, sizeof(clients), early, sizeof(early));
            CHECK_EQ(SSL_do_handshake(pair.server), 1);
            CHECK_EQ(export(pair.server, late, "EXPORTER-test", 13), 1);
            CHECK_MEM(late, sizeof(late), early, sizeof(early));
            CHECK_EQ(SSL_session_reused(pair.server), resumed);
            SSL_SESSION_free(pair.offered);
            pair_free(&pair);
        }
    }
}

/* The length of a label is a byte, with "tls13 " before it (RFC 8446, section 7.1). */
static void a_label_that_is_too_long_exports_nothing(void)
{
    struct pair pair;
    unsigned char out[64];
    char label[300];

    memset(label, 'a', sizeof(label));
    pair_init(&pair, &TLS13);
    pair_open(&pair);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    CHECK_EQ(SSL_do_handshake(pair.server), -1);
    for (int finished = 0; finished < 2; finished++) {
        CHECK_EQ(export(pair.server, out, label, 249), 1);
        CHECK_EQ(export(pair.server, out, label, 250), 0);
        CHECK_REASON(SSL_R_TLS_ILLEGAL_EXPORTER_LABEL);
        CHECK_EQ(export(pair.server, out, label, 300), 0);
        CHECK_REASON(SSL_R_TLS_ILLEGAL_EXPORTER_LABEL);
        if (finished == 0)
            pair_handshake(&pair);
    }
    CHECK_EQ(export(pair.client, out, label, 250), 0);
    CHECK_REASON(SSL_R_TLS_ILLEGAL_EXPORTER_LABEL);
    pair_free(&pair);
}

/* ---- Finished and randoms ---- */

static void the_finished_messages_are_equal_crosswise(const struct protocol *protocol)
{
    struct pair pair;
    unsigned char sent[64], received[64];
    size_t length;

    pair_init(&pair, protocol);
    pair_connect(&pair);
    length = SSL_get_finished(pair.client, sent, sizeof(sent));
    CHECK(length >= 12);
    CHECK_EQ(SSL_get_peer_finished(pair.server, received, sizeof(received)), length);
    CHECK_MEM(received, length, sent, length);
    length = SSL_get_finished(pair.server, sent, sizeof(sent));
    CHECK_EQ(SSL_get_peer_finished(pair.client, received, sizeof(received)), length);
    CHECK_MEM(received, length, sent, length);
    /* A short buffer gets a prefix, the length is the whole. */
    memset(received, 0, sizeof(received));
    CHECK_EQ(SSL_get_finished(pair.server, received, 3), length);
    CHECK_MEM(received, 4, ((unsigned char[]){ sent[0], sent[1], sent[2], 0 }), 4);
    pair_free(&pair);
}

static void both_ends_know_both_randoms(const struct protocol *protocol)
{
    struct pair pair;
    unsigned char one[32], other[32];

    pair_init(&pair, protocol);
    pair_connect(&pair);
    CHECK_EQ(SSL_get_client_random(pair.client, NULL, 0), 32);
    CHECK_EQ(SSL_get_client_random(pair.client, one, 32), 32);
    CHECK_EQ(SSL_get_client_random(pair.server, other, 32), 32);
    CHECK_MEM(one, 32, other, 32);
    CHECK_EQ(SSL_get_server_random(pair.client, one, 32), 32);
    CHECK_EQ(SSL_get_server_random(pair.server, other, 32), 32);
    CHECK_MEM(one, 32, other, 32);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(the_server_chooses_among_what_the_client_offers),
          TEST_EACH(without_an_offer_or_an_answer_there_is_no_protocol),
          TEST_EACH(a_server_may_insist_on_a_protocol),
          TEST(a_malformed_protocol_list_is_refused),
          TEST_EACH(the_protocol_is_kept_in_the_session_and_chosen_again),
          TEST(selecting_falls_back_to_the_clients_first),
          TEST_EACH(the_key_log_has_the_lines_of_the_version),
          TEST_EACH(both_ends_export_the_same),
          TEST_EACH(nothing_is_exported_before_the_handshake),
          TEST_EACH(labels_of_the_protocol_are_not_for_exporters),
          TEST(a_tls13_server_exports_when_it_has_sent_its_finished),
          TEST(a_label_that_is_too_long_exports_nothing),
          TEST_EACH(the_finished_messages_are_equal_crosswise),
          TEST_EACH(both_ends_know_both_randoms))
