#include "private_library.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/core_dispatch.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/provider.h>

OSSL_LIB_CTX *private_library;

static OSSL_PROVIDER *default_provider;

/* Before anything else could be made with the default library context. Until the test begins, the
 * other one stands in for it. */
__attribute__((constructor)) static void begin(void)
{
    /* The system's configuration may load the default provider. */
    setenv("OPENSSL_CONF", "/dev/null", 1);
    private_library = OSSL_LIB_CTX_new();
    default_provider = OSSL_PROVIDER_load(private_library, "default");
    OSSL_PROVIDER_load(NULL, "null");
    OSSL_LIB_CTX_set0_default(private_library);
}

void with_algorithms(void (*work)(void))
{
    OSSL_LIB_CTX_set0_default(private_library);
    work();
    OSSL_LIB_CTX_set0_default(OSSL_LIB_CTX_get0_global_default());
}

void private_library_start(void)
{
    CHECK(default_provider != NULL);
    OSSL_LIB_CTX_set0_default(OSSL_LIB_CTX_get0_global_default());
    CHECK(EVP_MD_fetch(NULL, "SHA256", NULL) == NULL);
    ERR_clear_error();
}

SSL_CTX *private_context(const SSL_METHOD *method, const struct protocol *protocol)
{
    SSL_CTX *context = SSL_CTX_new_ex(private_library, NULL, method);

    CHECK(context != NULL);
    CHECK(SSL_CTX_set_min_proto_version(context, protocol->version));
    CHECK(SSL_CTX_set_max_proto_version(context, protocol->version));
    return context;
}

void use_files(SSL_CTX *context, const char *certificate, const char *key)
{
    CHECK_EQ(SSL_CTX_use_certificate_chain_file(context, certificate), 1);
    CHECK_EQ(SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM), 1);
    CHECK_EQ(SSL_CTX_check_private_key(context), 1);
}

static const char *authority_file, *certificate_file, *key_file;

static void make_files(void)
{
    authority_file = pki_certificate_file(pki_ca());
    certificate_file = pki_certificate_file(pki_server());
    key_file = pki_key_file(pki_server());
}

void private_pair(struct pair *pair, const struct protocol *protocol)
{
    if (key_file == NULL)
        with_algorithms(make_files);
    memset(pair, 0, sizeof(*pair));
    pair->capacity = 1;
    pair->client_ctx = private_context(TLS_client_method(), protocol);
    pair->server_ctx = private_context(TLS_server_method(), protocol);
    SSL_CTX_set_verify(pair->client_ctx, SSL_VERIFY_PEER, NULL);
    CHECK_EQ(SSL_CTX_load_verify_file(pair->client_ctx, authority_file), 1);
    use_files(pair->server_ctx, certificate_file, key_file);
}

/* ---- the provider ---- */

static struct token_uses uses;
static const char *lacking;

struct token_uses token_uses(void)
{
    return uses;
}

static OSSL_FUNC_cipher_newctx_fn *new_cipher;
static OSSL_FUNC_digest_newctx_fn *new_digest;
static OSSL_FUNC_keyexch_newctx_fn *new_exchange;

static void *count_cipher(void *context)
{
    uses.ciphers++;
    return new_cipher(context);
}

static void *count_digest(void *context)
{
    uses.digests++;
    return new_digest(context);
}

static void *count_exchange(void *context)
{
    uses.exchanges++;
    return new_exchange(context);
}

static bool is_called(const OSSL_ALGORITHM *algorithm, const char *name)
{
    size_t length = strlen(name);
    char end;

    if (strncmp(algorithm->algorithm_names, name, length) != 0)
        return false;
    end = algorithm->algorithm_names[length];
    return end == 0 || end == ':';
}

/* What an algorithm of the default provider does, without giving keys away, and counted. */
static OSSL_DISPATCH *functions_of(const OSSL_ALGORITHM *algorithm, int operation)
{
    OSSL_DISPATCH *functions = calloc(64, sizeof(*functions)), *to = functions;

    for (const OSSL_DISPATCH *from = algorithm->implementation; from->function_id != 0; from++) {
        if (operation == OSSL_OP_KEYMGMT
            && (from->function_id == OSSL_FUNC_KEYMGMT_EXPORT
                || from->function_id == OSSL_FUNC_KEYMGMT_EXPORT_TYPES))
            continue;
        *to = *from;
        if (operation == OSSL_OP_CIPHER && is_called(algorithm, "AES-128-GCM")
            && from->function_id == OSSL_FUNC_CIPHER_NEWCTX) {
            new_cipher = (OSSL_FUNC_cipher_newctx_fn *)from->function;
            to->function = (void (*)(void))count_cipher;
        }
        if (operation == OSSL_OP_DIGEST && is_called(algorithm, "SHA2-256")
            && from->function_id == OSSL_FUNC_DIGEST_NEWCTX) {
            new_digest = (OSSL_FUNC_digest_newctx_fn *)from->function;
            to->function = (void (*)(void))count_digest;
        }
        if (operation == OSSL_OP_KEYEXCH && is_called(algorithm, "X25519")
            && from->function_id == OSSL_FUNC_KEYEXCH_NEWCTX) {
            new_exchange = (OSSL_FUNC_keyexch_newctx_fn *)from->function;
            to->function = (void (*)(void))count_exchange;
        }
        to++;
    }
    return functions;
}

static const OSSL_ALGORITHM *query(void *context, int operation, int *no_cache)
{
    static const OSSL_ALGORITHM *made[64];
    const OSSL_ALGORITHM *all;
    OSSL_ALGORITHM *kept, *next;

    (void)context;
    *no_cache = 0;
    if (made[operation] != NULL)
        return made[operation];
    all = OSSL_PROVIDER_query_operation(default_provider, operation, no_cache);
    if (all == NULL)
        return NULL;
    made[operation] = kept = next = calloc(256, sizeof(*kept));
    for (; all->algorithm_names != NULL; all++) {
        if (lacking != NULL && is_called(all, lacking))
            continue;
        next->algorithm_names = all->algorithm_names;
        next->property_definition = "provider=token";
        next->implementation = functions_of(all, operation);
        next++;
    }
    return kept;
}

static int capabilities(void *context, const char *capability, OSSL_CALLBACK *callback,
                        void *argument)
{
    (void)context;
    return OSSL_PROVIDER_get_capabilities(default_provider, capability, callback, argument);
}

static int start(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out,
                 void **context)
{
    static const OSSL_DISPATCH functions[] = {
        { OSSL_FUNC_PROVIDER_QUERY_OPERATION, (void (*)(void))query },
        { OSSL_FUNC_PROVIDER_GET_CAPABILITIES, (void (*)(void))capabilities },
        { 0, NULL },
    };

    (void)handle;
    (void)in;
    *out = functions;
    *context = OSSL_PROVIDER_get0_provider_ctx(default_provider);
    return 1;
}

void token_provider_start(const char *without)
{
    lacking = without;
    CHECK(OSSL_PROVIDER_add_builtin(private_library, "token", start));
    CHECK(OSSL_PROVIDER_load(private_library, "token") != NULL);
}

EVP_PKEY *token_key(EVP_PKEY *key)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(
        private_library, EVP_PKEY_is_a(key, "EC") ? "EC" : "RSA", "provider=token");
    EVP_PKEY *made = NULL;
    OSSL_PARAM *params = NULL;

    CHECK(context != NULL);
    CHECK(EVP_PKEY_todata(key, EVP_PKEY_KEYPAIR, &params));
    CHECK_EQ(EVP_PKEY_fromdata_init(context), 1);
    CHECK_EQ(EVP_PKEY_fromdata(context, &made, EVP_PKEY_KEYPAIR, params), 1);
    OSSL_PARAM_free(params);
    EVP_PKEY_CTX_free(context);
    CHECK_STR(OSSL_PROVIDER_get0_name(EVP_PKEY_get0_provider(made)), "token");
    return made;
}

const char *file_of_client, *key_file_of_client, *file_of_rsa, *key_file_of_rsa;

void make_client_files(void)
{
    file_of_client = pki_certificate_file(pki_client());
    key_file_of_client = pki_key_file(pki_client());
    file_of_rsa = pki_certificate_file(pki_server_rsa());
    key_file_of_rsa = pki_key_file(pki_server_rsa());
}
