/* A second libssl in the process, opened by its path: what it makes is refused, and is as it was. */
#include <dlfcn.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "check.h"

/* The system's libssl by its path. On the system's libssl it is the one in use. */
static void *other_libssl(int flags)
{
    void *library = dlopen(SYSTEM_LIBSSL, RTLD_NOW | RTLD_LOCAL | flags);

    CHECK(library != NULL);
    return library;
}

/* A function of the other libssl, as the type of the function of that name. */
#define OTHER(library, function) ((__typeof__(function) *)dlsym(library, #function))

static bool is_refusal(unsigned long error, const char *data)
{
    return ERR_GET_REASON(error) == ERR_R_PASSED_INVALID_ARGUMENT && strstr(data, "another libssl") != NULL;
}

/* The queue has the error for an object of another library; it is emptied. */
static void check_refused(void)
{
    const char *data = "";
    unsigned long error = ERR_peek_last_error_data(&data, NULL);

    CHECK(is_refusal(error, data));
    ERR_clear_error();
}

static void a_method_of_another_libssl_makes_no_context(void)
{
    SSL_CTX *ctx = SSL_CTX_new(OTHER(other_libssl(RTLD_DEEPBIND), TLS_method)());

    if (on_reprise()) {
        CHECK(ctx == NULL);
        check_refused();
    } else {
        CHECK(ctx != NULL);
    }
    SSL_CTX_free(ctx);
}

/* OpenSSL's SSL_CTX_new calls SSL_CTX_new_ex by its name, so that of the library that was there first. */
static void a_libssl_that_is_loaded_second_makes_no_context(void)
{
    void *other = other_libssl(0);
    SSL_CTX *ctx = OTHER(other, SSL_CTX_new)(OTHER(other, TLS_method)());

    if (on_reprise()) {
        CHECK(ctx == NULL);
        check_refused();
    } else {
        CHECK(ctx != NULL);
    }
    SSL_CTX_free(ctx);
}

/* ---- every function that takes an object first ---- */

struct function {
    const char *type;
    const char *name;
};

static const struct function functions[] = {
#include "functions_of_objects.h"
};

/* What another libssl has made, and how much of it must stay as it is. */
struct object {
    const char *type;
    void *pointer;
    size_t size;
};

static int failures;

/* No function takes more arguments. */
typedef long any_function(void *, long, long, long, long, long, long, long);

/* The function does its work without a look at the object: it may be where nothing can be read. */
static bool never_looks(any_function *function)
{
    void *nothing = mmap(NULL, 1 << 16, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pid_t child;
    int status;

    CHECK(nothing != MAP_FAILED);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        function(nothing, 0, 0, 0, 0, 0, 0, 0);
        _exit(0);
    }
    CHECK_EQ(waitpid(child, &status, 0), child);
    munmap(nothing, 1 << 16);
    return status == 0;
}

/* Whether the function refuses the object, and leaves it as it is. */
static bool refuses(const char *name, const struct object *object)
{
    static unsigned char before[1 << 16];
    any_function *function = (any_function *)dlsym(RTLD_DEFAULT, name);
    const char *data = "";
    unsigned long error;

    CHECK(function != NULL && object->size <= sizeof(before));
    memcpy(before, object->pointer, object->size);
    ERR_clear_error();
    function(object->pointer, 0, 0, 0, 0, 0, 0, 0);
    error = ERR_peek_last_error_data(&data, NULL);
    CHECK_MEM(object->pointer, object->size, before, object->size);
    if (is_refusal(error, data))
        return true;
    /* What a suite is called and so on: there is no error, as for NULL. */
    if (strncmp(name, "SSL_CIPHER_", 11) == 0 && strcmp(object->type, "SSL_CIPHER") == 0)
        return true;
    if (never_looks(function))
        return false;
    fprintf(stderr, "%s has not refused the object\n", name);
    failures++;
    return false;
}

static void objects_of_another_libssl_are_refused_by_every_function(void)
{
    void *other = other_libssl(RTLD_DEEPBIND);
    SSL_CTX *ctx = OTHER(other, SSL_CTX_new)(OTHER(other, TLS_method)());
    SSL *ssl = OTHER(other, SSL_new)(ctx);
    SSL_SESSION *session = OTHER(other, SSL_SESSION_new)();
    SSL_CONF_CTX *conf = OTHER(other, SSL_CONF_CTX_new)();
    const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(OTHER(other, SSL_CTX_get_ciphers)(ctx), 0);
    const struct object objects[] = {
        { "SSL_CTX", ctx, malloc_usable_size(ctx) },
        { "SSL", ssl, malloc_usable_size(ssl) },
        { "SSL_SESSION", session, malloc_usable_size(session) },
        { "SSL_CONF_CTX", conf, malloc_usable_size(conf) },
        { "SSL_CIPHER", (void *)cipher, 64 },
        { "SSL_METHOD", (void *)OTHER(other, TLS_method)(), 64 },
    };
    size_t refusing = 0;

    CHECK(ssl != NULL && session != NULL && conf != NULL && cipher != NULL);
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]) && on_reprise(); i++) {
        for (size_t k = 0; k < sizeof(objects) / sizeof(objects[0]); k++) {
            if (strcmp(functions[i].type, objects[k].type) == 0 && refuses(functions[i].name, &objects[k]))
                refusing++;
        }
    }
    CHECK_EQ(failures, 0);
    CHECK(refusing > 330 || !on_reprise());

    /* They are good as ever for those that made them. */
    CHECK_EQ(OTHER(other, SSL_set_session)(ssl, session), 1);
    OTHER(other, SSL_SESSION_free)
    (session);
    OTHER(other, SSL_free)
    (ssl);
    OTHER(other, SSL_CTX_free)
    (ctx);
    OTHER(other, SSL_CONF_CTX_free)
    (conf);
}

static void objects_of_another_libssl_are_refused_as_second_arguments(void)
{
    void *other = other_libssl(RTLD_DEEPBIND);
    SSL_CTX *other_ctx = OTHER(other, SSL_CTX_new)(OTHER(other, TLS_method)()), *ctx = SSL_CTX_new(TLS_method());
    SSL *other_ssl = OTHER(other, SSL_new)(other_ctx), *ssl = SSL_new(ctx);
    SSL_SESSION *other_session = OTHER(other, SSL_SESSION_new)();
    SSL_SESSION *session = SSL_SESSION_new();
    SSL_CONF_CTX *conf = SSL_CONF_CTX_new();
    BIO *memory = BIO_new(BIO_s_mem());
    unsigned char *der = NULL;
    const unsigned char *read_at;
    int der_length;

    CHECK_EQ(SSL_SESSION_set_cipher(session, sk_SSL_CIPHER_value(SSL_CTX_get_ciphers(ctx), 0)), 1);
    CHECK_EQ(SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION), 1);
    if (on_reprise()) {
        ERR_clear_error();
        CHECK(SSL_set_SSL_CTX(ssl, other_ctx) == NULL);
        check_refused();
        CHECK(SSL_get_SSL_CTX(ssl) == ctx);
        CHECK_EQ(SSL_set_session(ssl, other_session), 0);
        check_refused();
        CHECK_EQ(SSL_CTX_add_session(ctx, other_session), 0);
        check_refused();
        CHECK_EQ(SSL_CTX_remove_session(ctx, other_session), 0);
        check_refused();
        CHECK_EQ(SSL_copy_session_id(ssl, other_ssl), 0);
        check_refused();
        CHECK_EQ(SSL_SESSION_print(memory, other_session), 0);
        check_refused();
        CHECK_EQ(PEM_write_bio_SSL_SESSION(memory, other_session), 0);
        check_refused();
        SSL_CONF_CTX_set_ssl(conf, other_ssl);
        check_refused();
        SSL_CONF_CTX_set_ssl_ctx(conf, other_ctx);
        check_refused();
        der_length = i2d_SSL_SESSION(session, &der);
        read_at = der;
        CHECK(der_length > 0 && d2i_SSL_SESSION(&other_session, &read_at, der_length) == NULL);
        check_refused();
        OPENSSL_free(der);
        CHECK_EQ(SSL_set_ssl_method(ssl, OTHER(other, TLS_method)()), 0);
        check_refused();
        CHECK_EQ(SSL_CTX_set_ssl_version(ctx, OTHER(other, TLS_method)()), 0);
        check_refused();
    }
    BIO_free(memory);
    SSL_CONF_CTX_free(conf);
    SSL_SESSION_free(session);
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    OTHER(other, SSL_SESSION_free)
    (other_session);
    OTHER(other, SSL_free)
    (other_ssl);
    OTHER(other, SSL_CTX_free)
    (other_ctx);
}

/* Each kind of object is distinguished from the others. */
static void objects_are_told_apart(void)
{
    SSL_CTX *ctx = SSL_CTX_new(TLS_method());
    SSL *ssl = SSL_new(ctx);

    if (on_reprise()) {
        CHECK(SSL_new((SSL_CTX *)ssl) == NULL);
        check_refused();
        CHECK_EQ(SSL_set_fd((SSL *)ctx, 0), 0);
        check_refused();
        SSL_free((SSL *)ctx);
        check_refused();
    }
    SSL_free(ssl);
    SSL_CTX_free(ctx);
}

TEST_MAIN(TEST(a_method_of_another_libssl_makes_no_context),
          TEST(a_libssl_that_is_loaded_second_makes_no_context),
          TEST(objects_of_another_libssl_are_refused_by_every_function),
          TEST(objects_of_another_libssl_are_refused_as_second_arguments),
          TEST(objects_are_told_apart))
