#include "call_report.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "worker.h"

FILE *report;
unsigned char large[70000];

void shown(const char *call, long long value)
{
    unsigned long code;

    fprintf(report, "%s = %lld", call, value);
    while ((code = ERR_get_error()) != 0) {
        /* The error for bytes that are no DER comes from another library in OpenSSL. */
        if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) != ERR_R_ASN1_LIB)
            fprintf(report, ", error %d", ERR_GET_REASON(code));
    }
    fprintf(report, "\n");
}

void show_bytes(const char *what, const void *bytes, size_t length)
{
    fprintf(report, "  %s%s (%zu)", what, bytes != NULL ? "" : " NULL", length);
    for (size_t i = 0; i < length && i < 40; i++)
        fprintf(report, " %02x", ((const unsigned char *)bytes)[i]);
    fprintf(report, "\n");
}

void report_calls(const char *directory, const char *name, void (*calls)(void))
{
    char path[512];

    for (size_t i = 0; i < sizeof(large); i++)
        large[i] = (unsigned char)(i * 7 + 1);
    snprintf(path, sizeof(path), "%s/%s", directory, name);
    report = fopen(path, "w");
    CHECK(report != NULL);
    calls();
    CHECK_EQ(fclose(report), 0);
}

void compare_calls(const char *what)
{
    const char *directory = new_directory();
    char *reports[2];
    size_t lengths[2];
    int differences = 0;

    for (int i = 0; i < 2; i++) {
        const char *name = library_name(LIBRARIES[i]);

        CHECK_EQ(worker_wait(worker_start(LIBRARIES[i], directory, name, what, NULL)), 0);
        reports[i] = (char *)read_file(directory, name, &lengths[i]);
        reports[i][lengths[i]] = '\0';
    }
    for (char *rest[2] = { reports[0], reports[1] }; rest[0] != NULL && rest[1] != NULL;) {
        char *line[2] = { strsep(&rest[0], "\n"), strsep(&rest[1], "\n") };

        if (strcmp(line[0], line[1]) != 0 && differences++ < 20)
            fprintf(stderr, "system: %s\nother:  %s\n", line[0], line[1]);
    }
    CHECK_EQ(differences, 0);
    CHECK_EQ(lengths[0], lengths[1]);
    free(reports[0]);
    free(reports[1]);
}
