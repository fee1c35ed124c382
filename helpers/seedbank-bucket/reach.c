#include "seedbank-bucket/reach.h"

#include <pthread.h>
#include <string.h>

#include "base/ctx.h"
#include "base/ring.h"
#include "s3/s3_object.h"

#define THREADS 32  /* the pace of the client says how many of them ask at once */
#define SLOTS   256 /* steps under way */

#define DENIED "the access key may not read it: it lacks the permission s3:GetObjectVersion (%s)"
#define ARCHIVED                                                                                   \
    "it lies in the archive class %s: have it restored there first, which the provider charges "   \
    "for, then plan again"
#define OWN_KEY "it is encrypted with a key that only its owner has (SSE-C)"
#define GONE    "it is gone since it was listed"

/* What a key of KMS said. */
struct kms {
    const char *id;
    const char *why; /* NULL: objects under it can be read */
    bool known;
    bool asked; /* somebody is asking */
    struct kms *next;
};

struct reach {
    struct reach_options options;
    struct ring *ring;

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    struct arena *arena;
    struct kms *kms;
    bool over; /* nobody waits for an answer any more */
};

/* ---- One version ----------------------------------------------------------------------------- */

/* Where it is known, *ret_why says why no object under that key can be read, or NULL. Not NULL: the
 * caller is the one to ask, and to tell. Waits while another one asks. */
static struct kms *kms_to_ask(struct reach *r, const char *id, const char **ret_why)
{
    struct kms *k, *mine;

    pthread_mutex_lock(&r->lock);
    for (k = r->kms; k != NULL && strcmp(k->id, id) != 0;) {
        k = k->next;
    }
    if (k == NULL) {
        k = arena_alloc(r->arena, sizeof *k);
        *k = (struct kms){.id = arena_strdup(r->arena, id), .next = r->kms};
        r->kms = k;
    }
    while (k->asked && !k->known && !r->over) {
        pthread_cond_wait(&r->changed, &r->lock);
    }
    mine = k->known || r->over ? NULL : k;
    k->asked = true;
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

/* There was no answer: the next one is to ask. */
static void kms_leave(struct reach *r, struct kms *k)
{
    pthread_mutex_lock(&r->lock);
    k->asked = false;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
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
    kms_leave(r, mine);
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

/* Whoever waits for what a key of KMS says need not any more. */
static void give_up(struct reach *r)
{
    pthread_mutex_lock(&r->lock);
    r->over = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

static enum rc run(struct ctx *cx, void *arg, struct arena *a, void *item)
{
    struct reach *r = arg;
    struct step *step = item;
    const char *why = NULL;
    enum rc rc = ask(cx, r, step, &why);

    if (rc == RC_NOT_FOUND) {
        why = GONE;
        rc = RC_OK;
    }
    if (rc == RC_OK && why != NULL) {
        step->kind = STEP_UNREACHABLE;
        step->why = arena_strdup(a, why);
    }
    if (rc != RC_OK) {
        give_up(r);
    }
    return rc;
}

/* ---- In and out ------------------------------------------------------------------------------ */

static void copy_item(struct arena *a, void *item)
{
    struct step *step = item;

    *step = step_copy(a, step);
}

static enum rc take(struct ctx *cx, void *arg, const void *item)
{
    const struct reach *r = arg;

    return r->options.take(cx, r->options.arg, item);
}

static unsigned useful(void *arg)
{
    const struct reach *r = arg;

    return s3_client_window(r->options.target.client);
}

struct reach *reach_new(struct ctx *cx, const struct reach_options *options)
{
    struct reach *r = arena_alloc(cx->arena, sizeof *r);

    r->options = *options;
    r->arena = arena_new();
    pthread_mutex_init(&r->lock, NULL);
    clock_cond_init(&r->changed);
    r->ring = ring_new(cx, &(struct ring_options){.threads = THREADS,
                                                  .slots = SLOTS,
                                                  .size = sizeof(struct step),
                                                  .copy = copy_item,
                                                  .run = run,
                                                  .take = take,
                                                  .useful = useful,
                                                  .arg = r});
    return r;
}

enum rc reach_give(struct ctx *cx, struct reach *r, const struct step *step)
{
    struct step changed = *step;

    if (!r->options.ask && step->kind == STEP_COPY &&
        s3_object_info_is_archive(step->storage_class)) {
        changed.kind = STEP_UNREACHABLE;
        changed.why = arena_printf(cx->arena, ARCHIVED, step->storage_class);
    }
    return ring_give(cx, r->ring, &changed, r->options.ask && step->kind == STEP_COPY);
}

enum rc reach_end(struct ctx *cx, struct reach *r, enum rc rc)
{
    if (rc != RC_OK) {
        give_up(r);
    }
    rc = ring_end(cx, r->ring, rc);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    arena_free(r->arena);
    return rc;
}
