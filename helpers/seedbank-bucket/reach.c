#include "seedbank-bucket/reach.h"

#include <pthread.h>
#include <string.h>

#include "base/cancel.h"
#include "base/crew.h"
#include "base/ctx.h"
#include "s3/s3_object.h"

#define THREADS 32  /* the pace of the client says how many of them ask at once */
#define SLOTS   256 /* steps under way */
#define LOOK_MS 100 /* between looks at whether Ctrl-C came */

#define DENIED "the access key may not read it: it lacks the permission s3:GetObjectVersion (%s)"
#define ARCHIVED                                                                                   \
    "it lies in the archive class %s: have it restored there first, which the provider charges "   \
    "for, then plan again"
#define OWN_KEY "it is encrypted with a key that only its owner has (SSE-C)"
#define GONE    "it is gone since it was listed"

/* Between steps that go in and steps that come out. */
struct slot {
    struct arena *arena;
    struct step step;
    bool done;
};

/* What a key of KMS said. */
struct kms {
    const char *id;
    const char *why; /* NULL: objects under it can be read */
    bool known;      /* else somebody is asking */
    struct kms *next;
};

struct reach {
    struct reach_options options;
    struct crew *crew;
    struct slot slots[SLOTS];
    size_t first, n; /* a ring */

    pthread_mutex_t lock; /* of what follows, and of each slot's done */
    pthread_cond_t changed;
    struct arena *arena;
    struct kms *kms;
    bool failed; /* nothing that was given need come out */
    const struct slot *awaited;
};

/* ---- One version ----------------------------------------------------------------------------- */

/* Where it is known, *ret_why says why no object under that key can be read, or NULL. Not NULL: the
 * caller is the one to ask, and to tell. Waits while another one asks. */
static struct kms *kms_to_ask(struct reach *r, const char *id, const char **ret_why)
{
    struct kms *k, *mine = NULL;

    pthread_mutex_lock(&r->lock);
    for (k = r->kms; k != NULL && strcmp(k->id, id) != 0;) {
        k = k->next;
    }
    if (k == NULL) {
        k = mine = arena_alloc(r->arena, sizeof *k);
        *k = (struct kms){.id = arena_strdup(r->arena, id), .next = r->kms};
        r->kms = k;
    }
    while (mine == NULL && !k->known && !r->failed) {
        pthread_cond_wait(&r->changed, &r->lock);
    }
    *ret_why = k->why;
    pthread_mutex_unlock(&r->lock);
    return mine;
}

static const char *kms_tell(struct reach *r, struct kms *k, const char *why)
{
    const char *whole;

    pthread_mutex_lock(&r->lock);
    whole = why ? arena_printf(r->arena, "its KMS key %s: %s", k->id, why) : NULL;
    k->why = whole;
    k->known = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    return whole;
}

static enum rc ask_kms(struct ctx *cx, struct reach *r, const struct s3_object *object,
                       const char *id, const char **ret_why)
{
    const char *why = NULL;
    struct kms *mine = kms_to_ask(r, id, ret_why);
    enum rc rc;

    if (mine == NULL) {
        return RC_OK;
    }
    rc = s3_object_peek(cx, r->options.target.client, object, &why);
    if (rc == RC_OK || rc == RC_CONFLICT) {
        *ret_why = kms_tell(r, mine, why);
        return RC_OK;
    }
    return rc;
}

/* HEAD was refused; GET tells why. RC_OK: it can be read all the same. */
static enum rc ask_denied(struct ctx *cx, struct reach *r, const struct s3_object *object,
                          const char **ret_why)
{
    const char *said = NULL;
    enum rc rc = s3_object_peek(cx, r->options.target.client, object, &said);

    if (rc == RC_CONFLICT) {
        *ret_why = arena_printf(cx->arena, DENIED, said);
        return RC_OK;
    }
    return rc;
}

/* What a server-side copy carries by itself is all that it has. */
static bool is_plain(const struct s3_object_info *info)
{
    const struct s3_object_settings *s = &info->settings;
    bool standard = s->storage_class == NULL || strcmp(s->storage_class, "STANDARD") == 0;

    return standard && s->website_redirect == NULL && s->encryption == NULL &&
           s->lock_mode == NULL && s->legal_hold == NULL && info->meta.expires == NULL;
}

/* *ret_why is NULL when the version can be copied. RC_NOT_FOUND: it is gone. */
static enum rc ask(struct ctx *cx, struct reach *r, struct step *step, const char **ret_why)
{
    const struct s3_object object = {
        .bucket = r->options.target.bucket,
        .key = step->key,
        .version_id = step->version,
        .expected_owner = r->options.target.expected_owner,
    };
    struct s3_object_info info;
    enum rc rc = s3_object_head(cx, r->options.target.client, &object,
                                &(struct s3_head_options){.may_be_denied = true}, &info);

    *ret_why = NULL;
    if (rc == RC_CONFLICT) {
        return ask_denied(cx, r, &object, ret_why);
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (info.state == S3_OBJECT_MARKER) {
        return RC_NOT_FOUND;
    }
    if (info.state == S3_OBJECT_NEEDS_KEY || info.sse_c != NULL) {
        *ret_why = OWN_KEY;
    } else if (s3_object_info_archived(&info)) {
        *ret_why = arena_printf(cx->arena, ARCHIVED,
                                info.archive ? info.archive : info.settings.storage_class);
    } else if (info.settings.kms_key_id != NULL) {
        return ask_kms(cx, r, &object, info.settings.kms_key_id, ret_why);
    }
    step->plain = is_plain(&info);
    return RC_OK;
}

static void finish(struct reach *r, struct slot *slot, enum rc rc)
{
    pthread_mutex_lock(&r->lock);
    slot->done = true;
    r->failed = r->failed || rc != RC_OK;
    if (slot == r->awaited || r->failed) {
        pthread_cond_broadcast(&r->changed);
    }
    pthread_mutex_unlock(&r->lock);
}

/* On a thread of the crew, to whom the slot belongs until it is done. */
static enum rc run(struct ctx *cx, void *arg, const void *item)
{
    struct reach *r = arg;
    struct slot *slot = *(struct slot *const *)item;
    const char *why = NULL;
    enum rc rc = ask(cx, r, &slot->step, &why);

    if (rc == RC_NOT_FOUND) {
        why = GONE;
        rc = RC_OK;
    }
    if (rc == RC_OK && why != NULL) {
        slot->step.kind = STEP_UNREACHABLE;
        slot->step.why = arena_strdup(slot->arena, why);
    }
    finish(r, slot, rc);
    if (rc != RC_OK) {
        crew_stop(r->crew);
    }
    return rc;
}

static const void *copy_item(struct arena *a, const void *item)
{
    return arena_memdup(a, item, sizeof(struct slot *));
}

static unsigned useful(void *arg)
{
    const struct reach *r = arg;

    return s3_client_window(r->options.target.client);
}

/* ---- The ring -------------------------------------------------------------------------------- */

struct reach *reach_new(struct ctx *cx, const struct reach_options *options)
{
    struct reach *r = arena_alloc(cx->arena, sizeof *r);

    r->options = *options;
    r->arena = arena_new();
    pthread_mutex_init(&r->lock, NULL);
    clock_cond_init(&r->changed);
    if (options->ask) {
        r->crew = crew_new(cx, &(struct crew_options){.threads = THREADS,
                                                      .queue = SLOTS,
                                                      .run = run,
                                                      .arg = r,
                                                      .useful = useful,
                                                      .copy = copy_item});
    }
    return r;
}

/* Wait until the oldest step is done. RC_FAIL: it never will be; crew_end says why. */
static enum rc wait_for_first(struct ctx *cx, struct reach *r)
{
    const struct slot *slot = &r->slots[r->first];
    bool done, failed;

    pthread_mutex_lock(&r->lock);
    r->awaited = slot;
    while (!slot->done && !r->failed && !cancel_raised(cx->cancel)) {
        struct timespec until = clock_deadline(LOOK_MS);
        pthread_cond_timedwait(&r->changed, &r->lock, &until);
    }
    done = slot->done;
    failed = r->failed || (!done && cancel_raised(cx->cancel));
    r->failed = failed;
    r->awaited = NULL;
    if (failed) {
        pthread_cond_broadcast(&r->changed);
    }
    pthread_mutex_unlock(&r->lock);
    return failed ? RC_FAIL : RC_OK;
}

static enum rc put_out(struct ctx *cx, struct reach *r)
{
    struct slot *slot = &r->slots[r->first];
    enum rc rc = wait_for_first(cx, r);

    if (rc == RC_OK) {
        rc = r->options.take(cx, r->options.arg, &slot->step);
        r->first = (r->first + 1) % SLOTS;
        r->n--;
    }
    return rc;
}

/* Whether the first step may come out without waiting. */
static bool first_is_done(struct reach *r)
{
    bool done;

    if (r->n == 0) {
        return false;
    }
    pthread_mutex_lock(&r->lock);
    done = r->slots[r->first].done;
    pthread_mutex_unlock(&r->lock);
    return done;
}

static struct slot *put_in(struct reach *r, const struct step *step, bool asks)
{
    struct slot *slot = &r->slots[(r->first + r->n++) % SLOTS];

    arena_free(slot->arena);
    slot->arena = arena_new();
    slot->step = step_copy(slot->arena, step);
    slot->done = !asks;
    return slot;
}

enum rc reach_give(struct ctx *cx, struct reach *r, const struct step *step)
{
    bool asks = r->options.ask && step->kind == STEP_COPY;
    struct step changed = *step;
    struct slot *slot;
    enum rc rc = RC_OK;

    if (!r->options.ask && step->kind == STEP_COPY &&
        s3_object_info_is_archive(step->storage_class)) {
        changed.kind = STEP_UNREACHABLE;
        changed.why = arena_printf(cx->arena, ARCHIVED, step->storage_class);
    }
    while (rc == RC_OK && (r->n == SLOTS || first_is_done(r))) {
        rc = put_out(cx, r);
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (r->n == 0 && !asks) {
        return r->options.take(cx, r->options.arg, &changed);
    }
    slot = put_in(r, &changed, asks);
    return asks ? crew_give(cx, r->crew, &slot) : RC_OK;
}

/* Nobody waits for an answer any more. */
static void give_up(struct reach *r)
{
    pthread_mutex_lock(&r->lock);
    r->failed = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    if (r->crew != NULL) {
        crew_stop(r->crew);
    }
}

/* Of messages, the one that came first counts: that work was left undone follows from it. */
static enum rc end_crew(struct ctx *cx, struct reach *r, enum rc rc)
{
    struct diag_point before = diag_point(cx);
    bool said = cx->diags.errors > 0;
    enum rc ended = r->crew != NULL ? crew_end(cx, r->crew) : RC_OK;

    if (said || rc == RC_NOT_FOUND || rc == RC_CONFLICT) {
        diag_drop_since(cx, before);
        return rc;
    }
    if (rc == RC_FAIL && cx->diags.errors == 0) { /* cancelled, though all that was begun ended */
        return ctx_check(cx);
    }
    return rc == RC_OK ? ended : rc;
}

enum rc reach_end(struct ctx *cx, struct reach *r, enum rc rc)
{
    while (rc == RC_OK && r->n > 0) {
        rc = put_out(cx, r);
    }
    if (rc != RC_OK) {
        give_up(r);
    }
    rc = end_crew(cx, r, rc);
    for (size_t i = 0; i < SLOTS; i++) {
        arena_free(r->slots[i].arena);
    }
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    arena_free(r->arena);
    return rc;
}
