/* Limits of what macros over SSL_CTX_ctrl() and SSL_ctrl() set. */
#include <string.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

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

TEST_MAIN(TEST(sizes_have_limits),
          TEST(numbers_without_a_meaning_give_zero),
          TEST(host_names_have_a_length))
