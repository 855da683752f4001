#include "ticket_recorder.h"

#include <string.h>

#include "key_forms.h"

char sequence[32];

static void note(char letter)
{
    size_t length = strlen(sequence);

    CHECK(length + 1 < sizeof(sequence));
    sequence[length] = letter;
}

unsigned char next_id;

static int make_id(SSL *ssl, unsigned char *id, unsigned int *length)
{
    note('i');
    CHECK_EQ(*length, 32);
    for (unsigned i = 0; i < *length; i++)
        CHECK_EQ(id[i], 0);
    CHECK(SSL_get_session(ssl) != NULL);
    *length = 5;
    memset(id, next_id++, *length);
    return 1;
}

SSL_SESSION *generated;
int generate_answer = 1;
long generated_timeout;
const char *appdata;
size_t appdata_length;

int generate(SSL *ssl, void *argument)
{
    SSL_SESSION *session = SSL_get_session(ssl);
    const unsigned char *id;
    unsigned char key[64];
    unsigned int length;

    (void)argument;
    note('g');
    generated = session;
    id = SSL_SESSION_get_id(session, &length);
    CHECK(length > 0 && id != NULL);
    CHECK_EQ(SSL_SESSION_has_ticket(session), 0);
    CHECK_EQ(SSL_SESSION_get_master_key(session, key, sizeof(key)), 48);
    CHECK_EQ(SSL_SESSION_get_protocol_version(session), TLS1_3_VERSION);
    if (appdata != NULL)
        CHECK_EQ(SSL_SESSION_set1_ticket_appdata(session, appdata, appdata_length), 1);
    if (generated_timeout != 0)
        SSL_SESSION_set_timeout(session, generated_timeout);
    return generate_answer;
}

int key_answer = 1, key_calls;

static int choose_key(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                      EVP_MAC_CTX *mac, int encrypt)
{
    (void)ssl;
    note(encrypt ? 'k' : 'K');
    if (encrypt) {
        key_calls++;
        if (key_answer <= 0)
            return key_answer;
    }
    use_fixed_key(name, iv, cipher, mac, encrypt);
    return encrypt ? 1 : key_answer;
}

int kept_count;
SSL_SESSION *kept[8];

static int on_new(SSL *ssl, SSL_SESSION *session)
{
    note('n');
    CHECK(SSL_get_session(ssl) == session);
    CHECK(kept_count < 8);
    kept[kept_count++] = session;
    return 1;
}

static void forget_kept(void)
{
    while (kept_count > 0)
        SSL_SESSION_free(kept[--kept_count]);
}

void recording_pair_init(struct pair *pair)
{
    pair_init(pair, &TLS13);
    SSL_CTX_set_generate_session_id(pair->server_ctx, make_id);
    SSL_CTX_set_session_ticket_cb(pair->server_ctx, generate, NULL, NULL);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(pair->server_ctx, choose_key);
    SSL_CTX_sess_set_new_cb(pair->server_ctx, on_new);
    SSL_CTX_set_session_cache_mode(pair->client_ctx, SSL_SESS_CACHE_CLIENT
                                                         | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(pair->client_ctx, keep_new_session);
    memset(sequence, 0, sizeof(sequence));
}

void recording_pair_free(struct pair *pair)
{
    pair_free(pair);
    forget_kept();
    free_new_sessions();
}
