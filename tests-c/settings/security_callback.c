/* What a security callback is asked, and what it lets a side offer, choose and accept. */

#include <string.h>

#include <openssl/err.h>

#include "pair.h"
#include "seen_hello.h"

#define KINDS 20

static struct {
    const SSL *refused_for; /* NULL: for none */
    int refused;            /* the operation */
    int refused_nid;        /* -1: any */
    int refused_other;      /* first two bytes or number of a suite; -1: any */
    bool asked[2][KINDS];
} policy;

static struct pair *asking;

static int number_of(int op, void *other)
{
    switch (op & SSL_SECOP_OTHER_TYPE) {
    case SSL_SECOP_OTHER_CIPHER:
        return SSL_CIPHER_get_protocol_id(other);
    case SSL_SECOP_OTHER_CURVE:
    case SSL_SECOP_OTHER_SIGALG:
        return ((unsigned char *)other)[0] << 8 | ((unsigned char *)other)[1];
    default:
        return 0;
    }
}

static int bits_of_group(int number)
{
    switch (number) {
    case 0x0017:
    case 0x001d:
    case 0x0101:
    case 0x0102:
    case 0x0103: return 128;
    case 0x0018:
    case 0x0104: return 192;
    case 0x0019: return 256;
    case 0x001e: return 224;
    case 0x0100: return 112;
    default: return -1;
    }
}

static int nid_of_group(int number)
{
    switch (number) {
    case 0x0017: return NID_X9_62_prime256v1;
    case 0x0018: return NID_secp384r1;
    case 0x0019: return NID_secp521r1;
    case 0x001d: return NID_X25519;
    case 0x001e: return NID_X448;
    case 0x0100: return NID_ffdhe2048;
    case 0x0101: return NID_ffdhe3072;
    case 0x0102: return NID_ffdhe4096;
    case 0x0103: return NID_ffdhe6144;
    case 0x0104: return NID_ffdhe8192;
    default: return -1;
    }
}

static int hash_of(int scheme)
{
    switch (scheme) {
    case 0x0807:
    case 0x0808: return 0;
    case 0x0804:
    case 0x0809: return NID_sha256;
    case 0x0805:
    case 0x080a: return NID_sha384;
    case 0x0806:
    case 0x080b: return NID_sha512;
    }
    switch (scheme >> 8) {
    case 2: return NID_sha1;
    case 3: return NID_sha224;
    case 4: return NID_sha256;
    case 5: return NID_sha384;
    case 6: return NID_sha512;
    default: return -1;
    }
}

/* Every question has the arguments that the manual page lists. */
static int ask(const SSL *ssl, const SSL_CTX *ctx, int op, int bits, int nid, void *other, void *ex)
{
    int number = number_of(op, other);
    CHECK(ex == &policy);
    CHECK(ctx == NULL && ssl != NULL);
    CHECK(ssl == asking->client || ssl == asking->server);
    CHECK((op & 0xffff) < KINDS);
    policy.asked[ssl == asking->server][op & 0xffff] = true;
    switch (op) {
    case SSL_SECOP_VERSION:
        CHECK(bits == 0 && other == NULL && nid >= TLS1_VERSION && nid <= TLS1_3_VERSION);
        break;
    case SSL_SECOP_TICKET:
        CHECK(bits == 0 && nid == 0 && other == NULL);
        break;
    case SSL_SECOP_CIPHER_SUPPORTED:
    case SSL_SECOP_CIPHER_SHARED:
    case SSL_SECOP_CIPHER_CHECK:
        CHECK_EQ(bits, SSL_CIPHER_get_bits(other, NULL));
        CHECK_EQ(nid, 0);
        break;
    case SSL_SECOP_CURVE_SUPPORTED:
    case SSL_SECOP_CURVE_SHARED:
    case SSL_SECOP_CURVE_CHECK:
        CHECK_EQ(bits, bits_of_group(number));
        CHECK_EQ(nid, nid_of_group(number));
        break;
    case SSL_SECOP_SIGALG_SUPPORTED:
    case SSL_SECOP_SIGALG_SHARED:
    case SSL_SECOP_SIGALG_CHECK:
    case SSL_SECOP_SIGALG_MASK:
        CHECK(bits > 0);
        CHECK_EQ(nid, hash_of(number));
        break;
    case SSL_SECOP_EE_KEY:
    case SSL_SECOP_CA_KEY:
        CHECK(bits > 0 && nid == 0 && X509_get0_pubkey(other) != NULL);
        break;
    case SSL_SECOP_CA_MD:
        CHECK(bits > 0 && nid > 0 && X509_get0_pubkey(other) != NULL);
        break;
    default:
        CHECK(!"an operation of the manual page");
    }
    return !(policy.refused_for == ssl && policy.refused == op
             && (policy.refused_nid == -1 || policy.refused_nid == nid)
             && (policy.refused_other == -1 || policy.refused_other == number));
}

static void recording_pair(struct pair *pair, const struct protocol *protocol)
{
    pair_init(pair, protocol);
    use_credentials(pair->client_ctx, pki_client());
    SSL_CTX_set_verify(pair->server_ctx, SSL_VERIFY_PEER, NULL);
    trust(pair->server_ctx, pki_ca());
    SSL_CTX_set_client_hello_cb(pair->server_ctx, see_hello, NULL);
    memset(&policy, 0, sizeof policy);
    policy.refused_nid = policy.refused_other = -1;
    asking = pair;
}

static void recording_pair_open(struct pair *pair)
{
    memset(&hello, 0, sizeof hello);
    memset(policy.asked, 0, sizeof policy.asked);
    pair_open(pair);
    for (int server = 0; server < 2; server++) {
        SSL *ssl = server ? pair->server : pair->client;
        SSL_set_security_callback(ssl, ask);
        SSL_set0_security_ex_data(ssl, &policy);
    }
}

#define CLIENT_ASKED(op) policy.asked[0][(op)&0xffff]
#define SERVER_ASKED(op) policy.asked[1][(op)&0xffff]

static void a_callback_is_asked_about_everything(const struct protocol *protocol)
{
    bool tls12 = protocol->version == TLS1_2_VERSION;
    struct pair pair;
    recording_pair(&pair, protocol);
    recording_pair_open(&pair);
    pair_handshake(&pair);
    CHECK(CLIENT_ASKED(SSL_SECOP_VERSION) && SERVER_ASKED(SSL_SECOP_VERSION));
    CHECK(CLIENT_ASKED(SSL_SECOP_CIPHER_SUPPORTED) && CLIENT_ASKED(SSL_SECOP_CIPHER_CHECK));
    CHECK(SERVER_ASKED(SSL_SECOP_CIPHER_SHARED));
    CHECK(CLIENT_ASKED(SSL_SECOP_CURVE_SUPPORTED));
    CHECK(SERVER_ASKED(SSL_SECOP_CURVE_CHECK) || tls12);
    CHECK(SERVER_ASKED(tls12 ? SSL_SECOP_CURVE_SHARED : SSL_SECOP_CURVE_SUPPORTED));
    CHECK(!tls12 || CLIENT_ASKED(SSL_SECOP_CURVE_CHECK));
    CHECK(CLIENT_ASKED(SSL_SECOP_SIGALG_SUPPORTED) && SERVER_ASKED(SSL_SECOP_SIGALG_SUPPORTED));
    CHECK(CLIENT_ASKED(SSL_SECOP_SIGALG_SHARED) && SERVER_ASKED(SSL_SECOP_SIGALG_SHARED));
    CHECK(CLIENT_ASKED(SSL_SECOP_SIGALG_CHECK) && SERVER_ASKED(SSL_SECOP_SIGALG_CHECK));
    CHECK(!tls12 || CLIENT_ASKED(SSL_SECOP_SIGALG_MASK));
    CHECK(!tls12 || (CLIENT_ASKED(SSL_SECOP_TICKET) && SERVER_ASKED(SSL_SECOP_TICKET)));
    pair_free(&pair);
}

/* A refusal by one end, and the result. */
static void refuse(const struct protocol *protocol, bool server, int op, int nid, int number,
                   struct outcome *client_end, struct outcome *server_end)
{
    struct pair pair;
    recording_pair(&pair, protocol);
    recording_pair_open(&pair);
    policy.refused_for = server ? pair.server : pair.client;
    policy.refused = op;
    policy.refused_nid = nid;
    policy.refused_other = number;
    pair_try_handshake(&pair, client_end, server_end);
    pair_free(&pair);
}

static void check_refused(const struct protocol *protocol, bool server, int op, int reason,
                          int alert_reason)
{
    struct outcome client_end, server_end;
    refuse(protocol, server, op, -1, -1, &client_end, &server_end);
    CHECK_EQ((server ? server_end : client_end).error, SSL_ERROR_SSL);
    CHECK_EQ((server ? server_end : client_end).reason, reason);
    CHECK_EQ((server ? client_end : server_end).reason, alert_reason);
}

static void what_a_client_refuses_altogether_ends_its_handshake(const struct protocol *protocol)
{
    bool tls12 = protocol->version == TLS1_2_VERSION;
    const int instead_of_hello = SSL_R_UNEXPECTED_MESSAGE;
    const int illegal = SSL_R_SSLV3_ALERT_ILLEGAL_PARAMETER;
    const int failure = SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE;
    check_refused(protocol, false, SSL_SECOP_VERSION, ERR_R_INTERNAL_ERROR, 0);
    check_refused(protocol, false, SSL_SECOP_CIPHER_SUPPORTED, SSL_R_NO_CIPHERS_AVAILABLE,
                  instead_of_hello);
    if (!tls12)
        check_refused(protocol, false, SSL_SECOP_CURVE_SUPPORTED, SSL_R_NO_SUITABLE_GROUPS,
                      instead_of_hello);
    check_refused(protocol, false, SSL_SECOP_SIGALG_SUPPORTED,
                  SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM, instead_of_hello);
    check_refused(protocol, false, SSL_SECOP_CIPHER_CHECK, SSL_R_WRONG_CIPHER_RETURNED, illegal);
    check_refused(protocol, false, SSL_SECOP_SIGALG_CHECK, SSL_R_WRONG_SIGNATURE_TYPE, failure);
    if (tls12) {
        check_refused(protocol, false, SSL_SECOP_CURVE_CHECK, SSL_R_WRONG_CURVE, illegal);
        check_refused(protocol, false, SSL_SECOP_SIGALG_MASK, SSL_R_NO_CIPHERS_AVAILABLE,
                      instead_of_hello);
    }
}

static void what_a_server_refuses_altogether_ends_its_handshake(const struct protocol *protocol)
{
    bool tls12 = protocol->version == TLS1_2_VERSION;
    const int failure = SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE;
    check_refused(protocol, true, SSL_SECOP_VERSION, ERR_R_INTERNAL_ERROR, 0);
    check_refused(protocol, true, SSL_SECOP_CIPHER_SHARED, SSL_R_NO_SHARED_CIPHER, failure);
    if (tls12)
        check_refused(protocol, true, SSL_SECOP_CURVE_SHARED, SSL_R_NO_SHARED_CIPHER, failure);
    else {
        check_refused(protocol, true, SSL_SECOP_CURVE_CHECK, SSL_R_NO_SUITABLE_KEY_SHARE, failure);
        check_refused(protocol, true, SSL_SECOP_CURVE_SUPPORTED, SSL_R_NO_SUITABLE_KEY_SHARE,
                      failure);
    }
    /* In TLS 1.3 the client is done by then. */
    check_refused(protocol, true, SSL_SECOP_SIGALG_CHECK, SSL_R_WRONG_SIGNATURE_TYPE,
                  tls12 ? failure : 0);
}

static void the_highest_version_must_not_be_refused(void)
{
    struct pair pair;
    struct outcome client, server;
    recording_pair(&pair, &TLS13);
    pair_allow_both_versions(&pair);
    recording_pair_open(&pair);
    policy.refused_for = pair.client;
    policy.refused = SSL_SECOP_VERSION;
    policy.refused_nid = TLS1_3_VERSION;
    pair_try_handshake(&pair, &client, &server);
    CHECK_EQ(client.error, SSL_ERROR_SSL);
    CHECK(!hello.seen);
    pair_free(&pair);
}

static void a_lower_version_that_is_refused_is_not_spoken(void)
{
    for (int end = 0; end < 2; end++) {
        struct pair pair;
        struct outcome client, server;
        recording_pair(&pair, &TLS13);
        pair_allow_both_versions(&pair);
        CHECK(SSL_CTX_set_max_proto_version(end ? pair.client_ctx : pair.server_ctx,
                                            TLS1_2_VERSION));
        recording_pair_open(&pair);
        policy.refused_for = end ? pair.server : pair.client;
        policy.refused = SSL_SECOP_VERSION;
        policy.refused_nid = TLS1_2_VERSION;
        pair_try_handshake(&pair, &client, &server);
        CHECK_EQ(server.error, SSL_ERROR_SSL);
        CHECK_EQ(client.error, SSL_ERROR_SSL);
        pair_free(&pair);
    }
}

static void what_is_refused_singly_is_left_out(const struct protocol *protocol)
{
    bool tls12 = protocol->version == TLS1_2_VERSION;
    static const struct {
        bool server;
        int op, tls12_number, tls13_number;
    } singly[] = {
        { false, SSL_SECOP_CIPHER_SUPPORTED, 0xc02c, 0x1302 },
        { true, SSL_SECOP_CIPHER_SHARED, 0xc02c, 0x1302 },
        { false, SSL_SECOP_CURVE_SUPPORTED, 0x001d, 0x001d },
        { true, SSL_SECOP_CURVE_SHARED, 0x001d, 0x0000 },
        { true, SSL_SECOP_CURVE_CHECK, 0x0000, 0x001d },
    };
    for (size_t i = 0; i < sizeof singly / sizeof *singly; i++) {
        int number = tls12 ? singly[i].tls12_number : singly[i].tls13_number;
        struct pair pair;
        if (number == 0)
            continue;
        recording_pair(&pair, protocol);
        recording_pair_open(&pair);
        policy.refused_for = singly[i].server ? pair.server : pair.client;
        policy.refused = singly[i].op;
        policy.refused_other = number;
        pair_handshake(&pair);
        CHECK(SSL_get_negotiated_group(pair.client) != nid_of_group(number));
        CHECK(SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(pair.client)) != number);
        pair_free(&pair);
    }
}

static void a_callback_can_take_tickets_away(void)
{
    for (int end = 0; end < 2; end++) {
        struct pair pair;
        recording_pair(&pair, &TLS12);
        recording_pair_open(&pair);
        policy.refused_for = end ? pair.server : pair.client;
        policy.refused = SSL_SECOP_TICKET;
        pair_handshake(&pair);
        CHECK_EQ(hello.ticket, end == 1);
        CHECK(!SSL_SESSION_has_ticket(SSL_get_session(pair.client)));
        pair_free(&pair);
    }
}

static void without_a_permitted_signature_a_client_sends_no_certificate_and_a_server_fails(
    const struct protocol *protocol)
{
    struct outcome client, server;
    refuse(protocol, false, SSL_SECOP_SIGALG_SHARED, -1, -1, &client, &server);
    CHECK_EQ(client.ret, 1);
    CHECK_EQ(server.ret, 1);
    check_refused(protocol, true, SSL_SECOP_SIGALG_SHARED, SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS,
                  SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE);
}

/* A callback that decides instead need not follow the level. */
static void a_callback_stands_in_for_the_level(const struct protocol *protocol)
{
    struct pair pair;
    recording_pair(&pair, protocol);
    recording_pair_open(&pair);
    SSL_set_security_level(pair.client, 5);
    SSL_set_security_level(pair.server, 5);
    CHECK(SSL_get_verify_mode(pair.client) != 0);
    SSL_set_verify(pair.client, SSL_VERIFY_NONE, NULL);
    SSL_set_verify(pair.server, SSL_VERIFY_NONE, NULL);
    pair_handshake(&pair);
    CHECK(OFFERS_GROUP(0x001d));
    pair_free(&pair);
}

static int depth;

/* Whatever the callback does with the connection that asks. */
static int meddle(const SSL *asking_ssl, const SSL_CTX *ctx, int op, int bits, int nid, void *other,
                  void *ex)
{
    SSL *ssl = (SSL *)asking_ssl;
    (void)ctx;
    (void)op;
    (void)bits;
    (void)nid;
    (void)other;
    (void)ex;
    if (ssl == NULL || depth > 0)
        return 1;
    depth++;
    STACK_OF(SSL_CIPHER) *ciphers = SSL_get1_supported_ciphers(ssl);
    CHECK(sk_SSL_CIPHER_num(ciphers) > 0);
    sk_SSL_CIPHER_free(ciphers);
    SSL_get_shared_group(ssl, -1);
    SSL_get_shared_sigalgs(ssl, 0, NULL, NULL, NULL, NULL, NULL);
    SSL_set_options(ssl, SSL_OP_NO_RENEGOTIATION);
    CHECK_EQ(SSL_set_num_tickets(ssl, 1), 1);
    SSL_set_security_level(ssl, 1);
    SSL_set0_security_ex_data(ssl, NULL);
    SSL_get_version(ssl);
    SSL_get_session(ssl);
    depth--;
    return 1;
}

static void a_callback_may_call_the_library(const struct protocol *protocol)
{
    struct pair pair;
    recording_pair(&pair, protocol);
    pair_open(&pair);
    SSL_set_security_callback(pair.client, meddle);
    SSL_set_security_callback(pair.server, meddle);
    pair_handshake(&pair);
    send_text(pair.client, pair.server, "hello");
    pair_free(&pair);
}

static void unsetting_a_callback_gives_the_level_back(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    int (*standard)(const SSL *, const SSL_CTX *, int, int, int, void *, void *);
    standard = SSL_CTX_get_security_callback(ctx);
    CHECK(standard != NULL);
    SSL_CTX_set_security_callback(ctx, ask);
    CHECK(SSL_CTX_get_security_callback(ctx) == ask);
    SSL_CTX_set_security_callback(ctx, standard);
    CHECK(SSL_CTX_get_security_callback(ctx) == standard);
    /* It is asked as any other. */
    static const struct {
        int level, op, bits, nid, answer;
    } answers[] = {
        { 0, SSL_SECOP_VERSION, 0, SSL3_VERSION, 1 },
        { 2, SSL_SECOP_VERSION, 0, SSL3_VERSION, 0 },
        { 2, SSL_SECOP_VERSION, 0, TLS1_VERSION, 1 },
        { 3, SSL_SECOP_VERSION, 0, TLS1_VERSION, 0 },
        { 3, SSL_SECOP_VERSION, 0, TLS1_1_VERSION, 1 },
        { 4, SSL_SECOP_VERSION, 0, TLS1_1_VERSION, 0 },
        { 5, SSL_SECOP_VERSION, 0, TLS1_2_VERSION, 1 },
        { 1, SSL_SECOP_COMPRESSION, 0, 0, 1 },
        { 2, SSL_SECOP_COMPRESSION, 0, 0, 0 },
        { 2, SSL_SECOP_TICKET, 0, 0, 1 },
        { 3, SSL_SECOP_TICKET, 0, 0, 0 },
        { 0, SSL_SECOP_TMP_DH, 79, 0, 0 },
        { 0, SSL_SECOP_TMP_DH, 80, 0, 1 },
        { 3, SSL_SECOP_EE_KEY, 127, 0, 0 },
        { 3, SSL_SECOP_EE_KEY, 128, 0, 1 },
        { 4, SSL_SECOP_CURVE_CHECK, 128, 0, 0 },
        { 7, SSL_SECOP_SIGALG_CHECK, 255, 0, 0 },
        { -3, SSL_SECOP_SIGALG_CHECK, 0, 0, 1 },
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        SSL_CTX_set_security_level(ctx, answers[i].level);
        SSL *ssl = SSL_new(ctx);
        CHECK_EQ(standard(ssl, NULL, answers[i].op, answers[i].bits, answers[i].nid, NULL, NULL),
                 answers[i].answer);
        SSL_free(ssl);
    }
    SSL_CTX_free(ctx);
}

TEST_MAIN(TEST_EACH(a_callback_is_asked_about_everything),
          TEST_EACH(what_a_client_refuses_altogether_ends_its_handshake),
          TEST_EACH(what_a_server_refuses_altogether_ends_its_handshake),
          TEST(the_highest_version_must_not_be_refused),
          TEST(a_lower_version_that_is_refused_is_not_spoken),
          TEST_EACH(what_is_refused_singly_is_left_out),
          TEST(a_callback_can_take_tickets_away),
          TEST_EACH(without_a_permitted_signature_a_client_sends_no_certificate_and_a_server_fails),
          TEST_EACH(a_callback_stands_in_for_the_level),
          TEST_EACH(a_callback_may_call_the_library),
          TEST(unsetting_a_callback_gives_the_level_back))
