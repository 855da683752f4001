/* Settings that concern what this protocol or this library does not have: whether they are refused, or taken and
 * change nothing. And some that no other program of these tests is about. */

#include <string.h>
#include <unistd.h>

#include <openssl/dh.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "pair.h"

static void both_versions(struct pair *pair)
{
    CHECK(SSL_CTX_set_min_proto_version(pair->client_ctx, 0));
    CHECK(SSL_CTX_set_max_proto_version(pair->client_ctx, 0));
    CHECK(SSL_CTX_set_min_proto_version(pair->server_ctx, 0));
    CHECK(SSL_CTX_set_max_proto_version(pair->server_ctx, 0));
}

/* Bits for protocols and peers of other times. */
static void options_of_other_times_change_nothing(const struct protocol *protocol)
{
    static const uint64_t options[] = {
        SSL_OP_ALLOW_CLIENT_RENEGOTIATION, SSL_OP_ALLOW_NO_DHE_KEX, SSL_OP_CISCO_ANYCONNECT,
        SSL_OP_COOKIE_EXCHANGE, SSL_OP_CRYPTOPRO_TLSEXT_BUG, SSL_OP_DONT_INSERT_EMPTY_FRAGMENTS,
        SSL_OP_ENABLE_KTLS, SSL_OP_NO_COMPRESSION, SSL_OP_NO_ENCRYPT_THEN_MAC, SSL_OP_NO_QUERY_MTU,
        SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION, SSL_OP_NO_SSLv3, SSL_OP_NO_TLSv1,
        SSL_OP_NO_TLSv1_1, SSL_OP_SAFARI_ECDHE_ECDSA_BUG, SSL_OP_TLS_ROLLBACK_BUG, SSL_OP_ALL,
        SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION, SSL_OP_NO_RENEGOTIATION,
        SSL_OP_ENABLE_MIDDLEBOX_COMPAT,
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        struct pair pair;
        pair_init(&pair, protocol);
        CHECK((SSL_CTX_set_options(pair.client_ctx, options[i]) & options[i]) == options[i]);
        CHECK((SSL_CTX_set_options(pair.server_ctx, options[i]) & options[i]) == options[i]);
        pair_connect(&pair);
        CHECK((SSL_get_options(pair.client) & options[i]) == options[i]);
        send_text(pair.client, pair.server, "there");
        send_text(pair.server, pair.client, "back");
        CHECK_EQ(SSL_version(pair.client), protocol->version);
        CHECK(SSL_get_negotiated_group(pair.client) != 0);
        CHECK((SSL_clear_options(pair.client, options[i]) & options[i]) == 0);
        pair_close(&pair);
        CHECK((SSL_CTX_clear_options(pair.client_ctx, options[i]) & options[i]) == 0);
        CHECK((SSL_CTX_get_options(pair.client_ctx) & options[i]) == 0);
        CHECK((SSL_CTX_clear_options(pair.server_ctx, options[i]) & options[i]) == 0);
        pair_connect(&pair);
        send_text(pair.client, pair.server, "there");
        pair_free(&pair);
    }
}

static void modes_that_only_spare_something_change_nothing(const struct protocol *protocol)
{
    static const long modes[] = { SSL_MODE_RELEASE_BUFFERS, SSL_MODE_ASYNC,
                                  SSL_MODE_SEND_CLIENTHELLO_TIME, SSL_MODE_SEND_SERVERHELLO_TIME };
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct pair pair;
        pair_init(&pair, protocol);
        CHECK(SSL_CTX_set_mode(pair.client_ctx, modes[i]) & modes[i]);
        CHECK(SSL_CTX_set_mode(pair.server_ctx, modes[i]) & modes[i]);
        pair_connect(&pair);
        CHECK(SSL_get_mode(pair.client) & modes[i]);
        send_text(pair.client, pair.server, "there");
        send_text(pair.server, pair.client, "back");
        CHECK((SSL_CTX_clear_mode(pair.client_ctx, modes[i]) & modes[i]) == 0);
        pair_free(&pair);
    }
}

/* Versions that are switched off are off, whatever gaps that leaves. */
static void a_version_that_is_switched_off_is_not_spoken(void)
{
    static const struct {
        uint64_t server, client;
        int version; /* 0: none in common */
    } cases[] = {
        { 0, 0, TLS1_3_VERSION },
        { SSL_OP_NO_TLSv1_3, 0, TLS1_2_VERSION },
        { 0, SSL_OP_NO_TLSv1_3, TLS1_2_VERSION },
        { SSL_OP_NO_TLSv1_2, 0, TLS1_3_VERSION },
        { SSL_OP_NO_TLSv1_2, SSL_OP_NO_TLSv1_3, 0 },
        { SSL_OP_NO_TLSv1_3, SSL_OP_NO_TLSv1_2, 0 },
        { SSL_OP_NO_SSL_MASK, 0, 0 },
        { 0, SSL_OP_NO_SSL_MASK, 0 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pair pair;
        struct outcome client, server;
        pair_init(&pair, &TLS13);
        both_versions(&pair);
        SSL_CTX_set_options(pair.server_ctx, cases[i].server);
        SSL_CTX_set_options(pair.client_ctx, cases[i].client);
        pair_open(&pair);
        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(client.ret == 1 && server.ret == 1, cases[i].version != 0);
        if (cases[i].version != 0) {
            CHECK_EQ(SSL_version(pair.client), cases[i].version);
            CHECK_EQ(SSL_version(pair.server), cases[i].version);
        }
        pair_free(&pair);
    }
}

static void limits_of_versions_that_cannot_be_are_refused(void)
{
    static const long versions[] = { -1, 1, 0x02ff, 0x0305, 0x7fff, 0xffff, 0x10000, 0x10304 };
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(ctx);
    CHECK(SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION));
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        int version = (int)versions[i];
        CHECK_EQ(SSL_CTX_set_min_proto_version(ctx, version), 0);
        CHECK_EQ(SSL_CTX_set_max_proto_version(ctx, version), 0);
        CHECK_EQ(SSL_set_min_proto_version(ssl, version), 0);
        CHECK_EQ(SSL_set_max_proto_version(ssl, version), 0);
    }
    CHECK_EQ(SSL_CTX_get_min_proto_version(ctx), TLS1_2_VERSION);
    CHECK_EQ(SSL_CTX_get_max_proto_version(ctx), 0);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
}

/* Limits that exclude each other are refused at the latest by the handshake. */
static void limits_that_leave_no_version_end_the_handshake(void)
{
    for (int who = 0; who < 2; who++) {
        struct pair pair;
        struct outcome client, server;
        pair_init(&pair, &TLS13);
        both_versions(&pair);
        SSL_CTX *context = who ? pair.server_ctx : pair.client_ctx;
        int set = SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION)
                  && SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
        CHECK(set);
        pair_open(&pair);
        pair_try_handshake(&pair, &client, &server);
        CHECK(client.ret != 1 && server.ret != 1);
        pair_free(&pair);
    }
}

/* Verification */

static void whoever_must_show_a_certificate_later_gets_nowhere_without(
    const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    bool later = protocol->version == TLS1_3_VERSION && !on_reprise();
    pair_init(&pair, protocol);
    SSL_CTX_set_verify(pair.server_ctx,
                       SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
                           | SSL_VERIFY_POST_HANDSHAKE,
                       NULL);
    trust(pair.server_ctx, pki_ca());
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    /* OpenSSL waits for SSL_verify_client_post_handshake(). */
    CHECK_EQ(server.ret == 1, later);
    if (!later)
        CHECK_EQ(server.reason, SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE);
    pair_drop(&pair);

    use_credentials(pair.client_ctx, pki_client());
    pair_connect(&pair);
    CHECK_EQ(SSL_get0_peer_certificate(pair.server) != NULL, !later);
    if (on_reprise() && protocol->version == TLS1_3_VERSION)
        CHECK_EQ(SSL_verify_client_post_handshake(pair.server), 0);
    pair_free(&pair);
}

static void a_mode_that_asks_for_no_certificate_lets_everybody_in(const struct protocol *protocol)
{
    /* Without SSL_VERIFY_PEER the other bits mean nothing. */
    static const int modes[] = { SSL_VERIFY_FAIL_IF_NO_PEER_CERT, SSL_VERIFY_CLIENT_ONCE,
                                 SSL_VERIFY_POST_HANDSHAKE,
                                 SSL_VERIFY_FAIL_IF_NO_PEER_CERT | SSL_VERIFY_POST_HANDSHAKE };
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        struct pair pair;
        pair_init(&pair, protocol);
        use_credentials(pair.client_ctx, pki_client());
        SSL_CTX_set_verify(pair.server_ctx, modes[i], NULL);
        CHECK_EQ(SSL_CTX_get_verify_mode(pair.server_ctx), modes[i]);
        pair_connect(&pair);
        CHECK(SSL_get0_peer_certificate(pair.server) == NULL);
        pair_free(&pair);
    }
}

static void once_is_in_every_handshake(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    pair_init(&pair, protocol);
    SSL_CTX_set_verify(pair.server_ctx,
                       SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT | SSL_VERIFY_CLIENT_ONCE,
                       NULL);
    trust(pair.server_ctx, pki_ca());
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(server.reason, SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE);
    pair_free(&pair);
}

static void clients_sign_only_by_what_is_set_for_clients(const struct protocol *protocol)
{
    static const int numbers[] = { NID_sha384, EVP_PKEY_EC };
    bool tls13 = protocol->version == TLS1_3_VERSION;
    for (int form = 0; form < 4; form++) {
        struct pair pair;
        struct outcome client, server;
        pair_init(&pair, protocol);
        use_credentials(pair.client_ctx, pki_client());
        SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                           NULL);
        trust(pair.server_ctx, pki_ca());
        if (form == 0)
            CHECK(SSL_CTX_set1_client_sigalgs(pair.server_ctx, numbers, 2));
        else if (form == 1)
            CHECK(SSL_CTX_set1_client_sigalgs_list(pair.server_ctx, "ECDSA+SHA384"));
        pair_open(&pair);
        if (form == 2)
            CHECK(SSL_set1_client_sigalgs(pair.server, numbers, 2));
        else if (form == 3)
            CHECK(SSL_set1_client_sigalgs_list(pair.server, "ECDSA+SHA384"));
        pair_try_handshake(&pair, &client, &server);
        /* The client has a P-256 key, which in TLS 1.3 signs with SHA-256 only. */
        if (tls13)
            CHECK_EQ(server.reason, SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE);
        else if (server.ret == 1) {
            int nid = 0;
            CHECK(SSL_get_peer_signature_nid(pair.server, &nid));
            CHECK_EQ(nid, NID_sha384);
        }
        pair_free(&pair);
    }
}

static void types_of_client_certificates_are_a_hint(const struct protocol *protocol)
{
    static const unsigned char types[] = { TLS_CT_RSA_SIGN };
    struct pair pair;
    pair_init(&pair, protocol);
    use_credentials(pair.client_ctx, pki_client());
    SSL_CTX_set_verify(pair.server_ctx, SSL_VERIFY_PEER, NULL);
    trust(pair.server_ctx, pki_ca());
    CHECK(SSL_CTX_set1_client_certificate_types(pair.server_ctx, types, 1));
    pair_open(&pair);
    CHECK(SSL_set1_client_certificate_types(pair.server, types, 1));
    pair_handshake(&pair);
    pair_free(&pair);
}

/* Diffie-Hellman */

static EVP_PKEY *dh_key(int nid)
{
    EVP_PKEY_CTX *maker = EVP_PKEY_CTX_new_from_name(NULL, "DH", NULL);
    EVP_PKEY *key = NULL;
    CHECK(EVP_PKEY_paramgen_init(maker) > 0);
    CHECK(EVP_PKEY_CTX_set_dh_nid(maker, nid) > 0);
    CHECK(EVP_PKEY_paramgen(maker, &key) > 0);
    EVP_PKEY_CTX_free(maker);
    return key;
}

static void temporary_dh_keys_are_held_to_the_level(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(ctx);
    for (int level = 2; level < 5; level++) {
        /* 2048 bits are worth 112. */
        SSL_CTX_set_security_level(ctx, level);
        SSL_set_security_level(ssl, level);
        EVP_PKEY *one = dh_key(NID_ffdhe2048), *other = dh_key(NID_ffdhe2048);
        ERR_clear_error();
        CHECK_EQ(SSL_CTX_set0_tmp_dh_pkey(ctx, one), level == 2);
        if (level != 2) {
            CHECK_REASON(SSL_R_DH_KEY_TOO_SMALL);
            EVP_PKEY_free(one);
        }
        CHECK_EQ(SSL_set0_tmp_dh_pkey(ssl, other), level == 2);
        if (level != 2) {
            CHECK_REASON(SSL_R_DH_KEY_TOO_SMALL);
            EVP_PKEY_free(other);
        }
        DH *dh = DH_new_by_nid(NID_ffdhe2048);
        CHECK_EQ(SSL_CTX_set_tmp_dh(ctx, dh), level == 2);
        CHECK_EQ(SSL_set_tmp_dh(ssl, dh), level == 2);
        if (level != 2)
            CHECK_REASON(SSL_R_DH_KEY_TOO_SMALL);
        DH_free(dh);
    }
    ERR_clear_error();
    CHECK_EQ(SSL_CTX_set_tmp_dh(ctx, NULL), 0);
    CHECK_REASON(ERR_R_PASSED_NULL_PARAMETER);
    CHECK_EQ(SSL_CTX_set_dh_auto(ctx, 1), 1);
    CHECK_EQ(SSL_set_dh_auto(ssl, 1), 1);
    SSL_CTX_set_tmp_dh_callback(ctx, NULL);
    SSL_set_tmp_dh_callback(ssl, NULL);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
}

/* What this library does not do it refuses when it is asked for. OpenSSL does it. */

static size_t no_padding(SSL *ssl, int type, size_t length, void *argument)
{
    (void)ssl;
    (void)type;
    (void)length;
    (void)argument;
    return 0;
}

static void what_cannot_be_done_is_refused_when_it_is_set(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(ctx);
    const int done = !on_reprise();
#define CHECK_REFUSED(call, good)                                                                  \
    do {                                                                                           \
        ERR_clear_error();                                                                         \
        CHECK_EQ((call) == (good), done);                                                          \
        if (!done)                                                                                 \
            CHECK_EQ(ERR_GET_LIB(ERR_peek_error()), ERR_LIB_SSL);                                  \
    } while (0)
    CHECK_REFUSED(SSL_CTX_set_block_padding(ctx, 512), 1);
    CHECK_REFUSED(SSL_set_block_padding(ssl, 512), 1);
    CHECK_REFUSED(SSL_CTX_set_tlsext_max_fragment_length(ctx, TLSEXT_max_fragment_length_512), 1);
    CHECK_REFUSED(SSL_set_tlsext_max_fragment_length(ssl, TLSEXT_max_fragment_length_512), 1);
    CHECK_REFUSED(SSL_CTX_set_tlsext_use_srtp(ctx, "SRTP_AES128_CM_SHA1_80"), 0);
    CHECK_REFUSED(SSL_set_tlsext_use_srtp(ssl, "SRTP_AES128_CM_SHA1_80"), 0);
    CHECK_REFUSED(SSL_CTX_add_custom_ext(ctx, 4000, SSL_EXT_CLIENT_HELLO, NULL, NULL, NULL, NULL,
                                         NULL),
                  1);
    CHECK_REFUSED(SSL_CTX_add_client_custom_ext(ctx, 4001, NULL, NULL, NULL, NULL, NULL), 1);
    CHECK_REFUSED(SSL_CTX_add_server_custom_ext(ctx, 4002, NULL, NULL, NULL, NULL, NULL), 1);
    CHECK_REFUSED(SSL_CTX_enable_ct(ctx, SSL_CT_VALIDATION_PERMISSIVE), 1);
    CHECK_REFUSED(SSL_enable_ct(ssl, SSL_CT_VALIDATION_PERMISSIVE), 1);
    CHECK_REFUSED(SSL_CTX_set_async_callback(ctx, NULL), 1);
    CHECK_REFUSED(SSL_set_async_callback(ssl, NULL), 1);
    CHECK_REFUSED(SSL_CTX_set_srp_username(ctx, "name"), 1);
    CHECK_REFUSED(SSL_CTX_set_srp_password(ctx, "secret"), 1);
    CHECK_REFUSED(SSL_CTX_set_srp_strength(ctx, 2048), 1);
    CHECK_REFUSED(SSL_CTX_set_srp_cb_arg(ctx, NULL), 1);
    CHECK_REFUSED(SSL_set_record_padding_callback(ssl, no_padding), 1);
    ERR_clear_error();
    SSL_CTX_set_record_padding_callback(ctx, no_padding);
    CHECK_EQ(ERR_peek_error() == 0, done);
    CHECK_REFUSED(SSL_set_session_secret_cb(ssl, NULL, NULL), 1);
    CHECK_REFUSED(SSL_set_session_ticket_ext(ssl, NULL, 0), 1);
    CHECK_REFUSED(SSL_set_session_ticket_ext_cb(ssl, NULL, NULL), 1);
    /* The two that protect nothing by themselves are taken. */
    CHECK_EQ(SSL_CTX_set_block_padding(ctx, 0), 1);
    CHECK_EQ(SSL_set_block_padding(ssl, 1), 1);
    SSL_CTX_set_default_read_buffer_len(ctx, 1 << 15);
    SSL_set_default_read_buffer_len(ssl, 1 << 15);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
}

/* Keys and descriptors in forms that no other program of these tests uses. */

static void keys_come_in_every_form(const struct protocol *protocol)
{
    const struct credentials *rsa = pki_server_rsa();
    for (int form = 0; form < 7; form++) {
        struct pair pair;
        unsigned char *der = NULL;
        RSA *key = EVP_PKEY_get1_RSA(rsa->key);
        int length = i2d_RSAPrivateKey(key, &der);
        CHECK(length > 0);
        pair_init(&pair, protocol);
        if (form < 3)
            CHECK(SSL_CTX_use_certificate(pair.server_ctx, rsa->certificate));
        if (form == 0)
            CHECK(SSL_CTX_use_RSAPrivateKey(pair.server_ctx, key));
        if (form == 1)
            CHECK(SSL_CTX_use_RSAPrivateKey_file(pair.server_ctx, pki_key_file(rsa),
                                                 SSL_FILETYPE_PEM));
        if (form == 2)
            CHECK(SSL_CTX_use_RSAPrivateKey_ASN1(pair.server_ctx, der, length));
        pair_open(&pair);
        if (form == 3 || form == 4 || form == 5)
            CHECK(SSL_use_certificate_file(pair.server, pki_certificate_file(rsa),
                                           SSL_FILETYPE_PEM));
        if (form == 3)
            CHECK(SSL_use_RSAPrivateKey(pair.server, key));
        if (form == 4)
            CHECK(SSL_use_RSAPrivateKey_file(pair.server, pki_key_file(rsa), SSL_FILETYPE_PEM));
        if (form == 5)
            CHECK(SSL_use_RSAPrivateKey_ASN1(pair.server, der, length));
        if (form == 6) {
            CHECK_EQ(SSL_use_cert_and_key(pair.server, rsa->certificate, rsa->key, NULL, 0), 1);
            /* Once more only when told so. */
            CHECK_EQ(SSL_use_cert_and_key(pair.server, rsa->certificate, rsa->key, NULL, 0), 0);
            CHECK_EQ(SSL_use_cert_and_key(pair.server, rsa->certificate, rsa->key, NULL, 1), 1);
        }
        CHECK(SSL_set_cipher_list(pair.client, "aRSA"));
        CHECK(SSL_set1_sigalgs_list(pair.client, "RSA-PSS+SHA256:RSA+SHA256"));
        pair_handshake(&pair);
        CHECK_EQ(EVP_PKEY_get_base_id(X509_get0_pubkey(SSL_get0_peer_certificate(pair.client))),
                 EVP_PKEY_RSA);
        RSA_free(key);
        OPENSSL_free(der);
        pair_free(&pair);
    }
}

static void two_descriptors_are_one_transport(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(ctx);
    int ends[2];
    CHECK_EQ(pipe(ends), 0);
    CHECK_EQ(SSL_set_rfd(ssl, ends[0]), 1);
    CHECK_EQ(SSL_set_wfd(ssl, ends[1]), 1);
    CHECK_EQ(SSL_get_rfd(ssl), ends[0]);
    CHECK_EQ(SSL_get_wfd(ssl), ends[1]);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    close(ends[0]);
    close(ends[1]);
}

/* A certificate that names its host in the subject only, and the key in a file with a password. */
static const struct credentials *plain_host(void)
{
    static struct credentials made;
    if (made.key == NULL) {
        made.key = EVP_EC_gen("P-256");
        made.certificate = X509_new();
        CHECK(made.key != NULL && made.certificate != NULL);
        X509_set_version(made.certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(made.certificate), 78);
        X509_gmtime_adj(X509_getm_notBefore(made.certificate), -60);
        X509_gmtime_adj(X509_getm_notAfter(made.certificate), 3600);
        X509_NAME *name = X509_get_subject_name(made.certificate);
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                   (const unsigned char *)"host.example", -1, -1, 0);
        X509_set_issuer_name(made.certificate, name);
        X509_set_pubkey(made.certificate, made.key);
        CHECK(X509_sign(made.certificate, made.key, EVP_sha256()) > 0);
    }
    return &made;
}

static void host_flags_say_where_a_name_is_looked_for(const struct protocol *protocol)
{
    static const struct {
        unsigned flags;
        bool good;
    } cases[] = { { 0, true },
                  { X509_CHECK_FLAG_ALWAYS_CHECK_SUBJECT, true },
                  { X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, false } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pair pair;
        struct outcome client, server;
        pair_init(&pair, protocol);
        use_credentials(pair.server_ctx, plain_host());
        trust(pair.client_ctx, plain_host());
        pair_open(&pair);
        CHECK(SSL_set1_host(pair.client, "host.example"));
        SSL_set_hostflags(pair.client, cases[i].flags);
        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(client.ret == 1, cases[i].good);
        if (!cases[i].good)
            CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_ERR_HOSTNAME_MISMATCH);
        pair_free(&pair);
    }
}

static void a_connection_has_parameters_of_its_own(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    pair_init(&pair, protocol);
    X509_VERIFY_PARAM *param = X509_VERIFY_PARAM_new();
    CHECK(X509_VERIFY_PARAM_set1_host(param, "other.example", 0));
    pair_open(&pair);
    CHECK_EQ(SSL_set1_param(pair.client, param), 1);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.reason, SSL_R_CERTIFICATE_VERIFY_FAILED);
    CHECK_EQ(SSL_get_verify_result(pair.client), X509_V_ERR_HOSTNAME_MISMATCH);
    X509_VERIFY_PARAM_free(param);
    pair_drop(&pair);

    pair_open(&pair);
    CHECK_EQ(SSL_set_purpose(pair.client, 1000), 0);
    CHECK_EQ(SSL_set_trust(pair.client, 1000), 0);
    CHECK_EQ(SSL_set_purpose(pair.client, X509_PURPOSE_SSL_SERVER), 1);
    CHECK_EQ(SSL_set_trust(pair.client, X509_TRUST_SSL_SERVER), 1);
    pair_handshake(&pair);
    pair_close(&pair);
    /* What an authority may do, a server may not. */
    pair_open(&pair);
    CHECK_EQ(SSL_set_purpose(pair.client, X509_PURPOSE_CRL_SIGN), 1);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.reason, SSL_R_CERTIFICATE_VERIFY_FAILED);
    pair_free(&pair);
}

static int password(char *buffer, int size, int writing, void *data)
{
    (void)writing;
    CHECK(size > 6);
    memcpy(buffer, data, 6);
    return 6;
}

static void a_connection_asks_for_the_password_of_its_key(void)
{
    BIO *out = BIO_new(BIO_s_mem());
    char *text;
    CHECK(PEM_write_bio_PKCS8PrivateKey(out, plain_host()->key, EVP_aes_128_cbc(), "secret", 6, NULL,
                                        NULL));
    BIO_write(out, "", 1);
    BIO_get_mem_data(out, &text);
    const char *file = pki_file("locked.pem", text);
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(ctx);
    SSL_set_default_passwd_cb(ssl, password);
    SSL_set_default_passwd_cb_userdata(ssl, "wrong!");
    CHECK_EQ(SSL_use_PrivateKey_file(ssl, file, SSL_FILETYPE_PEM), 0);
    SSL_set_default_passwd_cb_userdata(ssl, "secret");
    CHECK_EQ(SSL_use_PrivateKey_file(ssl, file, SSL_FILETYPE_PEM), 1);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    BIO_free(out);
}

static void a_store_is_shared_or_handed_over(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;
    X509_STORE *empty = X509_STORE_new(), *full = X509_STORE_new();
    CHECK(X509_STORE_add_cert(full, pki_ca()->certificate));
    pair_init(&pair, protocol);
    SSL_CTX_set1_cert_store(pair.client_ctx, empty);
    pair_open(&pair);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.reason, SSL_R_CERTIFICATE_VERIFY_FAILED);
    pair_drop(&pair);
    SSL_CTX_set1_cert_store(pair.client_ctx, full);
    pair_connect(&pair);
    X509_STORE_free(empty);
    X509_STORE_free(full);
    CHECK_EQ(SSL_CTX_set_default_verify_store(pair.client_ctx), 1);
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

static void a_chain_is_built_of_what_is_there(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    STACK_OF(X509) *chain;
    CHECK(SSL_CTX_use_certificate(ctx, pki_middle_server()->certificate));
    CHECK(SSL_CTX_add1_chain_cert(ctx, pki_middle()->certificate));
    ERR_clear_error();
    /* The chain is checked with itself, which lacks the root. */
    CHECK_EQ(SSL_CTX_build_cert_chain(ctx, SSL_BUILD_CHAIN_FLAG_CHECK), 0);
    CHECK_REASON(SSL_R_CERTIFICATE_VERIFY_FAILED);
    CHECK(X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx), pki_ca()->certificate));
    CHECK_EQ(SSL_CTX_build_cert_chain(ctx, SSL_BUILD_CHAIN_FLAG_UNTRUSTED), 1);
    CHECK(SSL_CTX_get0_chain_certs(ctx, &chain));
    CHECK_EQ(sk_X509_num(chain), 2);
    CHECK_EQ(SSL_CTX_build_cert_chain(ctx, SSL_BUILD_CHAIN_FLAG_CHECK), 1);
    CHECK_EQ(SSL_CTX_build_cert_chain(
                 ctx, SSL_BUILD_CHAIN_FLAG_CHECK | SSL_BUILD_CHAIN_FLAG_NO_ROOT),
             1);
    CHECK(SSL_CTX_get0_chain_certs(ctx, &chain));
    CHECK_EQ(sk_X509_num(chain), 1);
    SSL_CTX_free(ctx);
}

static void commands_of_a_command_line_are_for_clients_or_servers(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    SSL_CONF_CTX *conf = SSL_CONF_CTX_new();
    SSL_CONF_CTX_set_ssl_ctx(conf, ctx);
    SSL_CONF_CTX_set_flags(conf, SSL_CONF_FLAG_CMDLINE | SSL_CONF_FLAG_CLIENT);
    CHECK_EQ(SSL_CONF_cmd(conf, "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"), 2);
    CHECK_EQ(SSL_CONF_cmd(conf, "-serverpref", NULL), -2);
    SSL_CONF_CTX_set_flags(conf, SSL_CONF_FLAG_SERVER);
    CHECK_EQ(SSL_CONF_cmd(conf, "-serverpref", NULL), 1);
    CHECK(SSL_CTX_get_options(ctx) & SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CONF_CTX_clear_flags(conf, SSL_CONF_FLAG_CMDLINE);
    CHECK_EQ(SSL_CONF_cmd(conf, "-cipher", "ECDHE-RSA-AES256-GCM-SHA384"), -2);
    SSL_CONF_CTX_free(conf);
    SSL_CTX_free(ctx);
}

static void keys_for_one_handshake_are_shown_if_they_are_known(const struct protocol *protocol)
{
    struct pair pair;
    EVP_PKEY *own = NULL, *peers = NULL;
    pair_init(&pair, protocol);
    pair_connect(&pair);
    CHECK_EQ(SSL_get_peer_tmp_key(pair.client, &peers), 1);
    CHECK_EQ(SSL_get_tmp_key(pair.client, &own),
             protocol->version == TLS1_3_VERSION && !on_reprise());
    EVP_PKEY_free(own);
    EVP_PKEY_free(peers);
    pair_free(&pair);
}

static int refuse_early_data(SSL *ssl, void *argument)
{
    (void)ssl;
    ++*(int *)argument;
    return 0;
}

static void a_connection_may_refuse_early_data(void)
{
    struct pair pair;
    unsigned char buffer[16];
    size_t count;
    int asked = 0;
    pair_init(&pair, &TLS13);
    CHECK(SSL_CTX_set_max_early_data(pair.server_ctx, 1024));
    SSL_SESSION *session = pair_new_session(&pair);
    pair_open(&pair);
    SSL_set_session(pair.client, session);
    SSL_set_allow_early_data_cb(pair.server, refuse_early_data, &asked);
    CHECK_EQ(SSL_write_early_data(pair.client, "early", 5, &count), 1);
    CHECK_EQ(SSL_read_early_data(pair.server, buffer, sizeof buffer, &count),
             SSL_READ_EARLY_DATA_FINISH);
    CHECK_EQ(asked, 1);
    pair_handshake(&pair);
    CHECK_EQ(SSL_get_early_data_status(pair.client), SSL_EARLY_DATA_REJECTED);
    SSL_SESSION_free(session);
    pair_free(&pair);
}

static int not_resumable(SSL *ssl, int forward_secret)
{
    (void)ssl;
    (void)forward_secret;
    return 1;
}

static void a_connection_may_forbid_to_resume_its_session(const struct protocol *protocol)
{
    struct pair pair;
    pair_init(&pair, protocol);
    SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
    pair_open(&pair);
    SSL_set_not_resumable_session_callback(pair.server, not_resumable);
    pair_handshake(&pair);
    CHECK(!SSL_SESSION_is_resumable(SSL_get_session(pair.server)));
    SSL_SESSION *session = SSL_get1_session(pair.client);
    pair_drop(&pair);
    CHECK(!pair_resumes(&pair, session));
    SSL_SESSION_free(session);
    pair_free(&pair);
}

TEST_MAIN(TEST_EACH(options_of_other_times_change_nothing),
          TEST_EACH(modes_that_only_spare_something_change_nothing),
          TEST(a_version_that_is_switched_off_is_not_spoken),
          TEST(limits_of_versions_that_cannot_be_are_refused),
          TEST(limits_that_leave_no_version_end_the_handshake),
          TEST_EACH(whoever_must_show_a_certificate_later_gets_nowhere_without),
          TEST_EACH(a_mode_that_asks_for_no_certificate_lets_everybody_in),
          TEST_EACH(once_is_in_every_handshake),
          TEST_EACH(clients_sign_only_by_what_is_set_for_clients),
          TEST_EACH(types_of_client_certificates_are_a_hint),
          TEST(temporary_dh_keys_are_held_to_the_level),
          TEST(what_cannot_be_done_is_refused_when_it_is_set),
          TEST_EACH(keys_come_in_every_form),
          TEST(two_descriptors_are_one_transport),
          TEST_EACH(host_flags_say_where_a_name_is_looked_for),
          TEST_EACH(a_connection_has_parameters_of_its_own),
          TEST(a_connection_asks_for_the_password_of_its_key),
          TEST_EACH(a_store_is_shared_or_handed_over),
          TEST(names_are_read_from_folders_and_stores),
          TEST(a_chain_is_built_of_what_is_there),
          TEST(commands_of_a_command_line_are_for_clients_or_servers),
          TEST_EACH(keys_for_one_handshake_are_shown_if_they_are_known),
          TEST(a_connection_may_refuse_early_data),
          TEST_EACH(a_connection_may_forbid_to_resume_its_session))
