#include "seedbank-bucket/verify.h"

#include <string.h>

#include "aws/digest.h"
#include "base/ctx.h"
#include "cli/cli_words.h"
#include "s3/s3_bucket.h"
#include "s3/s3_object.h"
#include "s3/s3_versioning.h"
#include "seedbank-bucket/check.h"
#include "seedbank-bucket/commands.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/past.h"
#include "seedbank-bucket/walk.h"
#include "seedbank-bucket/work.h"
#include "json/json_bytes.h"

#define SHOWN    20                 /* differences on the terminal; --json has all */
#define MAX_READ ((size_t)64 << 20) /* bytes of an object that is read to be compared */

struct counts {
    uint64_t keys, fine, newer, idle, different;
};

struct verifying {
    struct cli *cli;
    const struct verify *settings;
    struct s3_target target;
    struct cli_texts prefixes, excludes;
    int64_t at;
    struct past *past;

    struct work work;   /* of a plan; its reader stands behind `step` */
    struct arena *held; /* of `step` */
    struct arena_mark fresh;
    struct step step; /* the next one that has not been met; no key: there is none */

    struct arena *key; /* of `newest` */
    struct arena_mark key_fresh;
    struct check_newest newest;

    struct counts counts;
};

/* ---- Contents -------------------------------------------------------------------------------- */

static struct s3_object object_of(const struct verifying *v, const char *key, const char *version)
{
    return (struct s3_object){.bucket = v->target.bucket,
                              .key = key,
                              .version_id = version,
                              .expected_owner = v->target.expected_owner};
}

static enum rc sum_of(struct ctx *cx, const struct verifying *v, const char *key,
                      const char *version, char ret_sum[DIGEST_SHA256_HEX_SIZE])
{
    struct arena_mark mark = arena_mark(cx->arena);
    struct s3_object object = object_of(v, key, version);
    struct digest_stream *digest = digest_stream_new(cx->arena);
    struct str content;
    enum rc rc = s3_object_get(cx, v->target.client, &object, MAX_READ, &content);

    if (rc == RC_OK && (digest == NULL || !digest_stream_add(digest, content) ||
                        !digest_stream_end(digest, ret_sum))) {
        rc = diag_error(cx, NULL, "OpenSSL refuses SHA-256", "Nothing can be compared without it.");
    }
    arena_rewind(cx->arena, mark);
    return rc;
}

static bool is_multipart(const char *etag)
{
    return s3_object_info_etag_parts(etag) > 0;
}

/* An ETag that is the MD5 of what was written, so that another one means other content. */
static bool tells(struct ctx *cx, const struct verifying *v, const struct step *s)
{
    struct s3_object object = object_of(v, s->key, v->newest.id);
    struct s3_object_info info;
    struct diag_point before = diag_point(cx);
    enum rc rc;

    if (is_multipart(s->etag) || is_multipart(v->newest.etag)) {
        return false;
    }
    rc = s3_object_head(cx, v->target.client, &object, NULL, &info);
    diag_drop_since(cx, before);
    return rc == RC_OK && info.state == S3_OBJECT_PRESENT &&
           !(info.settings.encryption && str_starts(info.settings.encryption, "aws:kms"));
}

static struct check_result compare(struct ctx *cx, const struct verifying *v, const struct step *s)
{
    struct check_result r = {CHECK_DIFFERS, "its newest version has other content"};
    char wanted[DIGEST_SHA256_HEX_SIZE], newest[DIGEST_SHA256_HEX_SIZE];
    struct diag_point before = diag_point(cx);

    if (tells(cx, v, s)) {
        return r;
    }
    if (s->size > MAX_READ) {
        r.why = "not proven: its ETags differ and prove nothing, and it is too large to be read";
        return r;
    }
    if (sum_of(cx, v, s->key, s->version, wanted) != RC_OK ||
        sum_of(cx, v, s->key, v->newest.id, newest) != RC_OK) {
        diag_drop_since(cx, before);
        r.why = "not proven: its ETags differ and prove nothing, and it could not be read";
        return r;
    }
    if (strcmp(wanted, newest) == 0) {
        r = (struct check_result){CHECK_FINE, NULL};
    }
    return r;
}

/* ---- Keys ------------------------------------------------------------------------------------ */

static void tell_difference(struct verifying *v, const char *key, const char *why)
{
    struct cli *cli = v->cli;
    json_t *o;

    if (++v->counts.different <= SHOWN) {
        struct arena *a = arena_new();
        cli_say(cli, "differs  %s: %s", cli_words_key(a, key), why);
        arena_free(a);
    } else if (v->counts.different == SHOWN + 1) {
        cli_say(cli, "differs  and more; --json lists all");
    }
    o = json_pack("{s:s}", "why", why);
    json_bytes_set(o, "key", key);
    cli_event(cli, "difference", o);
}

static void count(struct ctx *cx, struct verifying *v, struct check_result r, const struct step *s)
{
    if (r.verdict == CHECK_COMPARE) {
        struct arena_mark mark = arena_mark(cx->arena);
        r = compare(cx, v, s);
        arena_rewind(cx->arena, mark);
    }
    v->counts.keys += r.verdict != CHECK_ABSENT;
    v->counts.fine += r.verdict == CHECK_FINE;
    v->counts.idle += r.verdict == CHECK_IDLE;
    v->counts.newer += r.verdict == CHECK_NEWER;
    if (r.verdict == CHECK_NEWER && v->settings->exact) {
        r = (struct check_result){CHECK_DIFFERS, "it was not there then, and is there now"};
    }
    if (r.verdict == CHECK_DIFFERS) {
        tell_difference(v, s->key, r.why);
    }
}

/* The plan's next step, which has a key while there is one. */
static enum rc next_step(struct verifying *v)
{
    struct ctx *cx = v->cli->cx;
    struct arena_mark mark = arena_mark(cx->arena);
    struct step step;
    enum rc rc = v->work.reader ? plan_file_next(cx, v->work.reader, &step) : RC_NOT_FOUND;

    arena_rewind(v->held, v->fresh);
    v->fresh = arena_mark(v->held);
    v->step = (struct step){.key = NULL};
    if (rc == RC_OK) {
        v->step = step_copy(v->held, &step);
    }
    arena_rewind(cx->arena, mark);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

/* Steps whose keys the listing has passed: nothing is left of them. `key` NULL: all. */
static enum rc pass_steps(struct verifying *v, const char *key)
{
    static const struct check_newest nothing = {.id = NULL};
    enum rc rc = RC_OK;

    while (rc == RC_OK && v->step.key != NULL && (key == NULL || strcmp(v->step.key, key) < 0)) {
        count(v->cli->cx, v, check_step(&v->step, &nothing), &v->step);
        rc = next_step(v);
    }
    return rc;
}

static enum rc end_key(struct verifying *v)
{
    struct ctx *cx = v->cli->cx;
    const char *key = past_key(v->past);
    struct past_end end = past_end(v->past);
    enum rc rc = pass_steps(v, key);

    if (rc != RC_OK) {
        return rc;
    }
    if (v->step.key != NULL && strcmp(v->step.key, key) == 0) {
        count(cx, v, check_step(&v->step, &v->newest), &v->step);
        return next_step(v);
    }
    if (v->work.head.undelete) { /* it promises nothing of other keys */
        return RC_OK;
    }
    end.step.key = key;
    count(cx, v, check_past(&end, &v->newest), &end.step);
    return RC_OK;
}

static void keep_newest(struct verifying *v, const struct s3_list_entry *e)
{
    arena_rewind(v->key, v->key_fresh);
    v->key_fresh = arena_mark(v->key);
    v->newest = (struct check_newest){.id = arena_strdup(v->key, e->version_id),
                                      .etag = arena_strdup(v->key, e->etag),
                                      .size = e->size,
                                      .marker = e->marker};
}

static enum rc take_key(struct verifying *v, struct walk *w, const char *key)
{
    const struct s3_list_entry *e;
    enum rc rc = walk_entry(w, &e);

    past_begin(v->past, key);
    if (rc == RC_OK) {
        keep_newest(v, e);
    }
    while (rc == RC_OK && e != NULL) {
        past_add(v->past, e);
        rc = walk_entry(w, &e);
    }
    return rc == RC_OK ? end_key(v) : rc;
}

/* ---- The listing ----------------------------------------------------------------------------- */

static enum rc list(struct verifying *v)
{
    struct walk *w = walk_new(&(struct walk_options){.cli = v->cli,
                                                     .target = v->target,
                                                     .prefixes = v->prefixes,
                                                     .excludes = v->excludes,
                                                     .doing = "verifying"});
    const char *key;
    enum rc rc;

    while ((rc = walk_key(w, &key)) == RC_OK && key != NULL) {
        rc = take_key(v, w, key);
        if (rc != RC_OK) {
            break;
        }
    }
    walk_end(w);
    return rc;
}

static bool no(void *arg, const char *key)
{
    (void)arg, (void)key;
    return false;
}

static struct arena *new_arena(struct verifying *v, struct arena_mark *ret_fresh)
{
    struct arena *a = arena_within(v->cli->cx->arena);

    *ret_fresh = arena_mark(a);
    return a;
}

static enum rc walk(struct verifying *v)
{
    struct cli *cli = v->cli;
    const struct past_options past = {.at = v->at, .ask = {.has_gap = no, .keeps_markers = no}};
    enum rc rc;

    v->past = past_new(cli->cx->arena, &past);
    v->held = new_arena(v, &v->fresh);
    v->key = new_arena(v, &v->key_fresh);
    rc = next_step(v);
    if (rc == RC_OK) {
        rc = list(v);
    }
    if (rc == RC_OK) {
        rc = pass_steps(v, NULL);
    }
    if (rc == RC_NOT_FOUND) {
        cli_outcome(cli, CLI_NOT_FOUND);
        return s3_bucket_missing(cli->cx, &v->target, NULL);
    }
    return rc;
}

/* ---- Which, and the result ------------------------------------------------------------------- */

static enum rc wrong_use(struct cli *cli, const char *summary)
{
    cli_outcome(cli, CLI_USAGE);
    return diag_error(cli->cx, NULL, summary, "See %s verify --help. Nothing was done.",
                      cli->program->name);
}

static enum rc by_plan(struct verifying *v)
{
    struct cli *cli = v->cli;
    const struct verify *s = v->settings;
    enum rc rc = work_open(cli, s->plan, &s->server, &v->work);

    if (rc != RC_OK) {
        return rc;
    }
    if (strcmp(v->work.head.bucket, s->bucket) != 0) {
        return cli_refuse(
            cli, arena_printf(cli->cx->arena, "The plan %s is for another bucket", s->plan),
            "It was made of %s, not of %s.", v->work.head.bucket, s->bucket);
    }
    if (!moment_read(v->work.head.at, &v->at)) {
        return diag_error(cli->cx, NULL, arena_printf(cli->cx->arena, "%s is no plan", s->plan),
                          "Its time \"%s\" is none.", v->work.head.at);
    }
    v->target = v->work.target;
    v->prefixes = v->work.head.prefixes;
    v->excludes = v->work.head.excludes;
    return RC_OK;
}

static enum rc by_time(struct verifying *v)
{
    struct cli *cli = v->cli;
    const struct verify *s = v->settings;
    struct s3_versioning versioning;
    enum rc rc = settings_target(cli, &s->server, s->bucket, &v->target);

    if (rc == RC_OK) {
        rc = s3_versioning_get(cli->cx, &v->target, &versioning);
    }
    if (rc == RC_NOT_FOUND) {
        cli_outcome(cli, CLI_NOT_FOUND);
        return s3_bucket_missing(cli->cx, &v->target, NULL);
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (!moment_read_at(s->at, versioning.date * MOMENT_SECOND, &v->at)) {
        return wrong_use(cli, arena_printf(cli->cx->arena, "--at %s is no time", s->at));
    }
    v->prefixes = s->prefixes;
    v->excludes = s->excludes;
    return RC_OK;
}

static void say_count(struct cli *cli, uint64_t n, const char *words)
{
    if (n > 0) {
        cli_say(cli, "  %s %s", cli_words_of(cli->cx->arena, n, "object", "objects"), words);
    }
}

static void say_result(struct verifying *v)
{
    struct cli *cli = v->cli;
    struct arena *a = cli->cx->arena;
    const struct counts *c = &v->counts;
    const char *at = moment_text(a, v->at);
    const char *as = v->work.head.undelete ? "there again" : arena_printf(a, "as at %s", at);

    if (c->different == 0) {
        cli_say(cli, "Verified: %s of bucket %s %s %s.",
                cli_words_of(a, c->fine, "object", "objects"), v->target.bucket,
                c->fine == 1 ? "is" : "are", as);
    } else {
        cli_say(cli, "Not verified: %s of bucket %s %s not %s.",
                cli_words_of(a, c->different, "object", "objects"), v->target.bucket,
                c->different == 1 ? "is" : "are", as);
        say_count(cli, c->fine, "as they were then");
    }
    say_count(cli, c->newer, "born later");
    say_count(cli, c->idle, "for which nothing can be promised: the plan says why");
    cli_event(cli, "verified",
              json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "bucket", v->target.bucket, "at", at,
                        "fine", (json_int_t)c->fine, "newer", (json_int_t)c->newer, "unknown",
                        (json_int_t)c->idle, "different", (json_int_t)c->different));
    cli_outcome(cli, c->different > 0 ? CLI_VERIFY_FAILED : c->idle > 0 ? CLI_PARTLY : CLI_DONE);
}

enum rc verify_run(struct cli *cli, const struct verify *settings)
{
    struct verifying *v = arena_alloc(cli->cx->arena, sizeof *v);
    enum rc rc;

    v->cli = cli;
    v->settings = settings;
    if ((settings->plan == NULL) == (settings->at == NULL)) {
        return wrong_use(cli, "Either --plan or --at must be given");
    }
    if (settings->plan != NULL && settings->prefixes.n + settings->excludes.n > 0) {
        return wrong_use(cli, "--prefix and --exclude stand in the plan already");
    }
    rc = settings->plan ? by_plan(v) : by_time(v);
    if (rc == RC_OK) {
        rc = walk(v);
    }
    if (rc == RC_OK) {
        say_result(v);
    }
    return rc;
}

/* ---- The command ----------------------------------------------------------------------------- */

static const struct cli_argument arguments[] = {
    {.name = "BUCKET",
     .doc = "The bucket, as its name alone.",
     .offset = offsetof(struct verify, bucket)},
    {.name = NULL},
};

static const struct cli_option options[] = {
    {
        .name = "plan",
        .value = "FILE",
        .kind = CLI_TEXT,
        .offset = offsetof(struct verify, plan),
        .doc = "Compare with what this plan promises, and what it does not speak of with its time.",
    },
    {
        .name = "at",
        .value = "TIME",
        .kind = CLI_TEXT,
        .offset = offsetof(struct verify, at),
        .doc =
            "Compare with what the history says of this moment; TIME is as for the command plan.",
    },
    {
        .name = "prefix",
        .value = "PREFIX",
        .kind = CLI_TEXTS,
        .offset = offsetof(struct verify, prefixes),
        .doc = "Only keys that begin so. May be given several times.",
    },
    {
        .name = "exclude",
        .value = "PREFIX",
        .kind = CLI_TEXTS,
        .offset = offsetof(struct verify, excludes),
        .doc = "Not keys that begin so. May be given several times.",
    },
    {
        .name = "exact",
        .kind = CLI_FLAG,
        .offset = offsetof(struct verify, exact),
        .doc = "Take what was born later for a difference; it is only counted otherwise.",
    },
    {.name = NULL},
};

static const struct cli_group groups[] = {
    {"Verifying", options, 0},
    SETTINGS_GROUP(offsetof(struct verify, server)),
    {.title = NULL},
};

static enum rc run(struct cli *cli, const void *settings)
{
    return verify_run(cli, settings);
}

const struct cli_command verify_command = {
    .name = "verify",
    .summary = "Prove that a bucket is as it was at a moment",
    .description =
        "Lists every version again and compares what each object is now with what it was then: by "
        "size and ETag, and where ETags prove nothing (objects made of parts, encryption by KMS) "
        "by "
        "reading both. Nothing is changed.\n\n"
        "Exit code 4: some differ; they are listed.",
    .arguments = arguments,
    .groups = groups,
    .size = sizeof(struct verify),
    .run = run,
};
