/* NULL where OpenSSL crashes: Reprise does not, so these run on it alone. */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "pair.h"

static unsigned char large[100];

static void no_function_of_sessions_crashes(void)
{
    const unsigned char *bytes = large;
    unsigned length = 99;
    size_t size = 99;
    void *data = large;

    if (!on_reprise())
        return;
    CHECK(SSL_SESSION_get_id(NULL, &length) == NULL);
    CHECK(SSL_SESSION_get0_id_context(NULL, &length) == NULL);
    CHECK_EQ(SSL_SESSION_set1_id(NULL, large, 1), 0);
    CHECK_EQ(SSL_SESSION_set1_id_context(NULL, large, 1), 0);
    CHECK_EQ(SSL_SESSION_get_master_key(NULL, large, 1), 0);
    CHECK_EQ(SSL_SESSION_set1_master_key(NULL, large, 1), 0);
    CHECK(SSL_SESSION_get0_hostname(NULL) == NULL);
    CHECK_EQ(SSL_SESSION_set1_hostname(NULL, "host"), 0);
    SSL_SESSION_get0_alpn_selected(NULL, &bytes, &size);
    CHECK_EQ(SSL_SESSION_set1_alpn_selected(NULL, large, 1), 0);
    SSL_SESSION_get0_ticket(NULL, &bytes, &size);
    CHECK_EQ(SSL_SESSION_get0_ticket_appdata(NULL, &data, &size), 0);
    CHECK_EQ(SSL_SESSION_set1_ticket_appdata(NULL, large, 1), 0);
    CHECK_EQ(SSL_SESSION_has_ticket(NULL), 0);
    CHECK_EQ(SSL_SESSION_get_ticket_lifetime_hint(NULL), 0);
    CHECK_EQ(SSL_SESSION_get_max_early_data(NULL), 0);
    CHECK_EQ(SSL_SESSION_set_max_early_data(NULL, 1), 0);
    CHECK_EQ(SSL_SESSION_get_max_fragment_length(NULL), 0);
    CHECK_EQ(SSL_SESSION_get_protocol_version(NULL), 0);
    CHECK_EQ(SSL_SESSION_set_protocol_version(NULL, 1), 0);
    CHECK(SSL_SESSION_get0_cipher(NULL) == NULL);
    CHECK_EQ(SSL_SESSION_set_cipher(NULL, NULL), 0);
    CHECK_EQ(SSL_SESSION_get_compress_id(NULL), 0);
    CHECK(SSL_SESSION_get0_peer(NULL) == NULL);
    CHECK(SSL_SESSION_dup(NULL) == NULL);
    CHECK_EQ(SSL_SESSION_up_ref(NULL), 0);
    CHECK_EQ(SSL_SESSION_is_resumable(NULL), 0);
    CHECK(SSL_SESSION_get_ex_data(NULL, 0) == NULL);
    CHECK_EQ(SSL_SESSION_set_ex_data(NULL, 0, large), 0);
    CHECK_EQ(SSL_SESSION_print(NULL, NULL), 0);
    CHECK_EQ(SSL_SESSION_print_fp(NULL, NULL), 0);
    CHECK_EQ(SSL_SESSION_print_keylog(NULL, NULL), 0);
    CHECK_EQ(PEM_write_bio_SSL_SESSION(NULL, NULL), 0);
    CHECK_EQ(PEM_write_SSL_SESSION(NULL, NULL), 0);
    CHECK(PEM_read_bio_SSL_SESSION(NULL, NULL, NULL, NULL) == NULL);
    CHECK(PEM_read_SSL_SESSION(NULL, NULL, NULL, NULL) == NULL);
    CHECK(d2i_SSL_SESSION(NULL, NULL, 5) == NULL);
}

static void no_function_of_contexts_crashes(void)
{
    if (!on_reprise())
        return;
    CHECK_EQ(SSL_CTX_add_session(NULL, NULL), 0);
    CHECK_EQ(SSL_CTX_remove_session(NULL, NULL), 0);
    SSL_CTX_flush_sessions(NULL, 0);
    CHECK(SSL_CTX_sessions(NULL) == NULL);
    SSL_CTX_sess_set_new_cb(NULL, NULL);
    SSL_CTX_sess_set_get_cb(NULL, NULL);
    SSL_CTX_sess_set_remove_cb(NULL, NULL);
    CHECK(SSL_CTX_sess_get_new_cb(NULL) == NULL);
    CHECK(SSL_CTX_sess_get_get_cb(NULL) == NULL);
    CHECK(SSL_CTX_sess_get_remove_cb(NULL) == NULL);
    SSL_CTX_set_not_resumable_session_callback(NULL, NULL);
    CHECK_EQ(SSL_CTX_set_session_id_context(NULL, large, 1), 0);
    CHECK_EQ(SSL_CTX_set_generate_session_id(NULL, NULL), 0);
    CHECK_EQ(SSL_CTX_set_num_tickets(NULL, 1), 0);
    CHECK_EQ(SSL_CTX_get_num_tickets(NULL), 0);
    CHECK_EQ(SSL_CTX_set_session_ticket_cb(NULL, NULL, NULL, NULL), 0);
    CHECK_EQ(SSL_CTX_set_tlsext_ticket_key_evp_cb(NULL, NULL), 0);
    CHECK_EQ(SSL_CTX_set_max_early_data(NULL, 1), 0);
    CHECK_EQ(SSL_CTX_get_max_early_data(NULL), 0);
    CHECK_EQ(SSL_CTX_set_recv_max_early_data(NULL, 1), 0);
    CHECK_EQ(SSL_CTX_get_recv_max_early_data(NULL), 0);
    SSL_CTX_set_allow_early_data_cb(NULL, NULL, NULL);
    SSL_CTX_set_psk_find_session_callback(NULL, NULL);
    SSL_CTX_set_psk_use_session_callback(NULL, NULL);
    for (int control = 0; control < 150; control++)
        CHECK_EQ(SSL_ctrl(NULL, control, 0, NULL), 0);
}

static void no_function_of_connections_crashes(void)
{
    if (!on_reprise())
        return;
    CHECK(SSL_get_session(NULL) == NULL);
    CHECK(SSL_get1_session(NULL) == NULL);
    CHECK_EQ(SSL_set_session(NULL, NULL), 0);
    CHECK_EQ(SSL_copy_session_id(NULL, NULL), 0);
    CHECK_EQ(SSL_session_reused(NULL), 0);
    SSL_get_default_timeout(NULL);
    CHECK_EQ(SSL_set_session_id_context(NULL, large, 1), 0);
    CHECK_EQ(SSL_has_matching_session_id(NULL, large, 1), 0);
    CHECK_EQ(SSL_set_generate_session_id(NULL, NULL), 0);
    SSL_set_not_resumable_session_callback(NULL, NULL);
    CHECK_EQ(SSL_set_num_tickets(NULL, 1), 0);
    CHECK_EQ(SSL_get_num_tickets(NULL), 0);
    CHECK_EQ(SSL_new_session_ticket(NULL), 0);
    CHECK_EQ(SSL_set_max_early_data(NULL, 1), 0);
    CHECK_EQ(SSL_get_max_early_data(NULL), 0);
    CHECK_EQ(SSL_set_recv_max_early_data(NULL, 1), 0);
    CHECK_EQ(SSL_get_recv_max_early_data(NULL), 0);
    SSL_set_allow_early_data_cb(NULL, NULL, NULL);
    SSL_set_psk_find_session_callback(NULL, NULL);
    SSL_set_psk_use_session_callback(NULL, NULL);
}

TEST_MAIN(TEST(no_function_of_sessions_crashes), TEST(no_function_of_contexts_crashes),
          TEST(no_function_of_connections_crashes))
