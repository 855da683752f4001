/* What macros over SSL_CTX_ctrl() and SSL_ctrl() set and tell, lists of authorities, and the
 * ClientHello as its callback sees it. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/ocsp.h>
#include <openssl/ssl.h>

#include "pair.h"
#include "unconnected.h"

static void sizes_have_limits(void)
{
    make();
    CHECK_EQ(SSL_CTX_set_max_send_fragment(context, 511), 0);
    CHECK_EQ(SSL_CTX_set_max_send_fragment(context, 16385), 0);
    CHECK_EQ(SSL_CTX_set_max_send_fragment(context, 512), 1);
    CHECK_EQ(SSL_CTX_set_split_send_fragment(context, 513), 0);
    CHECK_EQ(SSL_CTX_set_split_send_fragment(context, 0), 0);
    CHECK_EQ(SSL_CTX_set_split_send_fragment(context, 512), 1);
    CHECK_EQ(SSL_CTX_set_max_pipelines(context, 0), 0);
    CHECK_EQ(SSL_CTX_set_max_pipelines(context, 33), 0);
    CHECK_EQ(SSL_CTX_set_max_pipelines(context, 1), 1);
    CHECK_EQ(SSL_CTX_set_max_cert_list(context, 5000), 102400);
    CHECK_EQ(SSL_CTX_set_max_cert_list(context, -1), 0);
    CHECK_EQ(SSL_CTX_get_max_cert_list(context), 5000);
    CHECK_EQ(SSL_get_max_cert_list(ssl), 102400);
    CHECK_NO_ERROR();
    unmake();
}

static void versions_of_dtls_do_not_mix_with_tls(void)
{
    SSL_CTX *fixed = SSL_CTX_new(TLSv1_2_method());

    make();
    CHECK_EQ(SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION), 1);
    CHECK_EQ(SSL_CTX_get_max_proto_version(context), 0);
    CHECK_EQ(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION), 1);
    CHECK_EQ(SSL_CTX_set_max_proto_version(context, DTLS1_2_VERSION), 0);
    CHECK_EQ(SSL_CTX_set_min_proto_version(fixed, TLS1_3_VERSION), 1);
    CHECK_EQ(SSL_CTX_get_min_proto_version(fixed), 0);
    SSL_CTX_free(fixed);
    unmake();
}

static void numbers_without_a_meaning_give_zero(void)
{
    make();
    CHECK_EQ(SSL_CTX_ctrl(context, 1000, 1, NULL), 0);
    CHECK_EQ(SSL_ctrl(ssl, 1000, 1, NULL), 0);
    CHECK_EQ(SSL_CTX_callback_ctrl(context, 1000, NULL), 0);
    CHECK_EQ(SSL_callback_ctrl(ssl, 1000, NULL), 0);
    CHECK_EQ(SSL_CTX_ctrl(NULL, SSL_CTRL_SESS_NUMBER, 0, NULL), 0);
    CHECK_EQ(SSL_num_renegotiations(ssl), 0);
    CHECK_NO_ERROR();
    CHECK_EQ(SSL_CTX_ctrl(context, SSL_CTRL_SET_TMP_DH_CB, 0, NULL), 0);
    CHECK_EQ(ERR_GET_REASON(ERR_get_error()), ERR_R_SHOULD_NOT_HAVE_BEEN_CALLED);
    unmake();
}

static void host_names_have_a_length(void)
{
    char longest[257];

    make();
    memset(longest, 'a', sizeof(longest));
    longest[255] = '\0';
    CHECK_EQ(SSL_set_tlsext_host_name(ssl, longest), 1);
    CHECK_STR(SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name), longest);
    longest[255] = 'a';
    longest[256] = '\0';
    CHECK_EQ(SSL_set_tlsext_host_name(ssl, longest), 0);
    CHECK_REASON(SSL_R_SSL3_EXT_INVALID_SERVERNAME);
    CHECK_EQ(SSL_set_tlsext_host_name(ssl, ""), 0);
    CHECK_REASON(SSL_R_SSL3_EXT_INVALID_SERVERNAME);
    CHECK_EQ(SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, 1, "name"), 0);
    CHECK_REASON(SSL_R_SSL3_EXT_INVALID_SERVERNAME_TYPE);
    CHECK(SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name) == NULL);
    CHECK_EQ(SSL_set_tlsext_host_name(ssl, NULL), 1);
    unmake();
}

/* ---- groups and signatures ---- */

static void lists_of_groups_and_signatures_are_checked(void)
{
    const int groups[] = { NID_X9_62_prime256v1, NID_X25519 };
    const int twice[] = { NID_X25519, NID_X25519 };
    const int pairs[] = { NID_sha256, EVP_PKEY_RSA };

    make();
    CHECK_EQ(SSL_CTX_set1_groups(context, groups, 2), 1);
    CHECK_EQ(SSL_CTX_set1_groups(context, twice, 2), 0);
    CHECK_EQ(SSL_CTX_set1_groups_list(context, "P-256:X25519"), 1);
    CHECK_EQ(SSL_CTX_set1_groups_list(context, "P-256:nothing"), 0);
    ERR_clear_error();
    CHECK_EQ(SSL_CTX_set1_sigalgs(context, pairs, 2), 1);
    CHECK_EQ(SSL_CTX_set1_sigalgs(context, pairs, 1), 0);
    CHECK_EQ(SSL_CTX_set1_sigalgs_list(context, "RSA+SHA256:ECDSA+SHA256"), 1);
    CHECK_EQ(SSL_CTX_set1_sigalgs_list(context, "SHA256+RSA:SHA384+ECDSA:sha512+PSS"), 1);
    CHECK_EQ(SSL_CTX_set1_sigalgs_list(context, "RSA"), 0);
    CHECK_EQ(SSL_CTX_set1_sigalgs_list(context, "RSA+RSA"), 0);
    CHECK_EQ(SSL_CTX_set1_sigalgs_list(context, "SHA256+SHA256"), 0);
    CHECK_EQ(SSL_CTX_set1_client_sigalgs_list(context, "ECDSA+SHA384"), 1);
    CHECK_NO_ERROR();
    unmake();
}

static void a_server_knows_the_clients_groups(const struct protocol *protocol)
{
    struct pair pair;
    int groups[8];

    pair_init(&pair, protocol);
    CHECK_EQ(SSL_CTX_set1_groups_list(pair.client_ctx, "P-384:P-256"), 1);
    CHECK_EQ(SSL_CTX_set1_groups_list(pair.server_ctx, "P-256:X25519:P-384"), 1);
    pair_connect(&pair);
    CHECK_EQ(SSL_get1_groups(pair.server, NULL), 2);
    CHECK_EQ(SSL_get1_groups(pair.server, groups), 2);
    CHECK_EQ(groups[0], NID_secp384r1);
    CHECK_EQ(groups[1], NID_X9_62_prime256v1);
    CHECK_EQ(SSL_get_shared_group(pair.server, -1), 2);
    CHECK_EQ(SSL_get_shared_group(pair.server, 0), NID_secp384r1);
    CHECK_EQ(SSL_get_shared_group(pair.server, 2), NID_undef);
    CHECK_EQ(SSL_get_shared_group(pair.client, 0), 0);
    CHECK_EQ(SSL_get_negotiated_group(pair.server), SSL_get_negotiated_group(pair.client));
    CHECK_EQ(SSL_get_negotiated_group(pair.client), NID_secp384r1);
    pair_settle(&pair);
    pair.offer = SSL_get1_session(pair.client);
    pair_close(&pair);

    /* TLS 1.2 resumes without a key exchange, and the groups do not matter. */
    pair_connect(&pair);
    CHECK(SSL_session_reused(pair.server));
    CHECK_EQ(SSL_get1_groups(pair.server, NULL), protocol->version == TLS1_2_VERSION ? 0 : 2);
    SSL_SESSION_free(pair.offer);
    pair_free(&pair);
}

static void what_was_negotiated_is_told(const struct protocol *protocol)
{
    struct pair pair;
    const unsigned char *suites = NULL;
    int hash = 0, length;

    pair_init(&pair, protocol);
    pair_open(&pair);
    CHECK_EQ(SSL_get_extms_support(pair.client), -1);
    CHECK_EQ(SSL_get_secure_renegotiation_support(pair.client), 0);
    pair_handshake(&pair);
    CHECK_EQ(SSL_get_peer_signature_nid(pair.client, &hash), 1);
    CHECK_EQ(hash, NID_sha256);
    CHECK_EQ(SSL_get_signature_nid(pair.server, &hash), 1);
    CHECK_EQ(hash, NID_sha256);
    CHECK_EQ(SSL_get_signature_nid(pair.client, &hash), 0);
    if (protocol->version == TLS1_2_VERSION) {
        CHECK_EQ(SSL_get_extms_support(pair.client), 1);
        CHECK_EQ(SSL_get_extms_support(pair.server), 1);
        CHECK_EQ(SSL_get_secure_renegotiation_support(pair.client), 1);
    } else {
        CHECK_EQ(SSL_get_extms_support(pair.client), 0);
        CHECK_EQ(SSL_get_extms_support(pair.server), 0);
        CHECK_EQ(SSL_get_secure_renegotiation_support(pair.client), 0);
    }
    /* That the client has said so is what counts, also in TLS 1.3, though a client of Reprise
     * does not say so there. */
    CHECK_EQ(SSL_get_secure_renegotiation_support(pair.server),
             protocol->version == TLS1_2_VERSION || !on_reprise());
    CHECK_EQ(SSL_get0_raw_cipherlist(pair.server, NULL), 2);
    length = (int)SSL_get0_raw_cipherlist(pair.server, &suites);
    CHECK(length >= 2 && length % 2 == 0 && suites != NULL);
    CHECK_EQ(SSL_get0_raw_cipherlist(pair.client, &suites), 0);
    pair_close(&pair);
    pair_free(&pair);
}

/* ---- certificates ---- */

static void chains_belong_to_the_current_certificate(void)
{
    X509 *one = pki_ca()->certificate, *two = pki_other_ca()->certificate;
    STACK_OF(X509) *chain;

    make();
    use_credentials(context, pki_server());
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &chain), 1);
    CHECK(chain == NULL);
    CHECK_EQ(SSL_CTX_add1_chain_cert(context, one), 1);
    CHECK_EQ(SSL_CTX_add1_chain_cert(context, two), 1);
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &chain), 1);
    CHECK_EQ(sk_X509_num(chain), 2);
    CHECK(sk_X509_value(chain, 1) == two);
    CHECK_EQ(SSL_CTX_get_extra_chain_certs(context, &chain), 1);
    CHECK_EQ(sk_X509_num(chain), 2);
    CHECK_EQ(SSL_CTX_get_extra_chain_certs_only(context, &chain), 1);
    CHECK(chain == NULL);
    use_credentials(context, pki_server_rsa());
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &chain), 1);
    CHECK(chain == NULL);
    CHECK_EQ(SSL_CTX_select_current_cert(context, pki_server()->certificate), 1);
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &chain), 1);
    CHECK_EQ(sk_X509_num(chain), 2);
    CHECK_EQ(SSL_CTX_select_current_cert(context, one), 0);
    CHECK_EQ(SSL_CTX_clear_chain_certs(context), 1);
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &chain), 1);
    CHECK(chain == NULL);
    X509_up_ref(one);
    CHECK_EQ(SSL_CTX_add_extra_chain_cert(context, one), 1);
    CHECK_EQ(SSL_CTX_get_extra_chain_certs_only(context, &chain), 1);
    CHECK_EQ(sk_X509_num(chain), 1);
    CHECK_EQ(SSL_CTX_clear_extra_chain_certs(context), 1);
    CHECK_NO_ERROR();
    unmake();
}

static void certificates_can_be_walked_through(void)
{
    make();
    CHECK_EQ(SSL_CTX_set_current_cert(context, SSL_CERT_SET_FIRST), 0);
    use_credentials(context, pki_server());
    use_credentials(context, pki_server_rsa());
    CHECK_EQ(SSL_CTX_set_current_cert(context, SSL_CERT_SET_FIRST), 1);
    CHECK(SSL_CTX_get0_certificate(context) == pki_server_rsa()->certificate);
    CHECK_EQ(SSL_CTX_set_current_cert(context, SSL_CERT_SET_NEXT), 1);
    CHECK(SSL_CTX_get0_certificate(context) == pki_server()->certificate);
    CHECK_EQ(SSL_CTX_set_current_cert(context, SSL_CERT_SET_NEXT), 0);
    CHECK_EQ(SSL_set_current_cert(ssl, SSL_CERT_SET_SERVER), 0);
    unmake();
}

static void a_chain_is_built_from_the_store(void)
{
    STACK_OF(X509) *chain;
    X509_STORE *store = X509_STORE_new(), *found;

    make();
    CHECK_EQ(SSL_CTX_build_cert_chain(context, 0), 0);
    CHECK_REASON(SSL_R_NO_CERTIFICATE_SET);
    use_credentials(context, pki_server());
    CHECK_EQ(SSL_CTX_build_cert_chain(context, 0), 0);
    CHECK_REASON(SSL_R_CERTIFICATE_VERIFY_FAILED);
    CHECK_EQ(SSL_CTX_build_cert_chain(context, SSL_BUILD_CHAIN_FLAG_IGNORE_ERROR |
                                                   SSL_BUILD_CHAIN_FLAG_CLEAR_ERROR), 2);
    CHECK_NO_ERROR();
    X509_STORE_add_cert(store, pki_ca()->certificate);
    CHECK_EQ(SSL_CTX_set0_chain_cert_store(context, store), 1);
    CHECK_EQ(SSL_CTX_get0_chain_cert_store(context, &found), 1);
    CHECK(found == store);
    CHECK_EQ(SSL_CTX_get0_verify_cert_store(context, &found), 1);
    CHECK(found == NULL);
    CHECK_EQ(SSL_CTX_build_cert_chain(context, 0), 1);
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &chain), 1);
    CHECK_EQ(sk_X509_num(chain), 1);
    CHECK_EQ(SSL_CTX_build_cert_chain(context, SSL_BUILD_CHAIN_FLAG_NO_ROOT), 1);
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &chain), 1);
    CHECK_EQ(sk_X509_num(chain), 0);
    unmake();
}

/* The store of the connection comes before the context's. */
static void a_store_of_its_own_verifies_the_peer(const struct protocol *protocol)
{
    struct pair pair;
    struct outcome client, server;

    pair_init(&pair, protocol);
    pair_open(&pair);
    CHECK_EQ(SSL_set0_verify_cert_store(pair.client, X509_STORE_new()), 1);
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.reason, SSL_R_CERTIFICATE_VERIFY_FAILED);
    pair_free(&pair);
}

/* ---- OCSP ---- */

static int on_status(SSL *connection, void *argument)
{
    (void)connection;
    (void)argument;
    return 1;
}

static void status_settings_are_kept(void)
{
    int (*callback)(SSL *, void *) = NULL;
    void *argument = NULL;
    unsigned char *response = NULL;
    STACK_OF(OCSP_RESPID) *ids = sk_OCSP_RESPID_new_null(), *found;

    make();
    CHECK_EQ(SSL_CTX_get_tlsext_status_type(context), -1);
    CHECK_EQ(SSL_CTX_set_tlsext_status_type(context, TLSEXT_STATUSTYPE_ocsp), 1);
    CHECK_EQ(SSL_CTX_get_tlsext_status_type(context), TLSEXT_STATUSTYPE_ocsp);
    CHECK_EQ(SSL_get_tlsext_status_type(ssl), -1);
    CHECK_EQ(SSL_CTX_set_tlsext_status_cb(context, on_status), 1);
    CHECK_EQ(SSL_CTX_set_tlsext_status_arg(context, &callback), 1);
    CHECK_EQ(SSL_CTX_get_tlsext_status_cb(context, &callback), 1);
    CHECK_EQ(SSL_CTX_get_tlsext_status_arg(context, &argument), 1);
    CHECK(callback == on_status && argument == &callback);
    CHECK_EQ(SSL_get_tlsext_status_ocsp_resp(ssl, &response), -1);
    CHECK_EQ(SSL_set_tlsext_status_ocsp_resp(ssl, OPENSSL_memdup("abc", 3), 3), 1);
    CHECK_MEM(response, SSL_get_tlsext_status_ocsp_resp(ssl, &response), "abc", 3);
    sk_OCSP_RESPID_push(ids, OCSP_RESPID_new());
    CHECK_EQ(SSL_set_tlsext_status_ids(ssl, ids), 1);
    CHECK_EQ(SSL_get_tlsext_status_ids(ssl, &found), 1);
    CHECK(found == ids);
    unmake();
}

/* ---- names of authorities ---- */

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
                           X509_get_subject_name(pki_ca()->certificate)), 0);
    pair_close(&pair);
    pair_free(&pair);
}

/* ---- ClientHello ---- */

static int hellos;

static int on_hello(SSL *server, int *alert, void *argument)
{
    const unsigned char *out;
    STACK_OF(SSL_CIPHER) *suites, *signals;
    size_t length, count;
    int *types;
    size_t i, names = 0;

    (void)alert;
    CHECK_STR(argument, "argument");
    hellos++;
    CHECK_EQ(SSL_client_hello_isv2(server), 0);
    CHECK_EQ(SSL_client_hello_get0_legacy_version(server), TLS1_2_VERSION);
    CHECK_EQ(SSL_client_hello_get0_random(server, &out), 32);
    CHECK(SSL_client_hello_get0_session_id(server, &out) <= 32);
    CHECK_EQ(SSL_client_hello_get0_compression_methods(server, &out), 1);
    CHECK_EQ(out[0], 0);
    length = SSL_client_hello_get0_ciphers(server, &out);
    CHECK(length >= 2);
    CHECK_EQ(SSL_bytes_to_cipher_list(server, out, length, 0, &suites, &signals), 1);
    CHECK(sk_SSL_CIPHER_num(suites) >= 1);
    sk_SSL_CIPHER_free(suites);
    sk_SSL_CIPHER_free(signals);
    CHECK_EQ(SSL_bytes_to_cipher_list(server, out, 1, 0, NULL, NULL), 0);
    CHECK_REASON(SSL_R_ERROR_IN_RECEIVED_CIPHER_LIST);
    CHECK_EQ(SSL_client_hello_get1_extensions_present(server, &types, &count), 1);
    for (i = 0; i < count; i++)
        names += types[i] == TLSEXT_TYPE_server_name;
    OPENSSL_free(types);
    CHECK_EQ(names, 1);
    CHECK_EQ(SSL_client_hello_get0_ext(server, TLSEXT_TYPE_server_name, &out, &length), 1);
    CHECK_MEM(out + 5, length - 5, "localhost", 9);
    CHECK_EQ(SSL_client_hello_get0_ext(server, 0xfafa, &out, &length), 0);
    return SSL_CLIENT_HELLO_SUCCESS;
}

static void the_client_hello_can_be_read(const struct protocol *protocol)
{
    struct pair pair;
    const unsigned char *out;

    pair_init(&pair, protocol);
    SSL_CTX_set_client_hello_cb(pair.server_ctx, on_hello, "argument");
    pair_open(&pair);
    SSL_set_tlsext_host_name(pair.client, "localhost");
    CHECK_EQ(SSL_client_hello_get0_random(pair.server, &out), 0);
    pair_handshake(&pair);
    CHECK_EQ(hellos, 1);
    CHECK_EQ(SSL_client_hello_get0_random(pair.server, &out), 0);
    CHECK_NO_ERROR();
    pair_close(&pair);
    pair_free(&pair);
}

/* What s_client shows as "Server Temp Key". */
static void check_peer_key(SSL *end, int type, int bits)
{
    EVP_PKEY *key = NULL;

    CHECK_EQ(SSL_get_peer_tmp_key(end, &key), 1);
    CHECK_EQ(EVP_PKEY_get_id(key), type);
    CHECK_EQ(EVP_PKEY_get_bits(key), bits);
    EVP_PKEY_free(key);
}

static void the_peers_key_of_the_key_exchange_is_told(const struct protocol *protocol)
{
    static const struct {
        const char *group;
        int type, bits;
    } groups[] = { { "X25519", EVP_PKEY_X25519, 253 },
                   { "P-256", EVP_PKEY_EC, 256 },
                   { "P-384", EVP_PKEY_EC, 384 } };
    EVP_PKEY *key = NULL;
    struct pair pair;
    size_t i;

    for (i = 0; i < 3; i++) {
        /* TLS 1.2 wants the curve of the certificate too. */
        const char *list = i == 1 ? "P-256" : i == 0 ? "X25519:P-256" : "P-384:P-256";

        pair_init(&pair, protocol);
        CHECK_EQ(SSL_CTX_set1_groups_list(pair.client_ctx, list), 1);
        CHECK_EQ(SSL_CTX_set1_groups_list(pair.server_ctx, groups[i].group), 1);
        pair_open(&pair);
        CHECK_EQ(SSL_get_peer_tmp_key(pair.client, &key), 0);
        pair_handshake(&pair);
        check_peer_key(pair.client, groups[i].type, groups[i].bits);
        if (protocol->version == TLS1_3_VERSION)
            check_peer_key(pair.server, groups[i].type, groups[i].bits);
        else
            CHECK_EQ(SSL_get_peer_tmp_key(pair.server, &key), 0);
        pair_free(&pair);
    }
}

static void a_tls12_resumption_has_the_group_of_its_session(void)
{
    for (int tickets = 0; tickets <= 1; tickets++) {
        struct pair pair;
        SSL_SESSION *session;

        pair_init(&pair, &TLS12);
        if (!tickets)
            SSL_CTX_set_options(pair.server_ctx, SSL_OP_NO_TICKET);
        CHECK_EQ(SSL_CTX_set1_groups_list(pair.client_ctx, "P-384:P-256"), 1);
        session = pair_new_session(&pair);
        pair.offer = session;
        pair_connect(&pair);
        CHECK(SSL_session_reused(pair.server));
        CHECK_EQ(SSL_get_negotiated_group(pair.client), NID_secp384r1);
        CHECK_EQ(SSL_get_negotiated_group(pair.server), NID_secp384r1);
        pair_close(&pair);
        SSL_SESSION_free(session);
        pair_free(&pair);
    }
}

TEST_MAIN(TEST(a_tls12_resumption_has_the_group_of_its_session),
          TEST(sizes_have_limits), TEST(versions_of_dtls_do_not_mix_with_tls),
          TEST(numbers_without_a_meaning_give_zero), TEST(host_names_have_a_length),
          TEST(lists_of_groups_and_signatures_are_checked),
          TEST_EACH(a_server_knows_the_clients_groups),
          TEST_EACH(what_was_negotiated_is_told),
          TEST_EACH(the_peers_key_of_the_key_exchange_is_told),
          TEST(chains_belong_to_the_current_certificate),
          TEST(certificates_can_be_walked_through), TEST(a_chain_is_built_from_the_store),
          TEST_EACH(a_store_of_its_own_verifies_the_peer), TEST(status_settings_are_kept),
          TEST(lists_of_authorities_grow), TEST_EACH(a_client_sees_the_servers_authorities),
          TEST_EACH(the_client_hello_can_be_read))
