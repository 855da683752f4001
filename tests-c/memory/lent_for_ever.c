/*
 * Strings, suites and methods that are static, and pointers that are the program's own: held until all
 * connections and contexts are gone. What functions write through pointers, and what they leave alone when
 * there is no value.
 * Also run under valgrind.
 */
#include <string.h>

#include <openssl/ocsp.h>
#include <openssl/ssl.h>

#include "check.h"
#include "pair.h"
#include "pki.h"

enum {
    TEXTS = 24
};

static int texts_of(const SSL *client, const SSL *server, const char **texts)
{
    const SSL_CIPHER *suite = SSL_get_current_cipher(client);
    int count = 0;

    texts[count++] = SSL_get_version(client);
    texts[count++] = SSL_CIPHER_get_name(suite);
    texts[count++] = SSL_CIPHER_standard_name(suite);
    texts[count++] = SSL_CIPHER_get_version(suite);
    texts[count++] = OPENSSL_cipher_name(SSL_CIPHER_standard_name(suite));
    texts[count++] = SSL_state_string(client);
    texts[count++] = SSL_state_string_long(server);
    texts[count++] = SSL_rstate_string(client);
    texts[count++] = SSL_rstate_string_long(server);
    texts[count++] = SSL_alert_type_string(SSL3_AL_FATAL << 8);
    texts[count++] = SSL_alert_type_string_long(SSL3_AL_FATAL << 8);
    texts[count++] = SSL_alert_desc_string(SSL3_AD_HANDSHAKE_FAILURE);
    texts[count++] = SSL_alert_desc_string_long(SSL3_AD_HANDSHAKE_FAILURE);
    texts[count++] = OSSL_default_cipher_list();
    texts[count++] = OSSL_default_ciphersuites();
    texts[count++] = SSL_get_cipher_list(client, 0);
    CHECK(count <= TEXTS);
    return count;
}

static void texts_and_suites_outlive_all_connections(const struct protocol *protocol)
{
    struct pair pair;
    const char *texts[TEXTS];
    char *copies[TEXTS];

    pair_init(&pair, protocol);
    pair_connect(&pair);
    int count = texts_of(pair.client, pair.server, texts);
    for (int i = 0; i < count; i++)
        copies[i] = OPENSSL_strdup(texts[i]);
    const SSL_CIPHER *suite = SSL_get_current_cipher(pair.server);
    CHECK(SSL_get_pending_cipher(pair.server) != NULL);
    /* Of the context, since a provider may have brought it. */
    CHECK_STR(SSL_group_to_name(pair.client, NID_X25519), "x25519");
    const unsigned char number[] = { SSL_CIPHER_get_protocol_id(suite) >> 8,
                                     SSL_CIPHER_get_protocol_id(suite) & 0xff };
    CHECK(SSL_CIPHER_find(pair.server, number) == suite);
    const EVP_MD *digest = SSL_CIPHER_get_handshake_digest(suite);
    int id = EVP_MD_get_type(digest);
    char *description = SSL_CIPHER_description(suite, NULL, 0);
    pair_free(&pair);

    for (int i = 0; i < count; i++) {
        CHECK_STR(texts[i], copies[i]);
        OPENSSL_free(copies[i]);
    }
    CHECK_STR(SSL_CIPHER_get_name(suite), texts[1]);
    CHECK_EQ(EVP_MD_get_type(digest), id);
    CHECK(strstr(description, texts[1]) != NULL);
    OPENSSL_free(description);
}

static void methods_are_static(void)
{
    const SSL_METHOD *(*makers[])(void) = {
        TLS_method,
        TLS_client_method,
        TLS_server_method,
        TLSv1_method,
        TLSv1_client_method,
        TLSv1_server_method,
        TLSv1_1_method,
        TLSv1_1_client_method,
        TLSv1_1_server_method,
        TLSv1_2_method,
        TLSv1_2_client_method,
        TLSv1_2_server_method,
    };
    for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
        const SSL_METHOD *method = makers[i]();
        CHECK(method != NULL);
        SSL_CTX *context = SSL_CTX_new(method);
        CHECK(SSL_CTX_get_ssl_method(context) == method);
        SSL *ssl = SSL_new(context);
        CHECK(SSL_get_ssl_method(ssl) == method);
        SSL_free(ssl);
        SSL_CTX_free(context);
        CHECK(makers[i]() == method);
    }
    CHECK(BIO_f_ssl() == BIO_f_ssl());
}

/* Reprise answers as a libssl that was built without compression. */
static void the_list_of_compression_methods_is_the_process_s(void)
{
    STACK_OF(SSL_COMP) *methods = SSL_COMP_get_compression_methods();
    CHECK(SSL_COMP_get_compression_methods() == methods);
    CHECK(on_reprise() == (methods == NULL));
    for (int i = 0; i < sk_SSL_COMP_num(methods); i++)
        CHECK(SSL_COMP_get0_name(sk_SSL_COMP_value(methods, i)) != NULL);
    CHECK(SSL_COMP_get_name(NULL) == NULL);
    STACK_OF(SSL_COMP) *empty = sk_SSL_COMP_new_null();
    STACK_OF(SSL_COMP) *former = SSL_COMP_set0_compression_methods(empty);
    CHECK(former == (on_reprise() ? empty : methods));
    if (!on_reprise())
        CHECK(SSL_COMP_set0_compression_methods(former) == empty);
    sk_SSL_COMP_free(empty);
}

/* Whatever the program stores it finds again, until it stores something else. */
static void what_the_program_has_stored_is_returned_as_it_is(const struct protocol *protocol)
{
    struct pair pair;
    int of_context = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    int of_connection = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    int of_session = SSL_SESSION_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    static char one[] = "one", two[] = "two";
    void *found = one;

    pair_init(&pair, protocol);
    CHECK_EQ(SSL_CTX_set_ex_data(pair.client_ctx, of_context, one), 1);
    SSL_CTX_set0_security_ex_data(pair.client_ctx, two);
    SSL_CTX_set_default_passwd_cb_userdata(pair.client_ctx, one);
    SSL_CTX_set_tlsext_status_arg(pair.client_ctx, two);
    pair_open(&pair);
    CHECK_EQ(SSL_set_ex_data(pair.client, of_connection, two), 1);
    pair_handshake(&pair);
    pair_settle(&pair);
    SSL_SESSION *session = SSL_get1_session(pair.client);
    CHECK_EQ(SSL_SESSION_set_ex_data(session, of_session, one), 1);
    CHECK(SSL_CTX_get_ex_data(pair.client_ctx, of_context) == one);
    CHECK(SSL_get_ex_data(pair.client, of_connection) == two);
    CHECK(SSL_SESSION_get_ex_data(session, of_session) == one);
    CHECK(SSL_CTX_get0_security_ex_data(pair.client_ctx) == two);
    CHECK(SSL_get0_security_ex_data(pair.client) == two);
    CHECK(SSL_CTX_get_default_passwd_cb_userdata(pair.client_ctx) == one);
    CHECK(SSL_get_default_passwd_cb_userdata(pair.client) == one);
    CHECK(SSL_CTX_get_default_passwd_cb(pair.client_ctx) == NULL);
    CHECK(SSL_get_default_passwd_cb(pair.client) == NULL);
    CHECK_EQ(SSL_CTX_get_tlsext_status_arg(pair.client_ctx, &found), 1);
    CHECK(found == two);
    CHECK_EQ(SSL_clear(pair.client), 1);
    CHECK(SSL_get_ex_data(pair.client, of_connection) == two);
    pair_free(&pair);
    CHECK(SSL_SESSION_get_ex_data(session, of_session) == one);
    SSL_SESSION_free(session);
}

/* The name of a client is lent until it is set again, that of the parameters likewise. */
static void names_are_lent_until_they_are_set_anew(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair_open(&pair);
    CHECK(SSL_get_servername(pair.client, TLSEXT_NAMETYPE_host_name) == NULL);
    CHECK(SSL_get0_peername(pair.client) == NULL);
    SSL_set_tlsext_host_name(pair.client, "localhost");
    SSL_set1_host(pair.client, "localhost");
    const char *name = SSL_get_servername(pair.client, TLSEXT_NAMETYPE_host_name);
    pair_handshake(&pair);
    pair_settle(&pair);
    const char *peername = SSL_get0_peername(pair.client);
    CHECK_STR(name, "localhost");
    CHECK_STR(peername, "localhost");
    CHECK(SSL_get_servername(pair.client, TLSEXT_NAMETYPE_host_name) == name);
    SSL_shutdown(pair.client);
    SSL_clear(pair.client);
    CHECK_STR(name, "localhost");
    CHECK(SSL_get_servername(pair.client, 1) == NULL);
    SSL_set_tlsext_host_name(pair.client, "other.example");
    CHECK_STR(SSL_get_servername(pair.client, TLSEXT_NAMETYPE_host_name), "other.example");
    pair_free(&pair);
}

/* What the program must free, it can, when all else is gone. */
static void what_is_given_to_the_program_belongs_to_it(const struct protocol *protocol)
{
    struct pair pair;
    char buffer[400], *suites;
    unsigned char *out, length;
    STACK_OF(SSL_CIPHER) *known, *signals;
    int *groups, count;

    pair_init(&pair, protocol);
    pair_connect(&pair);
    pair_settle(&pair);
    suites = SSL_get_shared_ciphers(pair.server, buffer, sizeof(buffer));
    CHECK(suites == buffer);
    CHECK(SSL_get_shared_ciphers(pair.server, buffer, 1) == NULL);
    CHECK(SSL_get_shared_ciphers(pair.client, buffer, sizeof(buffer)) == NULL);
    STACK_OF(SSL_CIPHER) *supported = SSL_get1_supported_ciphers(pair.client);
    STACK_OF(X509_NAME) *names = SSL_dup_CA_list(SSL_CTX_get_client_CA_list(pair.server_ctx));
    STACK_OF(X509_NAME) *of_file = SSL_load_client_CA_file(pki_certificate_file(pki_ca()));
    CHECK_EQ(SSL_bytes_to_cipher_list(pair.server, (const unsigned char *)"\x13\x01\x00\xff", 4, 0,
                                      &known, &signals),
             1);
    count = SSL_get1_groups(pair.server, NULL);
    CHECK(count > 0);
    groups = OPENSSL_malloc(count * sizeof(*groups));
    CHECK_EQ(SSL_get1_groups(pair.server, groups), count);
    static const unsigned char server[] = "\x02h2", client[] = "\x02h3\x02h2";
    CHECK_EQ(SSL_select_next_proto(&out, &length, server, 3, client, 6), OPENSSL_NPN_NEGOTIATED);
    CHECK(out == server + 1);
    CHECK_EQ(length, 2);
    SSL *copy = SSL_dup(pair.client);
    SSL_SESSION *session = SSL_SESSION_dup(SSL_get_session(pair.client));
    EVP_PKEY *key = NULL;
    CHECK_EQ(SSL_get_peer_tmp_key(pair.client, &key), 1);
    pair_free(&pair);

    CHECK(sk_SSL_CIPHER_num(supported) > 0);
    CHECK_EQ(sk_SSL_CIPHER_num(known), 1);
    CHECK_EQ(sk_SSL_CIPHER_num(signals), 1);
    CHECK_EQ(sk_X509_NAME_num(of_file), 1);
    CHECK(SSL_get_SSL_CTX(copy) != NULL);
    SSL_free(copy);
    SSL_SESSION_free(session);
    EVP_PKEY_free(key);
    OPENSSL_free(groups);
    sk_SSL_CIPHER_free(supported);
    sk_SSL_CIPHER_free(known);
    sk_SSL_CIPHER_free(signals);
    sk_X509_NAME_pop_free(names, X509_NAME_free);
    sk_X509_NAME_pop_free(of_file, X509_NAME_free);
}

/* Before a handshake, and on the wrong side. A result that there is not is NULL, or left alone. */
static void what_is_not_there_is_returned_as_nothing(const struct protocol *protocol)
{
    struct pair pair;
    static unsigned char before[] = "before";
    const unsigned char *data = before;
    unsigned int short_length = 77;
    size_t length = 77;
    void *pointer = before;
    int number = 77;
    EVP_PKEY *key = (EVP_PKEY *)before;

    pair_init(&pair, protocol);
    pair_open(&pair);
    SSL_get0_alpn_selected(pair.client, &data, &short_length);
    CHECK(data == NULL && short_length == 0);
    data = before, short_length = 77;
    SSL_get0_next_proto_negotiated(pair.client, &data, &short_length);
    CHECK(data == NULL && short_length == 0);
    unsigned char *bytes = before;
    CHECK_EQ(SSL_get0_raw_cipherlist(pair.client, &bytes), 0);
    CHECK(bytes == before);
    CHECK_EQ(SSL_get0_raw_cipherlist(pair.client, NULL), 2);
    CHECK_EQ(SSL_get_tlsext_status_ocsp_resp(pair.client, &bytes), -1);
    CHECK(bytes == NULL);
    CHECK_EQ(SSL_get_peer_tmp_key(pair.client, &key), 0);
    CHECK(key == (EVP_PKEY *)before);
    CHECK_EQ(SSL_get_peer_signature_nid(pair.client, &number), 0);
    CHECK_EQ(SSL_get_signature_nid(pair.client, &number), 0);
    CHECK_EQ(SSL_get_peer_signature_type_nid(pair.client, &number), 0);
    CHECK_EQ(SSL_get_signature_type_nid(pair.client, &number), 0);
    CHECK_EQ(number, 77);
    data = before;
    CHECK_EQ(SSL_get0_certificate_types(pair.client, &data), 0);
    CHECK(data == before);
    const char *formats = (const char *)before;
    CHECK_EQ(SSL_get0_ec_point_formats(pair.client, &formats), 0);
    CHECK(formats == (const char *)before);
    data = before;
    CHECK_EQ(SSL_client_hello_get0_random(pair.server, &data), 0);
    CHECK_EQ(SSL_client_hello_get0_session_id(pair.server, &data), 0);
    CHECK_EQ(SSL_client_hello_get0_ciphers(pair.server, &data), 0);
    CHECK_EQ(SSL_client_hello_get0_compression_methods(pair.server, &data), 0);
    CHECK_EQ(SSL_client_hello_get0_ext(pair.server, 0, &data, &length), 0);
    int *types = &number;
    CHECK_EQ(SSL_client_hello_get1_extensions_present(pair.server, &types, &length), 0);
    CHECK(data == before && length == 77 && types == &number);

    CHECK(SSL_get_session(pair.client) == NULL);
    CHECK(SSL_get0_session(pair.client) == NULL);
    CHECK(SSL_get1_session(pair.client) == NULL);
    CHECK(SSL_get0_peer_certificate(pair.client) == NULL);
    CHECK(SSL_get1_peer_certificate(pair.client) == NULL);
    CHECK(SSL_get_peer_cert_chain(pair.client) == NULL);
    CHECK(SSL_get0_verified_chain(pair.client) == NULL);
    CHECK(SSL_get0_peer_CA_list(pair.client) == NULL);
    CHECK(SSL_get_client_ciphers(pair.server) == NULL);
    CHECK(SSL_get_current_cipher(pair.client) == NULL);
    CHECK(SSL_get_pending_cipher(pair.client) == NULL);
    CHECK(SSL_get_current_compression(pair.client) == NULL);
    CHECK(SSL_get_current_expansion(pair.client) == NULL);
    CHECK(SSL_get_psk_identity(pair.client) == NULL);
    CHECK(SSL_get_psk_identity_hint(pair.client) == NULL);
    CHECK(SSL_get_selected_srtp_profile(pair.client) == NULL);
    CHECK(SSL_get_certificate(pair.client) == NULL);
    CHECK(SSL_get_privatekey(pair.client) == NULL);
    CHECK(SSL_get_cipher_list(pair.client, 1000) == NULL);
    CHECK(SSL_get_cipher_list(pair.client, -1) == NULL);
    CHECK(SSL_CTX_get0_certificate(pair.client_ctx) == NULL);
    CHECK(SSL_CTX_get0_privatekey(pair.client_ctx) == NULL);

    SSL_SESSION *session = SSL_SESSION_new();
    data = before, length = 77;
    SSL_SESSION_get0_alpn_selected(session, &data, &length);
    CHECK(data == NULL && length == 0);
    data = before, length = 77;
    SSL_SESSION_get0_ticket(session, &data, &length);
    CHECK(data == NULL && length == 0);
    length = 77;
    SSL_SESSION_get0_ticket(session, NULL, &length);
    CHECK_EQ(length, 0);
    length = 77;
    CHECK_EQ(SSL_SESSION_get0_ticket_appdata(session, &pointer, &length), 1);
    CHECK(pointer == NULL && length == 0);
    CHECK(SSL_SESSION_get0_hostname(session) == NULL);
    CHECK(SSL_SESSION_get0_cipher(session) == NULL);
    CHECK(SSL_SESSION_get0_peer(session) == NULL);
    CHECK(SSL_SESSION_get_id(session, NULL) != NULL);
    CHECK(SSL_SESSION_get0_id_context(session, NULL) != NULL);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

/* Counts of bytes are written when there is something to count. */
static void a_failure_counts_no_bytes(const struct protocol *protocol)
{
    struct pair pair;
    char buffer[10];
    size_t count = 77;

    pair_init(&pair, protocol);
    pair_connect(&pair);
    pair_settle(&pair);
    CHECK_EQ(SSL_read_ex(pair.client, buffer, sizeof(buffer), &count), 0);
    CHECK_EQ(count, 77);
    CHECK_EQ(SSL_peek_ex(pair.client, buffer, sizeof(buffer), &count), 0);
    CHECK_EQ(count, 77);
    SSL_shutdown(pair.client);
    CHECK_EQ(SSL_write_ex(pair.client, "text", 4, &count), 0);
    CHECK_EQ(count, 77);
    pair_free(&pair);
}

/* The lists of a client's request: as they were given, also when they are given again. */
static void lists_of_a_request_may_be_changed_and_set_again(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *ssl = SSL_new(context);
    STACK_OF(OCSP_RESPID) *ids = sk_OCSP_RESPID_new_null(), *lent = NULL;
    STACK_OF(X509_EXTENSION) *extensions = sk_X509_EXTENSION_new_null(), *other = NULL;

    CHECK_EQ(SSL_set_tlsext_status_ids(ssl, ids), 1);
    CHECK_EQ(SSL_get_tlsext_status_ids(ssl, &lent), 1);
    CHECK(lent == ids);
    OCSP_RESPID *id = OCSP_RESPID_new();
    OCSP_RESPID_set_by_name(id, pki_ca()->certificate);
    sk_OCSP_RESPID_push(lent, id);
    CHECK_EQ(SSL_set_tlsext_status_ids(ssl, lent), 1);
    CHECK_EQ(sk_OCSP_RESPID_num(ids), 1);
    CHECK_EQ(SSL_set_tlsext_status_exts(ssl, extensions), 1);
    CHECK_EQ(SSL_set_tlsext_status_exts(ssl, extensions), 1);
    CHECK_EQ(SSL_get_tlsext_status_exts(ssl, &other), 1);
    CHECK(other == extensions);
    /* One that another replaces is the program's again. */
    STACK_OF(X509_EXTENSION) *next = sk_X509_EXTENSION_new_null();
    CHECK_EQ(SSL_set_tlsext_status_exts(ssl, next), 1);
    CHECK_EQ(sk_X509_EXTENSION_num(extensions), 0);
    sk_X509_EXTENSION_free(extensions);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

TEST_MAIN(TEST_EACH(texts_and_suites_outlive_all_connections), TEST(methods_are_static),
          TEST(the_list_of_compression_methods_is_the_process_s),
          TEST_EACH(what_the_program_has_stored_is_returned_as_it_is),
          TEST_EACH(names_are_lent_until_they_are_set_anew),
          TEST_EACH(what_is_given_to_the_program_belongs_to_it),
          TEST_EACH(what_is_not_there_is_returned_as_nothing),
          TEST_EACH(a_failure_counts_no_bytes),
          TEST(lists_of_a_request_may_be_changed_and_set_again))
