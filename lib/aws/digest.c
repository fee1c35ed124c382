#include "aws/digest.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/arena.h"

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

    if (EVP_Digest(data.n ? data.p : "", data.n, sum, NULL, EVP_sha256(), NULL) != 1) {
        return false;
    }
    digest_hex(sum, sizeof(sum), ret_hex);
    return true;
}

bool digest_hmac_sha256(struct str key, struct str data, unsigned char ret_mac[DIGEST_SHA256_SIZE])
{
    unsigned int n = DIGEST_SHA256_SIZE;

    if (key.n > INT_MAX) {
        return false;
    }
    return HMAC(EVP_sha256(), key.n ? key.p : "", (int)key.n,
                (const unsigned char *)(data.n ? data.p : ""), data.n, ret_mac, &n) != NULL;
}

bool digest_md5_base64(struct str data, char ret_text[DIGEST_MD5_BASE64_SIZE])
{
    unsigned char sum[16];

    if (EVP_Digest(data.n ? data.p : "", data.n, sum, NULL, EVP_md5(), NULL) != 1) {
        return false;
    }
    return EVP_EncodeBlock((unsigned char *)ret_text, sum, (int)sizeof(sum)) ==
           DIGEST_MD5_BASE64_SIZE - 1;
}

struct digest_stream {
    EVP_MD_CTX *evp;
};

static void free_evp(void *evp)
{
    EVP_MD_CTX_free(evp);
}

struct digest_stream *digest_stream_new(struct arena *a)
{
    struct digest_stream *d = arena_alloc(a, sizeof(*d));

    d->evp = EVP_MD_CTX_new();
    arena_defer(a, free_evp, d->evp);
    return EVP_DigestInit_ex(d->evp, EVP_sha256(), NULL) == 1 ? d : NULL;
}

bool digest_stream_add(struct digest_stream *d, struct str data)
{
    return EVP_DigestUpdate(d->evp, data.n ? data.p : "", data.n) == 1;
}

bool digest_stream_end(struct digest_stream *d, char ret_hex[DIGEST_SHA256_HEX_SIZE])
{
    unsigned char sum[DIGEST_SHA256_SIZE];

    if (EVP_DigestFinal_ex(d->evp, sum, NULL) != 1) {
        return false;
    }
    digest_hex(sum, sizeof(sum), ret_hex);
    return true;
}
