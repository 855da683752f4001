#include "numbered.h"

#include <stdint.h>

#include "call_report.h"

static int ex_data_index;
static intptr_t last_number;
static long freed[300];
static size_t freed_count;

static void on_free(void *parent, void *number, CRYPTO_EX_DATA *data, int index, long argument, void *more)
{
    (void)parent, (void)data, (void)index, (void)argument, (void)more;
    if (number == NULL)
        return;
    CHECK(freed_count < sizeof(freed) / sizeof(freed[0]));
    freed[freed_count++] = (long)(intptr_t)number;
}

static int on_copy(CRYPTO_EX_DATA *to, const CRYPTO_EX_DATA *from, void **number, int index, long argument,
                   void *more)
{
    (void)to, (void)from, (void)index, (void)argument, (void)more;
    *number = NULL;
    return 1;
}

void numbered_init(void)
{
    ex_data_index = SSL_SESSION_get_ex_new_index(0, NULL, NULL, on_copy, on_free);
    CHECK(ex_data_index > 0);
}

void numbered_begin(void)
{
    last_number = 0;
    freed_count = 0;
}

bool is_numbered(const SSL_SESSION *session)
{
    return SSL_SESSION_get_ex_data(session, ex_data_index) != NULL;
}

long number_of(const SSL_SESSION *session)
{
    if (session == NULL)
        return 0;
    if (!is_numbered(session))
        CHECK_EQ(SSL_SESSION_set_ex_data((SSL_SESSION *)session, ex_data_index, (void *)++last_number), 1);
    return (long)(intptr_t)SSL_SESSION_get_ex_data(session, ex_data_index);
}

void show_session(const char *what, SSL_SESSION *session)
{
    unsigned length = 0;

    if (session == NULL) {
        fprintf(report, "  %s: none\n", what);
        return;
    }
    SSL_SESSION_get_id(session, &length);
    fprintf(report, "  %s: %ld, %s, id of %u, timeout %ld, hint %lu, %s, early data %u, version %x\n", what,
            number_of(session), SSL_SESSION_is_resumable(session) ? "resumable" : "not resumable", length,
            SSL_SESSION_get_timeout(session), SSL_SESSION_get_ticket_lifetime_hint(session),
            SSL_SESSION_has_ticket(session) ? "ticket" : "no ticket", SSL_SESSION_get_max_early_data(session),
            SSL_SESSION_get_protocol_version(session));
}

void show_freed(void)
{
    for (size_t i = 0; i < freed_count; i++)
        fprintf(report, "  freed %ld\n", freed[i]);
    freed_count = 0;
}
