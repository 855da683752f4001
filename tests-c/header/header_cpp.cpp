/*
 * The header stands alone in C++: nothing of <openssl/ssl.h> is seen here, and a C++
 * program needs no more than it to make, keep and resume sessions.
 */
#include <reprise/ssl.h>

#include <memory>

#include <openssl/bio.h>
#include <openssl/x509_vfy.h>

#include "check.h"
#include "header_units.h"
#include "pki.h"

namespace
{

template <auto Free>
struct Deleter {
    template <typename T>
    void operator()(T *object) const { Free(object); }
};

using Context = std::unique_ptr<ssl_ctx_st, Deleter<SSL_CTX_free>>;
using Connection = std::unique_ptr<ssl_st, Deleter<SSL_free>>;
using Session = std::unique_ptr<ssl_session_st, Deleter<SSL_SESSION_free>>;

Context client_context()
{
    constexpr int verify_peer = 1;
    Context context{ SSL_CTX_new(TLS_client_method()) };

    SSL_CTX_set_verify(context.get(), verify_peer, nullptr);
    CHECK(X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()),
                              pki_ca()->certificate));
    return context;
}

Context server_context()
{
    Context context{ SSL_CTX_new(TLS_server_method()) };

    CHECK_EQ(SSL_CTX_use_certificate(context.get(), pki_server()->certificate), 1);
    CHECK_EQ(SSL_CTX_use_PrivateKey(context.get(), pki_server()->key), 1);
    return context;
}

/* A client and a server with a finished handshake, and a byte from the server. */
struct Joined {
    Connection client, server;

    Joined(const Context &client_ctx, const Context &server_ctx, const Session &offer)
        : client{ SSL_new(client_ctx.get()) }, server{ SSL_new(server_ctx.get()) }
    {
        BIO *to_server = BIO_new(BIO_s_mem());
        BIO *to_client = BIO_new(BIO_s_mem());
        int client_done = 0;
        int server_done = 0;
        char byte = 'b';

        BIO_up_ref(to_server);
        BIO_up_ref(to_client);
        SSL_set_bio(client.get(), to_client, to_server);
        SSL_set_bio(server.get(), to_server, to_client);
        SSL_set_connect_state(client.get());
        SSL_set_accept_state(server.get());
        if (offer)
            CHECK_EQ(SSL_set_session(client.get(), offer.get()), 1);
        for (int i = 0; i < 10 && (client_done != 1 || server_done != 1); i++) {
            client_done = SSL_do_handshake(client.get());
            server_done = SSL_do_handshake(server.get());
        }
        CHECK_EQ(client_done, 1);
        CHECK_EQ(server_done, 1);
        CHECK_EQ(SSL_write(server.get(), &byte, 1), 1);
        CHECK_EQ(SSL_read(client.get(), &byte, 1), 1);
    }

    ~Joined()
    {
        SSL_shutdown(client.get());
        SSL_shutdown(server.get());
    }
};

void a_program_that_sees_only_the_header_resumes_a_session()
{
    Context client_ctx = client_context();
    Context server_ctx = server_context();
    Session session;

    {
        Joined first{ client_ctx, server_ctx, nullptr };

        session.reset(SSL_get1_session(first.client.get()));
        CHECK(session != nullptr);
        CHECK(session.get() == SSL_get0_session(first.client.get()));
        CHECK_EQ(SSL_SESSION_is_resumable(session.get()), 1);
    }
    Joined second{ client_ctx, server_ctx, session };
    ssl_st *client = second.client.get();

    CHECK_EQ(SSL_session_reused(client), 1);
    CHECK_EQ(SSL_session_reused(second.server.get()), 1);
    /* The units that see both headers mean the same functions. */
    CHECK(session_by_header_before(client) == SSL_get0_session(client));
    CHECK(session_by_header_after(client) == SSL_get0_session(client));
}

} // namespace

TEST_MAIN(TEST(a_program_that_sees_only_the_header_resumes_a_session))
