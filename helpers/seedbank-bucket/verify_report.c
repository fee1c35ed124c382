/* What is told of each name, and in the end of all. */
#include <string.h>

#include "base/ctx.h"
#include "cli/cli_words.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/tally.h"
#include "seedbank-bucket/verify_private.h"
#include "json/json_bytes.h"

#define SHOWN   20  /* differences, and what is not proven, on the terminal; --json has all */
#define MAX_ROW 100 /* requests that fail one after another, before it is one failure */

/* ---- One name -------------------------------------------------------------------------------- */

/* What is shown of each kind, and what its event is called. */
struct kind {
    const char *word, *event;
};
static const struct kind differs = {"differs ", "difference"};
static const struct kind unproven = {"unproven", "unproven"};

static void tell(struct verifying *v, const struct kind *kind, uint64_t n,
                 const struct verify_item *i, const char *why)
{
    struct cli *cli = v->cli;
    json_t *o;

    if (n <= SHOWN) {
        cli_say(cli, "%s %s: %s", kind->word, cli_words_key(cli->cx->arena, i->name), why);
    } else if (n == SHOWN + 1) {
        cli_say(cli, "%s and more; --json lists all", kind->word);
    }
    o = json_pack("{s:s}", "why", why);
    json_bytes_set(o, "key", i->name);
    cli_event(cli, kind->event, o);
}

/* A change of the source's that is not at the other side. Whether it may still be on its way. */
static bool is_late(struct verifying *v, const struct verify_item *i)
{
    int64_t age = v->now - i->modified;

    if (v->mode != &verify_by_against || i->want.kind != CHECK_CONTENT) {
        return false;
    }
    age = age > 0 ? age : 0;
    if (v->behind_key == NULL || age > v->behind) {
        v->behind = age;
        v->behind_key = arena_strdup(verify_texts_begin(&v->behind_texts), i->name);
    }
    return v->settings->max_age > 0 && age <= v->settings->max_age * (MOMENT_SECOND / 1000);
}

static void count(struct verifying *v, const struct verify_item *i)
{
    struct verify_counts *c = &v->counts;

    switch (i->result.verdict) {
    case CHECK_FINE:
        c->fine++;
        c->read += i->read;
        break;
    case CHECK_NEWER:
        if (v->settings->exact) {
            tell(v, &differs, ++c->different, i,
                 v->mode == &verify_by_against ? "it is not in the source"
                                               : "it was not there then, and is there now");
        } else {
            c->newer++;
        }
        break;
    case CHECK_DIFFERS:
        if (is_late(v, i)) {
            c->late++;
        } else {
            tell(v, &differs, ++c->different, i, i->result.why);
        }
        break;
    case CHECK_UNPROVEN:
    case CHECK_COMPARE: /* nobody compared: not proven either */
        tell(v, &unproven, ++c->unproven, i, i->result.why ? i->result.why : "not compared");
        break;
    case CHECK_IDLE:
        c->idle++;
        break;
    case CHECK_ABSENT:
        break;
    }
}

static enum rc add_to_manifest(struct verifying *v, const struct verify_item *i)
{
    struct ctx *cx = v->cli->cx;
    struct arena_mark mark = arena_mark(cx->arena);
    const struct manifest_object o = {.key = place_key(cx->arena, &v->found.place, i->name),
                                      .version = i->found.id,
                                      .sha256 = i->sha256,
                                      .size = i->found.size};
    enum rc rc = manifest_add(cx, v->writer, &o);

    arena_rewind(cx->arena, mark);
    return rc;
}

enum rc verify_report(struct verifying *v, const struct verify_item *i)
{
    struct ctx *cx = v->cli->cx;
    struct arena_mark mark = arena_mark(cx->arena);
    uint64_t row = v->counts.failed_row;

    count(v, i);
    arena_rewind(cx->arena, mark);
    if (i->read || i->failed) {
        v->counts.failed_row = i->failed ? row + 1 : 0;
    }
    if (v->counts.failed_row >= MAX_ROW) {
        return diag_error(cx, NULL, "Objects cannot be asked for",
                          "%d of them failed one after another, the last one with: %s. What was "
                          "proven before them stays proven; run the same command again when the "
                          "cause is gone.",
                          MAX_ROW, i->result.why);
    }
    return v->sums && i->found.there && i->sha256 != NULL ? add_to_manifest(v, i) : RC_OK;
}

/* ---- The result ------------------------------------------------------------------------------ */

static const char *objects(struct arena *a, uint64_t n)
{
    return cli_words_of(a, n, "object", "objects");
}

static void say_verdict(struct verifying *v)
{
    struct cli *cli = v->cli;
    struct arena *a = cli->cx->arena;
    const struct verify_counts *c = &v->counts;
    uint64_t n = c->different ? c->different : c->unproven ? c->unproven : c->fine;
    const char *where = *v->found.place.prefix
                            ? place_text(a, &v->found.place)
                            : arena_printf(a, "bucket %s", v->found.place.bucket);

    if (c->different > 0) {
        cli_say(cli, "Not verified: %s of %s %s not %s.", objects(a, n), where,
                n == 1 ? "is" : "are", v->as);
    } else if (c->unproven > 0) {
        cli_say(cli, "Not proven: nothing can tell whether %s of %s %s %s.", objects(a, n), where,
                n == 1 ? "is" : "are", v->as);
    } else {
        cli_say(cli, "Verified: %s of %s %s %s.", objects(a, n), where, n == 1 ? "is" : "are",
                v->as);
    }
}

static void say_counts(struct verifying *v)
{
    struct cli *cli = v->cli;
    const struct verify_counts *c = &v->counts;
    bool against = v->mode == &verify_by_against;

    tally_say(cli, c->different + c->unproven > 0 ? c->fine : 0,
              against ? "as in the source" : "as they were then");
    tally_say(cli, c->different > 0 ? c->unproven : 0,
              "not proven: neither the same nor different");
    tally_say(cli, c->newer, against ? "that the source does not have" : "born later");
    tally_say(cli, c->idle, "for which nothing can be promised: the plan says why");
    tally_say(cli, c->late, "changed at the source since, and not copied yet");
    tally_say(cli, c->read, "compared by reading");
}

/* Of two places: what was compared, and how far behind the other one is. */
static void say_against(struct verifying *v)
{
    struct cli *cli = v->cli;
    struct arena *a = cli->cx->arena;

    if (v->separate && v->mode != &verify_by_manifest && v->mode != &verify_by_nothing) {
        cli_say(cli, "  %s",
                v->settings->deep
                    ? "compared: contents, all of them read, metadata and tags"
                    : "compared: contents alone; --deep reads all of them and compares "
                      "metadata and tags, too");
    }
    if (v->behind_key != NULL) {
        cli_say(cli, "  the oldest change that is not there is of %s: %s ago",
                cli_words_key(a, v->behind_key), cli_words_span(a, v->behind / MOMENT_SECOND));
    }
}

static void put_text(json_t *o, const char *name, const char *text)
{
    if (text != NULL) {
        json_object_set_new(o, name, json_string(text));
    }
}

static void tell_result(struct verifying *v)
{
    const struct verify_counts *c = &v->counts;
    const struct verify *s = v->settings;
    struct arena *a = v->cli->cx->arena;
    json_t *o = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:b}", "bucket",
                          v->found.place.bucket, "fine", (json_int_t)c->fine, "newer",
                          (json_int_t)c->newer, "unknown", (json_int_t)c->idle, "different",
                          (json_int_t)c->different, "unproven", (json_int_t)c->unproven, "late",
                          (json_int_t)c->late, "read", (json_int_t)c->read, "deep", s->deep);

    json_bytes_set(o, "folder", v->found.place.prefix);
    put_text(o, "at", v->at != 0 ? moment_text(a, v->at) : NULL);
    put_text(o, "source", v->separate && v->want_walk != NULL ? v->want.place.bucket : NULL);
    put_text(o, "manifest", s->manifest);
    if (v->behind_key != NULL) {
        json_object_set_new(o, "behind_s", json_integer(v->behind / MOMENT_SECOND));
        json_bytes_set(o, "behind_key", v->behind_key);
    }
    cli_event(v->cli, "verified", o);
}

/* A manifest says what was proven; of anything else there is none. */
static enum rc end_manifest(struct verifying *v)
{
    struct cli *cli = v->cli;
    struct arena *a = cli->cx->arena;
    struct manifest_totals t = {.objects = 0};
    const char *path = v->settings->manifest_out;
    enum rc rc;

    if (v->writer == NULL) {
        return RC_OK;
    }
    if (v->counts.different + v->counts.unproven + v->counts.late > 0) {
        cli_say(cli, "No manifest was written: it would lack, or hold, what is not proven.");
        return RC_OK;
    }
    rc = manifest_end(cli->cx, v->writer, &t);
    if (rc == RC_OK) {
        cli_say(cli, "Written to %s: %s, %s.", path, objects(a, t.objects),
                cli_words_bytes(a, t.bytes));
        cli_event(cli, "manifest_written",
                  json_pack("{s:s, s:I, s:I}", "path", path, "objects", (json_int_t)t.objects,
                            "bytes", (json_int_t)t.bytes));
    }
    return rc;
}

/* A mistyped prefix in a nightly job would be proven forever. */
static enum rc refuse_nothing(struct verifying *v)
{
    cli_outcome(v->cli, CLI_NOT_FOUND);
    return diag_error(v->cli->cx, NULL, "There is nothing to compare",
                      "Neither the source nor its copy lists an object there, and so nothing was "
                      "proven. Check the names, --prefix and --exclude.");
}

enum rc verify_report_end(struct verifying *v)
{
    const struct verify_counts *c = &v->counts;
    bool failed = c->different + c->unproven > 0;

    if (v->mode == &verify_by_against &&
        c->fine + c->newer + c->different + c->unproven + c->late == 0) {
        return refuse_nothing(v);
    }
    if (v->mode == &verify_by_nothing) {
        v->counts.fine += v->counts.newer;
        v->counts.newer = 0;
    }
    say_verdict(v);
    say_counts(v);
    say_against(v);
    tell_result(v);
    cli_outcome(v->cli, failed ? CLI_VERIFY_FAILED : c->idle > 0 ? CLI_PARTLY : CLI_DONE);
    return end_manifest(v);
}
