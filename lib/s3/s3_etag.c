#include "s3/s3_etag.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "s3/s3_copy.h"

struct s3_etag {
    uint64_t part_size; /* 0: in one */
    uint64_t in_part;   /* bytes of the part that is not yet done */
    uint64_t parts;     /* done */
    struct digest_stream *part, *all;
};

struct s3_etag *s3_etag_new(struct arena *a, uint64_t part_size)
{
    struct s3_etag *e = arena_alloc(a, sizeof(*e));

    e->part_size = part_size;
    e->part = digest_stream_new_md5(a);
    e->all = digest_stream_new_md5(a);
    return e->part && e->all ? e : NULL;
}

bool s3_etag_add_part(struct s3_etag *e, const unsigned char md5[DIGEST_MD5_SIZE])
{
    e->parts++;
    return digest_stream_add(e->all, (struct str){(const char *)md5, DIGEST_MD5_SIZE});
}

static bool end_part(struct s3_etag *e)
{
    unsigned char sum[DIGEST_MD5_SIZE];

    e->in_part = 0;
    return digest_stream_sum(e->part, sum) && s3_etag_add_part(e, sum);
}

bool s3_etag_add(struct s3_etag *e, struct str piece)
{
    while (piece.n > 0) {
        uint64_t room = e->part_size ? e->part_size - e->in_part : piece.n;
        size_t n = piece.n < room ? piece.n : (size_t)room;
        if (!digest_stream_add(e->part, (struct str){piece.p, n})) {
            return false;
        }
        e->in_part += n;
        if (e->part_size && e->in_part == e->part_size && !end_part(e)) {
            return false;
        }
        piece = (struct str){piece.p + n, piece.n - n};
    }
    return true;
}

bool s3_etag_end(struct s3_etag *e, char ret_etag[S3_ETAG_SIZE])
{
    unsigned char sum[DIGEST_MD5_SIZE];
    char hex[2 * DIGEST_MD5_SIZE + 1];

    if (e->part_size && (e->in_part > 0 || e->parts == 0) && !end_part(e)) {
        return false;
    }
    if (!digest_stream_sum(e->part_size ? e->all : e->part, sum)) {
        return false;
    }
    digest_hex(sum, sizeof(sum), hex);
    if (e->part_size) {
        snprintf(ret_etag, S3_ETAG_SIZE, "\"%s-%llu\"", hex, (unsigned long long)e->parts);
    } else {
        snprintf(ret_etag, S3_ETAG_SIZE, "\"%s\"", hex);
    }
    return true;
}

static bool is_md5(const char *etag)
{
    size_t n = 2 * DIGEST_MD5_SIZE;

    return strlen(etag) == n + 2 && strspn(etag + 1, "0123456789abcdef") == n;
}

static bool is_sealed(const struct s3_object_info *info)
{
    const char *by = info->settings.encryption;

    return info->sse_c || (by && strncmp(by, "aws:kms", strlen("aws:kms")) == 0);
}

enum s3_etag_word s3_etag_word(const struct s3_object_info *info, uint64_t *ret_part_size)
{
    uint64_t parts = s3_object_info_etag_parts(info->etag);
    uint64_t whole = info->size ? info->size : 1;
    uint64_t size = info->part_size < info->size ? info->part_size : 0;

    if (is_sealed(info) || (parts == 0 && !is_md5(info->etag))) {
        return S3_ETAG_SILENT;
    }
    if (parts == 0) {
        *ret_part_size = 0;
        return S3_ETAG_TELLS;
    }
    size = parts == 1 ? whole : s3_copy_part_size(info->size, size, parts);
    if ((whole + size - 1) / size != parts) {
        return S3_ETAG_SILENT;
    }
    *ret_part_size = size;
    return S3_ETAG_CONFIRMS;
}
