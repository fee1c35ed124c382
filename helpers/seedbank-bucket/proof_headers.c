/* What the headers of two versions prove without their bytes. */
#include <openssl/evp.h>
#include <string.h>

#include "aws/digest.h"
#include "base/str.h"
#include "s3/s3_etag.h"
#include "seedbank-bucket/proof_private.h"

static struct str bare(const char *etag)
{
    size_t n = strlen(etag);
    bool quoted = n >= 2 && etag[0] == '"' && etag[n - 1] == '"';

    return quoted ? (struct str){etag + 1, n - 2} : (struct str){etag, n};
}

bool proof_same_etag(const char *x, const char *y)
{
    return str_eq(bare(x), bare(y));
}

/* 32 digits, and behind a hyphen the number of parts. */
bool proof_is_md5(const char *etag)
{
    size_t digits = 2 * DIGEST_MD5_SIZE;
    struct str s = bare(etag);
    uint64_t parts;

    if (s.n < digits || strspn(s.p, "0123456789abcdefABCDEF") != digits) {
        return false;
    }
    s = (struct str){s.p + digits, s.n - digits};
    return s.n == 0 || (s.p[0] == '-' && str_to_u64((struct str){s.p + 1, s.n - 1}, &parts));
}

/* Other bytes have another one. */
static bool tells(const struct proof_side *side)
{
    uint64_t part_size;

    return s3_etag_word(side->info, &part_size) == S3_ETAG_TELLS;
}

/* Of parts: then it is no checksum of the whole. */
static bool is_composite(const struct s3_object_checksums *c, const char *sum)
{
    return (c->type && strcmp(c->type, "COMPOSITE") == 0) || strchr(sum, '-') != NULL;
}

/* Which checksums there are, and whether equal ones are proof: 32 bits are too few. */
static const struct row {
    size_t offset;
    bool proves;
} rows[] = {
    {offsetof(struct s3_object_checksums, sha256), true},
    {offsetof(struct s3_object_checksums, sha1), true},
    {offsetof(struct s3_object_checksums, crc64nvme), true},
    {offsetof(struct s3_object_checksums, crc32c), false},
    {offsetof(struct s3_object_checksums, crc32), false},
};

static const char *sum_of(const struct s3_object_checksums *c, const struct row *row)
{
    const char *sum;

    memcpy(&sum, (const char *)c + row->offset, sizeof sum);
    return sum;
}

/* Equal sums of the parts' sums are those of equal parts; different ones may be those of the same
 * bytes, cut otherwise. */
static enum proof_answer by_checksums(const struct s3_object_checksums *a,
                                      const struct s3_object_checksums *b)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *x = sum_of(a, &rows[i]), *y = sum_of(b, &rows[i]);
        bool composite = x && y && (is_composite(a, x) || is_composite(b, y));
        if (x == NULL || y == NULL) {
            continue;
        }
        if (strcmp(x, y) != 0 && !composite) {
            return PROOF_DIFFERENT;
        }
        if (strcmp(x, y) == 0 && rows[i].proves && is_composite(a, x) == is_composite(b, y)) {
            return PROOF_SAME;
        }
    }
    return PROOF_NONE;
}

enum proof_answer proof_by_headers(const struct proof_side *a, const struct proof_side *b)
{
    enum proof_answer found = PROOF_NONE;

    if (proof_is_md5(a->info->etag) && proof_same_etag(a->info->etag, b->info->etag)) {
        return PROOF_SAME;
    }
    found = by_checksums(&a->info->checksums, &b->info->checksums);
    if (found == PROOF_NONE && tells(a) && tells(b)) {
        return PROOF_DIFFERENT;
    }
    return found;
}

bool proof_header_sum(const struct proof_side *side, char ret_sum[DIGEST_SHA256_HEX_SIZE])
{
    const struct s3_object_checksums *c = &side->info->checksums;
    unsigned char bytes[48];
    size_t n = c->sha256 ? strlen(c->sha256) : 0;

    if (n != 44 || is_composite(c, c->sha256) || /* base64 of 32 bytes: 43 digits and a '=' */
        EVP_DecodeBlock(bytes, (const unsigned char *)c->sha256, (int)n) != 33) {
        return false;
    }
    digest_hex(bytes, DIGEST_SHA256_SIZE, ret_sum);
    return true;
}
