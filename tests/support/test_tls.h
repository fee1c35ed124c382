/*
 * Certificates for a test server, made in memory at its start: a CA of its own,
 * whose certificate is in a temporary file, and a server certificate, right or
 * wrong in one way.
 */
#ifndef SUPPORT_TEST_TLS_H
#define SUPPORT_TEST_TLS_H

#include <openssl/ssl.h>

enum test_tls {
    TEST_TLS_NONE,
    TEST_TLS_GOOD,        /* for 127.0.0.1 and localhost, by the CA of the file */
    TEST_TLS_WRONG_HOST,  /* for elsewhere.example */
    TEST_TLS_SELF_SIGNED, /* by nobody but itself */
    TEST_TLS_EXPIRED,
    TEST_TLS_OLD_VERSION, /* good, but the server speaks TLS 1.1 at most */
};

struct test_tls_files;

struct test_tls_files *test_tls_new(enum test_tls kind);
void test_tls_free(struct test_tls_files *t); /* removes the file; NULL is allowed */
SSL_CTX *test_tls_server(struct test_tls_files *t);
const char *test_tls_ca_file(const struct test_tls_files *t);

#endif
