/* The default library context, its properties and its random numbers: SSL_CTX_new_ex(3), RAND_bytes(3). */
#include <string.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/rand.h>

#include "pair.h"

static void default_properties_that_nothing_fulfils_leave_no_context(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());

    CHECK(context != NULL);
    SSL_CTX_free(context);
    CHECK_EQ(EVP_default_properties_enable_fips(NULL, 1), 1);
    CHECK(SSL_CTX_new(TLS_method()) == NULL);
    CHECK_REASON(SSL_R_LIBRARY_HAS_NO_CIPHERS);
    CHECK_EQ(EVP_default_properties_enable_fips(NULL, 0), 1);
    context = SSL_CTX_new(TLS_method());
    CHECK(context != NULL);
    SSL_CTX_free(context);
}

static void a_query_that_the_default_provider_fulfils_works(const struct protocol *protocol)
{
    static const char *queries[] = { "provider=default", "?fips=yes", "fips!=yes", "", NULL };
    struct pair pair;

    for (const char **query = queries; *query != NULL; query++) {
        memset(&pair, 0, sizeof(pair));
        pair.client_ctx = SSL_CTX_new_ex(NULL, *query, TLS_client_method());
        pair.server_ctx = SSL_CTX_new_ex(NULL, *query, TLS_server_method());
        CHECK(pair.client_ctx != NULL && pair.server_ctx != NULL);
        CHECK(SSL_CTX_set_max_proto_version(pair.client_ctx, protocol->version));
        use_credentials(pair.server_ctx, pki_server());
        trust(pair.client_ctx, pki_ca());
        SSL_CTX_set_verify(pair.client_ctx, SSL_VERIFY_PEER, NULL);
        pair_connect(&pair);
        send_text(pair.client, pair.server, "hello");
        pair_close(&pair);
        pair_free(&pair);
    }
    CHECK_NO_ERROR();
}

/* ---- random numbers ---- */

static int drawn;

static int draw(unsigned char *out, int count)
{
    memset(out, 0x5a, (size_t)count);
    drawn += count;
    return 1;
}

static int is_ready(void)
{
    return 1;
}

static void draw_from_the_program(void)
{
    static const RAND_METHOD method = { NULL, draw, NULL, NULL, draw, is_ready };

    CHECK_EQ(RAND_set_rand_method(&method), 1);
}

/* The randoms of the next handshake are the program's. */
static void check_randoms(struct pair *pair)
{
    unsigned char random[SSL3_RANDOM_SIZE], want[SSL3_RANDOM_SIZE];

    drawn = 0;
    pair_connect(pair);
    memset(want, 0x5a, sizeof(want));
    CHECK_EQ(SSL_get_client_random(pair->client, random, sizeof(random)), sizeof(random));
    CHECK_MEM(random, sizeof(random), want, sizeof(want));
    CHECK_EQ(SSL_get_server_random(pair->client, random, sizeof(random)), sizeof(random));
    /* The end of a TLS 1.2 server's random shows whether it supports TLS 1.3. */
    CHECK_MEM(random, 24, want, 24);
    CHECK(drawn >= 64);
    pair_close(pair);
}

static void random_numbers_of_the_program_go_on_the_wire(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    draw_from_the_program();
    check_randoms(&pair);
    pair_free(&pair);
}

/* Although the thread has drawn before. */
static void random_numbers_of_the_program_count_for_the_next_context(
    const struct protocol *protocol)
{
    struct pair before, pair;

    pair_init(&before, protocol);
    pair_connect(&before);
    pair_close(&before);
    draw_from_the_program();
    pair_init(&pair, protocol);
    check_randoms(&pair);
    check_randoms(&before);
    pair_free(&pair);
    pair_free(&before);
}

/* Without another context. */
static void random_numbers_of_the_program_count_after_a_second(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair_connect(&pair);
    pair_close(&pair);
    draw_from_the_program();
    usleep(1100000);
    check_randoms(&pair);
    pair_free(&pair);
}

TEST_MAIN(TEST(default_properties_that_nothing_fulfils_leave_no_context),
          TEST_EACH(a_query_that_the_default_provider_fulfils_works),
          TEST_EACH(random_numbers_of_the_program_go_on_the_wire),
          TEST_EACH(random_numbers_of_the_program_count_for_the_next_context),
          TEST_EACH(random_numbers_of_the_program_count_after_a_second))
