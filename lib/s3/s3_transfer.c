#include "s3/s3_transfer.h"

#include <string.h>

#include "base/ctx.h"
#include "s3/s3_etag.h"
#include "s3/s3_multipart.h"
#include "s3/s3_object.h"
#include "s3/s3_object_read.h"
#include "s3/s3_request.h"

/* One on its way. */
struct transit {
    const struct s3_transfer *t;
    struct s3_object_info info; /* of the source */
    enum s3_etag_word word;
    uint64_t source_part; /* size of its parts, as its ETag is made; 0: in one */
    bool alike;           /* it is written as the source was: so the ETags must be the same */
    struct s3_etag *etag; /* as the source has it, of the bytes; NULL: not needed */
    struct s3_upload *upload;
};

/* ---- Before -----------------------------------------------------------------------------------
 */

static enum rc sealed(struct ctx *cx, const struct s3_object *from)
{
    return diag_error(
        cx, NULL,
        arena_printf(cx->arena, "Cannot read object \"%s\" of bucket %s", from->key, from->bucket),
        "It is encrypted with a key that only its owner has (SSE-C). Whoever has it "
        "must copy it.");
}

static enum rc look(struct ctx *cx, struct transit *g)
{
    const struct s3_transfer *t = g->t;
    const struct s3_head_options first_part = {.part = 1};
    enum rc rc = RC_OK;

    if (t->info) {
        g->info = *t->info;
    } else {
        rc = s3_object_head(cx, t->source, &t->from, &first_part, &g->info);
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (g->info.state == S3_OBJECT_NEEDS_KEY) {
        return sealed(cx, &t->from);
    }
    if (g->info.state == S3_OBJECT_MARKER) {
        return RC_NOT_FOUND;
    }
    return t->etag && strcmp(t->etag, g->info.etag) != 0 ? RC_CONFLICT : RC_OK;
}

/* Written as the source was, where that can be. */
static void choose_parts(struct transit *g, struct s3_upload_options *o)
{
    g->word = s3_etag_word(&g->info, &g->source_part);
    if (s3_object_info_etag_parts(g->info.etag) == 0) {
        g->alike = g->info.size <= S3_TRANSFER_MAX_PART;
        o->part_size = g->alike ? S3_TRANSFER_MAX_PART : 0;
    } else if (g->word != S3_ETAG_SILENT) {
        g->alike = g->source_part <= S3_TRANSFER_MAX_PART;
        o->part_size = g->alike ? g->source_part : 0;
        o->in_parts = g->alike;
    }
}

static enum rc begin(struct ctx *cx, struct transit *g)
{
    const struct s3_transfer *t = g->t;
    struct s3_upload_options o = {
        .client = t->target,
        .to = t->to,
        .meta = t->meta,
        .settings = t->settings,
        .tags = t->tags,
        .if_match = t->if_match,
        .if_absent = t->if_absent,
        .watch = t->watch,
        .size = g->info.size,
        .memory = t->memory,
        .sha256 = t->sha256,
    };

    choose_parts(g, &o);
    if (g->alike && g->word == S3_ETAG_TELLS) {
        o.etag = g->info.etag;
    }
    if (!g->alike && g->word != S3_ETAG_SILENT) {
        g->etag = s3_etag_new(cx->arena, g->source_part);
        if (g->etag == NULL) {
            return s3_request_no_crypto(cx);
        }
    }
    g->upload = s3_upload_new(&o);
    return RC_OK;
}

/* ---- On the way -------------------------------------------------------------------------------
 */

static enum rc take(struct ctx *cx, void *arg, struct str piece)
{
    struct transit *g = arg;

    if (g->etag && !s3_etag_add(g->etag, piece)) {
        return s3_request_no_crypto(cx);
    }
    return s3_upload_add(cx, g->upload, piece);
}

static enum rc pump(struct ctx *cx, struct transit *g)
{
    const struct s3_read read = {.from = g->t->from, .etag = g->info.etag};
    struct s3_object_info info;
    enum rc rc = s3_object_read(cx, g->t->source, &read, (struct s3_sink){take, g}, &info);

    return rc == RC_OK && info.size != g->info.size ? RC_CONFLICT : rc;
}

/* Are they the source's bytes? Before they show. */
static enum rc check(struct ctx *cx, const struct transit *g, bool *ret_proven)
{
    char etag[S3_ETAG_SIZE];

    if (g->etag == NULL) {
        return RC_OK;
    }
    if (!s3_etag_end(g->etag, etag)) {
        return s3_request_no_crypto(cx);
    }
    *ret_proven = strcmp(etag, g->info.etag) == 0;
    if (*ret_proven || g->word != S3_ETAG_TELLS) {
        return RC_OK;
    }
    return diag_error(
        cx, NULL,
        arena_printf(cx->arena, "Object \"%s\" of bucket %s was not read as it is", g->t->from.key,
                     g->t->from.bucket),
        "Its bytes have the ETag %s instead of %s: they were changed on the way here, "
        "or where they lie. Nothing was written. Try again; if it stays, this version "
        "is damaged.",
        etag, g->info.etag);
}

enum rc s3_transfer(struct ctx *cx, const struct s3_transfer *transfer,
                    struct s3_transferred *ret_transferred)
{
    struct transit g = {.t = transfer};
    struct s3_uploaded uploaded;
    bool read_proven = false;
    enum rc rc = look(cx, &g);

    if (rc == RC_OK) {
        rc = begin(cx, &g);
    }
    if (rc == RC_OK) {
        rc = pump(cx, &g);
    }
    if (rc == RC_OK) {
        rc = check(cx, &g, &read_proven);
    }
    if (rc != RC_OK) {
        s3_upload_abandon(cx, g.upload);
        return rc;
    }
    rc = s3_upload_end(cx, g.upload, &uploaded);
    if (rc != RC_OK) {
        return rc;
    }
    *ret_transferred = (struct s3_transferred){
        .written = uploaded.written,
        .size = uploaded.size,
        .read_proven = read_proven || strcmp(uploaded.etag, g.info.etag) == 0,
        .write_proven = uploaded.proven,
    };
    memcpy(ret_transferred->sha256, uploaded.sha256, sizeof(uploaded.sha256));
    return RC_OK;
}
