/*
 * reprise/ssl.h: the functions of libreprise, a libssl whose speciality is TLS sessions.
 *
 * Made by build.rs from the source: do not edit. The text above the prototypes is
 * include/reprise/preamble.h.in; each comment below is the documentation of the function itself. A
 * comment that ends with "Done in part" or "Not supported" says what the function lacks.
 *
 * The functions are those of OpenSSL 3.0, by name, prototype and symbol version. For sessions and
 * connections a program needs no header of OpenSSL; it may include <openssl/ssl.h> before or after
 * this one. For certificates, keys and BIOs, which are objects of libcrypto, it includes OpenSSL's
 * headers. SSL_get_state needs <openssl/ssl.h> first, because C does not allow the enum that it
 * returns to be declared twice.
 *
 *
 * Arguments
 * =========
 *
 * These rules hold for every function. If a function requires more, its comment says so
 * ("Requires").
 *
 *   An object (SSL, SSL_CTX, SSL_SESSION, X509, ...) is NULL or alive during the call. Where the
 *   function needs one and gets NULL, it fails; it does not crash.
 *   No other thread uses the same SSL during the call; nor the same list, if the call changes it.
 *   A text is NULL or ends with a NUL byte. A place for a result is NULL or can be written.
 *
 *   "Lifetime" says how long a pointer is valid that a function returns or stores. A pointer that
 *   is not the caller's belongs to the library or to the object that is named: do not free it. At
 *   a function that sets a callback, it is about the arguments of the callback.
 *
 *
 * Sessions
 * ========
 *
 * A session, SSL_SESSION, holds what a handshake agreed on and what resumes it: protocol, cipher
 * suite, master key, the peer's certificate, and an id or a ticket. Its references are counted.
 * Connections, caches and the program each hold references; when the last one is given back, the
 * session is freed and its secrets are overwritten.
 *
 * Ownership shows in a function's name:
 *
 *   get0, and SSL_get_session   lends. The caller owns nothing. The pointer is valid while something
 *                               else holds the session: with SSL_get0_session, until the
 *                               connection takes its next session or is freed.
 *   get1, new, dup, d2i, up_ref gives a reference. The caller frees it with SSL_SESSION_free.
 *   set, add                    takes another reference. The caller keeps the one it has.
 *   set0                        takes over the caller's reference, if the call succeeds.
 *   set1                        copies, or takes another reference.
 *
 * With TLS 1.3 a session arrives after the handshake, in a ticket, while the client reads. Each
 * ticket makes a new object; earlier ones do not change. So a client takes the session just
 * before it closes the connection, or sets SSL_CTX_sess_set_new_cb, which is called for each one.
 * A TLS 1.3 session should be used once (RFC 8446, appendix C.4). SSL_SESSION_is_resumable says
 * whether a session can be offered.
 *
 * Typical use by a client:
 *
 *   SSL_SESSION *session = SSL_get1_session(ssl);    a reference of our own
 *   SSL_shutdown(ssl);                               without it the session is not resumable
 *   SSL_free(ssl);                                   the session lives on
 *   ...
 *   SSL_set_session(next, session);                  before SSL_connect(next)
 *   SSL_SESSION_free(session);                       the connection has its own reference
 *   ...
 *   if (SSL_session_reused(next)) ...                after the handshake
 *
 * A session belongs to one security domain. Its session id context
 * (SSL_CTX_set_session_id_context), its server name and the verification that the server demands
 * are bound into caches and tickets. Where they do not match there is a full handshake; a few
 * cases, which the manual pages name, are errors.
 *
 * Threads
 * -------
 *
 * Any number of threads may hold, read and offer one SSL_SESSION at the same time, and set its
 * fields. Threads may share an SSL_CTX for making connections and for its cache. An SSL belongs to
 * one thread at a time. Callbacks run on the thread that made the call, with no lock held: they may
 * call any function, with the same objects.
 */

#ifndef REPRISE_SSL_H
#define REPRISE_SSL_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "constants.h"
#include "controls.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What this library makes and frees. All of it is opaque. */
typedef struct ssl_st SSL;
typedef struct ssl_ctx_st SSL_CTX;
typedef struct ssl_session_st SSL_SESSION;
typedef struct ssl_cipher_st SSL_CIPHER;
typedef struct ssl_method_st SSL_METHOD;
typedef struct ssl_conf_ctx_st SSL_CONF_CTX;
typedef struct ssl_comp_st SSL_COMP;
typedef struct ssl_dane_st SSL_DANE;
typedef struct srtp_protection_profile_st SRTP_PROTECTION_PROFILE;
struct lhash_st_SSL_SESSION;
struct openssl_ssl_test_functions;

/* What libcrypto makes and frees. */
typedef struct bignum_st BIGNUM;
typedef struct bio_method_st BIO_METHOD;
typedef struct bio_st BIO;
typedef struct comp_method_st COMP_METHOD;
typedef struct ct_policy_eval_ctx_st CT_POLICY_EVAL_CTX;
typedef struct ctlog_store_st CTLOG_STORE;
typedef struct dh_st DH;
typedef struct engine_st ENGINE;
typedef struct evp_cipher_ctx_st EVP_CIPHER_CTX;
typedef struct evp_mac_ctx_st EVP_MAC_CTX;
typedef struct evp_md_st EVP_MD;
typedef struct evp_pkey_st EVP_PKEY;
typedef struct ossl_init_settings_st OPENSSL_INIT_SETTINGS;
typedef struct ossl_lib_ctx_st OSSL_LIB_CTX;
typedef struct rsa_st RSA;
typedef struct x509_st X509;
typedef struct x509_store_ctx_st X509_STORE_CTX;
typedef struct x509_store_st X509_STORE;
typedef struct X509_VERIFY_PARAM_st X509_VERIFY_PARAM;
typedef union bio_addr_st BIO_ADDR;

/* STACK_OF(X509) and the like. */
struct stack_st_SCT;
struct stack_st_SRTP_PROTECTION_PROFILE;
struct stack_st_SSL_CIPHER;
struct stack_st_SSL_COMP;
struct stack_st_X509;
struct stack_st_X509_NAME;

/* Gives the password of a PEM file (pem_password_cb(3)). */
typedef int pem_password_cb(char *buf, int size, int rwflag, void *userdata);

/*
 * Callbacks of the program
 * ========================
 *
 * Types of the functions that a program sets. Each runs on the thread that made the call, with no
 * lock held, and may call any function with the same objects. Its arguments are lent until it
 * returns. NULL unsets a callback.
 */

/**
 * A server's veto on early data (SSL_CTX_set_allow_early_data_cb(3)).
 */
typedef int (*SSL_allow_early_data_cb_fn)(SSL *ssl, void *arg);

/**
 * Chooses a protocol on a server (SSL_CTX_set_alpn_select_cb(3)).
 */
typedef int (*SSL_CTX_alpn_select_cb_func)(SSL *ssl,
                                           const unsigned char **out,
                                           unsigned char *outlen,
                                           const unsigned char *input,
                                           unsigned int inlen,
                                           void *arg);

/**
 * Called when an asynchronous job ends (SSL_CTX_set_async_callback(3)).
 */
typedef int (*SSL_async_callback_fn)(SSL *ssl, void *arg);

/**
 * Sees a ClientHello before it is processed (SSL_CTX_set_client_hello_cb(3)).
 */
typedef int (*SSL_client_hello_cb_fn)(SSL *ssl, int *al, void *arg);

/**
 * A policy of certificate transparency (SSL_CTX_set_ct_validation_callback(3)).
 */
typedef int (*ssl_ct_validation_cb)(const CT_POLICY_EVAL_CTX *ctx,
                                    const struct stack_st_SCT *scts,
                                    void *arg);

/**
 * Decides about a decrypted ticket (SSL_CTX_set_session_ticket_cb(3)).
 */
typedef int (*SSL_CTX_decrypt_session_ticket_fn)(SSL *ssl,
                                                 SSL_SESSION *session,
                                                 const unsigned char *keyname,
                                                 size_t keyname_length,
                                                 int status,
                                                 void *arg);

/**
 * Gives the next timeout of DTLS in microseconds (DTLS_set_timer_cb(3)).
 */
typedef unsigned int (*DTLS_timer_cb)(SSL *ssl, unsigned int timer_us);

/**
 * Makes the body of a custom extension (SSL_CTX_add_custom_ext(3)).
 */
typedef int (*SSL_custom_ext_add_cb_ex)(SSL *ssl,
                                        unsigned int ext_type,
                                        unsigned int context,
                                        const unsigned char **out,
                                        size_t *outlen,
                                        X509 *x,
                                        size_t chainidx,
                                        int *al,
                                        void *add_arg);

/**
 * Frees the body of a custom extension (SSL_CTX_add_custom_ext(3)).
 */
typedef void (*SSL_custom_ext_free_cb_ex)(SSL *ssl,
                                          unsigned int ext_type,
                                          unsigned int context,
                                          const unsigned char *out,
                                          void *add_arg);

/**
 * Reads the body of a custom extension (SSL_CTX_add_custom_ext(3)).
 */
typedef int (*SSL_custom_ext_parse_cb_ex)(SSL *ssl,
                                          unsigned int ext_type,
                                          unsigned int context,
                                          const unsigned char *input,
                                          size_t inlen,
                                          X509 *x,
                                          size_t chainidx,
                                          int *al,
                                          void *parse_arg);

/**
 * Makes a session id of at most `*id_len` bytes (SSL_CTX_set_generate_session_id(3)).
 */
typedef int (*GEN_SESSION_CB)(SSL *ssl, unsigned char *id, unsigned int *id_len);

/**
 * Called before a ticket is made (SSL_CTX_set_session_ticket_cb(3)).
 */
typedef int (*SSL_CTX_generate_session_ticket_fn)(SSL *ssl, void *arg);

/**
 * Receives one line of the key log (SSL_CTX_set_keylog_callback(3)).
 */
typedef void (*SSL_CTX_keylog_cb_func)(const SSL *ssl, const char *line);

/**
 * Makes the body of a custom extension of TLS 1.2 (SSL_CTX_add_client_custom_ext(3)).
 */
typedef int (*custom_ext_add_cb)(SSL *ssl,
                                 unsigned int ext_type,
                                 const unsigned char **out,
                                 size_t *outlen,
                                 int *al,
                                 void *add_arg);

/**
 * Frees the body of a custom extension of TLS 1.2.
 */
typedef void (*custom_ext_free_cb)(SSL *ssl,
                                   unsigned int ext_type,
                                   const unsigned char *out,
                                   void *add_arg);

/**
 * Reads the body of a custom extension of TLS 1.2.
 */
typedef int (*custom_ext_parse_cb)(SSL *ssl,
                                   unsigned int ext_type,
                                   const unsigned char *input,
                                   size_t inlen,
                                   int *al,
                                   void *parse_arg);

/**
 * Gives the protocols a server advertises by NPN.
 */
typedef int (*SSL_CTX_npn_advertised_cb_func)(SSL *ssl,
                                              const unsigned char **out,
                                              unsigned int *outlen,
                                              void *arg);

/**
 * Chooses a protocol on an NPN client.
 */
typedef int (*SSL_CTX_npn_select_cb_func)(SSL *ssl,
                                          unsigned char **out,
                                          unsigned char *outlen,
                                          const unsigned char *input,
                                          unsigned int inlen,
                                          void *arg);

/**
 * Gives a client its pre-shared key (SSL_CTX_set_psk_client_callback(3)).
 */
typedef unsigned int (*SSL_psk_client_cb_func)(SSL *ssl,
                                               const char *hint,
                                               char *identity,
                                               unsigned int max_identity_len,
                                               unsigned char *psk,
                                               unsigned int max_psk_len);

/**
 * Finds the session of a TLS 1.3 PSK identity (SSL_CTX_set_psk_find_session_callback(3)).
 */
typedef int (*SSL_psk_find_session_cb_func)(SSL *ssl,
                                            const unsigned char *identity,
                                            size_t identity_len,
                                            SSL_SESSION **sess);

/**
 * Gives a server the pre-shared key of an identity (SSL_CTX_set_psk_server_callback(3)).
 */
typedef unsigned int (*SSL_psk_server_cb_func)(SSL *ssl,
                                               const char *identity,
                                               unsigned char *psk,
                                               unsigned int max_psk_len);

/**
 * Gives a TLS 1.3 client the session of a PSK (SSL_CTX_set_psk_use_session_callback(3)).
 */
typedef int (*SSL_psk_use_session_cb_func)(SSL *ssl,
                                           const EVP_MD *md,
                                           const unsigned char **id,
                                           size_t *idlen,
                                           SSL_SESSION **sess);

/**
 * Provides the master secret of an EAP-FAST session.
 */
typedef int (*tls_session_secret_cb_fn)(SSL *ssl,
                                        void *secret,
                                        int *secret_len,
                                        struct stack_st_SSL_CIPHER *peer_ciphers,
                                        const SSL_CIPHER **cipher,
                                        void *arg);

/**
 * Sees the ticket extension of an EAP-FAST peer.
 */
typedef int (*tls_session_ticket_ext_cb_fn)(SSL *ssl, const unsigned char *data, int len, void *arg);

/**
 * Decides about each certificate of a chain (SSL_CTX_set_verify(3)).
 */
typedef int (*SSL_verify_cb)(int preverify_ok, X509_STORE_CTX *x509_ctx);

/*
 * The session of a connection
 * ===========================
 *
 * How a session leaves one connection and enters the next. SSL_get_session lends, SSL_get1_session
 * gives a reference, SSL_set_session takes its own. A client sets a session before its
 * handshake; the server decides whether to resume it, and SSL_session_reused tells. A fatal alert,
 * or SSL_free of an open connection without SSL_shutdown, makes its session not resumable.
 *
 * Mind the session id context: a server that verifies clients must set one, or a session made for
 * one purpose (and its client certificate) resumes for another.
 */

/**
 * Returns the session of `ssl` with a reference that the caller drops with `SSL_SESSION_free`;
 * NULL before a handshake. Taking the reference is one atomic addition.
 *
 * Lifetime: the caller's, freed by `SSL_SESSION_free`.
 */
SSL_SESSION *SSL_get1_session(SSL *ssl);

/**
 * Sets the session that a client offers in its next handshake; NULL for none. The connection takes
 * another reference. A session that is not resumable is accepted, and a full handshake follows.
 *
 * Returns 1, or 0 with an error on the queue.
 */
int SSL_set_session(SSL *to, SSL_SESSION *session);

/**
 * Returns 1 if the handshake resumed a session, else 0.
 */
int SSL_session_reused(const SSL *ssl);

/**
 * Returns the session of `ssl`, lent; NULL before a handshake. `SSL_get1_session` gives a
 * reference.
 *
 * In TLS 1.3 a client's session can be resumed only after a ticket, which arrives after the
 * handshake: `SSL_SESSION_is_resumable` says whether it can. Each ticket makes a new session.
 *
 * Lifetime: until the connection has another session, or ends.
 */
SSL_SESSION *SSL_get_session(const SSL *ssl);

/**
 * The same as `SSL_get_session`. In OpenSSL this name is a macro.
 *
 * Lifetime: until the connection has another session, or ends.
 */
SSL_SESSION *SSL_get0_session(const SSL *ssl);

/**
 * Sets the context within which sessions of `ssl` may be resumed: at most 32 bytes, copied.
 * Servers that ask for client certificates must set one.
 *
 * Returns 1, or 0 with `SSL_R_SSL_SESSION_ID_CONTEXT_TOO_LONG` on the queue.
 *
 * Requires: `sid_ctx` is readable for `sid_ctx_len` bytes.
 */
int SSL_set_session_id_context(SSL *ssl, const uint8_t *sid_ctx, unsigned int sid_ctx_len);

/**
 * As `SSL_set_session_id_context`, for connections that are made from `ctx` later.
 *
 * Requires: `sid_ctx` is readable for `sid_ctx_len` bytes.
 */
int SSL_CTX_set_session_id_context(SSL_CTX *ctx, const uint8_t *sid_ctx, unsigned int sid_ctx_len);

/**
 * Copies the session, the certificates and the session id context of `from` to `to`. Returns 1, or
 * 0 with an error on the queue.
 */
int SSL_copy_session_id(SSL *to, const SSL *from);

/**
 * Returns 1 if the internal cache holds a session of this connection's version with this id, else
 * 0.
 *
 * Requires: `id` is readable for `id_len` bytes.
 */
int SSL_has_matching_session_id(const SSL *ssl, const uint8_t *id, unsigned int id_len);

/**
 * Returns the default timeout of sessions, in seconds: 7200.
 */
long SSL_get_default_timeout(const SSL *ssl);

/*
 * Session objects
 * ===============
 *
 * Life and fields of an SSL_SESSION. Any thread may call these on a session that others hold, too.
 * What a function hands out with "get0" in its name, or as const, stays valid until the session
 * is freed, even if the field is set again. Setters store what they get: they check lengths and
 * nothing else. The master key is the secret of the session: with it, a third party can resume the
 * session, and read connections of TLS 1.2 that have used it.
 */

/**
 * Drops one reference to a session; NULL is ignored. After the last reference the free callbacks
 * of the application data are called, the keys are wiped, and the session is freed. While an
 * `SSL`, a cache or another holder has a reference, the session remains.
 *
 * Any thread may call it, even while other threads use the session by their own references.
 *
 * Requires: `session` is NULL or a live session. The caller owns a reference to it, and does not
 * use that reference again.
 */
void SSL_SESSION_free(SSL_SESSION *session);

/**
 * Adds a reference to a session. The caller owns it and drops it with `SSL_SESSION_free()`.
 *
 * Returns 1, or 0 with an error on the queue for NULL. References are counted atomically: any
 * thread that has a reference, or was lent the session, may add more.
 */
int SSL_SESSION_up_ref(SSL_SESSION *session);

/**
 * Says whether a session can be resumed: it has an id or a ticket, and has not become not
 * resumable. It becomes not resumable, for ever, when a connection that used it failed or was not
 * shut down, when it was removed from a cache, and when it could be used once and was used. Expiry
 * does not matter here.
 *
 * Returns 1 or 0; 0 for NULL. No errors.
 */
int SSL_SESSION_is_resumable(const SSL_SESSION *session);

/**
 * Makes an empty session: no id, no cipher, protocol version 0, the time now, timeout 304 seconds,
 * verification result 1, not resumable. The caller owns its one reference and drops it with
 * `SSL_SESSION_free()`.
 *
 * Returns the session, or NULL with an error on the queue when memory is short.
 *
 * Lifetime: the caller's, freed by `SSL_SESSION_free`.
 */
SSL_SESSION *SSL_SESSION_new(void);

/**
 * Makes a copy of a session with all its fields, including the ticket and whether it is not
 * resumable. The copy is in no cache and has one reference, which the caller owns. The peer's
 * certificates are shared with `src`; application data is copied through the callbacks of its
 * indices.
 *
 * Returns the copy, or NULL with an error on the queue when memory is short or a callback fails.
 * Other threads may use `src` at the same time.
 *
 * Lifetime: the caller's, freed by `SSL_SESSION_free`.
 */
SSL_SESSION *SSL_SESSION_dup(const SSL_SESSION *src);

/**
 * Reads when the session was made, in seconds since the epoch.
 *
 * Returns the time; 0 for NULL. No errors.
 */
long SSL_SESSION_get_time(const SSL_SESSION *session);

/**
 * Sets when the session was made, in seconds since the epoch. A session in a cache takes its new
 * place in the order of expiry.
 *
 * Returns `t` itself (so 0 for a `t` of 0, which is no failure); 0 for NULL. No errors. Threads
 * may set and get on a shared session.
 */
long SSL_SESSION_set_time(SSL_SESSION *session, long t);

/**
 * Reads how long the session lasts from the time it was made, in seconds.
 *
 * Returns the timeout; 0 for NULL. No errors.
 */
long SSL_SESSION_get_timeout(const SSL_SESSION *session);

/**
 * Sets how long the session lasts from the time it was made, in seconds. A session in a cache
 * takes its new place in the order of expiry. A session whose sum of time and timeout is out of
 * range never expires.
 *
 * Returns 1; 0 for NULL and for a negative timeout, which changes nothing. No errors. Threads may
 * set and get on a shared session.
 */
long SSL_SESSION_set_timeout(SSL_SESSION *session, long t);

/**
 * Reads the protocol version of the session, such as `TLS1_3_VERSION` (0x0304); 0 for a session
 * that has none yet.
 *
 * Returns the version. Queues an error for NULL only.
 */
int SSL_SESSION_get_protocol_version(const SSL_SESSION *session);

/**
 * Sets the protocol version of a session that the program builds, for instance for a PSK. Any
 * number is accepted.
 *
 * Returns 1; 0 with an error on the queue for NULL.
 */
int SSL_SESSION_set_protocol_version(SSL_SESSION *session, int version);

/**
 * Reads the cipher suite of the session.
 *
 * Returns the cipher, or NULL when none was set. Queues an error for NULL only.
 *
 * Lifetime: static.
 */
const SSL_CIPHER *SSL_SESSION_get0_cipher(const SSL_SESSION *session);

/**
 * Sets the cipher suite of a session that the program builds, for instance for a PSK; NULL
 * unsets it. Whether it suits the protocol version is not checked.
 *
 * Returns 1; 0 with an error on the queue when `session` is NULL.
 */
int SSL_SESSION_set_cipher(SSL_SESSION *session, const SSL_CIPHER *cipher);

/**
 * Says whether a client's session has a ticket.
 *
 * Returns 1 or 0. Queues an error for NULL only.
 */
int SSL_SESSION_has_ticket(const SSL_SESSION *session);

/**
 * Reads how long the server accepts the ticket, in seconds; 0 when the server did not say.
 *
 * Returns the hint. Queues an error for NULL only.
 */
unsigned long SSL_SESSION_get_ticket_lifetime_hint(const SSL_SESSION *session);

/**
 * Reads how much early data may be sent when the session is resumed, in bytes; 0 for none.
 *
 * Returns the limit. Queues an error for NULL only.
 */
uint32_t SSL_SESSION_get_max_early_data(const SSL_SESSION *session);

/**
 * Sets how much early data may be sent when a session that the program builds, for instance for
 * a PSK, is resumed.
 *
 * Returns 1; 0 with an error on the queue for NULL.
 */
int SSL_SESSION_set_max_early_data(SSL_SESSION *session, uint32_t max_early_data);

/**
 * Reads the negotiated mode of the max_fragment_length extension (`TLSEXT_max_fragment_length_…`,
 * 1 to 4); 0 for none.
 *
 * Returns the mode. Queues an error for NULL only.
 */
uint8_t SSL_SESSION_get_max_fragment_length(const SSL_SESSION *session);

/**
 * Reads the compression method of the session: 0, except in sessions that old programs saved. TLS
 * compression is not supported.
 *
 * Returns the method. Queues an error for NULL only.
 */
unsigned int SSL_SESSION_get_compress_id(const SSL_SESSION *session);

/**
 * Lends the session id, and stores its length, 0 to 32, in `*len` unless `len` is NULL.
 *
 * Returns the id; the pointer is not NULL, even when the length is 0. An id that is set later does
 * not change the bytes that a thread was lent. Queues an error for a NULL session only.
 *
 * Lifetime: that of the session, whose present value it shows.
 */
const unsigned char *SSL_SESSION_get_id(const SSL_SESSION *session, unsigned int *len);

/**
 * Sets the session id to a copy of the `sid_len` bytes at `sid`. A session that is in a cache
 * stays there under the id that it was added with.
 *
 * Returns 1; 0 with `SSL_R_SSL_SESSION_ID_TOO_LONG` on the queue for more than 32 bytes. Threads
 * may set and get on a shared session.
 *
 * Requires: `sid` is NULL or has `sid_len` readable bytes.
 */
int SSL_SESSION_set1_id(SSL_SESSION *session, const unsigned char *sid, unsigned int sid_len);

/**
 * Lends the session id context, and stores its length, 0 to 32, in `*len` unless `len` is NULL.
 *
 * Returns the context; the pointer is not NULL, even when the length is 0. A context that is set
 * later does not change the bytes that a thread was lent. Queues an error for a NULL session only.
 *
 * Lifetime: that of the session, whose present value it shows.
 */
const unsigned char *SSL_SESSION_get0_id_context(const SSL_SESSION *session, unsigned int *len);

/**
 * Sets the session id context to a copy of the `sid_ctx_len` bytes at `sid_ctx`. A session is
 * resumed only where the context is the same.
 *
 * Returns 1; 0 with `SSL_R_SSL_SESSION_ID_CONTEXT_TOO_LONG` on the queue for more than 32 bytes.
 * Threads may set and get on a shared session.
 *
 * Requires: `sid_ctx` is NULL or has `sid_ctx_len` readable bytes.
 */
int SSL_SESSION_set1_id_context(SSL_SESSION *session,
                                const unsigned char *sid_ctx,
                                unsigned int sid_ctx_len);

/**
 * Copies the master key of the session (TLS 1.3: the PSK that resumes it) to `out`, at most
 * `outlen` bytes of it. Anyone who has this key can resume the session, and in TLS 1.2 decrypt its
 * connections.
 *
 * Returns how many bytes were copied; when `outlen` is 0, the length of the key. Queues an error
 * for a NULL session only.
 *
 * Requires: `out` may be written for `outlen` bytes.
 */
size_t SSL_SESSION_get_master_key(const SSL_SESSION *session, unsigned char *out, size_t outlen);

/**
 * Sets the master key of a session that the program builds (TLS 1.3: the PSK) to a copy of the
 * `len` bytes at `key`. The copy is wiped when the session is freed.
 *
 * Returns 1; 0, without an error on the queue, for more than 512 bytes.
 *
 * Requires: `key` is NULL or has `len` readable bytes.
 */
int SSL_SESSION_set1_master_key(SSL_SESSION *session, const unsigned char *key, size_t len);

/**
 * Returns the server name (RFC 6066) that the client sent: on a client as it was sent, on a server
 * only when the servername callback accepted it.
 *
 * The name is lent until another is set or the session ends; NULL for none. Queues an error for a
 * NULL session only.
 *
 * Lifetime: until `SSL_SESSION_set1_hostname`, or the session's end.
 */
const char *SSL_SESSION_get0_hostname(const SSL_SESSION *session);

/**
 * Sets the server name of a session to a copy of `hostname`; NULL clears it.
 *
 * Returns 1; 0 with an error on the queue when memory is short. Threads may set and get on a
 * shared session.
 */
int SSL_SESSION_set1_hostname(SSL_SESSION *session, const char *hostname);

/**
 * Stores the application protocol of the session, which early data must use, in `*alpn`, and its
 * length in `*len`; NULL and 0 for none. It is lent until another is set or the session ends.
 * Queues an error for a NULL session only.
 *
 * Lifetime: until `SSL_SESSION_set1_alpn_selected`, or the session's end.
 */
void SSL_SESSION_get0_alpn_selected(const SSL_SESSION *session,
                                    const unsigned char **alpn,
                                    size_t *len);

/**
 * Sets the application protocol of a session that the program builds to a copy of the `len`
 * bytes at `alpn`; NULL or a length of 0 clears it.
 *
 * Returns 1; 0 with an error on the queue when memory is short. Threads may set and get on a
 * shared session.
 *
 * Requires: `alpn` is NULL or has `len` readable bytes.
 */
int SSL_SESSION_set1_alpn_selected(SSL_SESSION *session, const unsigned char *alpn, size_t len);

/**
 * Stores the server's ticket in `*tick`, unless `tick` is NULL, and its length in `*len`; NULL and
 * 0 for none. It is lent until it is replaced or the session ends. Queues an error for a NULL
 * session only.
 *
 * Lifetime: until the ticket is replaced, or the session's end.
 */
void SSL_SESSION_get0_ticket(const SSL_SESSION *session, const unsigned char **tick, size_t *len);

/**
 * Stores the application data from the session's ticket, or that was set for the next ticket, in
 * `*data`, and its length in `*len`; NULL and 0 for none. It is lent until other data is set or
 * the session ends, and must not be changed.
 *
 * Returns 1; 0 with an error on the queue for a NULL session.
 *
 * Lifetime: until `SSL_SESSION_set1_ticket_appdata`, or the session's end.
 */
int SSL_SESSION_get0_ticket_appdata(SSL_SESSION *session, void **data, size_t *len);

/**
 * Sets the application data that the next ticket made from the session will carry, to a copy of
 * the `len` bytes at `data`; NULL or a length of 0 clears it. Meant for the callback of
 * `SSL_CTX_set_session_ticket_cb()`.
 *
 * Returns 1; 0 with an error on the queue when memory is short.
 *
 * Requires: `data` is NULL or has `len` readable bytes.
 */
int SSL_SESSION_set1_ticket_appdata(SSL_SESSION *session, const void *data, size_t len);

/**
 * Lends the peer's certificate as long as the session lives. The first call parses it. Copies of
 * the session, its connection and other sessions of the same handshake lend the same object.
 *
 * Returns the certificate; NULL when the peer has none, or, with libcrypto's errors on the queue,
 * when it cannot be parsed. Any thread.
 *
 * Lifetime: that of the session.
 */
X509 *SSL_SESSION_get0_peer(SSL_SESSION *session);

/**
 * Attaches `data` to a session at index `idx`, which comes from `SSL_SESSION_get_ex_new_index()`.
 * The former value is not freed. The session does not own `data`: the callbacks of the index are
 * called when the session is made, copied by `SSL_SESSION_dup()`, and freed, also for sessions
 * that the library makes.
 *
 * Returns 1, or 0 with an error on the queue for a negative index and when memory is short.
 * Threads may set and get on a shared session.
 */
int SSL_SESSION_set_ex_data(SSL_SESSION *session, int idx, void *data);

/**
 * Returns the data attached to a session at index `idx`, or NULL for none. It is lent: the program
 * and its callbacks decide how long it lives. No errors. Any thread; takes no lock.
 *
 * Lifetime: the program's own pointer.
 */
void *SSL_SESSION_get_ex_data(const SSL_SESSION *session, int idx);

/*
 * Sessions as bytes and as text
 * =============================
 *
 * The encodings are OpenSSL's, byte for byte: each library reads what the other wrote. They hold
 * the session's secrets unencrypted: store them as you store a private key. Reading is safe with
 * any bytes: what is not a session gives NULL and an error.
 */

/**
 * Writes a session as DER. The encoding holds the session's secrets. It does not hold whether the
 * session is not resumable, the peer's chain beyond its own certificate, and application data.
 *
 * With `pp` NULL nothing is written. With `*pp` NULL, memory is allocated, `*pp` points to it
 * afterwards, and the caller frees it with `OPENSSL_free()`. Else the bytes are written to `*pp`,
 * which has room for them, and `*pp` moves past them.
 *
 * Returns the length; 0 for NULL and for a session without a cipher, without an error on the
 * queue; 0 with an error when memory is short. Other threads may use the session at the same time;
 * if one of them sets longer fields between two calls, the second encoding is longer.
 *
 * Lifetime: the caller's, freed by `OPENSSL_free`, when *pp was NULL.
 *
 * Requires: `pp` is NULL or points to NULL or to enough room.
 */
int i2d_SSL_SESSION(const SSL_SESSION *input, unsigned char **pp);

/**
 * Reads a session from the DER at `*pp`, which is at most `length` bytes long; more may follow
 * it. On success `*pp` moves past the session, on failure it stays.
 *
 * When `a` is not NULL and `*a` is a session, that session gets the fields that were read, and is
 * returned without a new reference; on failure it is unchanged. Else a new session is made, with
 * one reference that the caller owns, and stored in `*a` unless `a` is NULL. No cache has it.
 *
 * Returns the session or NULL. Errors on the queue: `SSL_R_UNKNOWN_SSL_VERSION` for another
 * version of the format, `SSL_R_UNSUPPORTED_SSL_VERSION` for a version that is neither TLS nor
 * DTLS, `SSL_R_CIPHER_CODE_WRONG_LENGTH`, `SSL_R_BAD_LENGTH` for the compression method, and
 * `ERR_R_ASN1_LIB` for any other encoding. No error is queued for an unknown cipher, nor for an
 * id, id context or master key that is too long. The peer's certificate is parsed when a caller
 * first asks for it, so a broken one fails only then.
 *
 * Lifetime: the caller's, freed by `SSL_SESSION_free`.
 *
 * Requires: `a` is NULL or points to NULL or to a live session; `pp` points to a pointer to
 * `length` readable bytes.
 */
SSL_SESSION *d2i_SSL_SESSION(SSL_SESSION **a, const unsigned char **pp, long length);

/**
 * Reads the next PEM block named `SSL SESSION PARAMETERS` from a BIO; other blocks are skipped.
 * `cb` and `u` provide the password if the block is encrypted, as in `PEM_read_bio_PrivateKey(3)`.
 * The session is stored as by `d2i_SSL_SESSION()`, with `x` for `a`.
 *
 * Returns the session or NULL, with errors of libcrypto or of `d2i_SSL_SESSION()` on the queue;
 * `ERR_R_ASN1_LIB` is the last one when the block is not a valid session.
 *
 * Lifetime: the caller's, freed by `SSL_SESSION_free`.
 *
 * Requires: `x` is NULL or points to NULL or to a live session; `cb` may be called with `u`;
 * without `cb`, `u` is NULL or a NUL-terminated string.
 */
SSL_SESSION *PEM_read_bio_SSL_SESSION(BIO *out, SSL_SESSION **x, pem_password_cb * cb, void *u);

/**
 * Like `PEM_read_bio_SSL_SESSION()`, but reads from a `FILE`, which stays open.
 *
 * Returns the session, which the caller frees with `SSL_SESSION_free`.
 *
 * Lifetime: the caller's, freed by `SSL_SESSION_free`.
 *
 * Requires: `out` is a live stream; the rest as for `PEM_read_bio_SSL_SESSION()`.
 */
SSL_SESSION *PEM_read_SSL_SESSION(FILE *out, SSL_SESSION **x, pem_password_cb * cb, void *u);

/**
 * Writes a session to a BIO as a PEM block named `SSL SESSION PARAMETERS`. It is not encrypted
 * and holds the session's secrets.
 *
 * Returns 1; 0 with an error on the queue for a session without a cipher (`ERR_R_ASN1_LIB`) and
 * when writing fails.
 */
int PEM_write_bio_SSL_SESSION(BIO *out, const SSL_SESSION *x);

/**
 * Like `PEM_write_bio_SSL_SESSION()`, but writes to a `FILE`, which stays open.
 *
 * Requires: `out` is a live stream.
 */
int PEM_write_SSL_SESSION(FILE *out, const SSL_SESSION *x);

/**
 * Writes what a session holds to a BIO, as text for people, in the layout of `openssl s_client`.
 * The text contains the master key.
 *
 * Returns 1; 0 for NULL and when writing fails. No errors but those of the BIO.
 */
int SSL_SESSION_print(BIO *fp, const SSL_SESSION *session);

/**
 * Like `SSL_SESSION_print()`, but writes to a `FILE`, which stays open.
 */
int SSL_SESSION_print_fp(FILE *fp, const SSL_SESSION *session);

/**
 * Writes one line of a key log to a BIO, with which tools can decrypt a TLS 1.2 connection: `RSA
 * Session-ID:… Master-Key:…`, in hex.
 *
 * Returns 1; 0 for NULL, when the session has no id or no master key, and when writing fails. No
 * errors but those of the BIO.
 */
int SSL_SESSION_print_keylog(BIO *bp, const SSL_SESSION *x);

/*
 * The session cache
 * =================
 *
 * A server's sessions, and with SSL_SESS_CACHE_CLIENT a client's, are kept in a cache in the
 * context, and callbacks put another cache behind it. Any number of threads may use the cache at
 * the same time. Callbacks run with nothing locked: they may call back into this library, with the
 * same objects. The cache holds a reference to each session; a session that is removed from it is
 * not resumable afterwards, for every holder.
 *
 * A TLS 1.3 session with early data must be used once, or an attacker can replay the data: the
 * cache removes it when it is used, and several servers need a common store that does the same.
 */

/**
 * Adds a session to the cache, which takes another reference. It replaces a session with the same
 * id and version. If the cache is full, the sessions that expire first are evicted.
 *
 * Returns 1; or 0 when the cache already had this very session, and for NULL.
 */
int SSL_CTX_add_session(SSL_CTX *ctx, SSL_SESSION *session);

/**
 * Removes the session with this one's id and version from the cache. It becomes not resumable, and
 * the remove callback is called, even if the cache did not have it; nothing happens when it has no
 * id.
 *
 * Returns 1 when it was in the cache, else 0.
 */
int SSL_CTX_remove_session(SSL_CTX *ctx, SSL_SESSION *session);

/**
 * Removes all sessions from the cache that have expired at `tm`, in seconds since 1970, in the
 * order of their expiry; 0 removes all. The cost grows with the number of sessions removed, not
 * with that of the sessions in the cache.
 */
void SSL_CTX_flush_sessions(SSL_CTX *ctx, long tm);

/**
 * Returns the sessions of the cache as a hash table of libcrypto, for functions such as
 * `OPENSSL_LH_retrieve` and `OPENSSL_LH_doall`. It belongs to the context and must not be changed.
 * Its keys are version and id: a session with these two (`SSL_SESSION_set_protocol_version`,
 * `SSL_SESSION_set1_id`) serves as the key of a lookup.
 *
 * The table is a copy of the cache. The first call makes it, at a cost that grows with the number
 * of sessions; later calls bring it up to date. Sessions added to and removed from the cache later
 * are added and removed there too. The table keeps its sessions alive.
 *
 * Returns NULL with an error on the queue when memory is short. The table has no lock: no other
 * thread may use the context's cache while the program reads it.
 *
 * Lifetime: that of the context.
 */
struct lhash_st_SSL_SESSION *SSL_CTX_sessions(SSL_CTX *ctx);

/**
 * Sets how long sessions made from now on may be resumed, in seconds; 0 stands for the default of
 * 7200. Existing sessions keep their timeout. Returns the former value.
 */
long SSL_CTX_set_timeout(SSL_CTX *ctx, long t);

/**
 * Returns how long new sessions may be resumed, in seconds, as set; 7200 at first.
 */
long SSL_CTX_get_timeout(const SSL_CTX *ctx);

/**
 * Sets the function that is called for every new session that can be resumed: in TLS 1.2 once at
 * the end of a full handshake, in TLS 1.3 once per ticket, on servers within the handshake, on
 * clients within the call that reads. It is called only when the cache mode has the bit of the
 * connection's role, so not for clients by default. The session is in the cache already.
 *
 * It gets one reference. If it returns 1 it keeps the reference, and drops it later with
 * `SSL_SESSION_free`; if it returns 0 the library drops it, and nothing else changes. NULL unsets
 * the function.
 *
 * Lifetime: the function's arguments, until it returns.
 */
void SSL_CTX_sess_set_new_cb(SSL_CTX *ctx, int (*new_session_cb)(SSL *ssl, SSL_SESSION *session));

/**
 * Returns the function that is called for new sessions; NULL when none was set.
 */
int (*SSL_CTX_sess_get_new_cb(SSL_CTX *ctx))(SSL *ssl, SSL_SESSION *session);

/**
 * Sets the function that a server calls to find a session that its cache does not have, by the id
 * at `data`. It returns a session or NULL. `*copy` is initially 1: the library then takes another
 * reference. A function that sets it to 0 transfers its own reference. The session is put into the
 * cache unless `SSL_SESS_CACHE_NO_INTERNAL_STORE` is set. The function is not called for tickets.
 * NULL unsets it.
 *
 * Lifetime: the function's arguments, until it returns.
 */
void SSL_CTX_sess_set_get_cb(SSL_CTX *ctx, SSL_SESSION *(*get_session_cb)(SSL *ssl,
                                                                          const unsigned char *data,
                                                                          int len,
                                                                          int *copy));

/**
 * Returns the function that finds sessions; NULL when none was set.
 */
SSL_SESSION *(*SSL_CTX_sess_get_get_cb(SSL_CTX *ctx))(SSL *ssl,
                                                      const unsigned char *data,
                                                      int len,
                                                      int *copy);

/**
 * Sets the function that is called for every session that leaves the cache: removed, expired,
 * evicted, used for a connection that failed, used up, or still cached when the context ends. It
 * is also called when `SSL_CTX_remove_session` did not find the session. The session is lent and
 * already not resumable. NULL unsets it.
 *
 * Lifetime: the function's arguments, until it returns.
 */
void SSL_CTX_sess_set_remove_cb(SSL_CTX *ctx, void (*remove_session_cb)(SSL_CTX *ctx,
                                                                        SSL_SESSION *session));

/**
 * Returns the function that is called for sessions that leave the cache; NULL when none was set.
 */
void (*SSL_CTX_sess_get_remove_cb(SSL_CTX *ctx))(SSL_CTX *ctx, SSL_SESSION *session);

/**
 * Sets the function that decides, on servers, in the full handshakes of connections made later,
 * whether the new session must not be resumable: not 0 for yes. `is_forward_secure` is 1, since
 * every key exchange of this library is. NULL unsets it.
 *
 * Lifetime: the function's arguments, until it returns.
 */
void SSL_CTX_set_not_resumable_session_callback(SSL_CTX *ctx,
                                                int (*callback)(SSL *ssl, int is_forward_secure));

/**
 * Sets the function that makes session ids on servers, for connections made later: it fills `id`,
 * at most `*id_len` (32) bytes, may shorten it, and returns 1. Ids must be unpredictable and
 * unique. NULL stands for random ids. Returns 1.
 *
 * Done in part: TLS 1.2 ids shorter than 32 bytes are filled up with random ones.
 */
int SSL_CTX_set_generate_session_id(SSL_CTX *ctx, GEN_SESSION_CB callback);

/**
 * Sets the function that decides, on a server, in a full handshake, whether the new session must
 * not be resumable: not 0 for yes. `is_forward_secure` is 1, since every key exchange of this
 * library is. NULL unsets it.
 *
 * Lifetime: the function's arguments, until it returns.
 */
void SSL_set_not_resumable_session_callback(SSL *ssl, int (*callback)(SSL *ssl,
                                                                      int is_forward_secure));

/**
 * Sets the function that makes session ids on a server: it fills `id`, at most `*id_len` (32)
 * bytes, may shorten it, and returns 1. Ids must be unpredictable and unique. NULL stands for
 * random ids. Returns 1.
 *
 * Done in part: TLS 1.2 ids shorter than 32 bytes are filled up with random ones.
 */
int SSL_set_generate_session_id(SSL *ssl, GEN_SESSION_CB callback);

/*
 * Tickets
 * =======
 *
 * With tickets the client keeps the session, sealed with a key of the server. Without keys of the
 * program the library makes its own for each context and replaces them in time. A program sets keys
 * when several servers must open each other's tickets. With a stolen key an attacker opens every
 * ticket that it has sealed, and so reads TLS 1.2 connections and TLS 1.3 early data, and poses as
 * either end: replace keys often, keep them in memory only, and delete old ones.
 *
 * Callbacks run during the handshake, on the thread of the connection; when one reports an error,
 * the handshake fails.
 */

/**
 * Sets how many tickets a TLS 1.3 server sends after a full handshake, on connections made later;
 * after a resumption it sends one. With 0 it sends none, and its sessions cannot be resumed.
 * Returns 1.
 */
int SSL_CTX_set_num_tickets(SSL_CTX *ctx, size_t num_tickets);

/**
 * Returns how many tickets a TLS 1.3 server sends after a full handshake; 2 at first.
 */
size_t SSL_CTX_get_num_tickets(const SSL_CTX *ctx);

/**
 * Sets how many tickets a TLS 1.3 server sends after a full handshake; after a resumption
 * it sends one. With 0 it sends none, and its sessions cannot be resumed. Returns 1.
 */
int SSL_set_num_tickets(SSL *ssl, size_t num_tickets);

/**
 * Returns how many tickets a TLS 1.3 server sends after a full handshake; 2 at first.
 */
size_t SSL_get_num_tickets(const SSL *ssl);

/**
 * Sets the function that chooses the keys of tickets. To seal (last argument 1) it fills key name
 * (16 bytes) and IV and initialises cipher and MAC; it returns 1, 0 for no ticket, or less than 0
 * to end the handshake. To open (0) it finds the key by its name, initialises both with it, and
 * returns 1, 2 when the client is to get a new ticket, 0 for a key that it does not know, or less
 * than 0 to end the handshake. While it is set, the callback of `SSL_CTX_set_tlsext_ticket_key_cb`
 * is not called; NULL restores that callback, or the context's own keys. Returns 1.
 *
 * Lifetime: the function's arguments, until it returns.
 */
int SSL_CTX_set_tlsext_ticket_key_evp_cb(SSL_CTX *ctx, int (*fp)(SSL*,
                                                                 unsigned char*,
                                                                 unsigned char*,
                                                                 EVP_CIPHER_CTX*,
                                                                 EVP_MAC_CTX*,
                                                                 int));

/**
 * Sets the functions that put application data into tickets and decide about tickets that clients
 * send back, and their last argument. `gen_cb` runs before a ticket is made: it finds the session
 * with `SSL_get_session`, calls `SSL_SESSION_set1_ticket_appdata`, and returns 1, or 0 to end the
 * handshake. `dec_cb` runs after the server has opened a ticket, or failed to, and returns a
 * `SSL_TICKET_RETURN_…`. NULL unsets them. Returns 1.
 *
 * Lifetime: the function's arguments, until it returns.
 */
int SSL_CTX_set_session_ticket_cb(SSL_CTX *ctx,
                                  SSL_CTX_generate_session_ticket_fn gen_cb,
                                  SSL_CTX_decrypt_session_ticket_fn dec_cb,
                                  void *arg);

/**
 * Makes a TLS 1.3 server whose handshake has ended send one more ticket, with the next
 * `SSL_do_handshake`, write or read; until then `SSL_in_init` returns 1. Each ticket is a new
 * session, for which the callback of `SSL_CTX_sess_set_new_cb` is called. Returns 1; or 0, without
 * an error on the queue, on a client, during the handshake, below TLS 1.3, and after close_notify.
 */
int SSL_new_session_ticket(SSL *ssl);

/*
 * Early data
 * ==========
 *
 * Data that a client sends with its first flight, before the server has proved that the connection
 * is fresh. An attacker can record and replay it, so send only what may be done twice, and let
 * SSL_CTX_set_allow_early_data_cb decide on servers. By default a server accepts early data of a
 * session once, which holds for the servers that share one cache. A server that has not set a
 * maximum accepts none.
 */

/**
 * Client: sends `num` bytes of early data and sets `*written` to `num`. It must be the first call
 * on a connection, whose session must allow early data (`SSL_SESSION_get_max_early_data` is not
 * 0), and may be repeated. The ClientHello is sent together with the first data. The first call
 * that is not `SSL_read` or a variant of it ends the early data, and completes the handshake if it
 * is `SSL_connect`, `SSL_do_handshake` or `SSL_write`. More than the session allows is an error
 * that ends the connection (`SSL_R_TOO_MUCH_EARLY_DATA`).
 *
 * After an `SSL_read` has processed the server's complete answer, further data is sent as ordinary
 * data if the server has accepted early data, and is discarded if the server has rejected it.
 *
 * Server: sends data to a client that has not completed the handshake, and so is not
 * authenticated, once `SSL_read_early_data` has returned `SSL_READ_EARLY_DATA_SUCCESS` or
 * `SSL_READ_EARLY_DATA_FINISH`.
 *
 * Returns 1, or 0: `SSL_get_error` says whether to repeat the call. Called at another time it
 * fails with `ERR_R_SHOULD_NOT_HAVE_BEEN_CALLED`, and the connection can still be used.
 *
 * Requires: `buf` is readable for `num` bytes, `written` is writable.
 *
 * Done in part: a server cannot answer early in a handshake that asks for a certificate.
 */
int SSL_write_early_data(SSL *ssl, const void *buf, size_t num, size_t *written);

/**
 * Server: reads up to `num` bytes of early data into `buf` and stores their number in
 * `*readbytes`. It must be the first call on a connection, and must be repeated until it returns
 * `SSL_READ_EARLY_DATA_FINISH` (2), after which the handshake is completed by `SSL_accept`,
 * `SSL_do_handshake`, `SSL_read` or `SSL_write`.
 *
 * Returns `SSL_READ_EARLY_DATA_SUCCESS` (1) when there are bytes, `SSL_READ_EARLY_DATA_FINISH`
 * when there are no more, or `SSL_READ_EARLY_DATA_ERROR` (0): `SSL_get_error` says whether to
 * repeat the call. Called at another time, or on a client, it fails with
 * `ERR_R_SHOULD_NOT_HAVE_BEEN_CALLED`.
 *
 * Requires: `buf` is writable for `num` bytes, `readbytes` is writable.
 */
int SSL_read_early_data(SSL *ssl, void *buf, size_t num, size_t *readbytes);

/**
 * Returns the fate of early data: `SSL_EARLY_DATA_NOT_SENT` (0), `SSL_EARLY_DATA_REJECTED` (1) or
 * `SSL_EARLY_DATA_ACCEPTED` (2). On a client it counts as rejected until the server has answered.
 */
int SSL_get_early_data_status(const SSL *ssl);

/**
 * Sets how many bytes of early data the tickets of a server (of connections made later) allow.
 * With a number above 0 each ticket can be used once, unless `SSL_OP_NO_ANTI_REPLAY` is set.
 * Returns 1.
 */
int SSL_CTX_set_max_early_data(SSL_CTX *ctx, uint32_t max_early_data);

/**
 * Returns how many bytes of early data a server's tickets allow; 0 at first.
 */
uint32_t SSL_CTX_get_max_early_data(const SSL_CTX *ctx);

/**
 * Sets how many bytes of early data a server reads, or skips when it does not accept them.
 * Returns 1.
 */
int SSL_CTX_set_recv_max_early_data(SSL_CTX *ctx, uint32_t recv_max_early_data);

/**
 * Returns how many bytes of early data a server reads or skips; 16384 at first.
 */
uint32_t SSL_CTX_get_recv_max_early_data(const SSL_CTX *ctx);

/**
 * Sets the function that may refuse early data by returning 0, and its last argument. A server
 * calls it when it would accept early data otherwise. The session is resumed in any case.
 *
 * Lifetime: the function's arguments, until it returns.
 */
void SSL_CTX_set_allow_early_data_cb(SSL_CTX *ctx, SSL_allow_early_data_cb_fn callback, void *arg);

/**
 * Sets how many bytes of early data the tickets of a server allow. With a number above 0 each
 * ticket can be used once, unless `SSL_OP_NO_ANTI_REPLAY` is set. Returns 1.
 */
int SSL_set_max_early_data(SSL *ssl, uint32_t max_early_data);

/**
 * Returns how many bytes of early data a server's tickets allow; 0 at first.
 */
uint32_t SSL_get_max_early_data(const SSL *ssl);

/**
 * Sets how many bytes of early data a server reads, or skips when it does not accept them.
 * Returns 1.
 */
int SSL_set_recv_max_early_data(SSL *ssl, uint32_t recv_max_early_data);

/**
 * Returns how many bytes of early data a server reads or skips; 16384 at first.
 */
uint32_t SSL_get_recv_max_early_data(const SSL *ssl);

/**
 * Sets the function that may refuse early data by returning 0, and its last argument. A server
 * calls it when it would accept early data otherwise. The session is resumed in any case.
 *
 * Lifetime: the function's arguments, until it returns.
 */
void SSL_set_allow_early_data_cb(SSL *ssl, SSL_allow_early_data_cb_fn callback, void *arg);

/*
 * External pre-shared keys
 * ========================
 *
 * Keys that both ends have agreed on before, for TLS 1.3. A find callback of the server gives the
 * session for an identity, a use callback of the client the session to offer; the library takes
 * over the reference. A key must have at least 128 bits of entropy: a password can be guessed from
 * one recorded handshake.
 */

/**
 * Sets the function that provides the PSK of a TLS 1.3 client, for connections made later. It is
 * called before the ClientHello is sent, with `md` NULL, stores an identity (`id`, `idlen`: 1 to
 * 65535 bytes, which are copied at once) and a session whose one reference it transfers to the
 * library, and returns 1. The session needs a master key, a cipher, whose hash is that of the PSK,
 * and TLS1_3_VERSION; otherwise, and when the function returns 0, the handshake fails with
 * `SSL_R_BAD_PSK`. When it stores NULL for the session, the handshake continues without a PSK. A
 * client that offers a PSK offers no other session. NULL unsets the function.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Done in part: called once, also when the server asks for another ClientHello.
 */
void SSL_CTX_set_psk_use_session_callback(SSL_CTX *ctx, SSL_psk_use_session_cb_func callback);

/**
 * Sets the function that provides the PSK of an identity on a TLS 1.3 server, for connections made
 * later. It is called for each identity in the ClientHello, those of tickets included. It stores a
 * session as described at `SSL_CTX_set_psk_use_session_callback`, with a reference for the
 * library, or NULL if it does not know the identity, and returns 1; 0 ends the handshake. The
 * library works with a copy, which gets the server's session id context. NULL unsets the function.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Done in part: called once, also when another ClientHello is asked for.
 */
void SSL_CTX_set_psk_find_session_callback(SSL_CTX *ctx, SSL_psk_find_session_cb_func callback);

/**
 * Sets the function that provides a client's PSK, for connections made later, if the callback of
 * `SSL_CTX_set_psk_use_session_callback` provides none. `hint` is NULL. It writes a terminated
 * identity of at most `max_identity_len` (256) bytes and a key of at most `max_psk_len` (512)
 * bytes, and returns the length of the key, 0 for none. The hash of the key is SHA-256. NULL
 * unsets the function.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Done in part: TLS 1.3 only.
 */
void SSL_CTX_set_psk_client_callback(SSL_CTX *ctx, SSL_psk_client_cb_func callback);

/**
 * Sets the function that provides the PSK of an identity on a server, for connections made later,
 * if the callback of `SSL_CTX_set_psk_find_session_callback` provides none. It writes at most
 * `max_psk_len` (512) bytes and returns the length of the key, 0 if it does not know the identity.
 * The hash of the key is SHA-256. NULL unsets the function.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Done in part: TLS 1.3 only.
 */
void SSL_CTX_set_psk_server_callback(SSL_CTX *ctx, SSL_psk_server_cb_func callback);

/**
 * Sets the hint that a TLS 1.2 server sends to clients with several PSKs, for connections made
 * later. It is checked and otherwise has no effect: TLS 1.3 has no hint. Returns 1, or 0 with an
 * error on the queue when it is longer than 256 bytes. NULL unsets it.
 *
 * Done in part: TLS 1.3 knows no hint.
 */
int SSL_CTX_use_psk_identity_hint(SSL_CTX *ctx, const char *hint);

/**
 * Sets the function that provides the PSK of a TLS 1.3 client, for this connection. It is called
 * before the ClientHello is sent, with `md` NULL, stores an identity (`id`, `idlen`: 1 to 65535
 * bytes, which are copied at once) and a session whose one reference it transfers to the library,
 * and returns 1. The session needs a master key, a cipher, whose hash is that of the PSK, and
 * TLS1_3_VERSION; otherwise, and when the function returns 0, the handshake fails with
 * `SSL_R_BAD_PSK`. When it stores NULL for the session, the handshake continues without a PSK. A
 * client that offers a PSK offers no other session. NULL unsets the function.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Done in part: called once, also when the server asks for another ClientHello.
 */
void SSL_set_psk_use_session_callback(SSL *ssl, SSL_psk_use_session_cb_func callback);

/**
 * Sets the function that provides the PSK of an identity on a TLS 1.3 server, for this connection.
 * It is called for each identity in the ClientHello, those of tickets included. It stores a
 * session as described at `SSL_CTX_set_psk_use_session_callback`, with a reference for the
 * library, or NULL if it does not know the identity, and returns 1; 0 ends the handshake. The
 * library works with a copy, which gets the server's session id context. NULL unsets the function.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Done in part: called once, also when another ClientHello is asked for.
 */
void SSL_set_psk_find_session_callback(SSL *ssl, SSL_psk_find_session_cb_func callback);

/**
 * Sets the function that provides a client's PSK, for this connection, if the callback of
 * `SSL_CTX_set_psk_use_session_callback` provides none. `hint` is NULL. It writes a terminated
 * identity of at most `max_identity_len` (256) bytes and a key of at most `max_psk_len` (512)
 * bytes, and returns the length of the key, 0 for none. The hash of the key is SHA-256. NULL
 * unsets the function.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Done in part: TLS 1.3 only.
 */
void SSL_set_psk_client_callback(SSL *ssl, SSL_psk_client_cb_func callback);

/**
 * Sets the function that provides the PSK of an identity on a server, for this connection, if the
 * callback of `SSL_CTX_set_psk_find_session_callback` provides none. It writes at most
 * `max_psk_len` (512) bytes and returns the length of the key, 0 if it does not know the identity.
 * The hash of the key is SHA-256. NULL unsets the function.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Done in part: TLS 1.3 only.
 */
void SSL_set_psk_server_callback(SSL *ssl, SSL_psk_server_cb_func callback);

/**
 * Sets the hint that a TLS 1.2 server sends to clients with several PSKs, for this connection. It
 * is checked and otherwise has no effect: TLS 1.3 has no hint. Returns 1, or 0 with an error on
 * the queue when it is longer than 256 bytes. NULL unsets it.
 *
 * Done in part: TLS 1.3 knows no hint.
 */
int SSL_use_psk_identity_hint(SSL *ssl, const char *hint);

/**
 * Returns the PSK identity of a TLS 1.2 connection: NULL, because TLS 1.2 has no PSKs here. With
 * TLS 1.3 OpenSSL returns NULL too.
 *
 * Lifetime: that of the session.
 */
const char *SSL_get_psk_identity(const SSL *ssl);

/**
 * Returns the hint that a TLS 1.2 server sent: NULL, because TLS 1.2 has no PSKs here and TLS 1.3
 * has no hint.
 *
 * Lifetime: that of the session.
 */
const char *SSL_get_psk_identity_hint(const SSL *ssl);

/*
 * Contexts
 * ========
 *
 * An SSL_CTX holds what connections share: method, settings, certificates, cache, ticket keys. Set
 * it up on one thread, then share it: connections may be made from it on any thread. A connection
 * copies most settings when it is made, so a later change reaches new connections only. Contexts
 * are counted: SSL_new takes a reference, SSL_CTX_free gives one up.
 */

/**
 * Initialises libcrypto and this library. Programs need not call it: `SSL_CTX_new` does. For
 * `opts` or `settings` to have an effect, a program calls it before any other function.
 *
 * `opts` are `OPENSSL_INIT_…` bits. The configuration file of libcrypto is read unless
 * `OPENSSL_INIT_NO_LOAD_CONFIG` is among them; `settings` may name another file, and is not kept.
 *
 * Returns 1, or 0 with errors on the queue, as after libcrypto's cleanup. Any thread may call it
 * at any time, and more than once: nothing is done twice.
 */
int OPENSSL_init_ssl(uint64_t opts, const OPENSSL_INIT_SETTINGS *settings);

/**
 * Returns the method for contexts of either role that negotiate the version: TLS 1.2 or TLS 1.3,
 * within the limits that the context sets (TLS_method(3)). Never NULL.
 *
 * Lifetime: static.
 */
const SSL_METHOD *TLS_method(void);

/**
 * Returns the method for contexts of clients that negotiate the version: TLS 1.2 or TLS 1.3,
 * within the limits that the context sets (TLS_client_method(3)). Never NULL.
 *
 * Lifetime: static.
 */
const SSL_METHOD *TLS_client_method(void);

/**
 * Returns the method for contexts of servers that negotiate the version: TLS 1.2 or TLS 1.3,
 * within the limits that the context sets (TLS_server_method(3)). Never NULL.
 *
 * Lifetime: static.
 */
const SSL_METHOD *TLS_server_method(void);

/**
 * Returns the method for contexts of either role that speak TLS 1.2 only (TLSv1_2_method(3)).
 * Never NULL.
 *
 * Lifetime: static.
 */
const SSL_METHOD *TLSv1_2_method(void);

/**
 * Returns the method for contexts of clients that speak TLS 1.2 only (TLSv1_2_client_method(3)).
 * Never NULL.
 *
 * Lifetime: static.
 */
const SSL_METHOD *TLSv1_2_client_method(void);

/**
 * Returns the method for contexts of servers that speak TLS 1.2 only (TLSv1_2_server_method(3)).
 * Never NULL.
 *
 * Lifetime: static.
 */
const SSL_METHOD *TLSv1_2_server_method(void);

/**
 * Returns the method for contexts of either role that speak TLS 1.1 only (TLSv1_1_method(3)).
 * Never NULL. Reprise does not speak that version: its handshakes fail with an error that says so.
 *
 * Lifetime: static.
 *
 * Done in part: its connections fail when they begin.
 */
const SSL_METHOD *TLSv1_1_method(void);

/**
 * Returns the method for contexts of clients that speak TLS 1.1 only (TLSv1_1_client_method(3)).
 * Never NULL. Reprise does not speak that version: its handshakes fail with an error that says so.
 *
 * Lifetime: static.
 *
 * Done in part: its connections fail when they begin.
 */
const SSL_METHOD *TLSv1_1_client_method(void);

/**
 * Returns the method for contexts of servers that speak TLS 1.1 only (TLSv1_1_server_method(3)).
 * Never NULL. Reprise does not speak that version: its handshakes fail with an error that says so.
 *
 * Lifetime: static.
 *
 * Done in part: its connections fail when they begin.
 */
const SSL_METHOD *TLSv1_1_server_method(void);

/**
 * Returns the method for contexts of either role that speak TLS 1.0 only (TLSv1_method(3)). Never
 * NULL. Reprise does not speak that version: its handshakes fail with an error that says so.
 *
 * Lifetime: static.
 *
 * Done in part: its connections fail when they begin.
 */
const SSL_METHOD *TLSv1_method(void);

/**
 * Returns the method for contexts of clients that speak TLS 1.0 only (TLSv1_client_method(3)).
 * Never NULL. Reprise does not speak that version: its handshakes fail with an error that says so.
 *
 * Lifetime: static.
 *
 * Done in part: its connections fail when they begin.
 */
const SSL_METHOD *TLSv1_client_method(void);

/**
 * Returns the method for contexts of servers that speak TLS 1.0 only (TLSv1_server_method(3)).
 * Never NULL. Reprise does not speak that version: its handshakes fail with an error that says so.
 *
 * Lifetime: static.
 *
 * Done in part: its connections fail when they begin.
 */
const SSL_METHOD *TLSv1_server_method(void);

/**
 * Makes a context for the role and versions of `meth`, such as `TLS_method()`. It has the session
 * cache of a server (`SSL_SESS_CACHE_SERVER`) with room for 20480 sessions, its own ticket keys,
 * and sends two tickets in TLS 1.3. Initialises the library if necessary. Then applies the section
 * `system_default` of OpenSSL's configuration file, if there is one; errors in it are put on the
 * queue, but do not make the call fail.
 *
 * Returns a context that the caller frees with `SSL_CTX_free`, or NULL with an error on the queue:
 * `SSL_R_NULL_SSL_METHOD_PASSED`, `SSL_R_UNSUPPORTED_SSL_VERSION` for the methods of versions
 * before TLS 1.2, `ERR_R_MALLOC_FAILURE`, or reason 900 (which OpenSSL does not use) when the
 * program's memory functions (`CRYPTO_set_mem_functions`) return memory that is shared between
 * processes.
 *
 * Lifetime: the caller's, freed by `SSL_CTX_free`.
 */
SSL_CTX *SSL_CTX_new(const SSL_METHOD *meth);

/**
 * Drops a reference to `ctx`; NULL is ignored. When the last reference is gone (connections hold
 * references too), the context ends: the program's remove callback is called for every cached
 * session while the context's application data is still there, then that data is freed. Sessions
 * with other references remain, and are not resumable. Any thread.
 *
 * Requires: `ctx` is NULL or a live context of which the caller owns a reference.
 */
void SSL_CTX_free(SSL_CTX *ctx);

/**
 * Adds a reference to `ctx`, which is dropped with `SSL_CTX_free`. Returns 1, or 0 for NULL. Any
 * thread.
 */
int SSL_CTX_up_ref(SSL_CTX *ctx);

/**
 * As `SSL_CTX_new`, within a library context and with a property query.
 *
 * Returns a context that the caller frees with `SSL_CTX_free`; NULL with an error on the queue.
 *
 * Lifetime: the caller's, freed by `SSL_CTX_free`.
 *
 * Requires: As for `SSL_CTX_new`; `libctx` is NULL or a library context that outlives the context
 * and its connections, `propq` is NULL or a C string.
 */
SSL_CTX *SSL_CTX_new_ex(OSSL_LIB_CTX *libctx, const char *propq, const SSL_METHOD *meth);

/**
 * Returns the method that `ctx` was made with, or that `SSL_CTX_set_ssl_version` has set since.
 *
 * Lifetime: static.
 */
const SSL_METHOD *SSL_CTX_get_ssl_method(const SSL_CTX *ctx);

/**
 * Sets the method for connections that are made later, and resets the cipher suites of `ctx` to
 * the default. Returns 1, or 0 with an error on the queue, and then nothing changes.
 */
int SSL_CTX_set_ssl_version(SSL_CTX *ctx, const SSL_METHOD *meth);

/**
 * Sets application data under `idx`, an index from `CRYPTO_get_ex_new_index`. The program keeps
 * the ownership of `*data`; the index's free callback receives it when the context ends. Returns
 * 1, or 0 with an error on the queue.
 */
int SSL_CTX_set_ex_data(SSL_CTX *ctx, int idx, void *data);

/**
 * Returns application data under `idx`, an index from `CRYPTO_get_ex_new_index`; NULL when none
 * was set. Takes no lock.
 *
 * Lifetime: the program's own pointer.
 */
void *SSL_CTX_get_ex_data(const SSL_CTX *ctx, int idx);

/**
 * Sets application data under `idx`, an index from `CRYPTO_get_ex_new_index`. The program keeps
 * the ownership of `*data`; the index's free callback receives it when the connection ends.
 * Returns 1, or 0 with an error on the queue.
 */
int SSL_set_ex_data(SSL *ssl, int idx, void *data);

/**
 * Returns application data under `idx`, an index from `CRYPTO_get_ex_new_index`; NULL when none
 * was set.
 *
 * Lifetime: the program's own pointer.
 */
void *SSL_get_ex_data(const SSL *ssl, int idx);

/**
 * Makes `SSL_shutdown` of connections made later send nothing and succeed (`mode` not 0), or work
 * as usual (0).
 */
void SSL_CTX_set_quiet_shutdown(SSL_CTX *ctx, int mode);

/**
 * Returns 1 when quiet shutdown is on, else 0.
 */
int SSL_CTX_get_quiet_shutdown(const SSL_CTX *ctx);

/**
 * Sets whether clients made later offer to authenticate after the handshake.
 *
 * Done in part: remembered; post-handshake authentication is never offered.
 */
void SSL_CTX_set_post_handshake_auth(SSL_CTX *ctx, int val);

/**
 * Sets whether a client offers to authenticate after the handshake.
 *
 * Done in part: remembered; post-handshake authentication is never offered.
 */
void SSL_set_post_handshake_auth(SSL *ssl, int val);

/**
 * Sets the bits `op` for connections made later. Returns the options afterwards.
 */
uint64_t SSL_CTX_set_options(SSL_CTX *ctx, uint64_t op);

/**
 * Clears the bits `op` for connections made later. Returns the options afterwards.
 */
uint64_t SSL_CTX_clear_options(SSL_CTX *ctx, uint64_t op);

/**
 * Returns the options of `ctx`. A new context has `SSL_OP_NO_COMPRESSION` and
 * `SSL_OP_ENABLE_MIDDLEBOX_COMPAT`.
 */
uint64_t SSL_CTX_get_options(const SSL_CTX *ctx);

/**
 * Sets the bits `op` for `ssl`. Returns its options afterwards.
 */
uint64_t SSL_set_options(SSL *ssl, uint64_t op);

/**
 * Clears the bits `op` for `ssl`. Returns its options afterwards.
 */
uint64_t SSL_clear_options(SSL *ssl, uint64_t op);

/**
 * Returns the options of `ssl`.
 */
uint64_t SSL_get_options(const SSL *ssl);

/**
 * Sets or reads a property of `ctx`; programs use macros. `cmd` is the number of a control
 * (`SSL_CTRL_…`), which determines the meaning of `larg` and `parg`. The macros' manual pages
 * describe them.
 *
 * Returns the control's result, often 1 for success; 0 for an unknown number. When `ctx` is NULL,
 * lists of groups and signature algorithms are checked, and all other controls return 0.
 *
 * Requires: `parg` is a valid argument of the control.
 *
 * Done in part: no DTLS, no SRP; temporary DH parameters and client certificate types are accepted
 * without effect.
 */
long SSL_CTX_ctrl(SSL_CTX *ctx, int cmd, long larg, void *parg);

/**
 * Sets or reads a property of `ssl`; programs use macros. Works as `SSL_CTX_ctrl`, with numbers
 * that concern one connection.
 *
 * Requires: `parg` is a valid argument of the control.
 *
 * Done in part: no DTLS; this side's ephemeral key is not known, verification cannot be retried,
 * requests for OCSP responses carry no responders and extensions, and a server does not see those
 * of a client.
 */
long SSL_ctrl(SSL *ssl, int cmd, long larg, void *parg);

/**
 * Sets a function of `ctx`; programs use macros. `arg1` is the number of a control, which
 * determines the actual type of `arg2`. NULL unsets the function. Returns 1, or 0 for a number
 * that is not known.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Requires: `arg2` is NULL or a function of the control's type.
 *
 * Done in part: no SRP; functions for temporary DH parameters are accepted and never called.
 */
long SSL_CTX_callback_ctrl(SSL_CTX *ctx, int arg1, void (*arg2)(void));

/**
 * Sets a function of `ssl`; programs use macros. As `SSL_CTX_callback_ctrl`, with numbers that
 * concern one connection.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Requires: `arg2` is NULL or a function of the control's type.
 *
 * Done in part: functions for temporary DH parameters and for tracing extensions are accepted and
 * never called.
 */
long SSL_callback_ctrl(SSL *ssl, int arg1, void (*arg2)(void));

/*
 * Connections
 * ===========
 *
 * An SSL belongs to one thread at a time; two threads must not read and write it at once. A
 * callback may use the SSL that it is called for.
 *
 * A function that needs the network returns 0 or a negative number when it has to wait as well as
 * when it fails; SSL_get_error tells which. Empty the error queue before each such call. After a
 * fatal error (SSL_ERROR_SSL, SSL_ERROR_SYSCALL) only SSL_free and SSL_clear make sense. Call
 * SSL_shutdown before SSL_free: without it the session is not resumable, and the peer cannot tell
 * the end from an attack that cuts the connection.
 */

/**
 * Makes a connection with the settings of `ctx` as they are now; later changes of the context's
 * settings do not reach it, but its callbacks, certificate store and cache are always those of the
 * context. The connection keeps the context alive.
 *
 * Returns a connection that the caller frees with `SSL_free`, or NULL with an error on the queue.
 * Threads may make connections from one context at the same time.
 *
 * Lifetime: the caller's, freed by `SSL_free`.
 */
SSL *SSL_new(SSL_CTX *ctx);

/**
 * Drops a reference to `ssl`; NULL is ignored. When the last reference is gone the connection
 * ends: its BIOs are freed, and if it was established and never sent close_notify, its session is
 * removed from the cache and can no longer be resumed.
 *
 * Requires: `ssl` is NULL or a live connection of which the caller owns a reference.
 */
void SSL_free(SSL *ssl);

/**
 * Adds a reference to `ssl`, which is dropped with `SSL_free`. Returns 1.
 *
 * Requires: `ssl` is a live connection.
 */
int SSL_up_ref(SSL *ssl);

/**
 * Makes `ssl` ready for another handshake with the same settings and BIOs. The session is kept if
 * the connection was closed properly, and a client offers it again; otherwise it is dropped.
 *
 * Returns 1, or 0 with an error on the queue.
 */
int SSL_clear(SSL *ssl);

/**
 * Makes a connection with the settings, session and role of `ssl`. Once the handshake of `ssl` has
 * begun, the call returns `ssl` itself with one more reference.
 *
 * Returns a connection that the caller owns, or NULL with an error on the queue.
 *
 * Lifetime: the caller's, freed by `SSL_free`.
 *
 * Done in part: BIOs are not copied.
 */
SSL *SSL_dup(SSL *ssl);

/**
 * Returns the context of `ssl`: the one it was made from, or the one that `SSL_set_SSL_CTX` has
 * set.
 *
 * Lifetime: as long as it is the connection's context.
 */
SSL_CTX *SSL_get_SSL_CTX(const SSL *ssl);

/**
 * Returns the protocol version in use: 0x0303 for TLS 1.2, 0x0304 for TLS 1.3; before the
 * handshake the highest that may be used.
 */
int SSL_version(const SSL *ssl);

/**
 * Returns the protocol version in use as a text: "TLSv1.3" or "TLSv1.2"; before the handshake the
 * highest that may be used. Never NULL.
 *
 * Lifetime: static.
 */
const char *SSL_get_version(const SSL *ssl);

/**
 * Returns the legacy version of the ClientHello, which is 0x0303 for TLS 1.2 and TLS 1.3.
 */
int SSL_client_version(const SSL *ssl);

/**
 * Returns the method of `ssl`.
 *
 * Lifetime: static.
 */
const SSL_METHOD *SSL_get_ssl_method(const SSL *ssl);

/**
 * Changes the method of `ssl`, before its handshake. Returns 1, or 0 with an error on the queue.
 *
 * Requires: `method` was returned by a function such as `TLS_method`.
 */
int SSL_set_ssl_method(SSL *ssl, const SSL_METHOD *method);

/**
 * Sets a debug flag that has no effect (deprecated).
 */
void SSL_set_debug(SSL *ssl, int debug);

/**
 * Does the handshake of a client. Returns 1 when it is done; 0 or a negative number when it is
 * not, and `SSL_get_error` says whether the same call can continue it later.
 */
int SSL_connect(SSL *ssl);

/**
 * Does the handshake of a server. Returns as `SSL_connect`.
 */
int SSL_accept(SSL *ssl);

/**
 * Makes `ssl` a client.
 */
void SSL_set_connect_state(SSL *ssl);

/**
 * Makes `ssl` a server.
 */
void SSL_set_accept_state(SSL *ssl);

/**
 * Does the handshake in the role that has been set. Returns as `SSL_connect`.
 */
int SSL_do_handshake(SSL *ssl);

/**
 * Returns 1 if `ssl` is a server, or may still become one; 0 for a client.
 */
int SSL_is_server(const SSL *ssl);

/**
 * Returns 1 if the handshake is done, else 0.
 */
int SSL_is_init_finished(const SSL *ssl);

/**
 * Returns 1 if the handshake is not done: not begun, under way, or failed; else 0. It also returns
 * 0 while the handshake pauses for early data (SSL_read_early_data(3)).
 */
int SSL_in_init(const SSL *ssl);

/**
 * Returns 1 if the handshake has not begun, else 0.
 */
int SSL_in_before(const SSL *ssl);

#if defined(OPENSSL_SSL_H)
/**
 * Returns the state of the handshake: `TLS_ST_BEFORE` (0), `TLS_ST_OK` (1), or the last message
 * sent or received (`TLS_ST_CW_CLNT_HELLO` and so on).
 *
 * Done in part: states within a handshake are distinguished only with an info or message callback.
 */
OSSL_HANDSHAKE_STATE SSL_get_state(const SSL *ssl);
#endif

/**
 * Returns the state of `ssl` as a text for people.
 *
 * Lifetime: static.
 *
 * Done in part: states within a handshake are distinguished only with an info or message callback.
 */
const char *SSL_state_string_long(const SSL *ssl);

/**
 * Returns the state of `ssl` as a text of six characters.
 *
 * Lifetime: static.
 *
 * Done in part: states within a handshake are distinguished only with an info or message callback.
 */
const char *SSL_state_string(const SSL *ssl);

/**
 * Returns what part of a record is read next, as text; always "read header", because records are
 * read whole.
 *
 * Never NULL.
 *
 * Lifetime: static.
 */
const char *SSL_rstate_string_long(const SSL *ssl);

/**
 * Returns what part of a record is read next, in two characters; always "RH".
 *
 * Never NULL.
 *
 * Lifetime: static.
 */
const char *SSL_rstate_string(const SSL *ssl);

/**
 * Sends a KeyUpdate with the next call that reads, writes or does a handshake (TLS 1.3).
 * `updatetype` is `SSL_KEY_UPDATE_NOT_REQUESTED` (0) or `SSL_KEY_UPDATE_REQUESTED` (1); the peer
 * is asked to update its keys in either case.
 *
 * Returns 1, or 0 with an error on the queue.
 *
 * Done in part: the peer is always asked to update its keys too.
 */
int SSL_key_update(SSL *ssl, int updatetype);

/**
 * Returns the kind of KeyUpdate that waits to be sent: the one passed to `SSL_key_update`, or
 * `SSL_KEY_UPDATE_NONE` (-1).
 */
int SSL_get_key_update_type(const SSL *ssl);

/**
 * Sends close_notify. A second call waits for the peer's.
 *
 * Returns 1 when both directions are closed, 0 when only our close_notify has been sent, or a
 * negative number, and `SSL_get_error` says what happened.
 */
int SSL_shutdown(SSL *ssl);

/**
 * Returns the shutdown flags: `SSL_SENT_SHUTDOWN` (1), `SSL_RECEIVED_SHUTDOWN` (2).
 */
int SSL_get_shutdown(const SSL *ssl);

/**
 * Sets the shutdown flags without sending anything. `SSL_SENT_SHUTDOWN` makes the session survive
 * `SSL_free`.
 */
void SSL_set_shutdown(SSL *ssl, int mode);

/**
 * Makes `SSL_shutdown` send nothing and succeed (`mode` not 0), or work as usual (0).
 */
void SSL_set_quiet_shutdown(SSL *ssl, int mode);

/**
 * Returns 1 when quiet shutdown is on, else 0.
 */
int SSL_get_quiet_shutdown(const SSL *ssl);

/*
 * Reading and writing
 * ===================
 *
 * SSL_read and SSL_write do the handshake first if it is not done. SSL_write after a wait must be
 * repeated with the same data. A read that returns 0 is the end of data only when SSL_get_error
 * says SSL_ERROR_ZERO_RETURN: anything else may be an attacker cutting the connection.
 *
 * BIOs: SSL_set0_rbio and SSL_set0_wbio take over the caller's reference, SSL_set_bio takes over
 * what its comment says, SSL_get_rbio lends. Without the SSL_set_fd family or a BIO nothing can be
 * read.
 */

/**
 * Reads up to `num` bytes into `buf`, at most what one record holds. Does the handshake first if
 * that has not been done.
 *
 * Returns the number of bytes, 0 when the peer has closed the connection, or a negative number;
 * `SSL_get_error` says what happened. On a client this call processes TLS 1.3 tickets, and calls
 * the new-session callback for each.
 *
 * Requires: `buf` is writable for `num` bytes.
 */
int SSL_read(SSL *ssl, void *buf, int num);

/**
 * Writes `num` bytes from `buf`. Does the handshake first if that has not been done.
 *
 * Returns the number of bytes written: `num`, or less with `SSL_MODE_ENABLE_PARTIAL_WRITE`; or a
 * negative number, and `SSL_get_error` says what happened. A write that has to wait must be
 * repeated with the same data.
 *
 * Requires: `buf` is readable for `num` bytes.
 */
int SSL_write(SSL *ssl, const void *buf, int num);

/**
 * Like `SSL_read`, but stores the number of bytes in `*readbytes`. Returns 1 when any were read,
 * else 0.
 *
 * Requires: As for `SSL_read`; `readbytes` is writable.
 */
int SSL_read_ex(SSL *ssl, void *buf, size_t num, size_t *readbytes);

/**
 * Like `SSL_write`, but stores the number of bytes in `*written`. Returns 1 when they were
 * written, else 0. Writing nothing succeeds.
 *
 * Requires: As for `SSL_write`; `written` is writable.
 */
int SSL_write_ex(SSL *ssl, const void *buf, size_t num, size_t *written);

/**
 * Like `SSL_read`, but the bytes can be read again.
 *
 * Requires: As for `SSL_read`.
 */
int SSL_peek(SSL *ssl, void *buf, int num);

/**
 * Like `SSL_read_ex`, but the bytes can be read again.
 *
 * Requires: As for `SSL_read_ex`.
 */
int SSL_peek_ex(SSL *ssl, void *buf, size_t num, size_t *readbytes);

/**
 * Returns why a call on `ssl` returned `ret_code`: `SSL_ERROR_NONE` (0), `_SSL` (1), `_WANT_READ`
 * (2), `_WANT_WRITE` (3), `_WANT_X509_LOOKUP` (4), `_SYSCALL` (5), `_ZERO_RETURN` (6),
 * `_WANT_CONNECT` (7), `_WANT_ACCEPT` (8), `_WANT_CLIENT_HELLO_CB` (11), `_WANT_RETRY_VERIFY`
 * (12). Call it on the same thread; the error queue must have been empty before the call on `ssl`.
 */
int SSL_get_error(const SSL *ssl, int ret_code);

/**
 * Returns what `ssl` waits for: `SSL_NOTHING` (1), `SSL_WRITING` (2), `SSL_READING` (3),
 * `SSL_X509_LOOKUP` (4), `SSL_RETRY_VERIFY` (8) or `SSL_CLIENT_HELLO_CB` (7).
 */
int SSL_want(const SSL *ssl);

/**
 * Returns how many bytes `SSL_read` can return without reading from the BIO.
 */
int SSL_pending(const SSL *ssl);

/**
 * Returns 1 if the connection holds bytes read from the BIO that `SSL_read` has not returned,
 * application data or not; else 0.
 */
int SSL_has_pending(const SSL *ssl);

/**
 * Sets whether one read of the BIO may bring more than a record: as much as is there and fits into
 * the buffer (`SSL_set_default_read_buffer_len`). Then a program must ask `SSL_has_pending` before
 * it waits for the descriptor; `SSL_pending` does not count what was read ahead. Without it the
 * library takes no bytes from the BIO beyond the record that it needs.
 */
void SSL_set_read_ahead(SSL *ssl, int yes);

/**
 * Returns whether reading ahead was asked for.
 */
int SSL_get_read_ahead(const SSL *ssl);

/**
 * Sets how many bytes reading ahead may hold, on connections made later. A smaller number than the
 * length of a record, and 0, which is the default, stand for that.
 */
void SSL_CTX_set_default_read_buffer_len(SSL_CTX *ctx, size_t len);

/**
 * Sets how many bytes reading ahead may hold (`SSL_set_read_ahead`). A smaller number than the
 * length of a record, and 0, stand for that.
 */
void SSL_set_default_read_buffer_len(SSL *ssl, size_t len);

/**
 * Sends a part of a file through the kernel. As in OpenSSL without kernel TLS it returns -1 and
 * puts `SSL_R_UNINITIALIZED` on the queue: `BIO_get_ktls_send` says 0, so programs write instead.
 */
ptrdiff_t SSL_sendfile(SSL *s, int fd, off_t offset, size_t size, int flags);

/**
 * Frees the buffers of a connection. Returns 1; or 0 when they hold data, and then they are kept.
 * The library itself frees buffers that become empty.
 */
int SSL_free_buffers(SSL *ssl);

/**
 * Connects `ssl` to a socket for both directions, through a socket BIO that leaves the descriptor
 * open. Returns 1, or 0 with an error on the queue.
 */
int SSL_set_fd(SSL *ssl, int fd);

/**
 * Like `SSL_set_fd`, for reading only.
 */
int SSL_set_rfd(SSL *ssl, int fd);

/**
 * Like `SSL_set_fd`, for writing only.
 */
int SSL_set_wfd(SSL *ssl, int fd);

/**
 * Connects `ssl` to its BIOs, either of which may be NULL. Which of the caller's references `ssl`
 * takes depends on its BIOs; the first matching row applies:
 *
 * | before and after                                      | references that the connection takes      |
 * |-------------------------------------------------------|--------------------------------------------|
 * | nothing changes                                       | none                                       |
 * | `rbio` stays, `wbio` is another BIO than `rbio`       | that of `wbio`                             |
 * | `rbio` stays and is `wbio` too                        | none                                       |
 * | `wbio` stays, and both were different; so are the new | that of `rbio`                             |
 * | `wbio` stays, and both were different; it is `rbio`   | none                                       |
 * | all others, `rbio` and `wbio` differ                  | both                                       |
 * | all others, `rbio` and `wbio` are the same            | one                                        |
 *
 * The connection drops its references to BIOs that it no longer uses (`BIO_free_all(3)`).
 * `SSL_set0_rbio` and `SSL_set0_wbio` always take one reference, and do not change the other BIO.
 */
void SSL_set_bio(SSL *ssl,
                 BIO *rbio,
                 BIO *wbio);

/**
 * Sets the BIO to read from, or none for NULL; takes the caller's reference.
 */
void SSL_set0_rbio(SSL *ssl, BIO *rbio);

/**
 * Sets the BIO to write to, or none for NULL; takes the caller's reference.
 */
void SSL_set0_wbio(SSL *ssl, BIO *wbio);

/**
 * Returns the descriptor that `ssl` reads from, or -1.
 */
int SSL_get_fd(const SSL *ssl);

/**
 * Returns the descriptor that `ssl` reads from, or -1.
 */
int SSL_get_rfd(const SSL *ssl);

/**
 * Returns the descriptor that `ssl` writes to, or -1.
 */
int SSL_get_wfd(const SSL *ssl);

/**
 * Returns the BIO that `ssl` reads from, or NULL.
 *
 * Lifetime: until the connection has another BIO, or ends.
 */
BIO *SSL_get_rbio(const SSL *ssl);

/**
 * Returns the BIO that `ssl` writes to, or NULL; the program's own BIO, also during a handshake.
 *
 * Lifetime: until the connection has another BIO, or ends.
 */
BIO *SSL_get_wbio(const SSL *ssl);

/**
 * Returns the BIO method of connections. `BIO_new` makes such a BIO without a connection;
 * `BIO_set_ssl` sets the connection.
 *
 * Reading and writing do the handshake first, if it has not been done. When they fail, the BIO's
 * retry flags say what the connection waits for. Commands:
 *
 * - `BIO_set_ssl(bio, ssl, close)` connects the BIO to a connection, and with `BIO_CLOSE` takes
 * the caller's reference to it; the connection's read BIO becomes the next of the chain.
 * `BIO_get_ssl` lends it.
 * - `BIO_set_ssl_mode` makes it a client (not 0) or a server (0).
 * - `BIO_do_handshake` does the handshake: 1, or a number that is not positive.
 * - `BIO_reset` sends close_notify, makes the connection ready for another handshake, and resets
 * the BIOs below.
 * - `BIO_pending` returns how many bytes can be read without the transport; `BIO_wpending` and
 * `BIO_flush` ask the write BIO.
 * - `BIO_push` makes the connection use the next BIO of the chain, `BIO_pop` removes it from the
 * connection.
 * - `BIO_dup_chain` copies the connection, or shares it when its handshake has begun.
 * - `BIO_set_ssl_renegotiate_bytes` and `…_timeout` store their values.
 *
 * Other commands are passed to the connection's read BIO.
 *
 * Lifetime: static.
 *
 * Done in part: there is no renegotiation: its limits have no effect.
 */
const BIO_METHOD *BIO_f_ssl(void);

/**
 * Makes a BIO with a new connection of `ctx`: a client when `client` is not 0, else a server.
 *
 * Returns a BIO that the caller owns, and that owns the connection; or NULL with an error on the
 * queue.
 *
 * Lifetime: the caller's, freed by `BIO_free`.
 */
BIO *BIO_new_ssl(SSL_CTX *ctx, int client);

/**
 * Makes a chain of a client's BIO, as `BIO_new_ssl` does, and a connect BIO.
 * `BIO_set_conn_hostname` on the chain sets the peer.
 *
 * Returns the chain's first BIO, which the caller owns (`BIO_free_all`), or NULL with an error on
 * the queue.
 *
 * Lifetime: the caller's, freed by `BIO_free_all`.
 */
BIO *BIO_new_ssl_connect(SSL_CTX *ctx);

/**
 * As `BIO_new_ssl_connect`, with a buffering BIO in front, so that `BIO_gets` works and writes are
 * collected until `BIO_flush`.
 *
 * Lifetime: the caller's, freed by `BIO_free_all`.
 */
BIO *BIO_new_buffer_ssl_connect(SSL_CTX *ctx);

/**
 * Gives the first connection in the chain `to` the session, the certificates and the session id
 * context of the first one in `from`, as `SSL_copy_session_id` does.
 *
 * Returns 1, or 0 when one of the chains has no connection.
 */
int BIO_ssl_copy_session_id(BIO *to, BIO *from);

/**
 * Sends close_notify on every connection in a chain, as `SSL_shutdown` does; errors are put on the
 * queue.
 */
void BIO_ssl_shutdown(BIO *ssl_bio);

/*
 * Own certificates and keys
 * =========================
 *
 * "use" takes its own reference to a certificate or key, and checks that the two match;
 * "get" lends. Settings of a context reach connections that are made later. Files are PEM or DER;
 * the password callback runs while the file is read.
 */

/**
 * Sets the certificate for its kind of key, and makes that kind current. The library takes another
 * reference to `x`. A private key of the same kind that does not belong to it is dropped; the
 * chain of the former certificate remains.
 *
 * Returns 1; or 0 with an error on the queue, and then nothing has changed: `EE_KEY_TOO_SMALL` or
 * `CA_MD_TOO_WEAK` when it is too weak for the security level, `UNKNOWN_CERTIFICATE_TYPE` for a
 * kind of key that is not supported (DSA among them).
 */
int SSL_CTX_use_certificate(SSL_CTX *ctx, X509 *x);

/**
 * As `SSL_CTX_use_certificate`, for one connection.
 */
int SSL_use_certificate(SSL *ssl, X509 *x);

/**
 * As `SSL_CTX_use_certificate`, from the DER encoding of `len` bytes at `d`. Bytes after the
 * certificate are ignored.
 *
 * Returns 1; or 0 with an error on the queue, `ERR_R_ASN1_LIB` when it is not a certificate.
 *
 * Requires: `d` is NULL or readable for `len` bytes.
 */
int SSL_CTX_use_certificate_ASN1(SSL_CTX *ctx, int len, const unsigned char *d);

/**
 * As `SSL_CTX_use_certificate_ASN1`, for one connection; note the order of the arguments.
 *
 * Requires: `d` is NULL or readable for `len` bytes.
 */
int SSL_use_certificate_ASN1(SSL *ssl, const unsigned char *d, int len);

/**
 * Sets certificate, private key and chain of one kind together, and makes that kind current. The
 * library takes another reference to each. With a NULL `privatekey` the certificate's public key
 * is stored in its place, for programs that sign by their own means: checks succeed, signing
 * fails. Without a `chain` the slot has none.
 *
 * With an `override` of 0 the call fails if something is already set for this kind of key.
 *
 * Returns 1; or 0 with an error on the queue, and then nothing has changed:
 * `NOT_REPLACING_CERTIFICATE` when something is already set and `override` is 0,
 * `PRIVATE_KEY_MISMATCH` when the key is not the certificate's, `EE_KEY_TOO_SMALL`,
 * `CA_KEY_TOO_SMALL` or `CA_MD_TOO_WEAK` when a certificate is too weak for the security level.
 */
int SSL_CTX_use_cert_and_key(SSL_CTX *ctx,
                             X509 *x509,
                             EVP_PKEY *privatekey,
                             struct stack_st_X509 *chain,
                             int override);

/**
 * As `SSL_CTX_use_cert_and_key`, for one connection.
 */
int SSL_use_cert_and_key(SSL *ssl,
                         X509 *x509,
                         EVP_PKEY *privatekey,
                         struct stack_st_X509 *chain,
                         int override);

/**
 * Returns the current certificate of the context, or NULL when the current slot has none.
 *
 * Lifetime: until another is set, or the owner's end.
 */
X509 *SSL_CTX_get0_certificate(const SSL_CTX *ctx);

/**
 * Returns this side's certificate, or NULL: the one that the handshake has selected, and before
 * that the one set last. In the callback of `SSL_CTX_set_cert_cb` it is still the one set last.
 *
 * Lifetime: until another is set, or the owner's end.
 */
X509 *SSL_get_certificate(const SSL *ssl);

/**
 * Removes all certificates, keys and chains of the connection; those of its context stay.
 */
void SSL_certs_clear(SSL *ssl);

/**
 * Sets a certificate and its chain from a PEM file, and makes its kind of key the current one: the
 * file holds the certificate first, then its issuers in order, if any. The issuers replace the
 * chain that was set for this kind. Other PEM blocks, such as a private key, are skipped.
 *
 * Removes all errors of this thread from the queue first.
 *
 * Returns 1; or 0 with an error on the queue: `ERR_R_SYS_LIB` when the file cannot be opened,
 * `ERR_R_PEM_LIB` when it holds no certificate, `CA_KEY_TOO_SMALL` when an issuer is too weak for
 * the security level, or one of `SSL_CTX_use_certificate`. When only an issuer is at fault, the
 * certificate has been set, without a chain.
 */
int SSL_CTX_use_certificate_chain_file(SSL_CTX *ctx, const char *file);

/**
 * As `SSL_CTX_use_certificate_chain_file`, for one connection.
 */
int SSL_use_certificate_chain_file(SSL *ssl, const char *file);

/**
 * As `SSL_CTX_use_certificate`, with the first certificate of a file: PEM for `SSL_FILETYPE_PEM`
 * (1), DER for `SSL_FILETYPE_ASN1` (2). Further certificates in a PEM file are not read:
 * `SSL_CTX_use_certificate_chain_file` reads those too.
 *
 * Returns 1; or 0 with an error on the queue: in addition to those of `SSL_CTX_use_certificate`,
 * `ERR_R_SYS_LIB` when the file cannot be opened, `ERR_R_PEM_LIB` or `ERR_R_ASN1_LIB` when it
 * holds no certificate, `BAD_SSL_FILETYPE` for another `type`.
 */
int SSL_CTX_use_certificate_file(SSL_CTX *ctx, const char *file, int type);

/**
 * As `SSL_CTX_use_certificate_file`, for one connection.
 */
int SSL_use_certificate_file(SSL *ssl, const char *file, int type);

/**
 * Sets the private key for its kind, and makes that kind current. The library takes another
 * reference to `pkey`.
 *
 * Returns 1; or 0 with an error on the queue, and then nothing has changed: libcrypto's
 * `X509_R_KEY_VALUES_MISMATCH` when it does not match the certificate of its kind,
 * `UNKNOWN_CERTIFICATE_TYPE` for a kind that is not supported (DSA among them).
 */
int SSL_CTX_use_PrivateKey(SSL_CTX *ctx, EVP_PKEY *pkey);

/**
 * As `SSL_CTX_use_PrivateKey`, for one connection.
 */
int SSL_use_PrivateKey(SSL *ssl, EVP_PKEY *pkey);

/**
 * As `SSL_CTX_use_PrivateKey`, from the DER encoding of `len` bytes at `d` of a key of type `pk`
 * (`EVP_PKEY_RSA`, `EVP_PKEY_EC`, …), in PKCS#8 or in the type's own older form. Bytes after the
 * key are ignored.
 *
 * Returns 1; or 0 with an error on the queue, `ERR_R_ASN1_LIB` when it is not such a key.
 *
 * Requires: `d` is NULL or readable for `len` bytes.
 */
int SSL_CTX_use_PrivateKey_ASN1(int pk, SSL_CTX *ctx, const unsigned char *d, long len);

/**
 * As `SSL_CTX_use_PrivateKey_ASN1`, for one connection.
 *
 * Requires: `d` is NULL or readable for `len` bytes.
 */
int SSL_use_PrivateKey_ASN1(int pk, SSL *ssl, const unsigned char *d, long len);

/**
 * As `SSL_CTX_use_PrivateKey`, with the first private key of a file: PEM for `SSL_FILETYPE_PEM`
 * (1), DER for `SSL_FILETYPE_ASN1` (2). The password of an encrypted key is that of the callback
 * of `SSL_CTX_set_default_passwd_cb`; without one, its user data is the password, and without that
 * libcrypto asks on the terminal.
 *
 * Returns 1; or 0 with an error on the queue: in addition to those of `SSL_CTX_use_PrivateKey`,
 * `ERR_R_SYS_LIB` when the file cannot be opened, `ERR_R_PEM_LIB` or `ERR_R_ASN1_LIB` when it
 * holds no key, `BAD_SSL_FILETYPE` for another `type`.
 */
int SSL_CTX_use_PrivateKey_file(SSL_CTX *ctx, const char *file, int type);

/**
 * As `SSL_CTX_use_PrivateKey_file`, for one connection, with its own password callback
 * (`SSL_set_default_passwd_cb`).
 */
int SSL_use_PrivateKey_file(SSL *ssl, const char *file, int type);

/**
 * Checks whether the current private key matches the current certificate: those of the kind that
 * was set or selected last.
 *
 * Returns 1 when it does; or 0 with an error on the queue: `NO_CERTIFICATE_ASSIGNED` or
 * `NO_PRIVATE_KEY_ASSIGNED` when one of them is missing, libcrypto's `X509_R_KEY_VALUES_MISMATCH`
 * when they do not match.
 */
int SSL_CTX_check_private_key(const SSL_CTX *ctx);

/**
 * As `SSL_CTX_check_private_key`, for one connection.
 */
int SSL_check_private_key(const SSL *ssl);

/**
 * Returns the current private key of the context, or NULL when the current slot has none.
 *
 * Lifetime: until another is set, or the owner's end.
 */
EVP_PKEY *SSL_CTX_get0_privatekey(const SSL_CTX *ctx);

/**
 * Returns the private key of the certificate that `SSL_get_certificate` returns, or NULL.
 *
 * Lifetime: until another is set, or the owner's end.
 */
EVP_PKEY *SSL_get_privatekey(const SSL *ssl);

/**
 * As `SSL_CTX_use_PrivateKey`, with an RSA key, to which the library takes another reference.
 */
int SSL_CTX_use_RSAPrivateKey(SSL_CTX *ctx, RSA *rsa);

/**
 * As `SSL_CTX_use_RSAPrivateKey`, for one connection.
 */
int SSL_use_RSAPrivateKey(SSL *ssl, RSA *rsa);

/**
 * As `SSL_CTX_use_PrivateKey_ASN1`, with an RSA key in PKCS#1.
 *
 * Requires: `d` is NULL or readable for `len` bytes.
 */
int SSL_CTX_use_RSAPrivateKey_ASN1(SSL_CTX *ctx, const unsigned char *d, long len);

/**
 * As `SSL_CTX_use_RSAPrivateKey_ASN1`, for one connection.
 *
 * Requires: `d` is NULL or readable for `len` bytes.
 */
int SSL_use_RSAPrivateKey_ASN1(SSL *ssl, const unsigned char *d, long len);

/**
 * As `SSL_CTX_use_PrivateKey_file`, with an RSA key: any form in PEM, PKCS#1 in DER.
 */
int SSL_CTX_use_RSAPrivateKey_file(SSL_CTX *ctx, const char *file, int type);

/**
 * As `SSL_CTX_use_RSAPrivateKey_file`, for one connection.
 */
int SSL_use_RSAPrivateKey_file(SSL *ssl, const char *file, int type);

/**
 * Sets the function that provides the passwords of key files of `ctx`, and of connections made
 * later; NULL unsets it.
 *
 * Lifetime: the function's arguments, until it returns.
 */
void SSL_CTX_set_default_passwd_cb(SSL_CTX *ctx, pem_password_cb * callback);

/**
 * Sets the last argument of the password callback, or without a callback the password itself: a C
 * string. The program keeps its ownership.
 *
 * Lifetime: the program's own pointer.
 *
 * Requires: `*u` stays valid as long as key files are read.
 */
void SSL_CTX_set_default_passwd_cb_userdata(SSL_CTX *ctx, void *u);

/**
 * Returns the password callback; NULL when none was set.
 *
 * Lifetime: the program's own pointer.
 */
pem_password_cb * SSL_CTX_get_default_passwd_cb(SSL_CTX *ctx);

/**
 * Returns the last argument of the password callback; NULL when none was set.
 *
 * Lifetime: the program's own pointer.
 */
void *SSL_CTX_get_default_passwd_cb_userdata(SSL_CTX *ctx);

/**
 * Sets the function that provides the passwords of key files of `ssl`; NULL unsets it.
 *
 * Lifetime: the function's arguments, until it returns.
 */
void SSL_set_default_passwd_cb(SSL *ssl, pem_password_cb * callback);

/**
 * Sets the last argument of the password callback, or without a callback the password itself: a C
 * string. The program keeps its ownership.
 *
 * Lifetime: the program's own pointer.
 *
 * Requires: `*u` stays valid as long as key files are read.
 */
void SSL_set_default_passwd_cb_userdata(SSL *ssl, void *u);

/**
 * Returns the password callback; NULL when none was set.
 *
 * Lifetime: the program's own pointer.
 */
pem_password_cb * SSL_get_default_passwd_cb(SSL *ssl);

/**
 * Returns the last argument of the password callback; NULL when none was set.
 *
 * Lifetime: the program's own pointer.
 */
void *SSL_get_default_passwd_cb_userdata(SSL *ssl);

/**
 * Checks whether a certificate with its private key and the chain above it (NULL for none) meets
 * the peer's requirements: those of the ClientHello on a server, those of the CertificateRequest
 * on a client. Call it in the callback of `SSL_CTX_set_cert_cb`.
 *
 * Returns `CERT_PKEY_…` flags, of which `CERT_PKEY_VALID` (1) sums up the others; 0 when an
 * argument is NULL or the kind of key is not supported.
 *
 * Requirements of a server that the engine does not expose count as met: certificate types in TLS
 * 1.2, algorithms for certificates only in TLS 1.3.
 *
 * Done in part: no Suite B, and not all that a server may ask for.
 */
int SSL_check_chain(SSL *ssl, X509 *x, EVP_PKEY *pk, struct stack_st_X509 *chain);

/*
 * Verifying the peer
 * ==================
 *
 * A client verifies nothing until SSL_VERIFY_PEER is set, and no name until SSL_set1_host: without
 * both, anyone can stand between client and server. A server with SSL_VERIFY_PEER asks for a
 * certificate, and needs SSL_VERIFY_FAIL_IF_NO_PEER_CERT to insist on one. Verification is
 * libcrypto's, with the store of the context. A resumed handshake verifies nothing again: the
 * result and certificate come from the session. The verify callback can accept what failed; one
 * that always returns 1 switches verification off.
 */

/**
 * Sets the mode of verification, and the function that is called for each certificate of a chain;
 * NULL removes the function.
 *
 * With `SSL_VERIFY_NONE` (0) a client continues whatever the result is, and a server asks for no
 * certificate. With `SSL_VERIFY_PEER` (1) a client ends the handshake when verification fails; a
 * server asks for a certificate and ends the handshake when its verification fails, and together
 * with `SSL_VERIFY_FAIL_IF_NO_PEER_CERT` (2) also when the client sends none. Such a server needs
 * an id context (`SSL_CTX_set_session_id_context`) to resume sessions. The other bits concern
 * renegotiation and authentication after the handshake, which this library does not do.
 *
 * The callback gets 1 or 0, the result for this certificate, and the `X509_STORE_CTX`, which has
 * the details and holds the `SSL` under `SSL_get_ex_data_X509_STORE_CTX_idx`. Its return value
 * replaces the result.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Requires: `callback` behaves as SSL_CTX_set_verify(3) requires.
 */
void SSL_CTX_set_verify(SSL_CTX *ctx, int mode, SSL_verify_cb callback);

/**
 * As `SSL_CTX_set_verify`, for one connection; but a NULL callback keeps the former one. On a
 * server, it has an effect until the ClientHello has been processed, and so also in ClientHello
 * callbacks.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Requires: `callback` behaves as SSL_set_verify(3) requires.
 */
void SSL_set_verify(SSL *ssl, int mode, SSL_verify_cb callback);

/**
 * Returns the result of verifying the peer's certificate, an `X509_V_…` code. It is `X509_V_OK`
 * (0) before the handshake, and also when the peer has sent no certificate: check
 * `SSL_get0_peer_certificate` too. After a resumption it is the session's.
 */
long SSL_get_verify_result(const SSL *ssl);

/**
 * Returns the mode set by `SSL_CTX_set_verify`; `SSL_VERIFY_NONE` (0) by default.
 */
int SSL_CTX_get_verify_mode(const SSL_CTX *ctx);

/**
 * Returns the callback set by `SSL_CTX_set_verify`; NULL for none.
 */
SSL_verify_cb SSL_CTX_get_verify_callback(const SSL_CTX *ctx);

/**
 * Returns the callback set by `SSL_set_verify`, or that of the context; NULL for none.
 */
SSL_verify_cb SSL_get_verify_callback(const SSL *ssl);

/**
 * Sets how many certificates there may be between the peer's own and the trusted one; -1 for
 * libcrypto's default, 100.
 */
void SSL_CTX_set_verify_depth(SSL_CTX *ctx, int depth);

/**
 * As `SSL_CTX_set_verify_depth`, for one connection.
 */
void SSL_set_verify_depth(SSL *ssl, int depth);

/**
 * Returns the depth set by `SSL_CTX_set_verify_depth`; -1 when none is set.
 */
int SSL_CTX_get_verify_depth(const SSL_CTX *ctx);

/**
 * Returns the depth set by `SSL_set_verify_depth`, or that of the context; -1 when none is set.
 */
int SSL_get_verify_depth(const SSL *ssl);

/**
 * Lets a function of the program verify chains instead of libcrypto, on all connections of the
 * context; NULL restores libcrypto. It gets `arg`, and an `X509_STORE_CTX` with everything set up
 * for `X509_verify_cert`. It returns 1 when the chain is valid, else 0, and sets the result with
 * `X509_STORE_CTX_set_error`.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Requires: `callback` behaves as SSL_CTX_set_cert_verify_callback(3) requires, and may be called
 * with `arg` on every thread.
 */
void SSL_CTX_set_cert_verify_callback(SSL_CTX *ctx,
                                      int (*callback)(X509_STORE_CTX*, void*),
                                      void *arg);

/**
 * Returns the index under which an `X509_STORE_CTX` holds the `SSL` whose peer is being verified:
 * for `X509_STORE_CTX_get_ex_data` in callbacks. The same for the life of the process.
 */
int SSL_get_ex_data_X509_STORE_CTX_idx(void);

/**
 * Returns the mode set by `SSL_set_verify`, or that of the context.
 */
int SSL_get_verify_mode(const SSL *ssl);

/**
 * Sets the result that `SSL_get_verify_result` returns and that a new session stores. It does not
 * affect the handshake.
 */
void SSL_set_verify_result(SSL *ssl, long v);

/**
 * Returns the verify parameters of the context, lent as long as it lives. Changes through the
 * pointer take effect at once, for connections that have not used their own yet; no other thread
 * may use the context at the same time.
 *
 * Lifetime: that of the context or connection.
 */
X509_VERIFY_PARAM *SSL_CTX_get0_param(SSL_CTX *ctx);

/**
 * Returns the verify parameters of the connection, lent as long as it lives. They start as those
 * of the context.
 *
 * Lifetime: that of the context or connection.
 */
X509_VERIFY_PARAM *SSL_get0_param(SSL *ssl);

/**
 * Copies the parameters that are set in `vpm` to the verify parameters of the context. NULL copies
 * nothing.
 *
 * Returns 1, or 0 with an error on the queue.
 *
 * Requires: `vpm` is NULL or live and not changed during the call.
 */
int SSL_CTX_set1_param(SSL_CTX *ctx, X509_VERIFY_PARAM *vpm);

/**
 * As `SSL_CTX_set1_param`, for one connection.
 *
 * Requires: `vpm` is NULL or live and not changed during the call.
 */
int SSL_set1_param(SSL *ssl, X509_VERIFY_PARAM *vpm);

/**
 * Sets the purpose that the peer's certificate must have, an `X509_PURPOSE_…` number, instead of
 * what its role requires.
 *
 * Returns 1, or 0 with libcrypto's error on the queue for an unknown number.
 */
int SSL_CTX_set_purpose(SSL_CTX *ctx, int purpose);

/**
 * As `SSL_CTX_set_purpose`, for one connection.
 */
int SSL_set_purpose(SSL *ssl, int purpose);

/**
 * Sets what the root must be trusted for, an `X509_TRUST_…` number, instead of what its role
 * requires.
 *
 * Returns 1, or 0 with libcrypto's error on the queue for an unknown number.
 */
int SSL_CTX_set_trust(SSL_CTX *ctx, int trust);

/**
 * As `SSL_CTX_set_trust`, for one connection.
 */
int SSL_set_trust(SSL *ssl, int trust);

/**
 * Trusts the certificates of the PEM file `cafile`, which is read now, and of the directory
 * `ca_path`, which is searched whenever an issuer is missing and whose files `openssl rehash` has
 * named. One of the two may be NULL.
 *
 * Returns 1; or 0, with an error on the queue unless both are NULL: the file cannot be read or
 * holds no certificate. A directory that does not exist is no error.
 */
int SSL_CTX_load_verify_locations(SSL_CTX *ctx, const char *cafile, const char *ca_path);

/**
 * Trusts the certificates of a PEM file, which is read now.
 *
 * Returns 1; or 0 with an error on the queue. NULL queues none.
 */
int SSL_CTX_load_verify_file(SSL_CTX *ctx, const char *cafile);

/**
 * Trusts the certificates of a directory, which is searched whenever an issuer is missing.
 *
 * Returns 1; or 0 with an error on the queue. NULL queues none.
 */
int SSL_CTX_load_verify_dir(SSL_CTX *ctx, const char *ca_path);

/**
 * Trusts the certificates at a URI, see ossl_store(7).
 *
 * Returns 1; or 0 with an error on the queue. NULL queues none.
 */
int SSL_CTX_load_verify_store(SSL_CTX *ctx, const char *castore);

/**
 * Trusts the system's certificates: the file, directory and URI that libcrypto was built with, or
 * that the environment names (`SSL_CERT_FILE`, `SSL_CERT_DIR`). A missing one is no error.
 *
 * Returns 1, or 0 with an error on the queue.
 */
int SSL_CTX_set_default_verify_paths(SSL_CTX *ctx);

/**
 * As `SSL_CTX_set_default_verify_paths`, only the file.
 */
int SSL_CTX_set_default_verify_file(SSL_CTX *ctx);

/**
 * As `SSL_CTX_set_default_verify_paths`, only the directory.
 */
int SSL_CTX_set_default_verify_dir(SSL_CTX *ctx);

/**
 * As `SSL_CTX_set_default_verify_paths`, only the URI.
 */
int SSL_CTX_set_default_verify_store(SSL_CTX *ctx);

/**
 * Returns the context's store of trusted certificates; never NULL for a context. The program may
 * add to it at any time.
 *
 * Lifetime: until `SSL_CTX_set_cert_store`, or the context's end.
 */
X509_STORE *SSL_CTX_get_cert_store(const SSL_CTX *ctx);

/**
 * Replaces the context's store by `store`, and takes the caller's reference to it. NULL replaces
 * it by an empty one. Existing connections use the new one from now on.
 *
 * Requires: `store` is NULL or live, and the caller transfers a reference.
 */
void SSL_CTX_set_cert_store(SSL_CTX *ctx, X509_STORE *store);

/**
 * As `SSL_CTX_set_cert_store`, but the context takes another reference: `store` stays the
 * caller's.
 */
void SSL_CTX_set1_cert_store(SSL_CTX *ctx, X509_STORE *store);

/**
 * Sets the name that the peer's certificate must have, and removes former ones: a host name, or an
 * IP address as text, which becomes the address of the verify parameters. With NULL or an empty
 * name any certificate name is accepted. It does not change the server name that a client sends
 * (`SSL_set_tlsext_host_name`).
 *
 * The name is checked only with `SSL_VERIFY_PEER`.
 *
 * Returns 1, or 0 with an error on the queue.
 */
int SSL_set1_host(SSL *ssl, const char *hostname);

/**
 * Adds an alternative name that the peer's certificate may have. Only one IP address is possible.
 *
 * Returns 1; or 0, without an error on the queue for a second address.
 */
int SSL_add1_host(SSL *ssl, const char *hostname);

/**
 * Sets how names are compared: `X509_CHECK_FLAG_…` bits, see X509_check_host(3).
 */
void SSL_set_hostflags(SSL *ssl, unsigned int flags);

/**
 * Returns the name in the peer's certificate that matched, for example `*.example.org`; NULL when
 * none was asked for, or none matched, or the session was resumed.
 *
 * Lifetime: until the next verification, or the connection's end.
 */
const char *SSL_get0_peername(SSL *ssl);

/**
 * Returns the peer's certificate, or NULL when it has sent none. After a resumption it is the
 * session's, the same object that `SSL_SESSION_get0_peer` returns. It may be untrusted: see
 * `SSL_get_verify_result`.
 *
 * The sessions of this handshake, and connections that resume one of them as the same object, lend
 * the same certificate object; all others have their own.
 *
 * Lifetime: until the connection has another session, or ends.
 */
X509 *SSL_get0_peer_certificate(const SSL *ssl);

/**
 * As `SSL_get0_peer_certificate`, with a reference that the caller drops with `X509_free`.
 *
 * Lifetime: the caller's, freed by `X509_free`.
 */
X509 *SSL_get1_peer_certificate(const SSL *ssl);

/**
 * Returns the certificates that the peer sent, unverified and in the peer's order: on a client all
 * of them, on a server those after the client's own. NULL when the peer has sent none, and after a
 * resumption from a session that was read from DER or from a ticket, which keep only the peer's
 * own certificate. `SSL_get0_verified_chain` returns the chain that was built from them.
 *
 * Lifetime: until the connection has another session, or ends.
 */
struct stack_st_X509 *SSL_get_peer_cert_chain(const SSL *ssl);

/**
 * Returns the chain that was built to verify the peer's certificate, that certificate first. The
 * chain may be incomplete unless `SSL_get_verify_result` is `X509_V_OK`. NULL when nothing was
 * verified, as after a resumption.
 *
 * Lifetime: until the next handshake.
 */
struct stack_st_X509 *SSL_get0_verified_chain(const SSL *ssl);

/**
 * Stores in `*pnid` the type of the peer's signature in the handshake: the NID of the key type, or
 * `EVP_PKEY_RSA_PSS` for all signatures with PSS padding.
 *
 * Returns 1; 0 when the peer has signed nothing, as after a resumption.
 */
int SSL_get_peer_signature_type_nid(const SSL *ssl, int *pnid);

/**
 * As `SSL_get_peer_signature_type_nid`, for the signature that this side made.
 */
int SSL_get_signature_type_nid(const SSL *ssl, int *pnid);

/**
 * Describes the signature algorithm number `idx` that the peer accepts, in the peer's order: the
 * NIDs of the key type, of the hash and of both together (0 for none and for unknown), and its two
 * bytes on the wire. Each result may be NULL. A negative `idx` stores nothing.
 *
 * The peer lists the algorithms in its ClientHello or CertificateRequest.
 *
 * Returns how many there are; 0 when `idx` is too great, before that message, and after a
 * resumption.
 *
 * Done in part: on a client those are missing that a server takes in certificates only.
 */
int SSL_get_sigalgs(SSL *ssl,
                    int idx,
                    int *psign,
                    int *phash,
                    int *psignandhash,
                    unsigned char *rsig,
                    unsigned char *rhash);

/**
 * As `SSL_get_sigalgs`, for the algorithms that both sides accept, best first.
 *
 * Returns how many there are; 0 also for a negative `idx`.
 *
 * Done in part: on a client those are missing that a server takes in certificates only.
 */
int SSL_get_shared_sigalgs(SSL *ssl,
                           int idx,
                           int *psign,
                           int *phash,
                           int *psignandhash,
                           unsigned char *rsig,
                           unsigned char *rhash);

/**
 * Sets the CA list of `ctx`. The library takes the list, also when `ctx` is NULL. NULL removes the
 * old list.
 *
 * Requires: `name_list` is NULL or a list whose ownership the caller transfers.
 */
void SSL_CTX_set0_CA_list(SSL_CTX *ctx, struct stack_st_X509_NAME *name_list);

/**
 * Sets the CA list of `ssl`. The library takes the list, also when `ssl` is NULL. NULL removes the
 * old list.
 *
 * Requires: `name_list` is NULL or a list whose ownership the caller transfers.
 */
void SSL_set0_CA_list(SSL *ssl, struct stack_st_X509_NAME *name_list);

/**
 * Returns the CA list of `ctx`; initially empty.
 *
 * Lifetime: until another is set, or the owner's end; grows in place.
 */
const struct stack_st_X509_NAME *SSL_CTX_get0_CA_list(const SSL_CTX *ctx);

/**
 * Returns the CA list of `ssl`: its own, or its context's.
 *
 * Lifetime: until another is set, or the owner's end; grows in place.
 */
const struct stack_st_X509_NAME *SSL_get0_CA_list(const SSL *ssl);

/**
 * Returns the list that the peer has sent, lent until the next handshake; NULL when the peer has
 * sent none.
 *
 * Lifetime: until the next handshake.
 */
const struct stack_st_X509_NAME *SSL_get0_peer_CA_list(const SSL *ssl);

/**
 * Adds a copy of the certificate's subject to the CA list of `ctx`. `x` stays the caller's.
 * Returns 1, or 0 with an error on the queue.
 */
int SSL_CTX_add1_to_CA_list(SSL_CTX *ctx, const X509 *x);

/**
 * Adds a copy of the certificate's subject to the CA list of `ssl`. `x` stays the caller's.
 * Returns 1, or 0 with an error on the queue.
 */
int SSL_add1_to_CA_list(SSL *ssl, const X509 *x);

/**
 * Sets the client CA list of `ctx`. The library takes the list, also when `ctx` is NULL. NULL
 * removes the old list.
 *
 * Requires: `name_list` is NULL or a list whose ownership the caller transfers.
 */
void SSL_CTX_set_client_CA_list(SSL_CTX *ctx, struct stack_st_X509_NAME *name_list);

/**
 * Sets the client CA list of `ssl`. The library takes the list, also when `ssl` is NULL. NULL
 * removes the old list.
 *
 * Requires: `name_list` is NULL or a list whose ownership the caller transfers.
 */
void SSL_set_client_CA_list(SSL *ssl, struct stack_st_X509_NAME *name_list);

/**
 * Returns the client CA list of `ctx`; initially empty.
 *
 * Lifetime: until another is set, or the owner's end; grows in place.
 */
struct stack_st_X509_NAME *SSL_CTX_get_client_CA_list(const SSL_CTX *ctx);

/**
 * Returns, on a client, the list that the server has sent, lent until the next handshake; on a
 * server, the client CA list of `ssl` or else of its context, lent until another is set or its
 * owner is freed. Returns NULL when there is none.
 *
 * Lifetime: server: as `SSL_CTX_get_client_CA_list`; client: until the next handshake.
 */
struct stack_st_X509_NAME *SSL_get_client_CA_list(const SSL *ssl);

/**
 * Adds a copy of the certificate's subject to the client CA list of `ctx`. `x` stays the
 * caller's. Returns 1, or 0 with an error on the queue.
 */
int SSL_CTX_add_client_CA(SSL_CTX *ctx, X509 *x);

/**
 * Adds a copy of the certificate's subject to the client CA list of `ssl`. `x` stays the
 * caller's. Returns 1, or 0 with an error on the queue.
 */
int SSL_add_client_CA(SSL *ssl, X509 *x);

/**
 * Returns a copy of a list with copies of its names; for NULL, an empty list. The caller frees it
 * with `sk_X509_NAME_pop_free`. Returns NULL with an error on the queue when memory is short.
 *
 * Lifetime: the caller's, freed by `sk_X509_NAME_pop_free`.
 */
struct stack_st_X509_NAME *SSL_dup_CA_list(const struct stack_st_X509_NAME *sk);

/**
 * Returns the subjects of the certificates in a PEM file, each once, in order. The caller owns the
 * list, and passes it to `SSL_CTX_set_client_CA_list` or frees it with `sk_X509_NAME_pop_free`.
 * Returns NULL with an error on the queue when the file cannot be read or holds no certificate.
 *
 * Lifetime: the caller's, freed by `sk_X509_NAME_pop_free`.
 */
struct stack_st_X509_NAME *SSL_load_client_CA_file(const char *file);

/**
 * As `SSL_load_client_CA_file`, within a library context (NULL for the default one) and with a
 * property query (NULL for none).
 *
 * Lifetime: the caller's, freed by `sk_X509_NAME_pop_free`.
 */
struct stack_st_X509_NAME *SSL_load_client_CA_file_ex(const char *file,
                                                      OSSL_LIB_CTX *libctx,
                                                      const char *propq);

/**
 * Adds the subjects of the certificates in a PEM file to a list, except those that it already has.
 * Returns 1, or 0 with an error on the queue; names added before the error stay.
 */
int SSL_add_file_cert_subjects_to_stack(struct stack_st_X509_NAME *stack_cas, const char *file);

/**
 * Adds the subjects of the certificates in all files of a directory to a list, except those that
 * it already has. Returns 1, or 0 with an error on the queue; names added before the error stay.
 */
int SSL_add_dir_cert_subjects_to_stack(struct stack_st_X509_NAME *stack_cas, const char *dir);

/**
 * Adds the subjects of the certificates at a URI (ossl_store(7)) to a list, except those that it
 * already has. Returns 1, or 0 with an error on the queue; names added before the error stay.
 */
int SSL_add_store_cert_subjects_to_stack(struct stack_st_X509_NAME *stack_cas, const char *uri);

/**
 * Sets the security level for connections made later: 0 to 5. Debian's default, and ours, is 2.
 */
void SSL_CTX_set_security_level(SSL_CTX *ctx, int level);

/**
 * Returns the security level of `ctx`.
 */
int SSL_CTX_get_security_level(const SSL_CTX *ctx);

/**
 * Sets the function that decides instead of the level for connections made later; NULL restores
 * the level. Its arguments are the connection or the context, the operation (`SSL_SECOP_…`), the
 * bits of security, a number (a version, or libcrypto's NID), the object (a suite, a certificate,
 * two bytes of a group or signature algorithm), and the pointer set with
 * `SSL_CTX_set0_security_ex_data`. It returns 0 to refuse.
 *
 * Lifetime: the function's arguments, until it returns.
 */
void SSL_CTX_set_security_callback(SSL_CTX *ctx, int (*callback)(const SSL *ssl,
                                                                 const SSL_CTX *ctx,
                                                                 int op,
                                                                 int bits,
                                                                 int nid,
                                                                 void *other,
                                                                 void *ex));

/**
 * Returns the function that decides what is secure enough: the program's, or one that applies the
 * level. The program's function may call the latter.
 */
int (*SSL_CTX_get_security_callback(const SSL_CTX *ctx))(const SSL *ssl,
                                                         const SSL_CTX *ctx,
                                                         int op,
                                                         int bits,
                                                         int nid,
                                                         void *other,
                                                         void *ex);

/**
 * Sets the last argument of the security callback; the program keeps its ownership.
 */
void SSL_CTX_set0_security_ex_data(SSL_CTX *ctx, void *ex);

/**
 * Returns the last argument of the security callback; NULL when none was set.
 *
 * Lifetime: the program's own pointer.
 */
void *SSL_CTX_get0_security_ex_data(const SSL_CTX *ctx);

/**
 * Sets the security level of `ssl`: 0 to 5. Debian's default, and ours, is 2.
 */
void SSL_set_security_level(SSL *ssl, int level);

/**
 * Returns the security level of `ssl`.
 */
int SSL_get_security_level(const SSL *ssl);

/**
 * Sets the function that decides instead of the level, as `SSL_CTX_set_security_callback` does.
 *
 * Lifetime: the function's arguments, until it returns.
 */
void SSL_set_security_callback(SSL *ssl, int (*callback)(const SSL *ssl,
                                                         const SSL_CTX *ctx,
                                                         int op,
                                                         int bits,
                                                         int nid,
                                                         void *other,
                                                         void *ex));

/**
 * Returns the function that decides what is secure enough: the program's, or one that applies the
 * level. The program's function may call the latter.
 */
int (*SSL_get_security_callback(const SSL *ssl))(const SSL *ssl,
                                                 const SSL_CTX *ctx,
                                                 int op,
                                                 int bits,
                                                 int nid,
                                                 void *other,
                                                 void *ex);

/**
 * Sets the last argument of the security callback; the program keeps its ownership.
 */
void SSL_set0_security_ex_data(SSL *ssl, void *ex);

/**
 * Returns the last argument of the security callback; NULL when none was set.
 *
 * Lifetime: the program's own pointer.
 */
void *SSL_get0_security_ex_data(const SSL *ssl);

/*
 * Cipher suites
 * =============
 *
 * Lists of a context or connection, and the properties of a suite. An SSL_CIPHER is constant and
 * lives as long as the library. Unknown names in a list are left out, and a cipher string that
 * leaves no suite is an error. TLS 1.3 has its own list (SSL_CTX_set_ciphersuites).
 */

/**
 * Returns the suite that `ssl` uses, or NULL before one is negotiated.
 *
 * Lifetime: static.
 */
const SSL_CIPHER *SSL_get_current_cipher(const SSL *ssl);

/**
 * Sets the suites for TLS 1.2 from a string as in openssl-ciphers(1). Suites that this library
 * does not support are left out.
 *
 * Returns 1; or 0 with an error on the queue when no suite is left, and then nothing changes.
 */
int SSL_CTX_set_cipher_list(SSL_CTX *ctx, const char *str);

/**
 * As `SSL_CTX_set_cipher_list`, for one connection.
 */
int SSL_set_cipher_list(SSL *ssl, const char *str);

/**
 * Sets the suites for TLS 1.3: names with colons between them; an empty string for none.
 *
 * Returns 1; or 0 with an error on the queue, and then nothing changes.
 */
int SSL_CTX_set_ciphersuites(SSL_CTX *ctx, const char *str);

/**
 * Returns the suites of `ctx` in order of preference, TLS 1.3 first.
 *
 * Lifetime: until the suites are changed, or the owner's end.
 */
struct stack_st_SSL_CIPHER *SSL_CTX_get_ciphers(const SSL_CTX *ctx);

/**
 * Returns the suites of `ssl` in order of preference, TLS 1.3 first.
 *
 * Lifetime: until the suites are changed, or the owner's end.
 */
struct stack_st_SSL_CIPHER *SSL_get_ciphers(const SSL *ssl);

/**
 * Returns the suites that `ssl` would offer with its versions, its signature algorithms and its
 * security level or callback, in a list that the caller frees with `sk_SSL_CIPHER_free`; NULL for
 * none.
 *
 * Lifetime: the caller's, freed by `sk_SSL_CIPHER_free`.
 */
struct stack_st_SSL_CIPHER *SSL_get1_supported_ciphers(SSL *ssl);

/**
 * Returns the name of suite number `priority` (0 the most preferred) of `ssl`, or NULL.
 *
 * Lifetime: static.
 */
const char *SSL_get_cipher_list(const SSL *ssl, int priority);

/**
 * As `SSL_CTX_set_ciphersuites`, for one connection.
 */
int SSL_set_ciphersuites(SSL *ssl, const char *str);

/**
 * Returns the suite that `ssl` is about to use; the same as `SSL_get_current_cipher`.
 *
 * Lifetime: static.
 */
const SSL_CIPHER *SSL_get_pending_cipher(const SSL *ssl);

/**
 * Returns the suite with this two-byte TLS number, or NULL.
 *
 * Lifetime: static.
 *
 * Requires: `ptr` is readable for two bytes; `ssl` is not used.
 */
const SSL_CIPHER *SSL_CIPHER_find(SSL *ssl, const uint8_t *ptr);

/**
 * Returns, on a server, the suites that the client offered and this library knows, in the client's
 * order.
 *
 * Lifetime: until the next handshake.
 */
struct stack_st_SSL_CIPHER *SSL_get_client_ciphers(const SSL *ssl);

/**
 * Writes, on a server, the names of the suites that both sides know to `buf` of `size` bytes, with
 * colons between them. Returns `buf`, or NULL.
 *
 * Lifetime: the caller's buffer.
 *
 * Requires: `buf` is writable for `size` bytes.
 */
char *SSL_get_shared_ciphers(const SSL *ssl, char *buf, int size);

/**
 * Returns OpenSSL's name of `cipher`, such as "ECDHE-RSA-AES128-GCM-SHA256"
 * (SSL_CIPHER_get_name(3)). "(NONE)" for NULL. Puts no error on the queue.
 *
 * Lifetime: static.
 */
const char *SSL_CIPHER_get_name(const SSL_CIPHER *cipher);

/**
 * Returns the name of `cipher` in IANA's registry, such as "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"
 * (SSL_CIPHER_standard_name(3)). "(NONE)" for NULL. Puts no error on the queue.
 *
 * Lifetime: static.
 */
const char *SSL_CIPHER_standard_name(const SSL_CIPHER *cipher);

/**
 * Returns OpenSSL's name of the cipher suite that IANA's registry calls `rfc_name`
 * (OPENSSL_cipher_name(3)). "(NONE)" for NULL and for names that are not known. Puts no error on
 * the queue.
 *
 * Lifetime: static.
 */
const char *OPENSSL_cipher_name(const char *rfc_name);

/**
 * Returns the secret bits of `cipher`, and in `*alg_bits`, unless that is NULL, the bits of its
 * key (SSL_CIPHER_get_bits(3)). 0, with `*alg_bits` left alone, for NULL. Puts no error on the
 * queue.
 */
int SSL_CIPHER_get_bits(const SSL_CIPHER *cipher, int *alg_bits);

/**
 * Returns the protocol version that first had `cipher`, such as "TLSv1.2"
 * (SSL_CIPHER_get_version(3)). "(NONE)" for NULL. Puts no error on the queue.
 *
 * Lifetime: static.
 */
const char *SSL_CIPHER_get_version(const SSL_CIPHER *cipher);

/**
 * Describes `cipher` in one line, with a newline at its end: name, lowest version, key exchange,
 * authentication, encryption, MAC (SSL_CIPHER_description(3)). The line is written to `buf` of
 * `size` bytes, at least 128; or, when `buf` is NULL, to new memory that the caller frees with
 * `OPENSSL_free`.
 *
 * Returns the line. Returns NULL without an error on the queue when the buffer is too small; NULL
 * with an error when `cipher` is NULL or memory is short.
 *
 * Lifetime: the caller's, freed by `OPENSSL_free`, or the caller's buffer.
 *
 * Requires: `buf` is NULL or has `size` bytes.
 */
char *SSL_CIPHER_description(const SSL_CIPHER *cipher, char *buf, int size);

/**
 * Returns libcrypto's NID of the encryption of `cipher` (SSL_CIPHER_get_cipher_nid(3));
 * `NID_undef` for suites that do not encrypt, and for NULL. Puts no error on the queue.
 */
int SSL_CIPHER_get_cipher_nid(const SSL_CIPHER *cipher);

/**
 * Returns libcrypto's NID of the hash that authenticates the records of `cipher`
 * (SSL_CIPHER_get_digest_nid(3)); `NID_undef` for AEADs, and for NULL. Puts no error on the queue.
 */
int SSL_CIPHER_get_digest_nid(const SSL_CIPHER *cipher);

/**
 * Returns libcrypto's NID of the key exchange of `cipher`, such as `NID_kx_ecdhe`
 * (SSL_CIPHER_get_kx_nid(3)); `NID_kx_any` for suites of TLS 1.3, `NID_undef` for NULL. Puts no
 * error on the queue.
 */
int SSL_CIPHER_get_kx_nid(const SSL_CIPHER *cipher);

/**
 * Returns libcrypto's NID of the authentication of `cipher`, such as `NID_auth_rsa`
 * (SSL_CIPHER_get_auth_nid(3)); `NID_auth_any` for suites of TLS 1.3, `NID_undef` for NULL. Puts
 * no error on the queue.
 */
int SSL_CIPHER_get_auth_nid(const SSL_CIPHER *cipher);

/**
 * Returns the hash of the handshake with `cipher`: that of the PRF in TLS 1.2, of HKDF in TLS 1.3
 * (SSL_CIPHER_get_handshake_digest(3)). A PSK can be used with the suites that have its hash.
 * Returns NULL for NULL. Puts no error on the queue.
 *
 * Lifetime: static.
 */
const EVP_MD *SSL_CIPHER_get_handshake_digest(const SSL_CIPHER *cipher);

/**
 * Returns 1 when `cipher` protects records with an AEAD, else 0 (SSL_CIPHER_is_aead(3)); 0 for
 * NULL. Puts no error on the queue.
 */
int SSL_CIPHER_is_aead(const SSL_CIPHER *cipher);

/**
 * Returns OpenSSL's number of `cipher`, 0x03000000 plus that of IANA's registry
 * (SSL_CIPHER_get_id(3)). 0 for NULL. Puts no error on the queue.
 */
uint32_t SSL_CIPHER_get_id(const SSL_CIPHER *cipher);

/**
 * Returns the number of `cipher` in IANA's registry and on the wire
 * (SSL_CIPHER_get_protocol_id(3)). 0 for NULL. Puts no error on the queue.
 */
uint16_t SSL_CIPHER_get_protocol_id(const SSL_CIPHER *cipher);

/**
 * Returns the cipher string that `DEFAULT` stands for (OSSL_default_cipher_list(3)).
 *
 * Lifetime: static.
 */
const char *OSSL_default_cipher_list(void);

/**
 * Returns the TLS 1.3 suites of a new context, in the form that `SSL_CTX_set_ciphersuites` takes
 * (OSSL_default_ciphersuites(3)).
 *
 * Lifetime: static.
 */
const char *OSSL_default_ciphersuites(void);

/**
 * Returns the name of the group with number `id`, as `SSL_get_negotiated_group` and
 * `SSL_get_shared_group` return it (SSL_group_to_name(3)). NULL when the group is not known. Puts
 * no error on the queue. `ssl` is not used and may be NULL.
 *
 * Lifetime: that of the context.
 */
const char *SSL_group_to_name(SSL *ssl, int id);

/*
 * ClientHello: names and protocols
 * ================================
 *
 * What a server decides by the ClientHello: the callback for the whole message runs first, then
 * those for the server name (set by SSL_CTX_set_tlsext_servername_callback) and the protocol
 * (ALPN). All of it comes from a peer that is not authenticated yet. SSL_set_SSL_CTX changes
 * certificates and settings during the handshake; the cache and ticket keys stay those of the first
 * context. Give each name a session id context, so that no session resumes under another name.
 */

/**
 * Sets the function that a server calls when it has read a ClientHello, before any other check,
 * and its last argument. It returns `SSL_CLIENT_HELLO_SUCCESS` (1) to go on,
 * `SSL_CLIENT_HELLO_RETRY` (-1) to suspend the handshake (`SSL_ERROR_WANT_CLIENT_HELLO_CB`) and be
 * called again, or `SSL_CLIENT_HELLO_ERROR` (0) to end it with the alert `*al`. It is read from
 * the context when it is needed; NULL unsets it.
 *
 * Lifetime: the function's arguments, until it returns.
 */
void SSL_CTX_set_client_hello_cb(SSL_CTX *ctx, SSL_client_hello_cb_fn callback, void *arg);

/**
 * Returns 1 if the ClientHello came in the form of SSL 2.0; always 0, because those are rejected.
 */
int SSL_client_hello_isv2(SSL *ssl);

/**
 * Returns the field legacy_version of the ClientHello; 0 outside of the callback.
 */
unsigned int SSL_client_hello_get0_legacy_version(SSL *ssl);

/**
 * Sets `*out` to the random of the ClientHello and returns its length, 32; 0 outside of the
 * callback. `out` may be NULL.
 *
 * Lifetime: until the callback returns success or failure, also while it is suspended.
 */
size_t SSL_client_hello_get0_random(SSL *ssl, const unsigned char **out);

/**
 * Sets `*out` to the session id of the ClientHello and returns its length, 0 to 32; 0 outside of
 * the callback. `out` may be NULL.
 *
 * Lifetime: until the callback returns success or failure, also while it is suspended.
 */
size_t SSL_client_hello_get0_session_id(SSL *ssl, const unsigned char **out);

/**
 * Sets `*out` to the cipher suites of the ClientHello, two bytes each, and returns the number of
 * bytes; 0 outside of the callback. `SSL_bytes_to_cipher_list` reads them. `out` may be NULL.
 *
 * Lifetime: until the callback returns success or failure, also while it is suspended.
 */
size_t SSL_client_hello_get0_ciphers(SSL *ssl, const unsigned char **out);

/**
 * Sets `*out` to the compression methods of the ClientHello and returns how many there are; 0
 * outside of the callback. `out` may be NULL.
 *
 * Lifetime: until the callback returns success or failure, also while it is suspended.
 */
size_t SSL_client_hello_get0_compression_methods(SSL *ssl, const unsigned char **out);

/**
 * Sets `*out` to the types of the extensions in the ClientHello that OpenSSL knows, in the
 * client's order, and `*outlen` to how many there are. The caller frees the array with
 * `OPENSSL_free`; it is NULL when there are none.
 *
 * Returns 1; or 0 outside of the callback, for NULL, and when memory is short, with an error on
 * the queue.
 *
 * Lifetime: the caller's, freed by `OPENSSL_free`.
 */
int SSL_client_hello_get1_extensions_present(SSL *ssl, int **out, size_t *outlen);

/**
 * Sets `*out` and `*outlen` to the contents of the extension of type `kind` in the ClientHello.
 * Either may be NULL. Returns 1; or 0 when there is no such extension, or OpenSSL does not know
 * its type, and outside of the callback.
 *
 * Lifetime: until the callback returns success or failure, also while it is suspended.
 */
int SSL_client_hello_get0_ext(SSL *ssl,
                              unsigned int kind,
                              const unsigned char **out,
                              size_t *outlen);

/**
 * Makes lists of the suites at `bytes`: two bytes each, or three in the form of SSL 2.0
 * (`isv2format` not 0), of which only those that begin with 0 count. `*sk` gets the suites,
 * `*scsvs` the signalling values among them; unknown ones are left out. Either may be NULL. The
 * caller frees the lists with `sk_SSL_CIPHER_free`; the suites are static.
 *
 * Returns 1, or 0 with an error on the queue.
 *
 * Lifetime: the caller's, freed by `sk_SSL_CIPHER_free`.
 *
 * Requires: `bytes` is NULL or readable for `len` bytes. `ssl` is not used.
 */
int SSL_bytes_to_cipher_list(SSL *ssl,
                             const unsigned char *bytes,
                             size_t len,
                             int isv2format,
                             struct stack_st_SSL_CIPHER **sk,
                             struct stack_st_SSL_CIPHER **scsvs);

/**
 * Returns the server name of a connection; `kind` is `TLSEXT_NAMETYPE_host_name`. NULL for none.
 *
 * On a server it is the name that the client has sent, NULL before the handshake. When TLS 1.2
 * resumed a session, it is the name that the server accepted when it made the session.
 *
 * On a client it is the name set with `SSL_set_tlsext_host_name`. If none is set, before the
 * handshake, it is that of the TLS 1.2 session to resume. During and after a handshake that
 * resumed a TLS 1.2 session, it is the name that the server accepted when it made the session, if
 * it did.
 *
 * Lifetime: server: until the next handshake; client: until the name is set again.
 */
const char *SSL_get_servername(const SSL *ssl, int kind);

/**
 * Returns `TLSEXT_NAMETYPE_host_name` (0) if `SSL_get_servername` returns a name, else -1.
 */
int SSL_get_servername_type(const SSL *ssl);

/**
 * Changes the context of `ssl`: the connection uses the certificates, certificate settings and
 * callbacks of the new one from now on. The session id context changes only if it was that of the
 * former context. Cache, ticket keys and session callbacks stay those of the context that the
 * connection was made from; NULL restores that context. Meant for the servername and ClientHello
 * callbacks.
 *
 * Returns the context of `ssl` from now on, lent; NULL when `ssl` is NULL. The connection keeps it
 * alive.
 *
 * Lifetime: as long as it is the connection's context.
 */
SSL_CTX *SSL_set_SSL_CTX(SSL *ssl, SSL_CTX *ctx);

/**
 * Sets the protocols that clients made later offer, best first: `protos` is copied. NULL or a
 * length of 0 offers none.
 *
 * Returns 0 for success; or 1 when `protos` is not a valid list, and then nothing changes.
 *
 * Requires: `protos` is NULL or readable for `protos_len` bytes.
 */
int SSL_CTX_set_alpn_protos(SSL_CTX *ctx, const unsigned char *protos, unsigned int protos_len);

/**
 * As `SSL_CTX_set_alpn_protos`, for one client.
 *
 * Requires: `protos` is NULL or readable for `protos_len` bytes.
 */
int SSL_set_alpn_protos(SSL *ssl, const unsigned char *protos, unsigned int protos_len);

/**
 * Sets the function with which a server chooses from the client's protocols, and its last
 * argument. Without one, ALPN is ignored. The function sets `*out` and `*outlen` to a name in the
 * client's list, or to one that stays valid, and returns `SSL_TLSEXT_ERR_OK`;
 * `SSL_TLSEXT_ERR_NOACK` continues without a protocol, and `SSL_TLSEXT_ERR_ALERT_FATAL` ends the
 * handshake with no_application_protocol. It is called after the servername callback, and is that
 * of the context which the servername callback has chosen.
 *
 * Lifetime: the function's arguments, until it returns.
 */
void SSL_CTX_set_alpn_select_cb(SSL_CTX *ctx, SSL_CTX_alpn_select_cb_func callback, void *arg);

/**
 * Sets `*data` and `*len` to the negotiated protocol, without a length byte and without a NUL at
 * its end; to NULL and 0 when there is none.
 *
 * Lifetime: until the next handshake.
 *
 * Requires: `data` and `len` can be written.
 */
void SSL_get0_alpn_selected(const SSL *ssl, const unsigned char **data, unsigned int *len);

/**
 * Sets `*out` and `*outlen` to the first protocol of the server's list `input` that the list
 * `client` also contains. If there is none they are set to the first protocol of `client`, or to
 * NULL and 0 when that list is empty. `*out` points into one of the lists.
 *
 * Returns `OPENSSL_NPN_NEGOTIATED` (1) when the lists have a protocol in common, else
 * `OPENSSL_NPN_NO_OVERLAP` (2). In that case a server that calls it in its ALPN callback must not
 * select the protocol.
 *
 * Lifetime: points into one of the caller's lists.
 *
 * Requires: `input` and `client` are NULL or readable for `inlen` and `client_len` bytes; `out`
 * and `outlen` can be written.
 */
int SSL_select_next_proto(unsigned char **out,
                          unsigned char *outlen,
                          const unsigned char *input,
                          unsigned int inlen,
                          const unsigned char *client,
                          unsigned int client_len);

/*
 * Watching connections, exporting keys
 * ====================================
 *
 * Info and message callbacks report what happens; the keylog callback gets the secrets of each
 * connection, with which anyone can decrypt it: for debugging only. Callbacks run on the thread
 * that uses the connection. A server's certificate callback that returns a negative number
 * suspends the handshake.
 */

/**
 * Sets the function that is called for handshakes that start (`SSL_CB_HANDSHAKE_START`), end
 * (`SSL_CB_HANDSHAKE_DONE`) or stop (`SSL_CB_EXIT`), and for alerts (`SSL_CB_ALERT`). A
 * connection's own function takes precedence.
 *
 * It is also called when a handshake leaves a state (`SSL_CB_LOOP`): once for every message, and
 * once when it starts to wait for the peer. These calls come when the engine has finished a step,
 * before anything is written. The call for a client that waits for its peer comes after its flight
 * is written.
 *
 * Lifetime: the function's arguments, until it returns.
 */
void SSL_CTX_set_info_callback(SSL_CTX *ctx, void (*callback)(const SSL *ssl, int kind, int val));

/**
 * Returns the information callback of `ctx`; NULL when none was set.
 */
void (*SSL_CTX_get_info_callback(SSL_CTX *ctx))(const SSL *ssl, int kind, int val);

/**
 * As `SSL_CTX_set_info_callback`, for one connection.
 *
 * Lifetime: the function's arguments, until it returns.
 */
void SSL_set_info_callback(SSL *ssl, void (*callback)(const SSL *ssl, int kind, int val));

/**
 * Returns the information callback of `ssl` itself; NULL when none was set.
 */
void (*SSL_get_info_callback(const SSL *ssl))(const SSL *ssl, int kind, int val);

/**
 * Sets the function that is called for protocol messages, on connections made later. Its last
 * argument is set with `SSL_CTX_set_msg_callback_arg`.
 *
 * `write_p` is 1 for a message that is sent, 0 for one that is received. `content_type` is
 * `SSL3_RT_HEADER` (0x100) with the five bytes of a record's header, `SSL3_RT_INNER_CONTENT_TYPE`
 * (0x101) with the content type inside a protected record of TLS 1.3, `SSL3_RT_HANDSHAKE` (22)
 * with a whole message, `SSL3_RT_ALERT` (21), or `SSL3_RT_CHANGE_CIPHER_SPEC` (20), of which only
 * those sent are reported. Application data is never reported. `buf` is valid during the call
 * only, and may hold secrets of the handshake, such as tickets.
 *
 * The engine sends several messages in one record where OpenSSL would send several records.
 *
 * Lifetime: the function's arguments, until it returns.
 */
void SSL_CTX_set_msg_callback(SSL_CTX *ctx, void (*callback)(int write_p,
                                                             int version,
                                                             int content_type,
                                                             const void *buf,
                                                             size_t len,
                                                             SSL *ssl,
                                                             void *arg));

/**
 * As `SSL_CTX_set_msg_callback`, for one connection.
 *
 * Lifetime: the function's arguments, until it returns.
 */
void SSL_set_msg_callback(SSL *ssl, void (*callback)(int write_p,
                                                     int version,
                                                     int content_type,
                                                     const void *buf,
                                                     size_t len,
                                                     SSL *ssl,
                                                     void *arg));

/**
 * Sets the function that receives the secrets of every connection, one line per call, in the
 * format of `SSLKEYLOGFILE` without the newline. The line is valid during the call only.
 *
 * Lifetime: the function's arguments, until it returns.
 */
void SSL_CTX_set_keylog_callback(SSL_CTX *ctx, SSL_CTX_keylog_cb_func callback);

/**
 * Returns the key log callback; NULL when none was set.
 */
SSL_CTX_keylog_cb_func SSL_CTX_get_keylog_callback(const SSL_CTX *ctx);

/**
 * Sets the function that is called when a certificate is about to be used, on connections made
 * later, and its last argument: on a server after it has processed the ClientHello, on a client
 * when the server asks for a certificate. It may set or clear certificates of the connection. It
 * returns 1 to go on, 0 to end the handshake; on a server it may return a negative number to
 * suspend the handshake (`SSL_ERROR_WANT_X509_LOOKUP`), and is called again later.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Done in part: a client's cannot suspend: a negative number sends no certificate.
 */
void SSL_CTX_set_cert_cb(SSL_CTX *ctx, int (*callback)(SSL *ssl, void *arg), void *arg);

/**
 * As `SSL_CTX_set_cert_cb`, for one connection.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Done in part: a client's cannot suspend: a negative number sends no certificate.
 */
void SSL_set_cert_cb(SSL *ssl, int (*callback)(SSL *ssl, void *arg), void *arg);

/**
 * Sets the function that a client calls for a certificate and its key when the server asks for one
 * and none is set. It returns 1 and gives a reference to each, or 0 for none.
 *
 * The function transfers a reference of the certificate and of the key to the library.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Done in part: it cannot suspend: a negative number sends no certificate.
 */
void SSL_CTX_set_client_cert_cb(SSL_CTX *ctx, int (*client_cert_cb)(SSL *ssl,
                                                                    X509 **x509,
                                                                    EVP_PKEY **pkey));

/**
 * Returns the function that a client calls for a certificate; NULL when none was set.
 */
int (*SSL_CTX_get_client_cert_cb(SSL_CTX *ctx))(SSL *ssl, X509 **x509, EVP_PKEY **pkey);

/**
 * Derives `olen` bytes of keying material into `out` (RFC 5705; RFC 8446, section 7.5), for the
 * label of `llen` bytes, with a context of `contextlen` bytes if `use_context` is not 0. Both
 * sides derive the same bytes.
 *
 * Returns 1; -1 before there is a session; 0 before both sides (in TLS 1.3: the server) have
 * finished, and for a label that TLS 1.2 itself uses or that is too long for TLS 1.3
 * (`SSL_R_TLS_ILLEGAL_EXPORTER_LABEL`).
 *
 * Requires: `out` is writable, `label` and `context` are readable for their lengths.
 */
int SSL_export_keying_material(SSL *ssl,
                               unsigned char *out,
                               size_t olen,
                               const char *label,
                               size_t llen,
                               const unsigned char *context,
                               size_t contextlen,
                               int use_context);

/**
 * Like `SSL_export_keying_material`, from the secret of early data (RFC 8446, section 7.5), which
 * a client has as soon as it has sent early data, and a server when it accepts early data. There
 * always is a context; it may be empty.
 *
 * Returns 1; 0 on failure.
 *
 * Requires: As for `SSL_export_keying_material`.
 */
int SSL_export_keying_material_early(SSL *ssl,
                                     unsigned char *out,
                                     size_t olen,
                                     const char *label,
                                     size_t llen,
                                     const unsigned char *context,
                                     size_t contextlen);

/**
 * Copies up to `outlen` bytes of the client's random into `out` and returns how many; with an
 * `outlen` of 0 it returns the length of the random, 32.
 *
 * Requires: `out` is writable for `outlen` bytes.
 */
size_t SSL_get_client_random(const SSL *ssl, unsigned char *out, size_t outlen);

/**
 * Copies up to `outlen` bytes of the server's random into `out` and returns how many; with an
 * `outlen` of 0 it returns the length of the random, 32.
 *
 * Requires: `out` is writable for `outlen` bytes.
 */
size_t SSL_get_server_random(const SSL *ssl, unsigned char *out, size_t outlen);

/**
 * Copies up to `count` bytes of the Finished message that `ssl` has sent into `buf`, and returns
 * the message's length; 0 when it has not been sent.
 *
 * Requires: `buf` is writable for `count` bytes.
 */
size_t SSL_get_finished(const SSL *ssl, void *buf, size_t count);

/**
 * Copies up to `count` bytes of the Finished message that `ssl` has received into `buf`, and
 * returns its length; 0 when it has not arrived.
 *
 * Requires: `buf` is writable for `count` bytes.
 */
size_t SSL_get_peer_finished(const SSL *ssl, void *buf, size_t count);

/**
 * Returns the level of an alert as info callbacks get it: "warning", "fatal" or "unknown"
 * (SSL_alert_type_string_long(3)). `value` has the level in bits 8 to 15.
 *
 * Lifetime: static.
 */
const char *SSL_alert_type_string_long(int value);

/**
 * Returns the level of an alert as info callbacks get it: "W", "F" or "U" for unknown
 * (SSL_alert_type_string(3)). `value` has the level in bits 8 to 15.
 *
 * Lifetime: static.
 */
const char *SSL_alert_type_string(int value);

/**
 * Returns the description of an alert, such as "handshake failure", or "unknown"
 * (SSL_alert_desc_string_long(3)). `value` has the description in bits 0 to 7.
 *
 * Lifetime: static.
 */
const char *SSL_alert_desc_string_long(int value);

/**
 * Returns the description of an alert in two letters; "UK" for unknown (SSL_alert_desc_string(3)).
 * `value` has the description in bits 0 to 7.
 *
 * Lifetime: static.
 */
const char *SSL_alert_desc_string(int value);

/**
 * Gives libcrypto the texts of this library's errors, for `ERR_reason_error_string` and the like
 * (ERR_load_SSL_strings). Programs need not call it: the library does so before the first error.
 * Returns 1. Any thread may call it, any number of times.
 */
int ERR_load_SSL_strings(void);

/*
 * Configuration by name
 * =====================
 *
 * Settings as commands of text, from a configuration file or a command line (SSL_CONF_cmd(3)). An
 * SSL_CONF_CTX is used by one thread at a time.
 */

/**
 * Makes a configuration context. It has no flags, so it knows no command yet, and no object to
 * configure.
 *
 * Returns a context that the caller frees with `SSL_CONF_CTX_free`. One thread at a time may use
 * it.
 *
 * Lifetime: the caller's, freed by `SSL_CONF_CTX_free`.
 */
SSL_CONF_CTX *SSL_CONF_CTX_new(void);

/**
 * Frees `cctx`; NULL is ignored. Work deferred to `SSL_CONF_CTX_finish` is not done.
 *
 * Requires: `cctx` is NULL or a context that the caller owns.
 */
void SSL_CONF_CTX_free(SSL_CONF_CTX *cctx);

/**
 * Does the work that commands have deferred: with `SSL_CONF_FLAG_REQUIRE_PRIVATE`, certificates
 * without a private key get the one in their own file; the names of authorities that commands have
 * read are set. Call it once, after the last command.
 *
 * Returns 1, or 0 with an error on the queue.
 */
int SSL_CONF_CTX_finish(SSL_CONF_CTX *cctx);

/**
 * Adds flags: `SSL_CONF_FLAG_CMDLINE` (1) and `_FILE` (2) say which names of commands are known,
 * `_CLIENT` (4), `_SERVER` (8) and `_CERTIFICATE` (0x20) which groups of commands are allowed,
 * `_SHOW_ERRORS` (0x10) puts an error with the name of the command on the queue when it fails,
 * `_REQUIRE_PRIVATE` (0x40) wants a private key for each certificate.
 *
 * Returns all flags that are set now.
 */
unsigned int SSL_CONF_CTX_set_flags(SSL_CONF_CTX *cctx, unsigned int flags);

/**
 * Clears flags; see `SSL_CONF_CTX_set_flags`. Returns all flags that are still set.
 */
unsigned int SSL_CONF_CTX_clear_flags(SSL_CONF_CTX *cctx, unsigned int flags);

/**
 * Sets the prefix of command names, which is copied. In files its case does not matter. NULL
 * stands for the default: `-` on a command line, no prefix in a file.
 *
 * Returns 1, or 0 with an error on the queue.
 */
int SSL_CONF_CTX_set1_prefix(SSL_CONF_CTX *cctx, const char *pre);

/**
 * Makes `ssl` the object that commands configure. With NULL commands only check their values as
 * far as they can. No reference is taken: once `ssl` has been freed, commands configure nothing.
 *
 * Requires: `ssl` is NULL or a live connection, which `cctx` changes by the same thread's
 * commands.
 */
void SSL_CONF_CTX_set_ssl(SSL_CONF_CTX *cctx, SSL *ssl);

/**
 * Makes `ctx` the object that commands configure, as `SSL_CONF_CTX_set_ssl` does for a connection.
 */
void SSL_CONF_CTX_set_ssl_ctx(SSL_CONF_CTX *cctx, SSL_CTX *ctx);

/**
 * Runs the command `cmd` with `value`, which may be NULL for commands that take none.
 *
 * Returns how many of the two were used: 1 or 2; 0 when the command failed; -2 when it is not
 * known (under the flags that are set); -3 when it needs a value. On failure the queue has the
 * cause, if one is known, and with `SSL_CONF_FLAG_SHOW_ERRORS` an error that names the command. Of
 * a list with a wrong item, the items before it have taken effect.
 *
 * Done in part: ServerInfoFile, and RecordPadding other than 0 and 1, fail.
 */
int SSL_CONF_cmd(SSL_CONF_CTX *cctx, const char *cmd, const char *value);

/**
 * Runs the command at the start of `*pargv`, which is `*pargc` long (or ends with NULL when
 * `pargc` is NULL), and advances both past the elements used. From then on the context expects
 * names in the form of the command line.
 *
 * Returns how many elements were used: 1 or 2; 0 when there is nothing left or the first is not
 * a command; -1 when the command failed; -3 when it needs a value and there is none.
 *
 * Lifetime: the caller's array, within which it moves.
 *
 * Requires: `pargc` is NULL or readable and writable; `pargv` is readable and writable, and so
 * many C strings lie there.
 */
int SSL_CONF_cmd_argv(SSL_CONF_CTX *cctx, int *pargc, char ***pargv);

/**
 * Returns the kind of value that the command `cmd` takes: `SSL_CONF_TYPE_STRING` (1), `_FILE` (2),
 * `_DIR` (3), `_NONE` (4) or `_STORE` (5); `_UNKNOWN` (0) when it is not known under the flags
 * that are set.
 */
int SSL_CONF_cmd_value_type(SSL_CONF_CTX *cctx, const char *cmd);

/**
 * Runs the commands of a section of OpenSSL's configuration file on `ctx`: the one that `ssl_conf`
 * lists as `name`. Commands on certificates are allowed, and each certificate needs a private key.
 * All commands are run, also after one that fails.
 *
 * Returns 1, or 0 when there is no such section or a command failed; the queue has the causes, as
 * far as they are known.
 *
 * Requires: No other thread loads a configuration file during the call.
 */
int SSL_CTX_config(SSL_CTX *ctx, const char *name);

/**
 * As `SSL_CTX_config`, for one connection.
 *
 * Requires: No other thread loads a configuration file during the call.
 */
int SSL_config(SSL *s, const char *name);

/**
 * Does nothing, as in OpenSSL: libcrypto itself knows how to read the sections for libssl.
 */
void SSL_add_ssl_module(void);

/*
 * Beyond OpenSSL
 * ==============
 *
 * Functions that only Reprise has. A program that calls them does not start on OpenSSL.
 */

/**
 * The statistics of a session cache: REPRISE_CTX_session_stats. Counts start when the context is
 * made.
 */
typedef struct {
    /**
     * The caller sets it to sizeof(REPRISE_SESSION_STATS): later versions may add fields at the
     * end, and no function writes beyond this size.
     */
    size_t size;
    /**
     * Sessions in the cache now.
     */
    uint64_t entries;
    /**
     * Sessions resumed, by id and by ticket (SSL_CTX_sess_hits).
     */
    uint64_t hits;
    /**
     * Sessions that a server did not find, or that a client offered and the server rejected
     * (SSL_CTX_sess_misses).
     */
    uint64_t misses;
    /**
     * Sessions that were evicted because the cache was full.
     */
    uint64_t evictions;
    /**
     * Sessions that left the cache because they had expired: when they were found, or flushed with
     * a time.
     */
    uint64_t expiries;
    /**
     * Bytes that the cache occupies, not counting its sessions.
     */
    uint64_t bytes;
    /**
     * Bytes, sessions included, that caches have retired and not freed yet because another thread
     * may still be reading them. This counts all contexts of the process. No call of
     * SSL_CTX_add_session lets it grow far beyond 32 MiB.
     */
    uint64_t deferred_bytes;
} REPRISE_SESSION_STATS;

/**
 * Writes the statistics of the session cache of `ctx` to `*stats`. The caller sets its field
 * `size` to `sizeof(*stats)`.
 *
 * Cheap enough to be called for every request: it takes no lock, does not wait, and costs the same
 * however many sessions there are. Each value is right, but while other threads use the cache the
 * values may belong to slightly different moments.
 *
 * Returns 1; or 0 with an error on the queue: `ERR_R_PASSED_NULL_PARAMETER`, or `SSL_R_BAD_LENGTH`
 * when `size` is too small for the first number. If `size` is greater than this library's
 * structure, the rest is set to zero.
 *
 * Requires: `stats` is NULL or its `size` is set and so many bytes may be written.
 */
int REPRISE_CTX_session_stats(SSL_CTX *ctx, REPRISE_SESSION_STATS *stats);

/*
 * What Reprise does not have
 * ==========================
 *
 * These functions exist so that programs link and start. Each fails as its manual page describes
 * failure, and puts one error (ERR_R_UNSUPPORTED) on the queue that names it. Functions that only
 * ask for something answer that there is none, without an error; some settings are accepted without
 * effect. Each comment says what is missing.
 */

/**
 * Sets the callback of asynchronous jobs for a context. Fails: returns 0.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Not supported: asynchronous jobs.
 */
int SSL_CTX_set_async_callback(SSL_CTX *ctx, SSL_async_callback_fn callback);

/**
 * Sets the argument of that callback. Fails: returns 0.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Not supported: asynchronous jobs.
 */
int SSL_CTX_set_async_callback_arg(SSL_CTX *ctx, void *arg);

/**
 * Gives the descriptors to wait for. Returns 0: there is no asynchronous job.
 */
int SSL_get_all_async_fds(SSL *ssl, int *fds, size_t *numfds);

/**
 * Returns the state of the asynchronous job of a connection: 0, because there is none.
 */
int SSL_get_async_status(SSL *ssl, int *status);

/**
 * Gives the changes of the descriptors to wait for. Returns 0: there is no asynchronous job.
 */
int SSL_get_changed_async_fds(SSL *ssl,
                              int *addfd,
                              size_t *numaddfds,
                              int *delfd,
                              size_t *numdelfds);

/**
 * Sets the callback of asynchronous jobs for a connection. Fails: returns 0.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Not supported: asynchronous jobs.
 */
int SSL_set_async_callback(SSL *ssl, SSL_async_callback_fn callback);

/**
 * Sets the argument of that callback. Fails: returns 0.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Not supported: asynchronous jobs.
 */
int SSL_set_async_callback_arg(SSL *ssl, void *arg);

/**
 * Says whether a connection waits for an asynchronous job: always 0.
 */
int SSL_waiting_for_async(SSL *ssl);

/**
 * Registers a compression method: 1, which is failure here (SSL_COMP_add_compression_method(3)).
 *
 * Not supported: compression.
 */
int SSL_COMP_add_compression_method(int id, COMP_METHOD *cm);

/**
 * Returns the name of a compression method: NULL.
 *
 * Lifetime: static.
 *
 * Done in part: as in a libssl built without compression.
 */
const char *SSL_COMP_get0_name(const SSL_COMP *comp);

/**
 * Returns the list of compression methods: NULL, because there is none.
 *
 * Lifetime: static.
 *
 * Done in part: as in a libssl built without compression.
 */
struct stack_st_SSL_COMP *SSL_COMP_get_compression_methods(void);

/**
 * Returns the number of a compression method: -1.
 *
 * Done in part: as in a libssl built without compression.
 */
int SSL_COMP_get_id(const SSL_COMP *comp);

/**
 * Returns the name of a compression method of libcrypto: NULL.
 *
 * Lifetime: static.
 *
 * Done in part: as in a libssl built without compression.
 */
const char *SSL_COMP_get_name(const COMP_METHOD *comp);

/**
 * Replaces the list of compression methods. Returns `methods`, because nothing is replaced.
 *
 * Lifetime: the caller's, freed by `sk_SSL_COMP_free`.
 *
 * Done in part: as in a libssl built without compression.
 */
struct stack_st_SSL_COMP *SSL_COMP_set0_compression_methods(struct stack_st_SSL_COMP *methods);

/**
 * Returns the compression of what a connection sends: NULL, because there is none.
 *
 * Lifetime: static.
 *
 * Done in part: as in a libssl built without compression.
 */
const COMP_METHOD *SSL_get_current_compression(const SSL *ssl);

/**
 * Returns the compression of what a connection receives: NULL, because there is none.
 *
 * Lifetime: static.
 *
 * Done in part: as in a libssl built without compression.
 */
const COMP_METHOD *SSL_get_current_expansion(const SSL *ssl);

/**
 * Says whether a context checks certificate transparency: always 0.
 */
int SSL_CTX_ct_is_enabled(const SSL_CTX *ctx);

/**
 * Turns the checks on for a context. Fails: returns 0.
 *
 * Not supported: certificate transparency.
 */
int SSL_CTX_enable_ct(SSL_CTX *ctx, int validation_mode);

/**
 * Returns the logs a context trusts: NULL, because there is none.
 *
 * Lifetime: nothing is lent.
 *
 * Not supported: certificate transparency.
 */
const CTLOG_STORE *SSL_CTX_get0_ctlog_store(const SSL_CTX *ctx);

/**
 * Sets the logs a context trusts. Fails; `logs` stays the caller's.
 *
 * Not supported: certificate transparency.
 */
void SSL_CTX_set0_ctlog_store(SSL_CTX *ctx, CTLOG_STORE *logs);

/**
 * Sets the policy of a context. Returns 1 for NULL, which turns the checks off; otherwise it fails
 * and returns 0.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Not supported: certificate transparency.
 */
int SSL_CTX_set_ct_validation_callback(SSL_CTX *ctx, ssl_ct_validation_cb callback, void *arg);

/**
 * Reads the logs a context trusts. Fails: returns 0.
 *
 * Not supported: certificate transparency.
 */
int SSL_CTX_set_ctlog_list_file(SSL_CTX *ctx, const char *path);

/**
 * Reads the default list of logs. Fails: returns 0.
 *
 * Not supported: certificate transparency.
 */
int SSL_CTX_set_default_ctlog_list_file(SSL_CTX *ctx);

/**
 * Says whether a connection checks certificate transparency: always 0.
 */
int SSL_ct_is_enabled(const SSL *ssl);

/**
 * Turns the checks on for a connection. Fails: returns 0.
 *
 * Not supported: certificate transparency.
 */
int SSL_enable_ct(SSL *ssl, int validation_mode);

/**
 * Returns the timestamps a peer sent: NULL, because none are read.
 *
 * Lifetime: nothing is lent.
 *
 * Not supported: certificate transparency.
 */
const struct stack_st_SCT *SSL_get0_peer_scts(SSL *ssl);

/**
 * Sets the policy of a connection. Returns 1 for NULL, which turns the checks off; otherwise it
 * fails and returns 0.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Not supported: certificate transparency.
 */
int SSL_set_ct_validation_callback(SSL *ssl, ssl_ct_validation_cb callback, void *arg);

/**
 * Adds a client extension. Fails: returns 0.
 *
 * Not supported: custom extensions.
 */
int SSL_CTX_add_client_custom_ext(SSL_CTX *ctx,
                                  unsigned int ext_type,
                                  custom_ext_add_cb add_cb,
                                  custom_ext_free_cb free_cb,
                                  void *add_arg,
                                  custom_ext_parse_cb parse_cb,
                                  void *parse_arg);

/**
 * Adds an extension. Fails: returns 0.
 *
 * Not supported: custom extensions.
 */
int SSL_CTX_add_custom_ext(SSL_CTX *ctx,
                           unsigned int ext_type,
                           unsigned int context,
                           SSL_custom_ext_add_cb_ex add_cb,
                           SSL_custom_ext_free_cb_ex free_cb,
                           void *add_arg,
                           SSL_custom_ext_parse_cb_ex parse_cb,
                           void *parse_arg);

/**
 * Adds a server extension. Fails: returns 0.
 *
 * Not supported: custom extensions.
 */
int SSL_CTX_add_server_custom_ext(SSL_CTX *ctx,
                                  unsigned int ext_type,
                                  custom_ext_add_cb add_cb,
                                  custom_ext_free_cb free_cb,
                                  void *add_arg,
                                  custom_ext_parse_cb parse_cb,
                                  void *parse_arg);

/**
 * Says whether a context has a custom client extension of this type: always 0.
 */
int SSL_CTX_has_client_custom_ext(const SSL_CTX *ctx, unsigned int ext_type);

/**
 * Loads server extensions from memory. Fails: returns 0.
 *
 * Not supported: custom extensions.
 */
int SSL_CTX_use_serverinfo(SSL_CTX *ctx, const unsigned char *serverinfo, size_t serverinfo_length);

/**
 * Loads server extensions of a given form from memory. Fails: returns 0.
 *
 * Not supported: custom extensions.
 */
int SSL_CTX_use_serverinfo_ex(SSL_CTX *ctx,
                              unsigned int version,
                              const unsigned char *serverinfo,
                              size_t serverinfo_length);

/**
 * Loads server extensions from a PEM file. Fails: returns 0.
 *
 * Not supported: custom extensions.
 */
int SSL_CTX_use_serverinfo_file(SSL_CTX *ctx, const char *file);

/**
 * Says whether libssl handles an extension itself, so that a program must not
 * (SSL_extension_supported(3)). The list is that of OpenSSL 3.0, so programs decide as they do on
 * OpenSSL.
 */
int SSL_extension_supported(unsigned int ext_type);

/**
 * Clears DANE flags of a context. Returns 0, the former flags, because none can be set.
 *
 * Not supported: DANE.
 */
unsigned long SSL_CTX_dane_clear_flags(SSL_CTX *ctx, unsigned long flags);

/**
 * Prepares a context for DANE. Returns 1, although DANE cannot be enabled for its connections.
 *
 * Done in part: accepted; SSL_dane_enable fails.
 */
int SSL_CTX_dane_enable(SSL_CTX *ctx);

/**
 * Sets the digest of a DANE matching type. Returns 1 and has no effect, because no connection uses
 * it.
 *
 * Done in part: accepted; SSL_dane_enable fails.
 */
int SSL_CTX_dane_mtype_set(SSL_CTX *ctx, const EVP_MD *md, uint8_t mtype, uint8_t ord);

/**
 * Sets DANE flags of a context. Returns 0, the former flags: DANE cannot be enabled.
 *
 * Not supported: DANE.
 */
unsigned long SSL_CTX_dane_set_flags(SSL_CTX *ctx, unsigned long flags);

/**
 * Clears DANE flags of a connection. Returns 0, the former flags, because none can be set.
 *
 * Not supported: DANE.
 */
unsigned long SSL_dane_clear_flags(SSL *ssl, unsigned long flags);

/**
 * Enables DANE for a connection. Fails: returns -1.
 *
 * Not supported: DANE.
 */
int SSL_dane_enable(SSL *ssl, const char *basedomain);

/**
 * Sets DANE flags of a connection. Returns 0, the former flags: DANE cannot be enabled.
 *
 * Not supported: DANE.
 */
unsigned long SSL_dane_set_flags(SSL *ssl, unsigned long flags);

/**
 * Adds a TLSA record. Fails: returns -1.
 *
 * Not supported: DANE.
 */
int SSL_dane_tlsa_add(SSL *ssl,
                      uint8_t usage,
                      uint8_t selector,
                      uint8_t mtype,
                      const unsigned char *data,
                      size_t dlen);

/**
 * Returns the DANE state of a connection: NULL, because there is none.
 *
 * Lifetime: nothing is lent.
 *
 * Not supported: DANE.
 */
SSL_DANE *SSL_get0_dane(SSL *ssl);

/**
 * Returns the depth of the certificate that a TLSA record matched: -1, because none has matched.
 *
 * Lifetime: nothing is lent.
 *
 * Not supported: DANE.
 */
int SSL_get0_dane_authority(SSL *ssl, X509 **mcert, EVP_PKEY **mspki);

/**
 * Gives the fields of the TLSA record that matched. Returns -1, because none has matched.
 *
 * Lifetime: nothing is lent.
 *
 * Not supported: DANE.
 */
int SSL_get0_dane_tlsa(SSL *ssl,
                       uint8_t *usage,
                       uint8_t *selector,
                       uint8_t *mtype,
                       const unsigned char **data,
                       size_t *dlen);

/**
 * Sets DH parameters of a context. Returns 1, and takes the caller's reference to `dhpkey`: it is
 * freed at once, as DHE is never used. Returns 0 with `SSL_R_DH_KEY_TOO_SMALL` on the queue for a
 * key that the security level or callback refuses, or NULL, which stays the caller's.
 *
 * Requires: `dhpkey` is NULL or a reference that the caller owns.
 *
 * Done in part: accepted; DHE suites are not offered.
 */
int SSL_CTX_set0_tmp_dh_pkey(SSL_CTX *ctx, EVP_PKEY *dhpkey);

/**
 * Sets the callback that provides DH parameters for a context. It is accepted and never called.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Done in part: accepted; DHE suites are not offered.
 */
void SSL_CTX_set_tmp_dh_callback(SSL_CTX *ctx, DH *(*dh)(SSL *ssl, int is_export, int keylength));

/**
 * Sets DH parameters of a connection. Returns 1, and takes the caller's reference to `dhpkey`: it
 * is freed at once, as DHE is never used. Returns 0 with `SSL_R_DH_KEY_TOO_SMALL` on the queue for
 * a key that the security level or callback refuses, or NULL, which stays the caller's.
 *
 * Requires: `dhpkey` is NULL or a reference that the caller owns.
 *
 * Done in part: accepted; DHE suites are not offered.
 */
int SSL_set0_tmp_dh_pkey(SSL *ssl, EVP_PKEY *dhpkey);

/**
 * Sets the callback that provides DH parameters for a connection. It is accepted and never called.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Done in part: accepted; DHE suites are not offered.
 */
void SSL_set_tmp_dh_callback(SSL *ssl, DH *(*dh)(SSL *ssl, int is_export, int keylength));

/**
 * Says whether a connection uses DTLS: always 0 here.
 */
int SSL_is_dtls(const SSL *ssl);

/**
 * Returns the method of any version of DTLS for clients: NULL with an error on the queue, as in a
 * libssl built without it.
 *
 * Lifetime: static.
 *
 * Not supported: DTLS.
 */
const SSL_METHOD *DTLS_client_method(void);

/**
 * Returns the largest payload of a DTLS record: 0, which by DTLS_get_data_mtu(3) means unknown.
 *
 * Not supported: DTLS.
 */
size_t DTLS_get_data_mtu(const SSL *ssl);

/**
 * Returns the method of any version of DTLS for either role: NULL with an error on the queue, as
 * in a libssl built without it.
 *
 * Lifetime: static.
 *
 * Not supported: DTLS.
 */
const SSL_METHOD *DTLS_method(void);

/**
 * Returns the method of any version of DTLS for servers: NULL with an error on the queue, as in a
 * libssl built without it.
 *
 * Lifetime: static.
 *
 * Not supported: DTLS.
 */
const SSL_METHOD *DTLS_server_method(void);

/**
 * Sets the retransmission timer callback of DTLS. Fails, because it would never be called.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Not supported: DTLS.
 */
void DTLS_set_timer_cb(SSL *ssl, DTLS_timer_cb callback);

/**
 * Returns the method of DTLS 1.2 for clients: NULL with an error on the queue, as in a libssl
 * built without it.
 *
 * Lifetime: static.
 *
 * Not supported: DTLS.
 */
const SSL_METHOD *DTLSv1_2_client_method(void);

/**
 * Returns the method of DTLS 1.2 for either role: NULL with an error on the queue, as in a libssl
 * built without it.
 *
 * Lifetime: static.
 *
 * Not supported: DTLS.
 */
const SSL_METHOD *DTLSv1_2_method(void);

/**
 * Returns the method of DTLS 1.2 for servers: NULL with an error on the queue, as in a libssl
 * built without it.
 *
 * Lifetime: static.
 *
 * Not supported: DTLS.
 */
const SSL_METHOD *DTLSv1_2_server_method(void);

/**
 * Returns the method of DTLS 1.0 for clients: NULL with an error on the queue, as in a libssl
 * built without it.
 *
 * Lifetime: static.
 *
 * Not supported: DTLS.
 */
const SSL_METHOD *DTLSv1_client_method(void);

/**
 * Waits for a ClientHello with a valid cookie. Fails: returns -1, a fatal error
 * (DTLSv1_listen(3)).
 *
 * Not supported: DTLS.
 */
int DTLSv1_listen(SSL *ssl, BIO_ADDR *client);

/**
 * Returns the method of DTLS 1.0 for either role: NULL with an error on the queue, as in a libssl
 * built without it.
 *
 * Lifetime: static.
 *
 * Not supported: DTLS.
 */
const SSL_METHOD *DTLSv1_method(void);

/**
 * Returns the method of DTLS 1.0 for servers: NULL with an error on the queue, as in a libssl
 * built without it.
 *
 * Lifetime: static.
 *
 * Not supported: DTLS.
 */
const SSL_METHOD *DTLSv1_server_method(void);

/**
 * Sets the callback that makes DTLS cookies. It is accepted and never called.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Done in part: accepted; DTLS never runs, so never called.
 */
void SSL_CTX_set_cookie_generate_cb(SSL_CTX *ctx,
                                    int (*app_gen_cookie_cb)(SSL *ssl,
                                                             unsigned char *cookie,
                                                             unsigned int *cookie_len));

/**
 * Sets the callback that checks DTLS cookies. It is accepted and never called.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Done in part: accepted; DTLS never runs, so never called.
 */
void SSL_CTX_set_cookie_verify_cb(SSL_CTX *ctx,
                                  int (*app_verify_cookie_cb)(SSL *ssl,
                                                              const unsigned char *cookie,
                                                              unsigned int cookie_len));

/**
 * Sets the callback that provides the master secret. Fails: returns 0.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Not supported: EAP-FAST.
 */
int SSL_set_session_secret_cb(SSL *ssl, tls_session_secret_cb_fn session_secret_cb, void *arg);

/**
 * Sets the bytes of the ticket extension. Fails: returns 0.
 *
 * Not supported: EAP-FAST.
 */
int SSL_set_session_ticket_ext(SSL *ssl, void *ext_data, int ext_len);

/**
 * Sets the callback that sees the ticket extension. Fails: returns 0.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Not supported: EAP-FAST.
 */
int SSL_set_session_ticket_ext_cb(SSL *ssl, tls_session_ticket_ext_cb_fn callback, void *arg);

/**
 * Lets an ENGINE choose the client certificate. Fails: returns 0.
 *
 * Not supported: ENGINE.
 */
int SSL_CTX_set_client_cert_engine(SSL_CTX *ctx, ENGINE *e);

/**
 * Gives OpenSSL's own tests access to internals. Returns NULL.
 *
 * Lifetime: static.
 *
 * Done in part: as in a libssl built without unit tests.
 */
const struct openssl_ssl_test_functions *SSL_test_functions(void);

/**
 * Sets a client's NPN callback. It is accepted and never called.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Done in part: never negotiated.
 */
void SSL_CTX_set_next_proto_select_cb(SSL_CTX *ctx, SSL_CTX_npn_select_cb_func callback, void *arg);

/**
 * Sets a server's NPN callback. It is accepted and never called.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Done in part: never negotiated.
 */
void SSL_CTX_set_next_protos_advertised_cb(SSL_CTX *ctx,
                                           SSL_CTX_npn_advertised_cb_func callback,
                                           void *arg);

/**
 * Returns the protocol that NPN chose: NULL with length 0, as NPN never runs.
 *
 * Lifetime: until the next handshake.
 *
 * Done in part: never negotiated.
 */
void SSL_get0_next_proto_negotiated(const SSL *ssl, const unsigned char **data, unsigned int *len);

/**
 * Asks the client for a certificate now: 0, an error (SSL_set_post_handshake_auth(3)).
 *
 * Not supported: post-handshake authentication.
 */
int SSL_verify_client_post_handshake(SSL *ssl);

/**
 * Returns the argument of the padding callback of a context: NULL.
 *
 * Lifetime: nothing is lent.
 *
 * Not supported: record padding.
 */
void *SSL_CTX_get_record_padding_callback_arg(const SSL_CTX *ctx);

/**
 * Pads the records of a context to blocks. Returns 1 for blocks of 0 or 1 bytes, which is no
 * padding; otherwise it fails and returns 0.
 *
 * Not supported: record padding.
 */
int SSL_CTX_set_block_padding(SSL_CTX *ctx, size_t block_size);

/**
 * Sets the callback that pads the records of a context. Fails unless it is NULL.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Not supported: record padding.
 */
void SSL_CTX_set_record_padding_callback(SSL_CTX *ctx, size_t (*callback)(SSL *ssl,
                                                                          int kind,
                                                                          size_t len,
                                                                          void *arg));

/**
 * Sets the argument of the padding callback of a context. It has no effect, because there is no
 * such callback.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Not supported: record padding.
 */
void SSL_CTX_set_record_padding_callback_arg(SSL_CTX *ctx, void *arg);

/**
 * Asks the peer of a context for small records (RFC 6066, section 4). Returns 1 for mode 0, which
 * turns it off; otherwise it fails and returns 0.
 *
 * Not supported: max_fragment_length.
 */
int SSL_CTX_set_tlsext_max_fragment_length(SSL_CTX *ctx, uint8_t mode);

/**
 * Allocates the buffers of a connection. Returns 1: they are made when they are needed.
 *
 * Done in part: accepted, without effect.
 */
int SSL_alloc_buffers(SSL *ssl);

/**
 * Returns the argument of the padding callback of a connection: NULL.
 *
 * Lifetime: nothing is lent.
 *
 * Not supported: record padding.
 */
void *SSL_get_record_padding_callback_arg(const SSL *ssl);

/**
 * Pads the records of a connection to blocks. Returns 1 for blocks of 0 or 1 bytes, which is no
 * padding; otherwise it fails and returns 0.
 *
 * Not supported: record padding.
 */
int SSL_set_block_padding(SSL *ssl, size_t block_size);

/**
 * Sets the callback that pads the records of a connection. Fails unless it is NULL.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Not supported: record padding.
 */
int SSL_set_record_padding_callback(SSL *ssl, size_t (*callback)(SSL *ssl,
                                                                 int kind,
                                                                 size_t len,
                                                                 void *arg));

/**
 * Sets the argument of the padding callback of a connection. It has no effect, because there is no
 * such callback.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Not supported: record padding.
 */
void SSL_set_record_padding_callback_arg(SSL *ssl, void *arg);

/**
 * Asks the peer of a connection for small records (RFC 6066, section 4). Returns 1 for mode 0,
 * which turns it off; otherwise it fails and returns 0.
 *
 * Not supported: max_fragment_length.
 */
int SSL_set_tlsext_max_fragment_length(SSL *ssl, uint8_t mode);

/**
 * Starts a renegotiation. Fails: returns 0.
 *
 * Not supported: renegotiation.
 */
int SSL_renegotiate(SSL *ssl);

/**
 * Starts a renegotiation that resumes the session. Fails: returns 0.
 *
 * Not supported: renegotiation.
 */
int SSL_renegotiate_abbreviated(SSL *ssl);

/**
 * Says whether a renegotiation is under way: always 0.
 */
int SSL_renegotiate_pending(const SSL *ssl);

/**
 * Computes the client's SRP value. Fails: returns 0.
 *
 * Not supported: SRP.
 */
int SRP_Calc_A_param(SSL *ssl);

/**
 * Frees the SRP state of a context. Returns 1: there is none.
 *
 * Done in part: empty state only.
 */
int SSL_CTX_SRP_CTX_free(SSL_CTX *ctx);

/**
 * Clears the SRP state of a context. Returns 1: there is none.
 *
 * Done in part: empty state only.
 */
int SSL_CTX_SRP_CTX_init(SSL_CTX *ctx);

/**
 * Sets the argument of the SRP callbacks. Fails: returns 0.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Not supported: SRP.
 */
int SSL_CTX_set_srp_cb_arg(SSL_CTX *ctx, void *arg);

/**
 * Sets the callback that asks for an SRP password. Fails: returns 0.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Not supported: SRP.
 */
int SSL_CTX_set_srp_client_pwd_callback(SSL_CTX *ctx, char *(*callback)(SSL*, void*));

/**
 * Sets an SRP client's password. Fails: returns 0.
 *
 * Not supported: SRP.
 */
int SSL_CTX_set_srp_password(SSL_CTX *ctx, char *password);

/**
 * Sets the smallest SRP group. Fails: returns 0.
 *
 * Not supported: SRP.
 */
int SSL_CTX_set_srp_strength(SSL_CTX *ctx, int strength);

/**
 * Sets an SRP client's user name. Fails: returns 0.
 *
 * Not supported: SRP.
 */
int SSL_CTX_set_srp_username(SSL_CTX *ctx, char *name);

/**
 * Sets the callback that finds SRP users. Fails: returns 0.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Not supported: SRP.
 */
int SSL_CTX_set_srp_username_callback(SSL_CTX *ctx, int (*callback)(SSL*, int*, void*));

/**
 * Sets the callback that accepts SRP groups. Fails: returns 0.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Not supported: SRP.
 */
int SSL_CTX_set_srp_verify_param_callback(SSL_CTX *ctx, int (*callback)(SSL*, void*));

/**
 * Frees the SRP state of a connection. Returns 1: there is none.
 *
 * Done in part: empty state only.
 */
int SSL_SRP_CTX_free(SSL *ssl);

/**
 * Clears the SRP state of a connection. Returns 1: there is none.
 *
 * Done in part: empty state only.
 */
int SSL_SRP_CTX_init(SSL *ssl);

/**
 * Returns the prime of the SRP group: NULL, because no connection uses SRP.
 *
 * Lifetime: nothing is lent.
 *
 * Not supported: SRP.
 */
BIGNUM *SSL_get_srp_N(SSL *ssl);

/**
 * Returns the generator of the SRP group: NULL, because no connection uses SRP.
 *
 * Lifetime: nothing is lent.
 *
 * Not supported: SRP.
 */
BIGNUM *SSL_get_srp_g(SSL *ssl);

/**
 * Returns the SRP user's information: NULL, because no connection uses SRP.
 *
 * Lifetime: nothing is lent.
 *
 * Not supported: SRP.
 */
char *SSL_get_srp_userinfo(SSL *ssl);

/**
 * Returns the SRP user's name: NULL, because no connection uses SRP.
 *
 * Lifetime: nothing is lent.
 *
 * Not supported: SRP.
 */
char *SSL_get_srp_username(SSL *ssl);

/**
 * Sets an SRP server's values. Fails: returns -1.
 *
 * Not supported: SRP.
 */
int SSL_set_srp_server_param(SSL *ssl,
                             const BIGNUM *n,
                             const BIGNUM *g,
                             BIGNUM *sa,
                             BIGNUM *v,
                             char *info);

/**
 * Makes an SRP server's values from a password. Fails: returns -1.
 *
 * Not supported: SRP.
 */
int SSL_set_srp_server_param_pw(SSL *ssl, const char *user, const char *pass, const char *grp);

/**
 * Finds the SRP user of a connection. Fails: returns 2 (`SSL3_AL_FATAL`).
 *
 * Not supported: SRP.
 */
int SSL_srp_server_param_with_username(SSL *ssl, int *ad);

/**
 * Sets the SRTP profiles of a context: 1, which is failure here (SSL_CTX_set_tlsext_use_srtp(3)).
 *
 * Not supported: DTLS-SRTP.
 */
int SSL_CTX_set_tlsext_use_srtp(SSL_CTX *ctx, const char *profiles);

/**
 * Returns the SRTP profile in use: NULL, because there is none.
 *
 * Lifetime: nothing is lent.
 *
 * Not supported: DTLS-SRTP.
 */
SRTP_PROTECTION_PROFILE *SSL_get_selected_srtp_profile(SSL *ssl);

/**
 * Returns the SRTP profiles set: NULL, because there is none.
 *
 * Lifetime: nothing is lent.
 *
 * Not supported: DTLS-SRTP.
 */
struct stack_st_SRTP_PROTECTION_PROFILE *SSL_get_srtp_profiles(SSL *ssl);

/**
 * Sets the SRTP profiles of a connection. Fails: returns 1.
 *
 * Not supported: DTLS-SRTP.
 */
int SSL_set_tlsext_use_srtp(SSL *ssl, const char *profiles);

/**
 * Answers a first ClientHello with a cookie: -1, an error (SSL_stateless(3)).
 *
 * Not supported: TLS 1.3 cookies.
 */
int SSL_stateless(SSL *ssl);

/**
 * Sets the callback that makes TLS 1.3 cookies. It is accepted and never called.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Done in part: accepted; SSL_stateless fails, so never called.
 */
void SSL_CTX_set_stateless_cookie_generate_cb(SSL_CTX *ctx,
                                              int (*gen_stateless_cookie_cb)(SSL *ssl,
                                                                             unsigned char *cookie,
                                                                             size_t *cookie_len));

/**
 * Sets the callback that checks TLS 1.3 cookies. It is accepted and never called.
 *
 * Lifetime: the function's arguments, until it returns.
 *
 * Done in part: accepted; SSL_stateless fails, so never called.
 */
void SSL_CTX_set_stateless_cookie_verify_cb(SSL_CTX *ctx,
                                            int (*verify_stateless_cookie_cb)(SSL *ssl,
                                                                              const unsigned char *cookie,
                                                                              size_t cookie_len));

/**
 * Message callback that prints decoded handshake messages to the BIO given as its argument.
 *
 * Not supported: message callbacks are called, but messages are not printed in words.
 */
void SSL_trace(int write_p,
               int version,
               int content_type,
               const void *buf,
               size_t len,
               SSL *ssl,
               void *arg);

#ifdef __cplusplus
}
#endif

#endif
