#include "seedbank-bucket/write.h"

#include <string.h>

#include "base/ctx.h"
#include "s3/s3_copy.h"
#include "s3/s3_delete.h"
#include "s3/s3_multipart.h"
#include "s3/s3_object.h"
#include "seedbank-bucket/ferry.h"
#include "seedbank-bucket/keep.h"

static const char *taken(struct ctx *cx, struct diag_point since)
{
    const char *line = diag_line_since(cx, since);

    return line != NULL ? line : "the server's answer made no sense";
}

const char *write_key(struct arena *a, const struct write_options *o, const char *key)
{
    return o->prefix != NULL ? arena_printf(a, "%s%s", o->prefix, key) : key;
}

static struct s3_object object_of(const struct s3_target *target, const char *key,
                                  const char *version)
{
    return (struct s3_object){.bucket = target->bucket,
                              .key = key,
                              .version_id = version,
                              .expected_owner = target->expected_owner};
}

/* The wanted version, and what is in its place: that version, or NULL the newest. */
static struct s3_object wanted_of(const struct write_options *o, const struct step *step)
{
    return object_of(o->source ? o->source : o->target, step->key, step->version);
}

static struct s3_object place_of(struct ctx *cx, const struct write_options *o,
                                 const struct step *step, const char *version)
{
    return object_of(o->target, write_key(cx->arena, o, step->key), version);
}

/* ---- Copies ---------------------------------------------------------------------------------- */

static struct s3_object_settings settings_of(struct ctx *cx, const struct write_options *o,
                                             const struct s3_object_info *info)
{
    const struct keep_options keep = {o->storage_class, o->keep_compliance};

    return keep_settings(cx, &keep, info);
}

static struct write_result result(enum write_outcome outcome, const char *why)
{
    return (struct write_result){.outcome = outcome, .why = why};
}

static struct write_result gone(void)
{
    return result(WRITE_GONE, "the wanted version is not there any more: somebody, or a lifecycle "
                              "rule, removed it after it was planned");
}

/* What the wanted version is, or why it cannot be copied. */
static struct write_result look(struct ctx *cx, const struct write_options *o,
                                const struct step *step, struct s3_object_info *ret_info)
{
    struct s3_object from = wanted_of(o, step);
    struct diag_point before = diag_point(cx);
    enum rc rc = s3_object_head(cx, o->target->client, &from, NULL, ret_info);
    const char *why;

    if (rc == RC_FAIL || rc == RC_CONFLICT) {
        return result(WRITE_REFUSED, taken(cx, before));
    }
    if (rc == RC_NOT_FOUND || ret_info->state == S3_OBJECT_MARKER) {
        return gone();
    }
    why = keep_fault(ret_info);
    return why != NULL ? result(WRITE_REFUSED, why) : result(WRITE_DONE, NULL);
}

static struct write_result changed(bool repeated)
{
    struct write_result r = result(WRITE_CHANGED, "changed since: the server says that its newest "
                                                  "version is another by now");

    r.repeated = repeated;
    return r;
}

/* From one bucket to another, with all that belongs to it, through this process where need be. */
static struct write_result carry(struct ctx *cx, const struct write_options *o,
                                 const struct write_copying *copying)
{
    static const enum write_outcome outcomes[] = {[FERRY_DONE] = WRITE_DONE,
                                                  [FERRY_GONE] = WRITE_GONE,
                                                  [FERRY_REFUSED] = WRITE_REFUSED,
                                                  [FERRY_CHANGED] = WRITE_CHANGED,
                                                  [FERRY_FAILED] = WRITE_UNKNOWN};
    const struct step *step = copying->step;
    const struct ferry_load load = {
        .key = step->key,
        .version = step->version,
        .etag = step->etag,
        .to_key = write_key(cx->arena, o, step->key),
        .there = copying->newest,
        .watch = copying->watch,
    };
    struct ferry_result r = ferry_carry(cx, o->ferry, &load);

    return (struct write_result){
        .outcome = outcomes[r.outcome],
        .id = r.written.version_id,
        .modified = r.written.last_modified,
        .lost = r.lost,
        .repeated = r.written.repeated,
        .why = r.outcome == FERRY_DONE ? NULL : r.why,
    };
}

struct write_result write_copy(struct ctx *cx, const struct write_options *o,
                               const struct write_copying *copying)
{
    const struct step *step = copying->step;
    struct s3_object_info info = {.size = 0};
    struct write_result r;
    struct s3_object_settings settings;
    struct condition_copy in = {.newest = copying->newest};
    struct s3_written written = {.version_id = NULL};
    struct diag_point before = diag_point(cx);
    bool other = false;
    enum rc rc;

    /* What has nothing but content, metadata and tags is one request, once that is known to go. */
    if (o->ferry != NULL && !(step->plain && ferry_copies(o->ferry))) {
        return carry(cx, o, copying);
    }
    r = step->plain ? result(WRITE_DONE, NULL) : look(cx, o, step, &info);
    if (r.outcome != WRITE_DONE) {
        return r;
    }
    settings = settings_of(cx, o, &info);
    in.copy = (struct s3_copy){
        .from = wanted_of(o, step),
        .to = place_of(cx, o, step, NULL),
        .etag = step->etag,
        .size = step->size,
        .settings = &settings,
        /* MinIO does not carry this one by itself. */
        .meta = info.meta.expires != NULL && info.missing_meta == 0 ? &info.meta : NULL,
        .watch = copying->watch,
    };
    rc = condition_copy(cx, o->target->client, o->condition, &in, &written, &other);
    if (rc == RC_OK) {
        return (struct write_result){.outcome = WRITE_DONE,
                                     .id = written.version_id,
                                     .modified = written.last_modified,
                                     .repeated = written.repeated};
    }
    if (rc == RC_CONFLICT && other) {
        return changed(written.repeated);
    }
    return rc == RC_FAIL ? result(WRITE_UNKNOWN, taken(cx, before)) : gone();
}

struct write_result write_give_up(struct ctx *cx, const struct write_options *o,
                                  const struct step *step, const char *upload_id)
{
    const struct s3_multipart upload = {
        .client = o->target->client, .object = place_of(cx, o, step, NULL), .upload_id = upload_id};
    struct diag_point before = diag_point(cx);
    enum rc rc = s3_multipart_abort(cx, &upload);

    return rc == RC_FAIL || rc == RC_CONFLICT ? result(WRITE_UNKNOWN, taken(cx, before))
                                              : result(WRITE_DONE, NULL);
}

bool write_is_copy(struct ctx *cx, const struct write_options *o, const struct step *step,
                   const char *id)
{
    struct s3_object wanted = wanted_of(o, step), other = place_of(cx, o, step, id);
    struct s3_object_info a = {.size = 0}, b = {.size = 0};
    struct diag_point before = diag_point(cx);
    bool known = s3_object_head(cx, o->target->client, &wanted, NULL, &a) == RC_OK &&
                 s3_object_head(cx, o->target->client, &other, NULL, &b) == RC_OK;

    diag_drop_since(cx, before);
    return known && a.state == S3_OBJECT_PRESENT && b.state == S3_OBJECT_PRESENT &&
           a.size == b.size && a.size == step->size && keep_same_meta(&a.meta, &b.meta);
}

/* ---- Deletions ------------------------------------------------------------------------------- */

static bool is_changed(const char *code)
{
    return strcmp(code, "PreconditionFailed") == 0 ||
           strcmp(code, "ConditionalRequestConflict") == 0;
}

/* One request, at most S3_DELETE_MAX items. */
static void ask(struct ctx *cx, const struct write_options *o, struct s3_delete batch,
                struct write_result *ret_results)
{
    size_t n = batch.n_items;
    struct s3_delete_result *results = arena_array(cx->arena, n, sizeof *results);
    struct diag_point before = diag_point(cx);
    const char *why = "the bucket is gone, or is being changed";
    enum rc rc;

    batch.bucket = o->target->bucket;
    batch.expected_owner = o->target->expected_owner;
    rc = s3_delete(cx, o->target->client, &batch, results);
    if (rc != RC_OK) {
        why = rc == RC_FAIL ? taken(cx, before) : why;
        for (size_t i = 0; i < n; i++) {
            ret_results[i] = result(WRITE_UNKNOWN, why);
        }
        return;
    }
    for (size_t i = 0; i < n; i++) {
        static const enum write_outcome outcomes[] = {[S3_DELETE_UNKNOWN] = WRITE_UNKNOWN,
                                                      [S3_DELETE_DONE] = WRITE_DONE,
                                                      [S3_DELETE_REFUSED] = WRITE_REFUSED};
        ret_results[i] = result(outcomes[results[i].outcome], results[i].message);
        ret_results[i].repeated = results[i].repeated;
        if (batch.if_match != NULL && is_changed(results[i].code)) {
            ret_results[i] = changed(results[i].repeated);
        } else if (results[i].outcome == S3_DELETE_DONE) {
            ret_results[i].why = NULL;
            ret_results[i].id = results[i].marker ? results[i].marker_version_id : NULL;
        }
    }
}

void write_markers(struct ctx *cx, const struct write_options *o,
                   const struct write_marker *markers, size_t n, struct write_result *ret_results)
{
    struct s3_delete_item *items = arena_array(cx->arena, n, sizeof *items);
    bool conditional = o->condition != NULL && o->condition->deletions;
    const char **match = conditional ? arena_array(cx->arena, n, sizeof *match) : NULL;

    for (size_t i = 0; i < n; i++) {
        items[i].key = markers[i].key;
        if (match != NULL && *markers[i].newest != '\0') {
            match[i] = markers[i].newest;
        }
    }
    ask(cx, o, (struct s3_delete){.items = items, .n_items = n, .if_match = match}, ret_results);
}

/* More than one request takes, of one key: the first failure ends it. */
static struct write_result remove_many(struct ctx *cx, const struct write_options *o,
                                       const struct write_removal *removal)
{
    struct write_result last = result(WRITE_DONE, NULL);

    for (size_t at = 0; at < removal->n && last.outcome == WRITE_DONE; at += S3_DELETE_MAX) {
        struct write_removal piece = {removal->key, removal->ids + at, removal->n - at};
        piece.n = piece.n < S3_DELETE_MAX ? piece.n : S3_DELETE_MAX;
        write_removals(cx, o, &piece, 1, &last);
    }
    return last;
}

void write_removals(struct ctx *cx, const struct write_options *o,
                    const struct write_removal *removals, size_t n,
                    struct write_result *ret_results)
{
    struct s3_delete_item *items = arena_array(cx->arena, S3_DELETE_MAX, sizeof *items);
    struct write_result *results = arena_array(cx->arena, S3_DELETE_MAX, sizeof *results);
    size_t from = 0, to = 0, used = 0;

    while (from < n) {
        for (; to < n && used + removals[to].n <= S3_DELETE_MAX; to++) {
            for (size_t i = 0; i < removals[to].n; i++) {
                items[used++] = (struct s3_delete_item){removals[to].key, removals[to].ids[i]};
            }
        }
        if (to == from) {
            ret_results[from] = remove_many(cx, o, &removals[from]);
            from = ++to;
            continue;
        }
        ask(cx, o, (struct s3_delete){.items = items, .n_items = used}, results);
        used = 0;
        for (; from < to; from++) {
            ret_results[from] = result(WRITE_DONE, NULL);
            for (size_t i = 0; i < removals[from].n; i++, used++) {
                if (results[used].outcome != WRITE_DONE &&
                    ret_results[from].outcome == WRITE_DONE) {
                    ret_results[from] = results[used];
                }
            }
        }
        used = 0;
    }
}
