/* The reasons of libssl: their numbers and texts (S124). */
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "pair.h"

/* S124: programs that were compiled long ago compare with these. */
static void reasons_have_their_numbers_and_texts(void)
{
    static const struct {
        int number;
        int reason;
        const char *text;
    } reasons[] = {
        { 104, SSL_R_INCONSISTENT_EXTMS, "inconsistent extms" },
        { 114, SSL_R_BAD_PSK_IDENTITY, "bad psk identity" },
        { 137, SSL_R_CIPHER_CODE_WRONG_LENGTH, "cipher code wrong length" },
        { 164, SSL_R_TOO_MUCH_EARLY_DATA, "too much early data" },
        { 188, SSL_R_NO_METHOD_SPECIFIED, "no method specified" },
        { 197, SSL_R_OLD_SESSION_CIPHER_NOT_RETURNED, "old session cipher not returned" },
        { 210, SSL_R_SSL_SESSION_VERSION_MISMATCH, "ssl session version mismatch" },
        { 215, SSL_R_REQUIRED_CIPHER_MISSING, "required cipher missing" },
        { 218, SSL_R_CIPHERSUITE_DIGEST_HAS_CHANGED, "ciphersuite digest has changed" },
        { 219, SSL_R_BAD_PSK, "bad psk" },
        { 222, SSL_R_INCONSISTENT_EARLY_DATA_ALPN, "inconsistent early data alpn" },
        { 231, SSL_R_INCONSISTENT_EARLY_DATA_SNI, "inconsistent early data sni" },
        { 233, SSL_R_BAD_EARLY_DATA, "bad early data" },
        { 234, SSL_R_CALLBACK_FAILED, "callback failed" },
        { 253, SSL_R_BINDER_DOES_NOT_VERIFY, "binder does not verify" },
        { 254, SSL_R_UNKNOWN_SSL_VERSION, "unknown ssl version" },
        { 259, SSL_R_UNSUPPORTED_SSL_VERSION, "unsupported ssl version" },
        { 272, SSL_R_ATTEMPT_TO_REUSE_SESSION_IN_DIFFERENT_CONTEXT,
          "attempt to reuse session in different context" },
        { 273, SSL_R_SSL_SESSION_ID_CONTEXT_TOO_LONG, "ssl session id context too long" },
        { 277, SSL_R_SESSION_ID_CONTEXT_UNINITIALIZED, "session id context uninitialized" },
        { 301, SSL_R_SSL_SESSION_ID_CALLBACK_FAILED, "ssl session id callback failed" },
        { 302, SSL_R_SSL_SESSION_ID_CONFLICT, "ssl session id conflict" },
        { 303, SSL_R_SSL_SESSION_ID_HAS_BAD_LENGTH, "ssl session id has bad length" },
        { 325, SSL_R_INVALID_TICKET_KEYS_LENGTH, "invalid ticket keys length" },
        { 407, SSL_R_SHUTDOWN_WHILE_IN_INIT, "shutdown while in init" },
        { 408, SSL_R_SSL_SESSION_ID_TOO_LONG, "ssl session id too long" },
        { 1000 + SSL_AD_HANDSHAKE_FAILURE, SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE,
          "sslv3 alert handshake failure" },
        { 1000 + SSL_AD_CERTIFICATE_REQUIRED, SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED,
          "tlsv13 alert certificate required" },
    };

    OPENSSL_init_ssl(OPENSSL_INIT_LOAD_SSL_STRINGS, NULL);
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        CHECK_EQ(reasons[i].reason, reasons[i].number);
        CHECK_STR(ERR_reason_error_string(ERR_PACK(ERR_LIB_SSL, 0, reasons[i].number)),
                  reasons[i].text);
    }
}

TEST_MAIN(TEST(reasons_have_their_numbers_and_texts))
