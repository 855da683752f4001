#include "announced.h"

int announced;
SSL *announced_on;
SSL_SESSION *last_announced;
int in_init_when_announced;
unsigned char exported_when_announced[16];
int more_when_announced;
int answers[8], answer_count;

static int on_new(SSL *ssl, SSL_SESSION *session)
{
    announced++;
    announced_on = ssl;
    last_announced = session;
    in_init_when_announced = SSL_in_init(ssl);
    CHECK_EQ(SSL_get_state(ssl), TLS_ST_SW_SESSION_TICKET);
    CHECK(SSL_get_session(ssl) == session);
    CHECK_EQ(SSL_export_keying_material(ssl, exported_when_announced, sizeof(exported_when_announced),
                                        "EXPERIMENTAL", 12, NULL, 0, 0),
             1);
    if (more_when_announced > 0) {
        more_when_announced--;
        answers[answer_count++] = SSL_new_session_ticket(ssl);
    }
    return 0;
}

void announced_init(struct pair *pair)
{
    pair_init(pair, &TLS13);
    SSL_CTX_sess_set_new_cb(pair->server_ctx, on_new);
    SSL_CTX_set_session_cache_mode(pair->client_ctx, SSL_SESS_CACHE_CLIENT
                                                         | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(pair->client_ctx, count_new_session);
    announced = new_sessions = 0;
}

void client_reads(struct pair *pair)
{
    char byte;

    CHECK_EQ(SSL_read(pair->client, &byte, 1), -1);
    CHECK_EQ(SSL_get_error(pair->client, -1), SSL_ERROR_WANT_READ);
}
