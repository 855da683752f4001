/*
 * Which references to a BIO the connection and the program own after SSL_set_bio(3), in all cases: which BIOs the connection
 * had, and which it gets. A BIO counts its end, so a reference too few or too many shows.
 * Also run under valgrind.
 */
#include <stdio.h>

#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "check.h"
#include "pair.h"

static int alive[4];

static int destroy(BIO *bio)
{
    alive[(long)BIO_get_data(bio)]--;
    return 1;
}

static BIO *numbered(long number)
{
    static BIO_METHOD *method;
    if (method == NULL) {
        method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "numbered");
        BIO_meth_set_destroy(method, destroy);
    }
    BIO *bio = BIO_new(method);
    BIO_set_data(bio, (void *)number);
    BIO_set_init(bio, 1);
    alive[number]++;
    return bio;
}

/* How many references there are, less the one that is used to find out. */
static int references(BIO *bio, long number)
{
    /* The program owns 20: the others are counted when the BIO ends. */
    for (int given = 0; given < 40; given++) {
        if (alive[number] == 0)
            return given;
        BIO_free(bio);
    }
    return -1;
}

/* The manual page's rules: how many references of the caller the call takes. */
static void expected(BIO *old_read, BIO *old_write, BIO *read, BIO *write, int *of_read,
                     int *of_write)
{
    *of_read = *of_write = 0;
    if (read == old_read && write == old_write)
        return;
    if (read == old_read) {
        *of_write = write != read;
    } else if (write == old_write && old_read != old_write) {
        *of_read = write != read;
    } else {
        *of_read = 1;
        *of_write = write != read;
    }
}

static void set_and_count(SSL_CTX *context, int first_read, int first_write, int then_read,
                          int then_write)
{
    enum {
        OWNED = 20
    };
    BIO *bios[4] = { NULL };
    int count[4] = { 0 };
    int taken_read, taken_write;

    for (int i = 1; i < 4; i++) {
        bios[i] = numbered(i);
        for (int j = 1; j < OWNED; j++)
            BIO_up_ref(bios[i]);
        count[i] = OWNED;
    }
    SSL *ssl = SSL_new(context);
    SSL_set_bio(ssl, bios[first_read], bios[first_write]);
    expected(NULL, NULL, bios[first_read], bios[first_write], &taken_read, &taken_write);
    count[first_read] -= taken_read;
    count[first_write] -= taken_write;
    SSL_set_bio(ssl, bios[then_read], bios[then_write]);
    expected(bios[first_read], bios[first_write], bios[then_read], bios[then_write], &taken_read,
             &taken_write);
    count[then_read] -= taken_read;
    count[then_write] -= taken_write;
    CHECK(SSL_get_rbio(ssl) == bios[then_read]);
    CHECK(SSL_get_wbio(ssl) == bios[then_write]);
    SSL_free(ssl);
    for (int i = 1; i < 4; i++) {
        int left = references(bios[i], i);
        if (left != count[i])
            printf("(%d, %d), then (%d, %d): BIO %d has %d references, not %d\n", first_read,
                   first_write, then_read, then_write, i, left, count[i]);
        CHECK_EQ(left, count[i]);
    }
}

static void the_caller_keeps_the_references_that_the_manual_documents(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());

    for (int all = 0; all < 4 * 4 * 4 * 4; all++)
        set_and_count(context, all & 3, all >> 2 & 3, all >> 4 & 3, all >> 6);
    SSL_CTX_free(context);
}

/* Nothing is left of a BIO when the connection gets others, and nothing ends before. */
static void a_bio_lives_until_it_is_replaced(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(context);

    SSL_set_bio(ssl, numbered(1), numbered(2));
    SSL_set0_rbio(ssl, numbered(3));
    CHECK_EQ(alive[1], 0);
    CHECK_EQ(alive[2], 1);
    BIO *both = SSL_get_wbio(ssl);
    BIO_up_ref(both);
    SSL_set0_rbio(ssl, both);
    CHECK_EQ(alive[3], 0);
    SSL_set0_wbio(ssl, NULL);
    CHECK_EQ(alive[2], 1);
    CHECK(SSL_get_rbio(ssl) == both);
    CHECK(SSL_get_wbio(ssl) == NULL);
    SSL_set_bio(ssl, NULL, NULL);
    CHECK_EQ(alive[2], 0);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

/* In the middle of a handshake libssl may have a buffer before the program's BIO. */
static void during_a_handshake_the_programs_bio_is_lent(const struct protocol *protocol)
{
    struct pair pair;

    pair_init(&pair, protocol);
    pair_open(&pair);
    CHECK_EQ(SSL_do_handshake(pair.client), -1);
    CHECK(SSL_get_wbio(pair.client) == pair.to_server);
    CHECK(SSL_get_rbio(pair.client) == pair.at_client);
    CHECK_EQ(SSL_do_handshake(pair.server), -1);
    CHECK(SSL_get_wbio(pair.server) == pair.to_client);

    /* Another BIO for the rest: only that one is needed from now on. */
    BIO *rest = BIO_new(BIO_s_mem());
    BIO *former = pair.to_server;
    BIO_up_ref(former);
    SSL_set0_wbio(pair.client, rest);
    CHECK(SSL_get_wbio(pair.client) == rest);
    BIO_up_ref(rest);
    SSL_set0_rbio(pair.server, rest);
    BIO_free(former);
    pair.to_server = pair.at_server = rest;
    pair_handshake(&pair);
    CHECK(SSL_get_wbio(pair.client) == rest);
    pair_free(&pair);
}

TEST_MAIN(TEST(the_caller_keeps_the_references_that_the_manual_documents),
          TEST(a_bio_lives_until_it_is_replaced),
          TEST_EACH(during_a_handshake_the_programs_bio_is_lent))
