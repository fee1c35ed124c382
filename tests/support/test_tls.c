#include "test_tls.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <unistd.h>

struct test_tls_files {
    SSL_CTX *server;
    char ca_file[64];
};

static void must(bool ok, const char *what)
{
    if (ok) {
        return;
    }
    fprintf(stderr, "test_tls: %s\n", what);
    abort();
}

static void add_extension(X509 *certificate, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509_EXTENSION *extension;

    X509V3_set_ctx(&ctx, issuer, certificate, NULL, NULL, 0);
    extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    must(extension != NULL && X509_add_ext(certificate, extension, -1) == 1, value);
    X509_EXTENSION_free(extension);
}

struct parties {
    EVP_PKEY *key; /* of the subject */
    X509 *issuer;  /* NULL: the subject itself */
    EVP_PKEY *issuer_key;
};

static X509 *certify(struct parties p, const char *name, const char *alternatives, long days)
{
    X509 *certificate = X509_new();
    X509_NAME *subject = X509_get_subject_name(certificate);
    static long serial;

    if (p.issuer == NULL) {
        p.issuer = certificate;
    }
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), __atomic_add_fetch(&serial, 1, 5));
    X509_gmtime_adj(X509_getm_notBefore(certificate), -10 * 86400);
    X509_gmtime_adj(X509_getm_notAfter(certificate), days * 86400);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(p.issuer));
    X509_set_pubkey(certificate, p.key);
    if (alternatives == NULL) {
        add_extension(certificate, p.issuer, NID_basic_constraints, "critical,CA:TRUE");
        add_extension(certificate, p.issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
    } else {
        add_extension(certificate, p.issuer, NID_subject_alt_name, alternatives);
    }
    must(X509_sign(certificate, p.issuer_key, EVP_sha256()) > 0, "sign");
    return certificate;
}

static void write_ca(struct test_tls_files *t, X509 *ca)
{
    FILE *f;
    int fd;

    snprintf(t->ca_file, sizeof t->ca_file, "/tmp/seedbank-test-ca-XXXXXX");
    fd = mkstemp(t->ca_file);
    must(fd >= 0, "mkstemp");
    f = fdopen(fd, "w");
    must(f != NULL && PEM_write_X509(f, ca) == 1, "write the CA");
    fclose(f);
}

static SSL_CTX *make_server(X509 *certificate, EVP_PKEY *key, enum test_tls kind)
{
    SSL_CTX *server = SSL_CTX_new(TLS_server_method());

    must(server != NULL, "SSL_CTX_new");
    must(SSL_CTX_use_certificate(server, certificate) == 1, "use the certificate");
    must(SSL_CTX_use_PrivateKey(server, key) == 1, "use the key");
    if (kind == TEST_TLS_OLD_VERSION) {
        SSL_CTX_set_min_proto_version(server, TLS1_VERSION);
        SSL_CTX_set_max_proto_version(server, TLS1_1_VERSION);
        SSL_CTX_set_cipher_list(server, "ALL:@SECLEVEL=0");
    }
    return server;
}

struct test_tls_files *test_tls_new(enum test_tls kind)
{
    struct test_tls_files *t = calloc(1, sizeof *t);
    EVP_PKEY *ca_key = EVP_EC_gen("P-256"), *key = EVP_EC_gen("P-256");
    struct parties by_ca = {.key = key, .issuer_key = ca_key};
    const char *names =
        kind == TEST_TLS_WRONG_HOST ? "DNS:elsewhere.example" : "IP:127.0.0.1,DNS:localhost";
    X509 *ca, *certificate;

    must(t != NULL && ca_key != NULL && key != NULL, "make keys");
    ca = certify((struct parties){.key = ca_key, .issuer_key = ca_key}, "Test CA", NULL, 10);
    by_ca.issuer = ca;
    if (kind == TEST_TLS_SELF_SIGNED) {
        by_ca = (struct parties){.key = key, .issuer_key = key};
    }
    certificate = certify(by_ca, "Test server", names, kind == TEST_TLS_EXPIRED ? -1 : 10);
    write_ca(t, ca);
    t->server = make_server(certificate, key, kind);
    X509_free(certificate);
    X509_free(ca);
    EVP_PKEY_free(key);
    EVP_PKEY_free(ca_key);
    return t;
}

void test_tls_free(struct test_tls_files *t)
{
    if (t == NULL) {
        return;
    }
    SSL_CTX_free(t->server);
    unlink(t->ca_file);
    free(t);
}

SSL_CTX *test_tls_server(struct test_tls_files *t)
{
    return t->server;
}

const char *test_tls_ca_file(const struct test_tls_files *t)
{
    return t->ca_file;
}
