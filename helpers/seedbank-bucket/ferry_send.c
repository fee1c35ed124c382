/* One version, sent once: by the server itself, or through this process. */
#include <string.h>

#include "base/cancel.h"
#include "base/ctx.h"
#include "s3/s3_transfer.h"
#include "s3/s3_upload.h"
#include "seedbank-bucket/ferry_private.h"

#define SLICE_MS 100 /* between looks at whether Ctrl-C came */

static const char *if_match(const struct ferry_cargo *c, const struct ferry_sending *how)
{
    const char *there = c->load->there;

    return how->unconditional || there == NULL || *there == '\0' ? NULL : there;
}

static bool if_absent(const struct ferry_cargo *c, const struct ferry_sending *how)
{
    return !how->unconditional && c->load->there == NULL;
}

/* ---- By the server ----------------------------------------------------------------------------
 */

/* Ceph drops the tags of the source where it is given metadata, which MinIO needs for Expires. */
static enum rc mend_tags(struct ctx *cx, const struct ferry *f, const struct ferry_cargo *c,
                         const struct s3_written *written)
{
    struct s3_object made = c->to;
    struct s3_tags now;
    enum rc rc;

    made.version_id = written->version_id;
    rc = s3_tags_get(cx, f->options.to.client, &made, &now);
    return rc == RC_OK && now.n != c->tags.n
               ? s3_tags_put(cx, f->options.to.client, &made, &c->tags)
               : rc;
}

static enum rc copy(struct ctx *cx, const struct ferry *f, const struct ferry_cargo *c,
                    const struct ferry_sending *how, struct ferry_result *ret_result)
{
    static const struct s3_tags none = {.n = 0};
    bool untagged = how->without & (1U << FERRY_TAGS);
    const struct s3_object_settings settings = ferry_look_settings(c, how->without);
    const struct s3_copy request = {
        .from = c->from,
        .to = c->to,
        .etag = c->info.etag,
        .size = c->info.size,
        .meta = c->info.meta.expires != NULL && c->info.missing_meta == 0 ? &c->info.meta : NULL,
        .settings = &settings,
        .tags = untagged ? &none : NULL,
        .if_match = if_match(c, how),
        .if_absent = if_absent(c, how),
        .watch = c->load->watch,
    };
    struct s3_written written = {.version_id = NULL};
    enum rc rc = s3_copy(cx, f->options.to.client, &request, &written);

    if (rc == RC_OK && request.meta != NULL && c->tags.n > 0 && !untagged) {
        rc = mend_tags(cx, f, c, &written);
    }
    if (rc == RC_OK) {
        *ret_result = (struct ferry_result){
            .written = written,
            .size = c->info.size,
            .proven = written.etag != NULL && strcmp(written.etag, c->info.etag) == 0,
        };
    }
    return rc;
}

/* ---- Memory -----------------------------------------------------------------------------------
 */

/* What a version of that size takes while it goes through this process; less where there is never
 * so much. */
static uint64_t take_memory(struct ctx *cx, struct ferry *f, uint64_t size)
{
    uint64_t all = f->options.memory;
    uint64_t n = size < S3_UPLOAD_MEMORY ? size : S3_UPLOAD_MEMORY;

    n = n < all ? n : all;
    pthread_mutex_lock(&f->lock);
    while (f->memory < n && !cancel_raised(cx->cancel)) {
        struct timespec slice = clock_deadline(SLICE_MS);
        pthread_cond_timedwait(&f->freed, &f->lock, &slice);
    }
    n = f->memory < n ? f->memory : n;
    f->memory -= n;
    pthread_mutex_unlock(&f->lock);
    return n;
}

static void give_memory(struct ferry *f, uint64_t n)
{
    pthread_mutex_lock(&f->lock);
    f->memory += n;
    pthread_cond_broadcast(&f->freed);
    pthread_mutex_unlock(&f->lock);
}

/* ---- Through this process ---------------------------------------------------------------------
 */

static enum rc transfer(struct ctx *cx, struct ferry *f, const struct ferry_cargo *c,
                        const struct ferry_sending *how, struct ferry_result *ret_result)
{
    const struct s3_object_settings settings = ferry_look_settings(c, how->without);
    const struct s3_transfer request = {
        .source = f->options.from.client,
        .from = c->from,
        .etag = c->info.etag,
        .info = &c->info,
        .target = f->options.to.client,
        .to = c->to,
        .meta = &c->info.meta,
        .settings = &settings,
        .tags = how->without & (1U << FERRY_TAGS) ? NULL : &c->tags,
        .if_match = if_match(c, how),
        .if_absent = if_absent(c, how),
        .watch = c->load->watch,
        .sha256 = c->load->sha256,
    };
    struct s3_transferred done = {.size = 0};
    uint64_t memory = take_memory(cx, f, c->info.size);
    enum rc rc = s3_transfer(cx, &request, &done);

    give_memory(f, memory);
    if (rc == RC_OK) {
        *ret_result = (struct ferry_result){
            .written = done.written,
            .size = done.size,
            .proven = done.read_proven && done.write_proven,
            .streamed = true,
        };
        memcpy(ret_result->sha256, done.sha256, sizeof done.sha256);
    }
    return rc;
}

/* ---- Which ------------------------------------------------------------------------------------
 */

/* What stopped it is not that such copies are refused. */
static bool is_other_trouble(const struct ctx *cx, struct diag_point before)
{
    int status = diag_status_since(cx, before);

    return cancel_raised(cx->cancel) || status == 0 || (status >= 500 && status != 501);
}

/* The first copy of the run; the others wait for what comes of it. *ret_asked: the server was. */
static enum rc try_copy(struct ctx *cx, struct ferry *f, const struct ferry_cargo *c,
                        const struct ferry_sending *how, struct ferry_result *ret_result,
                        bool *ret_asked)
{
    struct diag_point before = diag_point(cx);
    enum rc rc = RC_OK;

    pthread_mutex_lock(&f->first);
    *ret_asked = atomic_load(&f->copies) == FERRY_UNTRIED;
    if (*ret_asked) {
        rc = copy(cx, f, c, how, ret_result);
        if (rc == RC_OK) {
            atomic_store(&f->copies, FERRY_COPIES);
        } else if (rc == RC_FAIL && !is_other_trouble(cx, before)) {
            f->why_streamed = arena_strdup(f->arena, diag_line_since(cx, before));
            atomic_store(&f->copies, FERRY_STREAMS);
            *ret_asked = false;
        }
    }
    pthread_mutex_unlock(&f->first);
    return rc;
}

enum rc ferry_send(struct ctx *cx, struct ferry *f, const struct ferry_cargo *c,
                   const struct ferry_sending *how, struct ferry_result *ret_result)
{
    bool copies = f->options.one_server && !c->load->sha256;

    if (copies && atomic_load(&f->copies) == FERRY_UNTRIED) {
        bool asked = false;
        enum rc rc = try_copy(cx, f, c, how, ret_result, &asked);
        if (asked) {
            return rc;
        }
    }
    return copies && atomic_load(&f->copies) == FERRY_COPIES ? copy(cx, f, c, how, ret_result)
                                                             : transfer(cx, f, c, how, ret_result);
}
