/*
 * What a connection copies from its context, and when: SSL_new(3), SSL_set_SSL_CTX(3), SSL_dup(3), SSL_clear(3).
 *
 * Each row is a setting with three values, 1 to 3. The context has 1, another context 2, the connection sets 3 for
 * itself; the same few tests then ask of each row which of them counts. tables/copied.tsv lists the rows.
 */
#include <stdio.h>
#include <string.h>

#include <openssl/err.h>

#include "setting_rows.h"

static int observe(const struct row *row, SSL *ssl, bool meeting)
{
    seen = 0;
    with_psk = strstr(row->name, "psk_find") != NULL || strstr(row->name, "psk_server") != NULL;
    if (row->meets || meeting)
        meet(ssl, row->role);
    return row->get(ssl);
}

static void expect(const struct row *row, const char *when, int got, int wanted)
{
    if (row->binary ? (got != 0) && (got & 1) == (wanted & 1) : got == wanted)
        return;
    fprintf(stderr, "%s, %s: got %d, want %d\n", row->name, when, got, wanted);
    check_failed(__FILE__, __LINE__, when);
}

static SSL_CTX *new_context(const struct row *row, int value)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());

    CHECK(context != NULL);
    CHECK_EQ(SSL_CTX_set_min_proto_version(context, spoken->version), 1);
    CHECK_EQ(SSL_CTX_set_max_proto_version(context, spoken->version), 1);
    SSL_CTX_set_security_level(context, 0);
    if (row->role == SERVER) {
        use_credentials(context, pki_server());
        trust(context, pki_ca());
        SSL_CTX_set_session_id_context(context, (const unsigned char *)"0", 1);
    }
    row->in_context(context, value);
    return context;
}

static SSL *new_connection(SSL_CTX *context)
{
    SSL *ssl = SSL_new(context);

    CHECK(ssl != NULL);
    return ssl;
}

/* Tests. */

static void check_new(const struct row *row)
{
    SSL_CTX *context = new_context(row, 1);
    SSL *ssl = new_connection(context);

    row->in_context(context, 2);
    expect(row, "changed in the context after SSL_new", observe(row, ssl, false), row->rule == COPIED ? 1 : 2);
    SSL_free(ssl);
    if (row->in_connection != NULL) {
        ssl = new_connection(context);
        row->in_connection(ssl, 3);
        row->in_context(context, 1);
        expect(row, "set for the connection", observe(row, ssl, false), 3);
        SSL_free(ssl);
    }
    SSL_CTX_free(context);
}

static void check_switch(const struct row *row)
{
    for (int own = 0; own < 2; own++) {
        SSL_CTX *first = new_context(row, 1), *second = new_context(row, 2);
        SSL *ssl = new_connection(first);
        bool stays = row->switched == STAYS;
        bool taken = row->switched == TAKEN || row->switched == TAKEN_EARLY;

        if (own && row->in_connection != NULL)
            row->in_connection(ssl, 3);
        CHECK(SSL_set_SSL_CTX(ssl, second) == second);
        if (!own || row->in_connection == NULL)
            expect(row, "context switched", observe(row, ssl, false), stays ? 1 : 2);
        else
            expect(row, "context switched, own value", observe(row, ssl, false), taken ? 2 : 3);
        SSL_free(ssl);
        SSL_CTX_free(first);
        SSL_CTX_free(second);
    }
}

static SSL_CTX *switch_to;

static int switch_context(SSL *ssl, int *alert, void *argument)
{
    (void)alert, (void)argument;
    CHECK(SSL_set_SSL_CTX(ssl, switch_to) == switch_to);
    return SSL_TLSEXT_ERR_OK;
}

static void check_switch_in_callback(const struct row *row)
{
    /* With some versions there is no handshake, and after one the method is that of the version. The servername callback
     * is what switches. */
    if (row->role != SERVER || strcmp(row->name, "SSL_CTX_set_tlsext_servername_callback") == 0
        || strcmp(row->name, "SSL_CTX_set_ssl_version") == 0 || strcmp(row->name, "SSL_CTX_set_max_proto_version") == 0)
        return;
    for (int own = 0; own < 2; own++) {
        SSL_CTX *first = new_context(row, 1), *second = new_context(row, 2);
        SSL *ssl;
        bool early = row->switched == TAKEN_EARLY || row->switched == UNLESS_OWN_EARLY;

        SSL_CTX_set_tlsext_servername_callback(first, switch_context);
        switch_to = second;
        ssl = new_connection(first);
        if (own && row->in_connection != NULL)
            row->in_connection(ssl, 3);
        if (!own || row->in_connection == NULL)
            expect(row, "context switched in the servername callback", observe(row, ssl, true),
                   row->switched == STAYS || early ? 1 : 2);
        else
            expect(row, "context switched in the servername callback, own value", observe(row, ssl, true),
                   row->switched == TAKEN ? 2 : 3);
        expect(row, "context after the servername callback", SSL_get_SSL_CTX(ssl) == second, 1);
        SSL_free(ssl);
        SSL_CTX_free(first);
        SSL_CTX_free(second);
    }
}

static void check_duplicate(const struct row *row)
{
    for (int own = 0; own < 2; own++) {
        SSL_CTX *context = new_context(row, 1);
        SSL *ssl = new_connection(context), *copy;
        bool of_connection = row->duplicated == OF_CONNECTION;

        if (own && row->in_connection != NULL)
            row->in_connection(ssl, 3);
        row->in_context(context, 2);
        copy = SSL_dup(ssl);
        CHECK(copy != NULL && copy != ssl);
        SSL_free(ssl);
        if (own && row->in_connection != NULL)
            expect(row, "duplicated, own value", observe(row, copy, false), of_connection ? 3 : 2);
        else
            expect(row, "duplicated", observe(row, copy, false), of_connection && row->rule == COPIED ? 1 : 2);
        SSL_free(copy);
        SSL_CTX_free(context);
    }
}

static void check_clear(const struct row *row)
{
    for (int own = 0; own < 2; own++) {
        SSL_CTX *context = new_context(row, 1);
        SSL *ssl = new_connection(context);
        int wanted = row->rule == COPIED ? 1 : 2;

        if (own && row->in_connection != NULL) {
            row->in_connection(ssl, 3);
            wanted = 3;
        }
        meet(ssl, row->role);
        SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
        row->in_context(context, 2);
        CHECK_EQ(SSL_clear(ssl), 1);
        SSL_set_session(ssl, NULL);
        expect(row, "cleared", observe(row, ssl, false), row->cleared == KEPT ? wanted : 2);
        SSL_free(ssl);
        SSL_CTX_free(context);
    }
}

/* clang-format off */
static const struct rows *const all[] = { &setting_rows_of_numbers, &setting_rows_of_peers, &setting_rows_of_callbacks,
                                          &setting_rows_of_certificates };
/* clang-format on */

enum {
    PARTS = sizeof(all) / sizeof(all[0])
};

/* The first row of this name. */
static const struct row *the_row(const char *name)
{
    for (int part = 0; part < PARTS; part++) {
        for (size_t i = 0; i < all[part]->count; i++) {
            if (strcmp(all[part]->rows[i].name, name) == 0)
                return &all[part]->rows[i];
        }
    }
    check_failed(__FILE__, __LINE__, name);
}

static void each_row(const struct protocol *protocol, void (*check)(const struct row *))
{
    spoken = protocol;
    for (int part = 0; part < PARTS; part++) {
        for (size_t i = 0; i < all[part]->count; i++) {
            const struct row *row = &all[part]->rows[i];

            if (row->version == 0 || row->version == protocol->version)
                check(row);
        }
    }
    meet_no_more();
}

static void what_is_changed_in_the_context_after_SSL_new(const struct protocol *protocol)
{
    each_row(protocol, check_new);
}

static void what_a_switch_of_context_takes_over(const struct protocol *protocol)
{
    each_row(protocol, check_switch);
}

static void what_a_switch_in_the_servername_callback_takes_over(const struct protocol *protocol)
{
    each_row(protocol, check_switch_in_callback);
}

static void what_a_duplicate_has(const struct protocol *protocol)
{
    each_row(protocol, check_duplicate);
}

static void what_is_left_after_SSL_clear(const struct protocol *protocol)
{
    each_row(protocol, check_clear);
}

static void a_session_id_callback_of_the_context_counts_while_the_connection_has_none(void)
{
    const struct row *row = the_row("SSL_CTX_set_generate_session_id");
    SSL_CTX *context, *other;
    SSL *ssl;

    spoken = &TLS12;
    context = new_context(row, 1);
    other = new_context(row, 2);
    CHECK_EQ(SSL_CTX_set_generate_session_id(context, NULL), 1);
    ssl = new_connection(context);
    row->in_context(context, 3);
    /* The context that was given to SSL_new(). */
    CHECK(SSL_set_SSL_CTX(ssl, other) == other);
    CHECK_EQ(observe(row, ssl, true), 3);
    SSL_free(ssl);
    SSL_CTX_free(context);
    SSL_CTX_free(other);
    meet_no_more();
}

static int take_first(SSL *ssl, const unsigned char **out, unsigned char *length, const unsigned char *in,
                      unsigned in_length, void *argument)
{
    (void)ssl, (void)in_length, (void)argument;
    *out = in + 1;
    *length = in[0];
    return SSL_TLSEXT_ERR_OK;
}

static void what_SSL_clear_forgets_and_keeps(const struct protocol *protocol)
{
    const unsigned char *name = NULL;
    unsigned length = 7;
    struct pair pair;

    pair_init(&pair, protocol);
    use_credentials(pair.client_ctx, pki_client());
    SSL_CTX_set_alpn_select_cb(pair.server_ctx, take_first, NULL);
    CHECK_EQ(SSL_CTX_set_alpn_protos(pair.client_ctx, (const unsigned char *)"\1a", 2), 0);
    SSL_CTX_set_verify(pair.client_ctx, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_cert_store(pair.client_ctx, X509_STORE_new());
    pair_open(&pair);
    CHECK_EQ(SSL_set_tlsext_host_name(pair.client, "localhost"), 1);
    SSL_set_ex_data(pair.client, 0, &pair);
    pair_handshake(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_shutdown(pair.client), 0);
    CHECK(SSL_shutdown(pair.server) >= 0);
    for (int side = 0; side < 2; side++) {
        SSL *ssl = side ? pair.server : pair.client;
        long result = SSL_get_verify_result(ssl);

        CHECK_EQ(result, side ? X509_V_OK : X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY);
        SSL_get0_alpn_selected(ssl, &name, &length);
        CHECK_EQ(length, 1);
        CHECK_EQ(SSL_clear(ssl), 1);
        /* Forgotten. */
        SSL_get0_alpn_selected(ssl, &name, &length);
        CHECK_EQ(length, 0);
        CHECK_EQ(SSL_get_shutdown(ssl), 0);
        CHECK_EQ(SSL_session_reused(ssl), 0);
        CHECK_EQ(SSL_in_before(ssl), 1);
        CHECK(SSL_get_current_cipher(ssl) == NULL || SSL_get_session(ssl) != NULL);
        CHECK_EQ(SSL_get_secure_renegotiation_support(ssl), 0);
        CHECK_EQ(SSL_get_peer_finished(ssl, &length, 4), 0);
        /* Kept. */
        CHECK_EQ(SSL_get_verify_result(ssl), result);
        CHECK_EQ(SSL_is_server(ssl), side);
        CHECK(SSL_get_rbio(ssl) != NULL);
    }
    CHECK(SSL_get_ex_data(pair.client, 0) == &pair);
    CHECK_STR(SSL_get_servername(pair.client, TLSEXT_NAMETYPE_host_name), "localhost");
    CHECK(SSL_get_session(pair.client) != NULL);
    pair_free(&pair);
}

static void what_else_a_duplicate_has(const struct protocol *protocol)
{
    struct pair pair;
    int index = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    SSL *copy;

    pair_init(&pair, protocol);
    pair.offered = pair_new_session(&pair);
    pair_open(&pair);
    CHECK_EQ(SSL_set_tlsext_host_name(pair.client, "localhost"), 1);
    SSL_set_ex_data(pair.client, index, &pair);
    SSL_set_shutdown(pair.client, SSL_RECEIVED_SHUTDOWN);
    SSL_set_verify_result(pair.client, X509_V_ERR_APPLICATION_VERIFICATION);
    copy = SSL_dup(pair.client);
    CHECK(copy != NULL && copy != pair.client);
    CHECK(SSL_get_session(copy) == pair.offered);
    CHECK(SSL_get_ex_data(copy, index) == &pair);
    CHECK_EQ(SSL_is_server(copy), 0);
    CHECK_EQ(SSL_get_shutdown(copy), SSL_get_shutdown(pair.client));
    CHECK_EQ(SSL_get_verify_result(copy), SSL_SESSION_get0_peer(pair.offered) != NULL ? X509_V_OK : -1);
    CHECK(SSL_get_rbio(copy) == NULL);
    CHECK(SSL_get_servername(copy, TLSEXT_NAMETYPE_host_name) == NULL);
    SSL_free(copy);
    SSL_SESSION_free(pair.offered);
    pair.offered = NULL;
    pair_drop(&pair);
    pair_free(&pair);
}

/* clang-format off */
THREE(SSL_SESSION *, look_up, (SSL *ssl, const unsigned char *id, int length, int *copy),
      (void)ssl; (void)id; (void)length; *copy = 0; return NULL;)
THREE(void, removed, (SSL_CTX *context, SSL_SESSION *session), (void)context; (void)session;)
/* clang-format on */

static void sessions_stay_with_the_context_given_to_SSL_new(void)
{
    SSL_SESSION *session;
    struct pair pair;

    pair_init(&pair, &TLS12);
    switch_to = server_context(&TLS12);
    for (int i = 0; i < 2; i++) {
        SSL_CTX *context = i ? switch_to : pair.server_ctx;

        SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER);
        SSL_CTX_sess_set_get_cb(context, OF_THREE(look_up, i + 1));
        SSL_CTX_sess_set_remove_cb(context, OF_THREE(removed, i + 1));
    }
    for (int in_callback = 0; in_callback < 2; in_callback++) {
        if (in_callback)
            SSL_CTX_set_tlsext_servername_callback(pair.server_ctx, switch_context);
        pair_open(&pair);
        if (!in_callback)
            CHECK(SSL_set_SSL_CTX(pair.server, switch_to) == switch_to);
        CHECK_EQ(SSL_set_tlsext_host_name(pair.client, "localhost"), 1);
        pair_handshake(&pair);
        CHECK(SSL_get_SSL_CTX(pair.server) == switch_to);
        CHECK_EQ(SSL_CTX_sess_number(pair.server_ctx), 1);
        CHECK_EQ(SSL_CTX_sess_number(switch_to), 0);
        session = SSL_get1_session(pair.client);
        seen = 0;
        CHECK_EQ(SSL_CTX_remove_session(pair.server_ctx, SSL_get_session(pair.server)), 1);
        CHECK_EQ(seen, 1);
        pair_close(&pair);
        /* What is offered now is looked for where it was. */
        pair.offered = session;
        pair_open(&pair);
        if (!in_callback)
            CHECK(SSL_set_SSL_CTX(pair.server, switch_to) == switch_to);
        seen = 0;
        pair_handshake(&pair);
        CHECK_EQ(seen, 1);
        CHECK_EQ(SSL_CTX_remove_session(pair.server_ctx, SSL_get_session(pair.server)), 1);
        pair_close(&pair);
        pair.offered = NULL;
        SSL_SESSION_free(session);
    }
    SSL_CTX_free(switch_to);
    pair_free(&pair);
}

/* Neither limit is exceeded by a record, and a partial write is one record. */
static void a_partial_write_is_a_record_of_the_length_that_was_set(const struct protocol *protocol)
{
    static const char bytes[9000];
    struct pair pair;

    pair_init(&pair, protocol);
    CHECK_EQ(SSL_CTX_set_max_send_fragment(pair.client_ctx, 4000), 1);
    SSL_CTX_set_mode(pair.client_ctx, SSL_MODE_ENABLE_PARTIAL_WRITE);
    pair_connect(&pair);
    CHECK_EQ(SSL_write(pair.client, bytes, sizeof(bytes)), 4000);
    pair_drop(&pair);
    CHECK_EQ(SSL_CTX_set_split_send_fragment(pair.client_ctx, 1500), 1);
    pair_connect(&pair);
    CHECK_EQ(SSL_write(pair.client, bytes, sizeof(bytes)), 1500);
    pair_free(&pair);
}

/* SSL_copy_session_id(3) takes all that goes with the certificates, and the method. */
static void what_SSL_copy_session_id_takes(void)
{
    static const char *const taken[] = { "SSL_CTX_use_certificate", "SSL_CTX_set_cert_flags", "SSL_CTX_set1_verify_cert_store",
                                         "SSL_CTX_set1_chain_cert_store", "SSL_CTX_set_security_callback" };
    const struct row *method = the_row("SSL_CTX_set_ssl_version");
    SSL_CTX *first, *second;
    SSL *from, *to;

    spoken = &TLS12;
    first = new_context(the_row("SSL_CTX_use_certificate"), 1);
    second = new_context(the_row("SSL_CTX_use_certificate"), 2);
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        the_row(taken[i])->in_context(first, 1);
        the_row(taken[i])->in_context(second, 2);
    }
    from = new_connection(second);
    method->in_connection(from, 2);
    to = new_connection(first);
    CHECK_EQ(SSL_copy_session_id(to, from), 1);
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
        CHECK_EQ(the_row(taken[i])->get(to), 2);
    CHECK_EQ(method->get(to), 2);
    CHECK(SSL_get_SSL_CTX(to) == first);
    SSL_free(from);
    SSL_free(to);
    SSL_CTX_free(first);
    SSL_CTX_free(second);
}

TEST_MAIN(TEST(a_session_id_callback_of_the_context_counts_while_the_connection_has_none),
          TEST_EACH(what_SSL_clear_forgets_and_keeps),
          TEST_EACH(what_else_a_duplicate_has),
          TEST(sessions_stay_with_the_context_given_to_SSL_new),
          TEST(what_SSL_copy_session_id_takes),
          TEST_EACH(a_partial_write_is_a_record_of_the_length_that_was_set),
          TEST_EACH(what_is_changed_in_the_context_after_SSL_new),
          TEST_EACH(what_a_switch_of_context_takes_over),
          TEST_EACH(what_a_switch_in_the_servername_callback_takes_over),
          TEST_EACH(what_a_duplicate_has),
          TEST_EACH(what_is_left_after_SSL_clear))
