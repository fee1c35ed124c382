#include "aws/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <string.h>

#define BLOCK 64 /* of SHA-256, in bytes */

/* Looked up once, for as long as the process lives: OpenSSL's lookup by name takes longer than the
 * hashing of what a request holds. NULL: refused. */
static EVP_MD *sha256;

static void fetch_sha256(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
}

/* Of the parts one after the other. */
static bool sha256_of(const struct str *parts, size_t n, unsigned char ret_sum[DIGEST_SHA256_SIZE])
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    pthread_once(&once, fetch_sha256);
    bool ok = context && sha256 && EVP_DigestInit_ex2(context, sha256, NULL) == 1;
    for (size_t i = 0; ok && i < n; i++) {
        ok = EVP_DigestUpdate(context, parts[i].p, parts[i].n) == 1;
    }
    ok = ok && EVP_DigestFinal_ex(context, ret_sum, NULL) == 1;
    EVP_MD_CTX_free(context);
    return ok;
}

#include "base/arena.h"

bool digest_is_sha256_hex(const char *text)
{
    size_t n = DIGEST_SHA256_HEX_SIZE - 1;

    return text != NULL && strlen(text) == n && strspn(text, "0123456789abcdef") == n;
}

void digest_hex(const unsigned char *bytes, size_t n, char *ret_hex)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < n; i++) {
        ret_hex[2 * i] = digits[bytes[i] >> 4];
        ret_hex[2 * i + 1] = digits[bytes[i] & 0x0f];
    }
    ret_hex[2 * n] = '\0';
}

bool digest_sha256_hex(struct str data, char ret_hex[DIGEST_SHA256_HEX_SIZE])
{
    unsigned char sum[DIGEST_SHA256_SIZE];

    if (!sha256_of(&data, 1, sum)) {
        return false;
    }
    digest_hex(sum, sizeof(sum), ret_hex);
    return true;
}

/* RFC 2104 */
bool digest_hmac_sha256(struct str key, struct str data, unsigned char ret_mac[DIGEST_SHA256_SIZE])
{
    unsigned char pads[2][BLOCK] = {{0}}, sum[DIGEST_SHA256_SIZE];
    struct str inner[] = {{(const char *)pads[0], BLOCK}, data};
    struct str outer[] = {{(const char *)pads[1], BLOCK}, {(const char *)sum, sizeof(sum)}};
    bool ok = true;

    if (key.n > BLOCK) {
        ok = sha256_of(&key, 1, pads[0]);
    } else if (key.n > 0) {
        memcpy(pads[0], key.p, key.n);
    }
    for (size_t i = 0; i < BLOCK; i++) {
        pads[1][i] = pads[0][i] ^ 0x5c;
        pads[0][i] ^= 0x36;
    }
    ok = ok && sha256_of(inner, 2, sum) && sha256_of(outer, 2, ret_mac);
    OPENSSL_cleanse(pads, sizeof(pads));
    OPENSSL_cleanse(sum, sizeof(sum));
    return ok;
}

bool digest_md5(struct str data, unsigned char ret_sum[DIGEST_MD5_SIZE])
{
    return EVP_Digest(data.n ? data.p : "", data.n, ret_sum, NULL, EVP_md5(), NULL) == 1;
}

void digest_md5_base64(const unsigned char sum[DIGEST_MD5_SIZE],
                       char ret_text[DIGEST_MD5_BASE64_SIZE])
{
    EVP_EncodeBlock((unsigned char *)ret_text, sum, DIGEST_MD5_SIZE);
}

struct digest_stream {
    EVP_MD_CTX *evp;
};

static void free_evp(void *evp)
{
    EVP_MD_CTX_free(evp);
}

static struct digest_stream *new_stream(struct arena *a, const EVP_MD *kind)
{
    struct digest_stream *d = arena_alloc(a, sizeof(*d));

    d->evp = EVP_MD_CTX_new();
    arena_defer(a, free_evp, d->evp);
    return EVP_DigestInit_ex(d->evp, kind, NULL) == 1 ? d : NULL;
}

struct digest_stream *digest_stream_new(struct arena *a)
{
    return new_stream(a, EVP_sha256());
}

struct digest_stream *digest_stream_new_md5(struct arena *a)
{
    return new_stream(a, EVP_md5());
}

bool digest_stream_add(struct digest_stream *d, struct str data)
{
    return EVP_DigestUpdate(d->evp, data.n ? data.p : "", data.n) == 1;
}

bool digest_stream_sum(struct digest_stream *d, unsigned char *ret_sum)
{
    return EVP_DigestFinal_ex(d->evp, ret_sum, NULL) == 1 &&
           EVP_DigestInit_ex(d->evp, NULL, NULL) == 1;
}

bool digest_stream_end(struct digest_stream *d, char ret_hex[DIGEST_SHA256_HEX_SIZE])
{
    unsigned char sum[DIGEST_SHA256_SIZE];

    if (!digest_stream_sum(d, sum)) {
        return false;
    }
    digest_hex(sum, (size_t)EVP_MD_CTX_get_size(d->evp), ret_hex);
    return true;
}
