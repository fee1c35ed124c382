/* A version before it is carried: what it is, and what belongs to it. */
#include <string.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "s3/s3_object.h"
#include "seedbank-bucket/ferry_private.h"

#define MAX_LOST 512

static const char *const names[FERRY_PARTS] = {
    [FERRY_TAGS] = "tags",
    [FERRY_ENCRYPTION] = "encryption",
    [FERRY_CLASS] = "storage class",
    [FERRY_LOCK] = "retention and legal hold",
    [FERRY_REDIRECT] = "website redirect",
};

static struct ferry_result ended(enum ferry_outcome outcome, const char *why)
{
    return (struct ferry_result){.outcome = outcome, .why = why};
}

static struct ferry_result failed(struct ctx *cx, struct diag_point before)
{
    const char *why = diag_line_since(cx, before);

    return ended(FERRY_FAILED, why ? why : "the server's answer made no sense");
}

static unsigned parts_of(const struct ferry_cargo *c)
{
    const struct s3_object_settings *s = &c->settings;
    bool class = s->storage_class != NULL && strcmp(s->storage_class, "STANDARD") != 0;

    return (c->tags.n > 0 ? 1U << FERRY_TAGS : 0) |
           (s->encryption != NULL ? 1U << FERRY_ENCRYPTION : 0) | (class ? 1U << FERRY_CLASS : 0) |
           (s->lock_mode != NULL || s->legal_hold != NULL ? 1U << FERRY_LOCK : 0) |
           (s->website_redirect != NULL ? 1U << FERRY_REDIRECT : 0);
}

/* Another server knows no key of this one's KMS; its own default key stands in. */
static void take_settings(struct ctx *cx, const struct ferry *f, struct ferry_cargo *c)
{
    c->settings = keep_settings(cx, &f->options.keep, &c->info);
    if (!f->options.one_server && c->settings.kms_key_id != NULL) {
        c->lost_key = c->settings.kms_key_id;
        c->settings.kms_key_id = c->settings.bucket_key = NULL;
    }
}

/* A HEAD for a part says how large parts are; the ETag, whether there are any. */
static enum rc head(struct ctx *cx, const struct ferry *f, struct ferry_cargo *c)
{
    const struct s3_head_options first_part = {.part = 1};
    enum rc rc = s3_object_head(cx, f->options.from.client, &c->from, NULL, &c->info);

    if (rc == RC_OK && c->info.state == S3_OBJECT_PRESENT &&
        s3_object_info_etag_parts(c->info.etag) > 0) {
        c->from.version_id = c->from.version_id ? c->from.version_id : c->info.version_id;
        rc = s3_object_head(cx, f->options.from.client, &c->from, &first_part, &c->info);
    }
    return rc;
}

struct ferry_result ferry_look(struct ctx *cx, struct ferry *f, const struct ferry_load *load,
                               struct ferry_cargo *ret_cargo)
{
    struct ferry_cargo c = {
        .load = load,
        .from = {.bucket = f->options.from.bucket,
                 .key = load->key,
                 .version_id = load->version,
                 .expected_owner = f->options.from.expected_owner},
        .to = {.bucket = f->options.to.bucket,
               .key = load->to_key,
               .expected_owner = f->options.to.expected_owner},
    };
    struct diag_point before = diag_point(cx);
    enum rc rc = head(cx, f, &c);

    if (rc == RC_NOT_FOUND || (rc == RC_OK && c.info.state == S3_OBJECT_MARKER)) {
        return ended(FERRY_GONE, "it is not in the source any more");
    }
    if (rc != RC_OK) {
        return failed(cx, before);
    }
    if (keep_fault(&c.info) != NULL) {
        return ended(FERRY_REFUSED, keep_fault(&c.info));
    }
    if (load->etag != NULL && (c.info.etag == NULL || strcmp(load->etag, c.info.etag) != 0)) {
        return ended(FERRY_GONE, "it was overwritten in the source"); /* one without an ID */
    }
    /* Of the newest, the one that was looked at. */
    c.from.version_id = load->version ? load->version : c.info.version_id;
    rc = c.info.tags > 0 ? s3_tags_get(cx, f->options.from.client, &c.from, &c.tags) : RC_OK;
    if (rc == RC_NOT_FOUND) {
        return ended(FERRY_GONE, "it is not in the source any more");
    }
    if (rc != RC_OK) {
        return failed(cx, before);
    }
    take_settings(cx, f, &c);
    c.has = parts_of(&c);
    *ret_cargo = c;
    return ended(FERRY_DONE, NULL);
}

struct s3_object_settings ferry_look_settings(const struct ferry_cargo *cargo, unsigned without)
{
    struct s3_object_settings s = cargo->settings;

    if (without & (1U << FERRY_ENCRYPTION)) {
        s.encryption = s.kms_key_id = s.bucket_key = NULL;
    }
    if (without & (1U << FERRY_CLASS)) {
        s.storage_class = NULL;
    }
    if (without & (1U << FERRY_LOCK)) {
        s.lock_mode = s.retain_until = s.legal_hold = NULL;
    }
    if (without & (1U << FERRY_REDIRECT)) {
        s.website_redirect = NULL;
    }
    return s;
}

static void add(struct buf *list, const char *name)
{
    buf_printf(list, "%s%s", list->len > 0 ? ", " : "", name);
}

const char *ferry_look_lost(struct ctx *cx, const struct ferry_cargo *c, unsigned without,
                            bool streamed)
{
    struct buf *list = buf_new(cx->arena, MAX_LOST);

    for (int i = 0; i < FERRY_PARTS; i++) {
        if (c->has & without & (1U << i)) {
            add(list, names[i]);
        }
    }
    if (c->lost_key != NULL && (without & (1U << FERRY_ENCRYPTION)) == 0) {
        add(list, "its key of KMS");
    }
    if (streamed && c->info.missing_meta > 0) {
        add(list, "metadata that no header can hold");
    }
    return list->len > 0 ? list->data : NULL;
}
