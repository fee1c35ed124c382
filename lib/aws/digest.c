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

bool digest_md5_base64(struct str data, char ret_text[DIGEST_MD5_BASE64_SIZE])
{
    unsigned char sum[16];

    if (EVP_Digest(data.n ? data.p : "", data.n, sum, NULL, EVP_md5(), NULL) != 1) {
        return false;
    }
    return EVP_EncodeBlock((unsigned char *)ret_text, sum, (int)sizeof(sum)) ==
           DIGEST_MD5_BASE64_SIZE - 1;
}
