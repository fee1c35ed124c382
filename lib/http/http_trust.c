/*
 * Which certificates a client trusts. They are read once, at its first TLS connection, and shared
 * by all its connections: curl would read the system's 140 for each of its handles, 18 ms and a
 * megabyte every time.
 */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include "base/ctx.h"
#include "base/tls_words.h"
#include "http/http_private.h"

static const char *environment(const char *name)
{
    const char *value = getenv(name);

    return value == NULL || *value == '\0' ? NULL : value;
}

/* Where systems keep the certificates they trust; the places Go's crypto/x509 looks at too. A
 * static program cannot know at build time which system it will run on. */
static const char *system_file(void)
{
    static const char *const places[] = {
        "/etc/ssl/certs/ca-certificates.crt",                /* Debian, Ubuntu, Alpine */
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", /* RHEL, Fedora */
        "/etc/pki/tls/certs/ca-bundle.crt",                  /* older RHEL */
        "/etc/ssl/ca-bundle.pem",                            /* SUSE */
        "/etc/ssl/cert.pem",                                 /* Alpine without the package */
    };
    size_t i;

    for (i = 0; i < sizeof places / sizeof *places; i++) {
        if (access(places[i], R_OK) == 0) {
            return places[i];
        }
    }
    return NULL;
}

void http_trust_choose(struct http_client *c)
{
    const char *file = environment("SSL_CERT_FILE"), *path = environment("SSL_CERT_DIR");

    c->ca_file = c->options.ca_file;
    if (c->ca_file != NULL) {
        return;
    }
    if (file == NULL) {
        file = system_file();
    }
    if (file != NULL) {
        c->ca_file = arena_strdup(c->arena, file);
    }
    if (path != NULL) {
        c->ca_path = arena_strdup(c->arena, path);
    }
}

static X509_STORE *load(const struct http_client *c)
{
    X509_STORE *store = X509_STORE_new();
    bool ok = store != NULL;

    if (ok && c->ca_file == NULL && c->ca_path == NULL) {
        ok = X509_STORE_set_default_paths(store) == 1;
    }
    if (ok && c->ca_file != NULL) {
        ok = X509_STORE_load_file(store, c->ca_file) == 1;
    }
    if (ok && c->ca_path != NULL) {
        ok = X509_STORE_load_path(store, c->ca_path) == 1;
    }
    /* As curl does: an intermediate, or the server's own certificate, may be the one trusted. */
    if (ok && X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1) {
        return store;
    }
    X509_STORE_free(store);
    return NULL;
}

/* A CA made anew under its old name leaves errors about the signature first in OpenSSL's queue;
 * curl looks at the first, and would not see that it is a certificate that failed. */
static int verify(X509_STORE_CTX *chain, void *arg)
{
    int ok = X509_verify_cert(chain);

    (void)arg;
    if (ok <= 0) {
        ERR_clear_error();
    }
    return ok;
}

static CURLcode use_store(CURL *easy, void *ssl_ctx, void *arg)
{
    struct http_client *c = arg;
    X509_STORE *store;

    (void)easy;
    pthread_mutex_lock(&c->lock);
    if (c->trust == NULL) {
        tls_words_load();
        c->trust = load(c);
    }
    store = c->trust;
    pthread_mutex_unlock(&c->lock);
    if (store == NULL) {
        return CURLE_SSL_CACERT_BADFILE;
    }
    SSL_CTX_set_cert_verify_callback(ssl_ctx, verify, NULL);
    /* The store for verifying alone: into the context's own one curl writes, without a lock. */
    return SSL_CTX_set1_verify_cert_store((SSL_CTX *)ssl_ctx, store) == 1 ? CURLE_OK
                                                                          : CURLE_OUT_OF_MEMORY;
}

void http_trust_set(CURL *easy, struct http_client *c)
{
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    /* For curl's own store an empty place, which costs nothing: with none it may read its default.
     */
    curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
    curl_easy_setopt(easy, CURLOPT_CAPATH, "/dev/null");
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, use_store);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, c);
}

void http_trust_free(struct http_client *c)
{
    X509_STORE_free(c->trust);
}
