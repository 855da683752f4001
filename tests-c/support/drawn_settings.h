/*
 * Settings of contexts and connections, drawn at random. Each is made, and written into the report.
 */
#ifndef DRAWN_SETTINGS_H
#define DRAWN_SETTINGS_H

#include <stdbool.h>

#include <openssl/ssl.h>

/* Where a setting is made: on a context, or on a connection if there is one. */
struct target {
    SSL_CTX *context;
    SSL *connection;
    bool of_client; /* certificates are those of a client */
};

/* A side's trust, the peers it accepts, and its own identity. */
void draw_setting_about_peers(const struct target *target);

/* Versions, suites, groups, signatures, options, modes. */
void draw_setting_about_negotiation(const struct target *target);

#endif
