/*
 * The lists that contexts and connections lend to the program: the chains of their own
 * certificates, the extra chain, names of authorities. Each is held over changes, and is the list in
 * use until another takes its place.
 * Also run under valgrind.
 */
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "check.h"
#include "pair.h"
#include "pki.h"

static void a_lent_extra_chain_grows(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    STACK_OF(X509) *chain = NULL, *again = NULL;
    X509 *certificates[] = { pki_middle()->certificate, pki_ca()->certificate,
                             pki_other_ca()->certificate };

    CHECK_EQ(SSL_CTX_get_extra_chain_certs_only(context, &chain), 1);
    CHECK(chain == NULL);
    for (int i = 0; i < 3; i++) {
        X509_up_ref(certificates[i]);
        CHECK_EQ(SSL_CTX_add_extra_chain_cert(context, certificates[i]), 1);
        if (i == 0)
            CHECK_EQ(SSL_CTX_get_extra_chain_certs(context, &chain), 1);
        CHECK_EQ(sk_X509_num(chain), i + 1);
        CHECK(sk_X509_value(chain, i) == certificates[i]);
        SSL *ssl = SSL_new(context);
        SSL_free(ssl);
    }
    CHECK_EQ(SSL_CTX_get_extra_chain_certs_only(context, &again), 1);
    CHECK(again == chain);
    CHECK_EQ(SSL_CTX_clear_extra_chain_certs(context), 1);
    CHECK_EQ(SSL_CTX_get_extra_chain_certs(context, &again), 1);
    CHECK(again == NULL);
    SSL_CTX_free(context);
}

static void a_lent_chain_grows(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    STACK_OF(X509) *chain, *of_connection, *again;

    use_credentials(context, pki_middle_server());
    CHECK_EQ(SSL_CTX_add1_chain_cert(context, pki_middle()->certificate), 1);
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &chain), 1);
    CHECK_EQ(sk_X509_num(chain), 1);
    SSL *ssl = SSL_new(context);
    CHECK_EQ(SSL_get0_chain_certs(ssl, &of_connection), 1);
    CHECK_EQ(sk_X509_num(of_connection), 1);
    CHECK(of_connection != chain);

    /* What the one gets the other does not. */
    X509_up_ref(pki_ca()->certificate);
    CHECK_EQ(SSL_CTX_add0_chain_cert(context, pki_ca()->certificate), 1);
    CHECK_EQ(sk_X509_num(chain), 2);
    CHECK(sk_X509_value(chain, 1) == pki_ca()->certificate);
    CHECK_EQ(sk_X509_num(of_connection), 1);
    CHECK_EQ(SSL_add1_chain_cert(ssl, pki_other_ca()->certificate), 1);
    CHECK_EQ(sk_X509_num(of_connection), 2);
    CHECK(sk_X509_value(of_connection, 1) == pki_other_ca()->certificate);
    CHECK_EQ(sk_X509_num(chain), 2);
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &again), 1);
    CHECK(again == chain);

    /* Other settings leave the lists where they are, and so does another connection. */
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_set_verify(ssl, SSL_VERIFY_PEER, NULL);
    CHECK_EQ(sk_X509_num(chain), 2);
    CHECK_EQ(sk_X509_num(of_connection), 2);
    SSL_CTX_free(context);
    CHECK_EQ(sk_X509_num(of_connection), 2);
    CHECK(sk_X509_value(of_connection, 0) == pki_middle()->certificate);
    SSL_free(ssl);
}

static void a_chain_that_was_given_away_is_the_one_that_is_lent(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    STACK_OF(X509) *given = sk_X509_new_null(), *lent;

    use_credentials(context, pki_middle_server());
    X509_up_ref(pki_middle()->certificate);
    sk_X509_push(given, pki_middle()->certificate);
    CHECK_EQ(SSL_CTX_set0_chain(context, given), 1);
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &lent), 1);
    CHECK(lent == given);
    CHECK_EQ(SSL_CTX_add1_chain_cert(context, pki_ca()->certificate), 1);
    CHECK_EQ(sk_X509_num(given), 2);

    /* One that stays the program's is another list. */
    STACK_OF(X509) *own = sk_X509_new_null();
    sk_X509_push(own, pki_middle()->certificate);
    CHECK_EQ(SSL_CTX_set1_chain(context, own), 1);
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &lent), 1);
    CHECK(lent != own);
    CHECK_EQ(SSL_CTX_add1_chain_cert(context, pki_ca()->certificate), 1);
    CHECK_EQ(sk_X509_num(own), 1);
    CHECK_EQ(sk_X509_num(lent), 2);
    sk_X509_free(own);
    CHECK_EQ(SSL_CTX_clear_chain_certs(context), 1);
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &lent), 1);
    CHECK(lent == NULL);
    SSL_CTX_free(context);
}

/* Each kind of key has a chain; choosing another certificate ends none of them. */
static void chains_of_several_certificates_are_lent_at_once(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    STACK_OF(X509) *of_ecdsa, *of_rsa, *again;

    use_credentials(context, pki_middle_server());
    CHECK_EQ(SSL_CTX_add1_chain_cert(context, pki_middle()->certificate), 1);
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &of_ecdsa), 1);
    use_credentials(context, pki_server_rsa());
    CHECK_EQ(SSL_CTX_add1_chain_cert(context, pki_ca()->certificate), 1);
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &of_rsa), 1);
    CHECK(of_rsa != of_ecdsa);
    CHECK_EQ(SSL_CTX_add1_chain_cert(context, pki_other_ca()->certificate), 1);
    CHECK_EQ(sk_X509_num(of_ecdsa), 1);
    CHECK_EQ(sk_X509_num(of_rsa), 2);
    CHECK_EQ(SSL_CTX_select_current_cert(context, pki_middle_server()->certificate), 1);
    CHECK_EQ(SSL_CTX_get0_chain_certs(context, &again), 1);
    CHECK(again == of_ecdsa);
    CHECK(sk_X509_value(of_ecdsa, 0) == pki_middle()->certificate);
    CHECK(sk_X509_value(of_rsa, 1) == pki_other_ca()->certificate);

    /* What is in use is lent itself, not copied. */
    CHECK(SSL_CTX_get0_certificate(context) == pki_middle_server()->certificate);
    CHECK(SSL_CTX_get0_privatekey(context) == pki_middle_server()->key);
    SSL *ssl = SSL_new(context);
    CHECK(SSL_get_certificate(ssl) == pki_middle_server()->certificate);
    CHECK(SSL_get_privatekey(ssl) == pki_middle_server()->key);
    SSL_CTX_free(context);
    CHECK(SSL_get_certificate(ssl) == pki_middle_server()->certificate);
    SSL_free(ssl);
}

/* All kinds of lists of authorities: the one that was given is lent, and grows. */
static void lent_lists_of_authorities_grow(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    SSL *ssl = SSL_new(context);
    SSL_set_accept_state(ssl);

    STACK_OF(X509_NAME) *of_clients = SSL_CTX_get_client_CA_list(context);
    const STACK_OF(X509_NAME) *of_both = SSL_CTX_get0_CA_list(context);
    CHECK_EQ(SSL_CTX_add_client_CA(context, pki_ca()->certificate), 1);
    CHECK_EQ(SSL_CTX_add1_to_CA_list(context, pki_ca()->certificate), 1);
    if (of_clients == NULL)
        of_clients = SSL_CTX_get_client_CA_list(context);
    if (of_both == NULL)
        of_both = SSL_CTX_get0_CA_list(context);
    CHECK_EQ(SSL_CTX_add_client_CA(context, pki_other_ca()->certificate), 1);
    CHECK_EQ(SSL_CTX_add1_to_CA_list(context, pki_other_ca()->certificate), 1);
    CHECK_EQ(sk_X509_NAME_num(of_clients), 2);
    CHECK_EQ(sk_X509_NAME_num(of_both), 2);
    CHECK(SSL_CTX_get_client_CA_list(context) == of_clients);
    CHECK(SSL_CTX_get0_CA_list(context) == of_both);
    /* A connection without lists lends those of its context. */
    CHECK(SSL_get_client_CA_list(ssl) == of_clients);
    CHECK(SSL_get0_CA_list(ssl) == of_both);

    STACK_OF(X509_NAME) *given = sk_X509_NAME_new_null();
    sk_X509_NAME_push(given, X509_NAME_dup(X509_get_subject_name(pki_ca()->certificate)));
    SSL_set_client_CA_list(ssl, given);
    CHECK(SSL_get_client_CA_list(ssl) == given);
    CHECK_EQ(SSL_add_client_CA(ssl, pki_other_ca()->certificate), 1);
    CHECK_EQ(sk_X509_NAME_num(given), 2);
    CHECK_EQ(SSL_add1_to_CA_list(ssl, pki_other_ca()->certificate), 1);
    CHECK_EQ(sk_X509_NAME_num(of_both), 2);
    CHECK_EQ(sk_X509_NAME_num(of_clients), 2);

    /* A copy of the connection has its own lists. */
    SSL *copy = SSL_dup(ssl);
    CHECK(SSL_get_client_CA_list(copy) != given);
    CHECK_EQ(sk_X509_NAME_num(SSL_get_client_CA_list(copy)), 2);
    CHECK_EQ(SSL_add_client_CA(ssl, pki_middle()->certificate), 1);
    CHECK_EQ(sk_X509_NAME_num(given), 3);
    CHECK_EQ(sk_X509_NAME_num(SSL_get_client_CA_list(copy)), 2);
    SSL_free(copy);
    CHECK_EQ(sk_X509_NAME_num(given), 3);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

static void stores_and_parameters_are_lent_as_they_are_in_use(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    X509_STORE *store = X509_STORE_new(), *chain_store = X509_STORE_new(), *lent = NULL;
    X509_STORE *of_context = SSL_CTX_get_cert_store(context);

    CHECK(of_context != NULL);
    CHECK_EQ(SSL_CTX_set1_verify_cert_store(context, store), 1);
    CHECK_EQ(SSL_CTX_set0_chain_cert_store(context, chain_store), 1);
    SSL *ssl = SSL_new(context);
    CHECK_EQ(SSL_CTX_get0_verify_cert_store(context, &lent), 1);
    CHECK(lent == store);
    CHECK_EQ(SSL_get0_chain_cert_store(ssl, &lent), 1);
    CHECK(lent == chain_store);
    X509_STORE_free(store);
    X509_STORE *other = X509_STORE_new();
    X509_STORE_up_ref(of_context);
    SSL_CTX_set_cert_store(context, other);
    CHECK(SSL_CTX_get_cert_store(context) == other);
    CHECK_EQ(X509_STORE_add_cert(of_context, pki_ca()->certificate), 1);
    X509_STORE_free(of_context);

    X509_VERIFY_PARAM *parameters = SSL_CTX_get0_param(context), *own = SSL_get0_param(ssl);
    CHECK(parameters != NULL && own != NULL && own != parameters);
    SSL_CTX_set_verify_depth(context, 7);
    CHECK_EQ(X509_VERIFY_PARAM_get_depth(parameters), 7);
    X509_VERIFY_PARAM_set_depth(parameters, 8);
    CHECK_EQ(SSL_CTX_get_verify_depth(context), 8);
    SSL_CTX_free(context);
    SSL_set_verify_depth(ssl, 9);
    CHECK_EQ(X509_VERIFY_PARAM_get_depth(own), 9);
    /* The connection keeps the store that it has taken over. */
    CHECK_EQ(SSL_get0_verify_cert_store(ssl, &lent), 1);
    CHECK(lent == store);
    CHECK_EQ(X509_STORE_add_cert(lent, pki_ca()->certificate), 1);
    SSL_free(ssl);
}

static void a_list_of_suites_is_lent_until_the_suites_are_changed(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);
    STACK_OF(SSL_CIPHER) *of_context = SSL_CTX_get_ciphers(context);
    STACK_OF(SSL_CIPHER) *suites = SSL_get_ciphers(ssl);
    int count = sk_SSL_CIPHER_num(suites);
    const SSL_CIPHER *first = sk_SSL_CIPHER_value(suites, 0);
    const char *name = SSL_get_cipher_list(ssl, 0);

    CHECK(count > 3);
    SSL_set_options(ssl, SSL_OP_NO_TICKET);
    SSL_set_mode(ssl, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    CHECK(SSL_get_ciphers(ssl) == suites);
    CHECK(SSL_CTX_get_ciphers(context) == of_context);
    CHECK_EQ(sk_SSL_CIPHER_num(of_context), count);
    CHECK_EQ(SSL_set_cipher_list(ssl, "ECDHE-RSA-AES128-GCM-SHA256"), 1);
    CHECK_EQ(sk_SSL_CIPHER_num(of_context), count);
    STACK_OF(SSL_CIPHER) *own = SSL_get_ciphers(ssl);
    CHECK(own != of_context);
    CHECK_EQ(sk_SSL_CIPHER_num(own), 4);
    STACK_OF(SSL_CIPHER) *supported = SSL_get1_supported_ciphers(ssl);
    SSL_free(ssl);
    SSL_CTX_free(context);
    /* Suites and their names are static. */
    CHECK_STR(SSL_CIPHER_get_name(first), name);
    CHECK(sk_SSL_CIPHER_value(supported, 0) == first);
    sk_SSL_CIPHER_free(supported);
}

TEST_MAIN(TEST(a_lent_extra_chain_grows), TEST(a_lent_chain_grows),
          TEST(a_chain_that_was_given_away_is_the_one_that_is_lent),
          TEST(chains_of_several_certificates_are_lent_at_once),
          TEST(lent_lists_of_authorities_grow),
          TEST(stores_and_parameters_are_lent_as_they_are_in_use),
          TEST(a_list_of_suites_is_lent_until_the_suites_are_changed))
