/*
 * Opens a libssl as a program does that is not linked with it.
 *
 * usage: opens [-n] [-c LIBCRYPTO] LIBSSL
 *
 * With -c it opens that libcrypto first. With -n it opens LIBSSL in a new namespace. It makes a context and a
 * connection with what it finds, and prints the files in which SSL_new is, and the X509_new that belongs to it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef void *one(void *);
typedef void *none(void);

static void *open_or_say(const char *name, int new_namespace)
{
    void *library = new_namespace ? dlmopen(LM_ID_NEWLM, name, RTLD_NOW) : dlopen(name, RTLD_NOW);

    if (library == NULL)
        printf("%s\n", dlerror());
    return library;
}

static const char *file_of(void *function)
{
    Dl_info where;

    return dladdr(function, &where) != 0 ? where.dli_fname : "?";
}

int main(int argc, char **argv)
{
    int option, new_namespace = 0;
    void *libcrypto = NULL, *libssl, *ctx, *ssl;

    while ((option = getopt(argc, argv, "nc:")) != -1) {
        if (option == 'n')
            new_namespace = 1;
        else if (option != 'c' || (libcrypto = open_or_say(optarg, 0)) == NULL)
            return 2;
    }
    if ((libssl = open_or_say(argv[optind], new_namespace)) == NULL)
        return 3;
    if (libcrypto == NULL)
        libcrypto = libssl;
    ctx = ((one *)dlsym(libssl, "SSL_CTX_new"))(((none *)dlsym(libssl, "TLS_method"))());
    ssl = ctx == NULL ? NULL : ((one *)dlsym(libssl, "SSL_new"))(ctx);
    printf("%s %s %s\n", ssl == NULL ? "no connection" : "connection", file_of(dlsym(libssl, "SSL_new")),
           file_of(dlsym(libcrypto, "X509_new")));
    return 0;
}
