/* A plan in words and as events. */
#include <string.h>

#include "base/ctx.h"
#include "cli/cli_words.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/plan.h"

#define FEW 3 /* examples, where --verbose shows more */

/* The rows of the table, in the order in which they matter. */
static const struct row {
    int kind; /* enum step_kind or PLAN_NEWER */
    const char *name, *meaning;
    bool listed; /* as many as are kept, always: somebody must look after them */
} rows[] = {
    {STEP_REVEAL, "reveal", "remove the delete markers that hide the right version", false},
    {STEP_COPY, "copy", "copy the right version over a newer one, which stays as an old one",
     false},
    {STEP_PURGE, "purge", "remove for good what is newer than the right version", false},
    {STEP_HIDE, "hide", "not there then: put a delete marker on it", false},
    {STEP_UNREACHABLE, "unreachable", "cannot be brought back as things stand", true},
    {STEP_UNKNOWN, "unknown", "what it was then is lost: left alone", true},
    {PLAN_NEWER, "born later", "not there then: left alone (--hide-newer hides it)", false},
};

#define N_ROWS (sizeof rows / sizeof *rows)

static const struct plan_count *count_of(const struct plan_result *r, int kind)
{
    return kind == PLAN_NEWER ? &r->totals.newer : &r->totals.steps[kind];
}

/* ---- Words ----------------------------------------------------------------------------------- */

static void say_row(struct cli *cli, const char *name, const struct plan_count *c,
                    const char *meaning)
{
    struct arena *a = cli->cx->arena;

    cli_say(cli, "  %-12s %12s %14s  %s", name, cli_words_count(a, c->objects),
            c->bytes > 0 ? cli_words_bytes(a, c->bytes) : "", meaning);
}

/* Into another place nothing is hidden, and what is written over is the target's. */
static const char *name_of(const struct plan_result *r, const struct row *row)
{
    return r->head.to != NULL && row->kind == PLAN_NEWER ? "beside it" : row->name;
}

static const char *meaning_of(const struct plan_result *r, const struct row *row)
{
    if (r->head.to != NULL && row->kind == PLAN_NEWER) {
        return "in the target, and no part of this plan: left alone";
    }
    return r->head.to != NULL && row->kind == STEP_COPY ? "copy the right version into the target"
                                                        : row->meaning;
}

static void say_table(struct cli *cli, const struct plan_result *r)
{
    cli_say(cli, "  %-12s %12s %14s", "", "objects", "bytes");
    for (size_t i = 0; i < N_ROWS; i++) {
        if (count_of(r, rows[i].kind)->objects > 0) {
            say_row(cli, name_of(r, &rows[i]), count_of(r, rows[i].kind), meaning_of(r, &rows[i]));
        }
    }
    say_row(cli, "unchanged", &r->totals.unchanged,
            r->head.undelete ? "no delete marker hides it"
            : r->head.to     ? "the target has it already"
                             : "as it was then");
}

static void say_step(struct cli *cli, const struct step *s)
{
    struct arena *a = cli->cx->arena;
    const char *of =
        s->version && s->modified
            ? arena_printf(a, "  (%s, of %s)", cli_words_bytes(a, s->size), s->modified)
            : "";

    cli_say(cli, "  %s%s%s%s", cli_words_key(a, s->key), of, s->why ? ": " : "",
            s->why ? s->why : "");
}

static void say_examples(struct cli *cli, const struct plan_result *r, const struct row *row)
{
    const struct plan_shown *shown = &r->shown[row->kind];
    uint64_t all = count_of(r, row->kind)->objects;
    size_t n = row->listed || cli->common.verbose || shown->n < FEW ? shown->n : FEW;

    if (n == 0) {
        return;
    }
    cli_say(cli, "\n%s:", name_of(r, row));
    for (size_t i = 0; i < n; i++) {
        say_step(cli, &shown->steps[i]);
    }
    if (all > n) {
        cli_say(cli, "  and %s more", cli_words_count(cli->cx->arena, all - n));
    }
}

static const char *ago(struct arena *a, const struct plan_result *r)
{
    return cli_words_span(a, (r->now - r->at) / MOMENT_SECOND);
}

static void say_deleted(struct cli *cli, const struct plan_result *r)
{
    struct arena *a = cli->cx->arena;

    if (r->first == 0) {
        cli_say(cli, "No delete marker hides anything there%s%s.\n", r->since ? " since " : "",
                r->since ? moment_text(a, r->since) : "");
    } else if (r->first == r->last) {
        cli_say(cli, "without the delete markers that hide an object now, of %s:\n",
                moment_text(a, r->first));
    } else {
        cli_say(cli, "without the delete markers that hide an object now, of %s to %s:\n",
                moment_text(a, r->first), moment_text(a, r->last));
    }
}

static void say(struct cli *cli, const struct plan_result *r)
{
    struct arena *a = cli->cx->arena;

    cli_say(cli, "Bucket %s at %s%s%s", r->head.bucket, r->head.endpoint,
            r->head.to ? ", into " : "", r->head.to ? r->head.to : "");
    if (r->head.undelete) {
        say_deleted(cli, r);
    } else {
        cli_say(cli, "as it was at %s, %s ago by the server's clock:\n", r->head.at, ago(a, r));
    }
    say_table(cli, r);
    for (size_t i = 0; i < N_ROWS; i++) {
        say_examples(cli, r, &rows[i]);
    }
}

/* ---- What must be known before it is carried out --------------------------------------------- */

static void note(struct cli *cli, const char *text)
{
    cli_say(cli, "\nNote: %s", text);
    cli_event(cli, "note", json_pack("{s:s}", "text", text));
}

/* The target is a folder of the bucket itself. */
static bool is_within(const struct plan_result *r)
{
    size_t n = strlen(r->head.bucket);

    return strncmp(r->head.to, r->head.bucket, n) == 0 && r->head.to[n] == '/';
}

static void notes(struct cli *cli, const struct plan_result *r)
{
    struct arena *a = cli->cx->arena;
    const struct plan_totals *t = &r->totals;

    if (!r->head.probed && t->steps[STEP_COPY].objects > 0) {
        note(cli, "reachability unproven: nobody asked whether the versions to be copied can be "
                  "read (--no-probe).");
    }
    if (r->kept_markers > 0) {
        const char *because =
            r->replica_rule
                ? arena_printf(a, "removing a delete marker is not replicated (rule \"%s\")",
                               r->replica_rule)
                : "delete markers stay (--keep-history, MFA delete, or more of them than a plan "
                  "can name)";
        note(cli, arena_printf(a, "%s could be revealed and will be copied instead, because %s.",
                               cli_words_of(a, r->kept_markers, "object", "objects"), because));
    }
    if (t->doubtful > 0) {
        note(cli, arena_printf(a,
                               "for %s to be copied it is doubtful whether a newer version was "
                               "there then; the plan says so beside each.",
                               cli_words_of(a, t->doubtful, "object", "objects")));
    }
    if (r->multipart_near > 0) {
        note(cli,
             arena_printf(a,
                          "%s (such as %s) came in many parts in the day before the chosen time. "
                          "On AWS the time of such a version is when its upload began: it may have "
                          "been completed only after the chosen time.",
                          cli_words_of(a, r->multipart_near, "version", "versions"),
                          cli_words_key(a, r->multipart_key)));
    }
    if (t->steps[STEP_PURGE].objects > 0) {
        note(cli, "what is purged is gone for good: apply wants --yes-delete-versions, and undo is "
                  "not available afterwards.");
    }
    if (r->head.allow_unversioned) {
        note(cli,
             "versioning of the bucket is not enabled: what is overwritten or deleted is lost.");
    }
    if (r->head.to != NULL && is_within(r)) {
        note(cli, arena_printf(a,
                               "the target lies in the bucket itself: keys below it are no part of "
                               "what is restored (%s).",
                               r->head.to));
    }
}

/* ---- Events ---------------------------------------------------------------------------------- */

static json_t *count_json(const struct plan_count *c)
{
    return json_pack("{s:I, s:I}", "objects", (json_int_t)c->objects, "bytes",
                     (json_int_t)c->bytes);
}

static void send_events(struct cli *cli, const struct plan_result *r)
{
    json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:I, s:I, s:o, s:o}", "file", r->path,
                          "bucket", r->head.bucket, "endpoint", r->head.endpoint, "at", r->head.at,
                          "made", r->head.made, "probed", r->head.probed, "doubtful",
                          (json_int_t)r->totals.doubtful, "multipart_near",
                          (json_int_t)r->multipart_near, "unchanged",
                          count_json(&r->totals.unchanged), "newer", count_json(&r->totals.newer));

    for (int i = 0; i < STEP_KINDS; i++) {
        json_object_set_new(o, step_name((enum step_kind)i), count_json(&r->totals.steps[i]));
    }
    if (r->head.to != NULL) {
        json_object_set_new(o, "to", json_string(r->head.to));
    }
    cli_event(cli, "plan", o);
    for (size_t i = 0; i < N_ROWS; i++) {
        const struct plan_shown *shown = &r->shown[rows[i].kind];
        for (size_t j = 0; j < shown->n && rows[i].kind != PLAN_NEWER; j++) {
            cli_event(cli, "example", step_to_json(&shown->steps[j]));
        }
    }
}

void plan_show(struct cli *cli, const struct plan_result *result)
{
    if (cli->common.json) {
        send_events(cli, result);
    } else {
        say(cli, result);
    }
    notes(cli, result);
}
