/* The secrets of early data: exported, and in the key log. */
#include <string.h>

#include <openssl/ssl.h>

#include "early.h"

static int export_early(SSL *ssl, unsigned char out[32], const char *context)
{
    memset(out, 0, 32);
    return SSL_export_keying_material_early(ssl, out, 32, "EXPORTER-test", 13,
                                            (const unsigned char *)context, strlen(context));
}

static void the_early_secret_is_exported(void)
{
    struct pair pair;
    unsigned char client[32], server[32], other[32], late[32];
    char label[250];

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    CHECK_EQ(export_early(pair.client, client, ""), 0);
    CHECK_EQ(export_early(pair.server, server, ""), 0);
    send_early(&pair, "early", 5);
    CHECK_EQ(export_early(pair.client, client, "context"), 1);
    CHECK_EQ(export_early(pair.client, other, ""), 1);
    CHECK(memcmp(client, other, 32) != 0);
    CHECK_EQ(export_early(pair.server, server, "context"), 0);
    expect_early(&pair, "early");
    CHECK_EQ(export_early(pair.server, server, "context"), 1);
    CHECK_MEM(server, 32, client, 32);
    memset(label, 'a', sizeof(label));
    CHECK_EQ(SSL_export_keying_material_early(pair.server, other, 32, label, 249, NULL, 0), 1);
    CHECK_EQ(SSL_export_keying_material_early(pair.server, other, 32, label, 250, NULL, 0), 0);
    CHECK_REASON(SSL_R_TLS_ILLEGAL_EXPORTER_LABEL);
    /* The server has sent its Finished, so the other exporter is there too. */
    CHECK_EQ(SSL_export_keying_material(pair.server, late, 32, "EXPORTER-test", 13, NULL, 0, 0), 1);
    CHECK_EQ(SSL_do_handshake(pair.client), 1);
    CHECK_EQ(SSL_export_keying_material(pair.client, other, 32, "EXPORTER-test", 13, NULL, 0, 0), 1);
    CHECK_MEM(late, 32, other, 32);
    expect_finish(&pair);
    complete(&pair);
    CHECK_EQ(export_early(pair.client, client, "context"), 1);
    CHECK_MEM(server, 32, client, 32);
    CHECK_EQ(export_early(pair.server, other, ""), 1);
    CHECK_NO_ERROR();
    pair_close(&pair);
    pair_free(&pair);
}

static void a_server_that_rejects_exports_nothing(void)
{
    struct pair pair;
    unsigned char out[32];

    early_init(&pair);
    open_with(&pair, early_session(&pair));
    send_early(&pair, "early", 5);
    CHECK_EQ(SSL_accept(pair.server), -1);
    CHECK_EQ(export_early(pair.server, out, ""), 0);
    complete(&pair);
    CHECK_EQ(export_early(pair.client, out, ""), 1);
    CHECK_EQ(export_early(pair.server, out, ""), 0);
    pair_close(&pair);
    pair_free(&pair);
}

static char labels[2][2000], first_lines[2][200];

static void record_line(const SSL *ssl, const char *line)
{
    int end = SSL_is_server(ssl);

    if (labels[end][0] == '\0')
        strncat(first_lines[end], line, sizeof(first_lines[end]) - 1);
    strncat(labels[end], line, strcspn(line, " ") + 1);
}

static void check_early_labels(const char *log, int count)
{
    CHECK_EQ(strstr(log, "CLIENT_EARLY_TRAFFIC_SECRET ") != NULL, count == 2);
    CHECK_EQ(strstr(log, "EARLY_EXPORTER_SECRET ") != NULL, count == 2);
}

static void the_key_log_has_the_early_secrets(void)
{
    for (int accepted = 0; accepted <= 1; accepted++) {
        struct pair pair;
        SSL_SESSION *session;

        early_init(&pair);
        session = early_session(&pair);
        SSL_CTX_set_keylog_callback(pair.client_ctx, record_line);
        SSL_CTX_set_keylog_callback(pair.server_ctx, record_line);
        memset(labels, 0, sizeof(labels));
        memset(first_lines, 0, sizeof(first_lines));
        open_with(&pair, session);
        send_early(&pair, "early", 5);
        check_early_labels(labels[0], 2);
        if (accepted) {
            expect_early(&pair, "early");
            check_early_labels(labels[1], 2);
            CHECK_STR(first_lines[0], first_lines[1]);
        } else {
            CHECK_EQ(SSL_accept(pair.server), -1);
            check_early_labels(labels[1], 0);
        }
        pair_free(&pair);
    }
}

TEST_MAIN(TEST(the_early_secret_is_exported),
          TEST(a_server_that_rejects_exports_nothing),
          TEST(the_key_log_has_the_early_secrets))
