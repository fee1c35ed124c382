#include "seedbank-bucket/ferry.h"

#include <string.h>

#include "base/cancel.h"
#include "base/ctx.h"
#include "s3/s3_object.h"
#include "seedbank-bucket/ferry_private.h"

#define AGAIN 5 /* times that a version is overwritten while it is carried */

static void destroy(void *arg)
{
    struct ferry *f = arg;

    pthread_mutex_destroy(&f->first);
    pthread_mutex_destroy(&f->lock);
    pthread_cond_destroy(&f->freed);
}

struct ferry *ferry_new(struct arena *a, const struct ferry_options *options)
{
    struct ferry *f = arena_alloc(a, sizeof *f);

    f->options = *options;
    f->arena = arena_within(a);
    f->options.memory = options->memory ? options->memory : FERRY_MEMORY;
    f->memory = f->options.memory;
    pthread_mutex_init(&f->first, NULL);
    pthread_mutex_init(&f->lock, NULL);
    clock_cond_init(&f->freed);
    arena_defer(a, destroy, f);
    return f;
}

bool ferry_copies(const struct ferry *f)
{
    return atomic_load(&f->copies) == FERRY_COPIES;
}

const char *ferry_why_streamed(const struct ferry *f)
{
    return f->why_streamed;
}

/* ---- Without what cannot be held ---------------------------------------------------------------
 */

/* The server said no to what it was asked for, and will again. */
static bool is_refusal(struct ctx *cx, struct diag_point before)
{
    static const int passing[] = {404, 408, 409, 412, 429};
    int status = diag_status_since(cx, before);

    for (size_t i = 0; i < sizeof passing / sizeof *passing; i++) {
        if (status == passing[i]) {
            return false;
        }
    }
    return (status >= 400 && status < 500) || status == 501;
}

/* The same without one part, for each of them, then without all. */
static enum rc send_less(struct ctx *cx, struct ferry *f, const struct ferry_cargo *c,
                         struct ferry_sending *how, struct ferry_result *ret_result)
{
    struct diag_point before = diag_point(cx);
    unsigned left = c->has & ~how->without;
    bool never = diag_status_since(cx, (struct diag_point){NULL}) == 501;
    enum rc rc = RC_FAIL;

    for (int i = 0; i <= FERRY_PARTS && rc == RC_FAIL && !cancel_raised(cx->cancel); i++) {
        unsigned less = i < FERRY_PARTS ? left & (1U << i) : left;
        struct ferry_sending with_less = {how->without | less, how->unconditional};
        if (less == 0 || (i == FERRY_PARTS && (left & (left - 1)) == 0)) {
            continue;
        }
        rc = ferry_send(cx, f, c, &with_less, ret_result);
        if (rc != RC_FAIL) {
            how->without = with_less.without;
        }
        if (rc == RC_OK && never) {
            atomic_fetch_or(&f->never, less);
        }
    }
    diag_drop_since(cx, before); /* the first refusal is the one to tell */
    return rc;
}

static enum rc send_fitting(struct ctx *cx, struct ferry *f, const struct ferry_cargo *c,
                            struct ferry_sending *how, struct ferry_result *ret_result)
{
    struct diag_point before = diag_point(cx);
    enum rc rc;

    how->without = atomic_load(&f->never) | (f->options.no_lock ? 1U << FERRY_LOCK : 0);
    how->unconditional = atomic_load(&f->unconditional[c->load->there != NULL]);
    rc = ferry_send(cx, f, c, how, ret_result);
    if (rc == RC_FAIL && is_refusal(cx, before) && (c->has & ~how->without) != 0) {
        rc = send_less(cx, f, c, how, ret_result);
        if (rc != RC_FAIL) {
            diag_drop_since(cx, before);
        }
    }
    return rc;
}

/* ---- Conditions --------------------------------------------------------------------------------
 */

enum there { THERE_AS_EXPECTED, THERE_OURS, THERE_OTHER, THERE_UNKNOWN };

/* What the destination's key shows, when the server says that a condition does not hold. */
static enum there look_there(struct ctx *cx, const struct ferry *f, const struct ferry_cargo *c,
                             struct s3_object_info *ret_info)
{
    const char *expected = c->load->there;
    struct diag_point before = diag_point(cx);
    enum rc rc = s3_object_head(cx, f->options.to.client, &c->to, NULL, ret_info);

    diag_drop_since(cx, before);
    if (rc == RC_NOT_FOUND || (rc == RC_OK && ret_info->state == S3_OBJECT_MARKER)) {
        return expected == NULL ? THERE_AS_EXPECTED : THERE_OTHER;
    }
    if (rc != RC_OK || ret_info->state != S3_OBJECT_PRESENT) {
        return THERE_UNKNOWN;
    }
    if (expected != NULL && strcmp(ret_info->etag, expected) == 0) {
        return THERE_AS_EXPECTED;
    }
    /* An answer that got lost, and the same again: the condition is broken by our own. */
    return strcmp(ret_info->etag, c->info.etag) == 0 && ret_info->size == c->info.size &&
                   keep_same_meta(&ret_info->meta, &c->info.meta)
               ? THERE_OURS
               : THERE_OTHER;
}

static struct ferry_result ended(enum ferry_outcome outcome, const char *why)
{
    return (struct ferry_result){.outcome = outcome, .why = why};
}

static struct ferry_result ours(const struct ferry_cargo *c, const struct s3_object_info *made)
{
    return (struct ferry_result){
        .outcome = FERRY_DONE,
        .written = {.version_id = made->version_id, .etag = made->etag, .repeated = true},
        .size = c->info.size,
        .proven = true,
    };
}

enum look { LOOK_SAME, LOOK_OTHER, LOOK_GONE, LOOK_FAILED };

/* Whether the newest version in the source is the one that was carried. */
static enum look look_again(struct ctx *cx, const struct ferry *f, const struct ferry_cargo *c)
{
    struct s3_object newest = c->from;
    struct s3_object_info now;
    struct diag_point before = diag_point(cx);
    enum rc rc;

    newest.version_id = NULL;
    rc = s3_object_head(cx, f->options.from.client, &newest, NULL, &now);
    if (rc == RC_NOT_FOUND || (rc == RC_OK && now.state == S3_OBJECT_MARKER)) {
        return LOOK_GONE;
    }
    diag_drop_since(cx, before);
    if (rc != RC_OK || now.state != S3_OBJECT_PRESENT) {
        return LOOK_FAILED;
    }
    return strcmp(now.etag, c->info.etag) == 0 && now.modified == c->info.modified ? LOOK_SAME
                                                                                   : LOOK_OTHER;
}

/* ---- One version -------------------------------------------------------------------------------
 */

enum next { NEXT_DONE, NEXT_AGAIN };

/* A condition does not hold: the source's, or the destination's. */
static enum next on_conflict(struct ctx *cx, struct ferry *f, const struct ferry_cargo *c,
                             bool conditional, struct ferry_result *r)
{
    struct s3_object_info there;

    if (c->load->version == NULL && look_again(cx, f, c) == LOOK_OTHER) {
        return NEXT_AGAIN;
    }
    switch (look_there(cx, f, c, &there)) {
    case THERE_OURS:
        *r = ours(c, &there);
        return NEXT_DONE;
    case THERE_AS_EXPECTED: /* some servers count a delete marker for something */
        if (conditional) {
            atomic_store(&f->unconditional[c->load->there != NULL], true);
            return NEXT_AGAIN;
        }
        break;
    case THERE_OTHER:
        *r = ended(FERRY_CHANGED,
                   "somebody else wrote it at the destination since it was listed there");
        return NEXT_DONE;
    case THERE_UNKNOWN:
        break;
    }
    *r =
        ended(FERRY_FAILED, "the server says that it is not as it was listed; run the same command "
                            "again");
    return NEXT_DONE;
}

/* The ETag cannot tell (that of parts may be said of other content, too): an overwrite meanwhile
 * would look like this copy, which is younger. */
static enum next on_unproven(struct ctx *cx, struct ferry *f, const struct ferry_cargo *c,
                             struct ferry_result *r)
{
    switch (look_again(cx, f, c)) {
    case LOOK_OTHER:
        return NEXT_AGAIN;
    case LOOK_FAILED:
        *r = ended(FERRY_FAILED,
                   "it was written, but whether the source's was overwritten meanwhile "
                   "could not be asked; run the same command again");
        return NEXT_DONE;
    case LOOK_SAME:
    case LOOK_GONE:
        break;
    }
    return NEXT_DONE;
}

/* Without a message, something is not there. */
static struct ferry_result on_failure(struct ctx *cx, const struct ferry *f,
                                      const struct ferry_cargo *c, struct diag_point before)
{
    const char *why = diag_line_since(cx, before);

    if (why != NULL) {
        return ended(FERRY_FAILED, why);
    }
    return look_again(cx, f, c) == LOOK_GONE
               ? ended(FERRY_GONE, "it is not in the source any more")
               : ended(FERRY_FAILED, "the server says that its version, or the destination's "
                                     "bucket, is not there");
}

static enum next carry_once(struct ctx *cx, struct ferry *f, const struct ferry_load *load,
                            struct ferry_result *ret_result)
{
    struct diag_point before = diag_point(cx);
    struct ferry_sending how = {.without = 0};
    struct ferry_cargo c;
    bool same_etag, tells;
    enum rc rc;

    *ret_result = ferry_look(cx, f, load, &c);
    if (ret_result->outcome != FERRY_DONE) {
        return NEXT_DONE;
    }
    rc = send_fitting(cx, f, &c, &how, ret_result);
    if (rc == RC_CONFLICT) {
        return on_conflict(cx, f, &c, !how.unconditional, ret_result);
    }
    if (rc != RC_OK) {
        *ret_result = on_failure(cx, f, &c, before);
        return NEXT_DONE;
    }
    diag_drop_since(cx, before);
    ret_result->outcome = FERRY_DONE;
    ret_result->lost = ferry_look_lost(cx, &c, how.without, ret_result->streamed);
    same_etag =
        ret_result->written.etag != NULL && strcmp(ret_result->written.etag, c.info.etag) == 0;
    tells = same_etag && s3_object_info_etag_parts(c.info.etag) == 0;
    return tells || load->version != NULL ? NEXT_DONE : on_unproven(cx, f, &c, ret_result);
}

struct ferry_result ferry_carry(struct ctx *cx, struct ferry *f, const struct ferry_load *load)
{
    struct ferry_load now = *load;
    struct ferry_result r = {.outcome = FERRY_FAILED};

    for (int i = 0; i < AGAIN; i++) {
        if (carry_once(cx, f, &now, &r) == NEXT_DONE) {
            return r;
        }
        if (r.written.etag != NULL) {
            now.there = r.written.etag; /* what this run made is what may be overwritten */
        }
    }
    return ended(FERRY_FAILED, "it was overwritten again and again while it was copied");
}
