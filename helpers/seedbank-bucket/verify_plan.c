/* By plan: each key as its step promises, and where it has none as its history says. */
#include <string.h>

#include "base/ctx.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/verify_private.h"

/* The plan's next step, which has a key while there is one. */
static enum rc next_step(struct verifying *v)
{
    struct ctx *cx = v->cli->cx;
    struct arena *a = verify_texts_begin(&v->step_texts);
    struct arena_mark mark = arena_mark(cx->arena);
    struct step step;
    enum rc rc = plan_file_next(cx, v->work.reader, &step);

    v->step = (struct step){.key = NULL};
    if (rc == RC_OK) {
        v->step = step_copy(a, &step);
    }
    arena_rewind(cx->arena, mark);
    return rc == RC_NOT_FOUND ? RC_OK : rc;
}

static enum rc check_place(struct verifying *v)
{
    struct cli *cli = v->cli;
    const struct verify *s = v->settings;
    struct bucket_place place;
    enum rc rc = place_argument(cli, "BUCKET", s->bucket, &place);

    if (rc != RC_OK) {
        return rc;
    }
    if (*place.prefix != '\0' || s->prefixes.n + s->excludes.n > 0) {
        return verify_place_refuse(v, "Folders, --prefix and --exclude stand in the plan already");
    }
    if (strcmp(v->work.head.bucket, place.bucket) != 0) {
        return cli_refuse(
            cli, arena_printf(cli->cx->arena, "The plan %s is for another bucket", s->plan),
            "It was made of %s, not of %s.", v->work.head.bucket, place.bucket);
    }
    v->want = v->found = (struct verify_place){v->work.target, place};
    v->one_server = v->same_ids = true;
    v->prefixes = v->work.head.prefixes;
    v->excludes = v->work.head.excludes;
    return RC_OK;
}

/* What the plan writes into is what is looked at. */
static enum rc open_other(struct verifying *v)
{
    struct cli *cli = v->cli;
    const struct verify *s = v->settings;
    const struct work *w = &v->work;
    struct bucket_place said;
    enum rc rc = RC_OK;

    if (s->to != NULL) {
        rc = place_read(cli->cx, "--to", s->to, &said);
    }
    if (rc == RC_OK && s->to != NULL &&
        (w->to.bucket == NULL || strcmp(said.bucket, w->to.bucket) != 0 ||
         strcmp(said.prefix, w->to.prefix) != 0)) {
        return cli_refuse(cli,
                          arena_printf(cli->cx->arena, "The plan %s is for another place", s->plan),
                          "It writes into %s, not into %s. Leave out --to, or take --at and --to.",
                          w->head.to ? w->head.to : w->head.bucket, s->to);
    }
    if (rc == RC_OK && w->to.bucket != NULL) {
        v->found = (struct verify_place){w->dst, w->to};
        rc = verify_place_elsewhere(v, "--to");
    }
    return rc;
}

static enum rc open_plan(struct verifying *v)
{
    struct cli *cli = v->cli;
    const struct verify *s = v->settings;
    enum rc rc = work_open(cli, s->plan, &s->server, &v->work);

    if (rc == RC_OK) {
        rc = check_place(v);
    }
    if (rc == RC_OK) {
        rc = open_other(v);
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (!moment_read(v->work.head.at, &v->at)) {
        return diag_error(cli->cx, NULL, arena_printf(cli->cx->arena, "%s is no plan", s->plan),
                          "Its time \"%s\" is none.", v->work.head.at);
    }
    rc = verify_time_begin(v);
    v->as = v->work.head.undelete ? "there again" : v->as;
    v->step_texts = verify_texts_new(v);
    rc = rc == RC_OK ? next_step(v) : rc;
    return rc == RC_OK ? verify_time_next(v, &v->ahead) : rc;
}

/* What was given last is behind. */
static enum rc go_on(struct verifying *v)
{
    enum rc rc = RC_OK;

    if (v->step_given) {
        rc = next_step(v);
    }
    if (rc == RC_OK && v->ahead_given) {
        rc = verify_time_next(v, &v->ahead);
    }
    v->step_given = v->ahead_given = false;
    return rc;
}

/* Whether the step's key comes first, is the one ahead, or comes behind it: <0, 0, >0. */
static int order(const struct verifying *v)
{
    if (v->step.key == NULL || v->ahead.name == NULL) {
        return v->step.key != NULL ? -1 : 1;
    }
    return strcmp(v->step.key, v->ahead.name);
}

static enum rc next_plan(struct verifying *v, struct verify_want *ret_want)
{
    enum rc rc = go_on(v);
    int first = rc == RC_OK ? order(v) : 0; /* a failure leaves no key ahead */

    /* An undeletion promises nothing of keys that it has no step for. */
    while (rc == RC_OK && first > 0 && v->ahead.name != NULL && v->work.head.undelete) {
        rc = verify_time_next(v, &v->ahead);
        first = rc == RC_OK ? order(v) : 0;
    }
    if (rc != RC_OK) {
        return rc;
    }
    if (first > 0) {
        *ret_want = v->ahead;
        v->ahead_given = true;
        return RC_OK;
    }
    *ret_want = (struct verify_want){
        .name = v->step.key,
        .is = check_want_of_step(&v->step),
        .found = first == 0 ? v->ahead.found : (struct check_found){.id = NULL},
    };
    v->step_given = true;
    v->ahead_given = first == 0;
    return RC_OK;
}

const struct verify_mode verify_by_plan = {
    .option = "--plan",
    .offset = offsetof(struct verify, plan),
    .open = open_plan,
    .next = next_plan,
};
