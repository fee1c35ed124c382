/*
 * The few digests that AWS protocols need, over OpenSSL's EVP. Every function
 * returns false only when OpenSSL refuses the algorithm (a locked-down
 * provider configuration, for instance).
 */
#ifndef AWS_DIGEST_H
#define AWS_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

#define DIGEST_SHA256_SIZE     32
#define DIGEST_SHA256_HEX_SIZE 65 /* with its NUL */
#define DIGEST_MD5_SIZE        16
#define DIGEST_MD5_BASE64_SIZE 25 /* with its NUL */

bool digest_sha256_hex(struct str data, char ret_hex[DIGEST_SHA256_HEX_SIZE]);
bool digest_hmac_sha256(struct str key, struct str data, unsigned char ret_mac[DIGEST_SHA256_SIZE]);
bool digest_is_sha256_hex(const char *text); /* such a sum, and nothing else; NULL is none */
void digest_hex(const unsigned char *bytes, size_t n, char *ret_hex); /* writes 2n + 1 bytes */

bool digest_md5(struct str data, unsigned char ret_sum[DIGEST_MD5_SIZE]);
/* As the header Content-MD5 wants it (RFC 1864). */
void digest_md5_base64(const unsigned char sum[DIGEST_MD5_SIZE],
                       char ret_text[DIGEST_MD5_BASE64_SIZE]);

/* SHA-256, or MD5, of bytes that come in pieces; lives in the arena. NULL or false: OpenSSL
 * refuses.
 */
struct arena;
struct digest_stream;
struct digest_stream *digest_stream_new(struct arena *a);
struct digest_stream *digest_stream_new_md5(struct arena *a);
bool digest_stream_add(struct digest_stream *d, struct str data);
/* The sum of what was added, in hex or as bytes; then it begins anew. */
bool digest_stream_end(struct digest_stream *d, char ret_hex[DIGEST_SHA256_HEX_SIZE]);
bool digest_stream_sum(struct digest_stream *d, unsigned char *ret_sum);

#endif
