#include "seedbank-bucket/proof.h"

#include <string.h>

#include "base/cancel.h"
#include "base/ctx.h"
#include "s3/s3_object.h"
#include "seedbank-bucket/proof_private.h"

#define UNREAD "its ETags and checksums prove nothing, and it was not read"

/* ---- Looking --------------------------------------------------------------------------------- */

enum rc proof_excuse(struct ctx *cx, const struct proof_side *side, struct diag_point before,
                     const char **ret_why)
{
    const char *said;

    if (cancel_raised(cx->cancel)) {
        return RC_FAIL;
    }
    said = diag_line_since(cx, before);
    *ret_why = arena_printf(cx->arena, "%s could not be read: %s", proof_called(side),
                            said ? said : "for a reason that is not known");
    return RC_OK;
}

/* HEAD cannot say why it was denied; a GET of one byte can. */
static enum rc denied(struct ctx *cx, struct proof_side *side, const struct s3_object *object)
{
    const char *said = NULL;
    enum rc rc = s3_object_peek(cx, side->target.client, object, &said);

    if (rc == RC_FAIL) {
        return rc;
    }
    side->why = arena_printf(cx->arena, "%s may not be read: %s", proof_called(side),
                             said ? said : "HEAD is denied, though GET is not (HTTP 403)");
    return RC_OK;
}

static enum rc look(struct ctx *cx, struct proof_side *side)
{
    const struct s3_object object = {.bucket = side->target.bucket,
                                     .key = side->key,
                                     .version_id = side->version,
                                     .expected_owner = side->target.expected_owner};
    const struct s3_head_options options = {.checksums = true, .may_be_denied = true};
    struct s3_object_info *info = arena_alloc(cx->arena, sizeof *info);
    enum rc rc = s3_object_head(cx, side->target.client, &object, &options, info);

    if (rc == RC_CONFLICT) {
        return denied(cx, side, &object);
    }
    if (rc == RC_FAIL) {
        return rc;
    }
    if (rc == RC_NOT_FOUND || info->state == S3_OBJECT_MARKER) {
        side->why = arena_printf(cx->arena, "%s is not there any more", proof_called(side));
    } else if (info->state == S3_OBJECT_NEEDS_KEY) {
        side->why = arena_printf(cx->arena, PROOF_OWN_KEY, proof_called(side));
    } else if (info->size != side->size) {
        side->why = arena_printf(cx->arena, "%s changed since it was listed", proof_called(side));
    } else {
        side->info = info;
    }
    return RC_OK;
}

enum rc proof_look(struct ctx *cx, struct proof_side *side)
{
    struct diag_point before = diag_point(cx);
    enum rc rc = RC_OK;

    if (side->info == NULL && side->why == NULL) {
        rc = look(cx, side);
        if (rc == RC_FAIL) {
            rc = proof_excuse(cx, side, before, &side->why);
            side->failed = true;
        }
    }
    return rc;
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static struct proof answer(enum proof_answer answer, enum proof_by by, const char *why)
{
    return (struct proof){.answer = answer, .by = by, .why = why};
}

/* Of nothing but what the listings say. NONE: they prove nothing. */
static struct proof by_listing(const struct proof_side *a, const struct proof_side *b)
{
    if (a->size != b->size) {
        return answer(PROOF_DIFFERENT, PROOF_BY_HEADERS, "another size");
    }
    if (a->size == 0 ||
        (a->etag && b->etag && proof_is_md5(a->etag) && proof_same_etag(a->etag, b->etag))) {
        return answer(PROOF_SAME, PROOF_BY_HEADERS, NULL);
    }
    return answer(PROOF_NONE, PROOF_BY_NOTHING, UNREAD);
}

static enum rc look_at_both(struct ctx *cx, struct proof_side *a, struct proof_side *b,
                            struct proof *ret_none)
{
    enum rc rc = proof_look(cx, a);

    if (rc == RC_OK) {
        rc = proof_look(cx, b);
    }
    if (rc == RC_OK && (a->why != NULL || b->why != NULL)) {
        *ret_none = answer(PROOF_NONE, PROOF_BY_NOTHING, a->why ? a->why : b->why);
        ret_none->failed = a->failed || b->failed;
    }
    return rc;
}

enum rc proof_compare(struct ctx *cx, struct proof_side *a, struct proof_side *b,
                      const struct proof_options *options, struct proof *ret_proof)
{
    struct proof p = by_listing(a, b);
    enum rc rc;

    if (p.answer == PROOF_DIFFERENT || (p.answer == PROOF_SAME && !options->deep)) {
        *ret_proof = p;
        return RC_OK;
    }
    rc = look_at_both(cx, a, b, &p);
    if (rc == RC_OK && a->info != NULL && b->info != NULL) {
        enum proof_answer found = proof_by_headers(a, b);
        p = answer(options->deep ? PROOF_NONE : found, PROOF_BY_HEADERS,
                   found == PROOF_NONE   ? UNREAD
                   : found == PROOF_SAME ? NULL
                                         : "other content");
        if (p.answer == PROOF_NONE && !options->unread) {
            rc = proof_read(cx, a, b, options->deep, &p);
        }
    }
    if (rc == RC_OK) {
        *ret_proof = p;
    }
    return rc;
}

enum rc proof_sum(struct ctx *cx, struct proof_side *side, const struct proof_options *options,
                  struct proof *ret_proof)
{
    struct proof p = answer(PROOF_NONE, PROOF_BY_NOTHING, UNREAD);
    enum rc rc = proof_look(cx, side);

    if (rc == RC_OK && side->info == NULL) {
        p.why = side->why;
        p.failed = side->failed;
    } else if (rc == RC_OK && !options->deep && proof_header_sum(side, p.sha256)) {
        p = (struct proof){.answer = PROOF_SAME, .by = PROOF_BY_HEADERS, .why = NULL};
        proof_header_sum(side, p.sha256);
    } else if (rc == RC_OK && !options->unread) {
        rc = proof_read_sum(cx, side, &p);
    }
    if (rc == RC_OK) {
        *ret_proof = p;
    }
    return rc;
}
