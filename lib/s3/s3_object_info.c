#include "s3/s3_object_info.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"

#define META_PREFIX "x-amz-meta-"
#define COUNT(a)    (sizeof(a) / sizeof(*(a)))

/* A header and the text of a struct that it is. */
struct row {
    const char *name;
    size_t offset;
};

static const struct row meta_rows[] = {
    {"content-type", offsetof(struct s3_object_meta, content_type)},
    {"content-encoding", offsetof(struct s3_object_meta, content_encoding)},
    {"content-disposition", offsetof(struct s3_object_meta, content_disposition)},
    {"content-language", offsetof(struct s3_object_meta, content_language)},
    {"cache-control", offsetof(struct s3_object_meta, cache_control)},
    {"expires", offsetof(struct s3_object_meta, expires)},
};

static const struct row settings_rows[] = {
    {"x-amz-storage-class", offsetof(struct s3_object_settings, storage_class)},
    {"x-amz-website-redirect-location", offsetof(struct s3_object_settings, website_redirect)},
    {"x-amz-server-side-encryption", offsetof(struct s3_object_settings, encryption)},
    {"x-amz-server-side-encryption-aws-kms-key-id",
     offsetof(struct s3_object_settings, kms_key_id)},
    {"x-amz-server-side-encryption-bucket-key-enabled",
     offsetof(struct s3_object_settings, bucket_key)},
    {"x-amz-object-lock-mode", offsetof(struct s3_object_settings, lock_mode)},
    {"x-amz-object-lock-retain-until-date", offsetof(struct s3_object_settings, retain_until)},
    {"x-amz-object-lock-legal-hold", offsetof(struct s3_object_settings, legal_hold)},
};

static const struct row checksum_rows[] = {
    {"x-amz-checksum-crc32", offsetof(struct s3_object_checksums, crc32)},
    {"x-amz-checksum-crc32c", offsetof(struct s3_object_checksums, crc32c)},
    {"x-amz-checksum-crc64nvme", offsetof(struct s3_object_checksums, crc64nvme)},
    {"x-amz-checksum-sha1", offsetof(struct s3_object_checksums, sha1)},
    {"x-amz-checksum-sha256", offsetof(struct s3_object_checksums, sha256)},
    {"x-amz-checksum-type", offsetof(struct s3_object_checksums, type)},
};

static const struct row info_rows[] = {
    {"x-amz-version-id", offsetof(struct s3_object_info, version_id)},
    {"etag", offsetof(struct s3_object_info, etag)},
    {"last-modified", offsetof(struct s3_object_info, last_modified)},
    {"x-amz-archive-status", offsetof(struct s3_object_info, archive)},
    {"x-amz-restore", offsetof(struct s3_object_info, restore)},
    {"x-amz-server-side-encryption-customer-algorithm", offsetof(struct s3_object_info, sse_c)},
    {"x-amz-replication-status", offsetof(struct s3_object_info, replication_status)},
};

static void read_rows(const struct http_response *http, const struct row *rows, size_t n,
                      void *object)
{
    for (size_t i = 0; i < n; i++) {
        const char *value = http_header_get(http, rows[i].name);
        memcpy((char *)object + rows[i].offset, &value, sizeof(value));
    }
}

static size_t write_rows(const void *object, const struct row *rows, size_t n,
                         struct http_header *out)
{
    size_t written = 0;

    for (size_t i = 0; i < n; i++) {
        const char *value;
        memcpy(&value, (const char *)object + rows[i].offset, sizeof(value));
        if (value) {
            out[written++] = (struct http_header){rows[i].name, value};
        }
    }
    return written;
}

static void read_user(struct arena *a, const struct http_response *http,
                      struct s3_object_meta *meta)
{
    struct http_header *user = arena_array(a, http->n_headers, sizeof(*user));

    for (size_t i = 0; i < http->n_headers; i++) {
        if (strncasecmp(http->headers[i].name, META_PREFIX, strlen(META_PREFIX)) == 0) {
            user[meta->n_user++] = http->headers[i];
        }
    }
    meta->user = user;
}

static bool read_number(const struct http_response *http, const char *name, uint64_t *ret_n)
{
    const char *text = http_header_get(http, name);

    return text && str_to_u64(str_of(text), ret_n);
}

/* "bytes 0-8388607/20000000": a part was answered, and this is the whole. */
static void read_range(const struct http_response *http, struct s3_object_info *info)
{
    const char *range = http_header_get(http, "content-range");
    const char *slash = range ? strchr(range, '/') : NULL;
    uint64_t whole;

    if (http->status == 206 && slash && str_to_u64(str_of(slash + 1), &whole)) {
        info->part_size = info->size;
        info->size = whole;
    }
}

bool s3_object_info_read(struct arena *a, const struct http_response *http,
                         struct s3_object_info *ret_info)
{
    struct s3_object_info info = {.state = S3_OBJECT_PRESENT};

    read_rows(http, info_rows, COUNT(info_rows), &info);
    if (info.etag == NULL || *info.etag == '\0' || !http_date(info.last_modified, &info.modified) ||
        !read_number(http, "content-length", &info.size)) {
        return false;
    }
    read_rows(http, meta_rows, COUNT(meta_rows), &info.meta);
    read_rows(http, settings_rows, COUNT(settings_rows), &info.settings);
    read_rows(http, checksum_rows, COUNT(checksum_rows), &info.checksums);
    read_user(a, http, &info.meta);
    read_range(http, &info);
    read_number(http, "x-amz-tagging-count", &info.tags);
    read_number(http, "x-amz-missing-meta", &info.missing_meta);
    if (!read_number(http, "x-amz-mp-parts-count", &info.parts)) {
        info.parts = s3_object_info_etag_parts(info.etag);
    }
    *ret_info = info;
    return true;
}

static bool is(const char *text, const char *word)
{
    return text && strcmp(text, word) == 0;
}

bool s3_object_info_is_archive(const char *storage_class)
{
    return is(storage_class, "GLACIER") || is(storage_class, "DEEP_ARCHIVE");
}

bool s3_object_info_archived(const struct s3_object_info *info)
{
    bool restored = info->restore && strstr(info->restore, "ongoing-request=\"false\"");

    return info->archive || (s3_object_info_is_archive(info->settings.storage_class) && !restored);
}

uint64_t s3_object_info_etag_parts(const char *etag)
{
    const char *dash = etag ? strrchr(etag, '-') : NULL;
    uint64_t parts = 0;

    if (dash) {
        str_to_u64((struct str){dash + 1, strcspn(dash + 1, "\"")}, &parts);
    }
    return parts;
}

const char *s3_object_info_etag(struct arena *a, const char *etag)
{
    return *etag == '"' ? etag : arena_printf(a, "\"%s\"", etag);
}

size_t s3_object_info_headers(const struct s3_object_meta *meta)
{
    return COUNT(meta_rows) + COUNT(settings_rows) + (meta ? meta->n_user : 0);
}

size_t s3_object_info_write_meta(const struct s3_object_meta *meta, struct http_header *out)
{
    size_t n;

    if (meta == NULL) {
        return 0;
    }
    n = write_rows(meta, meta_rows, COUNT(meta_rows), out);
    for (size_t i = 0; i < meta->n_user; i++) {
        out[n++] = meta->user[i];
    }
    return n;
}

size_t s3_object_info_write_settings(const struct s3_object_settings *settings,
                                     struct http_header *out)
{
    return settings ? write_rows(settings, settings_rows, COUNT(settings_rows), out) : 0;
}
