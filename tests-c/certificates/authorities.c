/* The authorities that a side names to its peer: SSL_CTX_set0_CA_list(3). */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"
#include "unconnected.h"

static STACK_OF(X509_NAME) *list(int count, const char *text)
{
    STACK_OF(X509_NAME) *names = sk_X509_NAME_new_null();
    for (int i = 0; i < count; i++) {
        X509_NAME *name = X509_NAME_new();
        unsigned char number = (unsigned char)('0' + i);
        CHECK(X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, (const unsigned char *)text, -1,
                                         -1, 0));
        CHECK(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, &number, 1, -1, 0));
        CHECK(sk_X509_NAME_push(names, name) > 0);
    }
    return names;
}

static void check_list(const STACK_OF(X509_NAME) *got, int count, const char *text)
{
    STACK_OF(X509_NAME) *want = list(count, text);
    CHECK_EQ(got == NULL ? 0 : sk_X509_NAME_num(got), count);
    for (int i = 0; i < count; i++)
        CHECK_EQ(X509_NAME_cmp(sk_X509_NAME_value(got, i), sk_X509_NAME_value(want, i)), 0);
    sk_X509_NAME_pop_free(want, X509_NAME_free);
}

static void a_tls13_client_names_its_authorities_to_the_server(const struct protocol *protocol)
{
    struct pair pair;
    bool tls13 = protocol->version == TLS1_3_VERSION;
    pair_init(&pair, protocol);
    SSL_CTX_set0_CA_list(pair.client_ctx, list(3, "of the context"));
    pair_connect(&pair);
    check_list(SSL_get0_peer_CA_list(pair.server), tls13 ? 3 : 0, "of the context");
    /* The client was asked for nothing. */
    CHECK(SSL_get0_peer_CA_list(pair.client) == NULL);
    pair_close(&pair);

    pair_open(&pair);
    SSL_set0_CA_list(pair.client, list(2, "of the connection"));
    pair_handshake(&pair);
    check_list(SSL_get0_peer_CA_list(pair.server), tls13 ? 2 : 0, "of the connection");
    pair_close(&pair);

    /* What a server asks its clients for is none of a client's business. */
    SSL_CTX_set0_CA_list(pair.client_ctx, NULL);
    SSL_CTX_set_client_CA_list(pair.client_ctx, list(1, "for a server"));
    pair_connect(&pair);
    check_list(SSL_get0_peer_CA_list(pair.server), 0, "");
    pair_free(&pair);
}

static int look(SSL *ssl, void *argument)
{
    int *seen = argument;
    const STACK_OF(X509_NAME) *names = SSL_get0_peer_CA_list(ssl);
    *seen = names == NULL ? 0 : sk_X509_NAME_num(names);
    return 1;
}

static void a_server_chooses_its_certificate_by_them(void)
{
    struct pair pair;
    int seen = -1;
    pair_init(&pair, &TLS13);
    SSL_CTX_set0_CA_list(pair.client_ctx, list(4, "of the context"));
    SSL_CTX_set_cert_cb(pair.server_ctx, look, &seen);
    pair_connect(&pair);
    CHECK_EQ(seen, 4);
    pair_free(&pair);
}

static void authorities_go_along_after_a_request_for_another_hello(void)
{
    struct pair pair;
    pair_init(&pair, &TLS13);
    CHECK(SSL_CTX_set1_groups_list(pair.client_ctx, "X25519:P-256"));
    CHECK(SSL_CTX_set1_groups_list(pair.server_ctx, "P-256"));
    SSL_CTX_set0_CA_list(pair.client_ctx, list(3, "of the context"));
    pair_connect(&pair);
    check_list(SSL_get0_peer_CA_list(pair.server), 3, "of the context");
    pair_free(&pair);
}

static void the_next_connection_has_its_own_names(void)
{
    struct pair pair;
    pair_init(&pair, &TLS13);
    SSL_CTX_set0_CA_list(pair.client_ctx, list(3, "of the context"));
    SSL_SESSION *session = pair_new_session(&pair);
    pair_open(&pair);
    SSL_set_session(pair.client, session);
    SSL_set0_CA_list(pair.client, list(1, "of the connection"));
    pair_handshake(&pair);
    CHECK(SSL_session_reused(pair.server));
    check_list(SSL_get0_peer_CA_list(pair.server), 1, "of the connection");
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static void names_can_be_kept_back(const struct protocol *protocol)
{
    struct pair pair;
    pair_init(&pair, protocol);
    use_credentials(pair.client_ctx, pki_client());
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, NULL);
    trust(pair.server_ctx, pki_ca());
    SSL_CTX_set0_CA_list(pair.client_ctx, list(3, "of the client"));
    SSL_CTX_set_client_CA_list(pair.server_ctx, list(2, "of the server"));
    pair_connect(&pair);
    check_list(SSL_get_client_CA_list(pair.client), 2, "of the server");
    pair_close(&pair);

    SSL_CTX_set_options(pair.client_ctx, SSL_OP_DISABLE_TLSEXT_CA_NAMES);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_DISABLE_TLSEXT_CA_NAMES);
    pair_connect(&pair);
    check_list(SSL_get_client_CA_list(pair.client), 0, "");
    check_list(SSL_get0_peer_CA_list(pair.client), 0, "");
    check_list(SSL_get0_peer_CA_list(pair.server), 0, "");
    /* The lists stay. */
    check_list(SSL_CTX_get0_CA_list(pair.client_ctx), 3, "of the client");
    CHECK(SSL_get0_peer_certificate(pair.server) != NULL);
    pair_free(&pair);
}

static void names_are_read_from_folders_and_stores(void)
{
    STACK_OF(X509_NAME) *names = sk_X509_NAME_new_null();
    const char *file = pki_certificate_file(pki_ca());
    char folder[4096];
    strcpy(folder, file);
    *strrchr(folder, '/') = '\0';
    CHECK_EQ(SSL_add_store_cert_subjects_to_stack(names, file), 1);
    CHECK_EQ(sk_X509_NAME_num(names), 1);
    CHECK_EQ(SSL_add_dir_cert_subjects_to_stack(names, "/nonexistent"), 0);
    CHECK_EQ(sk_X509_NAME_num(names), 1);
    sk_X509_NAME_pop_free(names, X509_NAME_free);
}

static void lists_of_authorities_grow(void)
{
    STACK_OF(X509_NAME) *list, *copy;
    const char *file = pki_certificate_file(pki_ca());

    make();
    CHECK_EQ(sk_X509_NAME_num(SSL_CTX_get_client_CA_list(context)), 0);
    CHECK_EQ(sk_X509_NAME_num(SSL_CTX_get0_CA_list(context)), 0);
    list = SSL_load_client_CA_file(file);
    CHECK_EQ(sk_X509_NAME_num(list), 1);
    CHECK_EQ(SSL_add_file_cert_subjects_to_stack(list, file), 1);
    CHECK_EQ(sk_X509_NAME_num(list), 1);
    copy = SSL_dup_CA_list(list);
    CHECK_EQ(sk_X509_NAME_num(copy), 1);
    SSL_CTX_set_client_CA_list(context, list);
    CHECK(SSL_CTX_get_client_CA_list(context) == list);
    CHECK(SSL_get_client_CA_list(ssl) == list);
    SSL_set_client_CA_list(ssl, copy);
    CHECK(SSL_get_client_CA_list(ssl) == copy);
    CHECK_EQ(SSL_CTX_add_client_CA(context, pki_other_ca()->certificate), 1);
    CHECK_EQ(sk_X509_NAME_num(SSL_CTX_get_client_CA_list(context)), 2);
    CHECK_EQ(SSL_CTX_add_client_CA(context, NULL), 0);
    CHECK_EQ(SSL_add1_to_CA_list(ssl, pki_ca()->certificate), 1);
    CHECK_EQ(sk_X509_NAME_num(SSL_get0_CA_list(ssl)), 1);
    CHECK_EQ(sk_X509_NAME_num(SSL_CTX_get0_CA_list(context)), 0);
    CHECK_NO_ERROR();
    CHECK(SSL_load_client_CA_file("/nowhere/at/all") == NULL);
    CHECK(ERR_get_error() != 0);
    unmake();
}

static void a_client_sees_the_servers_authorities(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_session_id_context(pair.server_ctx, (const unsigned char *)"x", 1);
    CHECK_EQ(SSL_CTX_add1_to_CA_list(pair.server_ctx, pki_ca()->certificate), 1);
    pair_connect(&pair);
    CHECK_EQ(sk_X509_NAME_num(SSL_get0_peer_CA_list(pair.client)), 1);
    CHECK_EQ(X509_NAME_cmp(sk_X509_NAME_value(SSL_get_client_CA_list(pair.client), 0),
                           X509_get_subject_name(pki_ca()->certificate)),
             0);
    pair_close(&pair);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(a_tls13_client_names_its_authorities_to_the_server),
          TEST(a_server_chooses_its_certificate_by_them),
          TEST(authorities_go_along_after_a_request_for_another_hello),
          TEST(the_next_connection_has_its_own_names),
          TEST_EACH(names_can_be_kept_back),
          TEST(names_are_read_from_folders_and_stores),
          TEST(lists_of_authorities_grow),
          TEST_EACH(a_client_sees_the_servers_authorities))
