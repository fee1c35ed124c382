#include "plugin/certificate.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "base/ctx.h"
#include "base/tls_words.h"

#define SECONDS_PER_DAY 86400L
#define DAYS_VALID      10950 /* about 30 years, as go-plugin: no run outlives it */

static const struct {
    int nid;
    const char *value;
} extensions[] = {
    {NID_basic_constraints, "critical,CA:TRUE"},
    {NID_key_usage, "critical,digitalSignature,keyEncipherment,keyAgreement,keyCertSign"},
    {NID_ext_key_usage, "clientAuth,serverAuth"},
    {NID_subject_key_identifier, "hash"},
    {NID_subject_alt_name, "DNS:localhost"},
};

static void free_key(void *key)
{
    EVP_PKEY_free(key);
}

static void free_x509(void *x)
{
    X509_free(x);
}

static void free_bio(void *bio)
{
    BIO_free(bio);
}

/* A memory BIO is freed with the arena. NULL without memory. */
static BIO *new_bio(struct ctx *cx, const void *bytes, size_t n)
{
    BIO *bio = bytes ? BIO_new_mem_buf(bytes, (int)n) : BIO_new(BIO_s_secmem());
    if (bio) {
        arena_defer(cx->arena, free_bio, bio);
    }
    return bio;
}

static const char *bio_text(struct ctx *cx, BIO *bio)
{
    char *data;
    long n = BIO_get_mem_data(bio, &data);
    return arena_strndup(cx->arena, data, (size_t)n);
}

/* 127 random bits, so that no two certificates of a machine are taken for one another. */
static bool set_serial(X509 *x)
{
    BIGNUM *n = BN_new();
    bool ok = n && BN_rand(n, 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) &&
              BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x));
    BN_free(n);
    return ok;
}

static bool set_names(X509 *x)
{
    X509_NAME *name = X509_get_subject_name(x);
    return X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"localhost",
                                      -1, -1, 0) &&
           X509_set_issuer_name(x, name);
}

static bool add_extensions(X509 *x)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, x, x, NULL, NULL, 0);
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++) {
        X509_EXTENSION *e =
            X509V3_EXT_conf_nid(NULL, &context, extensions[i].nid, extensions[i].value);
        int added = e && X509_add_ext(x, e, -1);
        X509_EXTENSION_free(e);
        if (!added) {
            return false;
        }
    }
    return true;
}

/* As X509_set_pubkey, which would encode the key and decode it again: a tenth of the start-up time.
 */
static bool set_key(X509 *x, EVP_PKEY *key)
{
    unsigned char *point = NULL;
    size_t n = EVP_PKEY_get1_encoded_public_key(key, &point);
    if (n > 0 &&
        X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(x), OBJ_nid2obj(NID_X9_62_id_ecPublicKey),
                               V_ASN1_OBJECT, OBJ_nid2obj(NID_X9_62_prime256v1), point, (int)n)) {
        return true;
    }
    OPENSSL_free(point);
    return false;
}

/* A clock that differs a little between host and plugin (a container) must not matter. */
static bool fill(X509 *x, EVP_PKEY *key)
{
    return X509_set_version(x, X509_VERSION_3) && set_serial(x) && set_names(x) &&
           X509_gmtime_adj(X509_getm_notBefore(x), -SECONDS_PER_DAY) &&
           X509_gmtime_adj(X509_getm_notAfter(x), DAYS_VALID * SECONDS_PER_DAY) &&
           set_key(x, key) && add_extensions(x) && X509_sign(x, key, EVP_sha256());
}

static const char *to_line(struct ctx *cx, X509 *x)
{
    unsigned char *der = NULL;
    int n = i2d_X509(x, &der);
    if (n <= 0) {
        return NULL;
    }
    char *line = arena_alloc(cx->arena, 4 * ((size_t)n + 2) / 3 + 4);
    EVP_EncodeBlock((unsigned char *)line, der, n);
    OPENSSL_free(der);
    line[strcspn(line, "=")] = '\0';
    return line;
}

/* As PEM_write_bio_PrivateKey, which would look for an encoder: RFC 5915 with the curve P-256. */
static bool write_key(BIO *pem, const EVP_PKEY *key)
{
    static const unsigned char head[] = {0x30, 0x77, 0x02, 0x01, 0x01, 0x04, 0x20};
    static const unsigned char middle[] = {0xa0, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d,
                                           0x03, 0x01, 0x07, 0xa1, 0x44, 0x03, 0x42, 0x00};
    enum { SECRET = 32, POINT = 65, AT = sizeof head + SECRET, SIZE = AT + sizeof middle + POINT };
    unsigned char der[SIZE];
    BIGNUM *secret = NULL;
    size_t n = 0;
    memcpy(der, head, sizeof head);
    memcpy(der + AT, middle, sizeof middle);
    bool ok = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &secret) &&
              BN_bn2binpad(secret, der + sizeof head, SECRET) == SECRET &&
              EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY,
                                              der + AT + sizeof middle, POINT, &n) &&
              n == POINT && PEM_write_bio(pem, "EC PRIVATE KEY", "", der, SIZE) > 0;
    BN_clear_free(secret);
    OPENSSL_cleanse(der, sizeof der);
    return ok;
}

static bool write_out(struct ctx *cx, X509 *x, EVP_PKEY *key, struct certificate *ret)
{
    BIO *pem = new_bio(cx, NULL, 0), *key_pem = new_bio(cx, NULL, 0);
    if (!pem || !key_pem || !PEM_write_bio_X509(pem, x) || !write_key(key_pem, key)) {
        return false;
    }
    struct certificate made = {bio_text(cx, pem), bio_text(cx, key_pem), to_line(cx, x)};
    if (!made.line) {
        return false;
    }
    *ret = made;
    return true;
}

static enum rc fail(struct ctx *cx, const char *what, const char *remedy)
{
    char reason[256];
    tls_words_load();
    ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
    return diag_error(cx, NULL, what, "%s; %s", reason, remedy);
}

enum rc certificate_make(struct ctx *cx, struct certificate *ret_certificate)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    if (key) {
        arena_defer(cx->arena, free_key, key);
    }
    X509 *x = X509_new();
    if (x) {
        arena_defer(cx->arena, free_x509, x);
    }
    if (!key || !x || !fill(x, key) || !write_out(cx, x, key, ret_certificate)) {
        return fail(cx, "no TLS certificate could be made",
                    "set TF_DISABLE_PLUGIN_TLS=1 to go on without TLS");
    }
    return RC_OK;
}

enum rc certificate_check(struct ctx *cx, const char *pem)
{
    BIO *bio = new_bio(cx, pem, strlen(pem));
    X509 *x = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    if (!x) {
        return fail(cx, "PLUGIN_CLIENT_CERT holds no PEM certificate",
                    "the program that starts this plugin sets it");
    }
    X509_free(x);
    return RC_OK;
}
