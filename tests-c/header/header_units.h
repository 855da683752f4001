/* What the translation units that see both headers offer to the header's programs. */
#ifndef HEADER_UNITS_H
#define HEADER_UNITS_H

struct ssl_st;
struct ssl_session_st;

/* The connection's session, lent. */
struct ssl_session_st *session_by_header_before(struct ssl_st *ssl);
struct ssl_session_st *session_by_header_after(struct ssl_st *ssl);

#endif
