/* From a bucket to a plan on disk. */
#include <unistd.h>

#include "base/ctx.h"
#include "seedbank-bucket/guarantee.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/place.h"
#include "seedbank-bucket/plan_private.h"
#include "seedbank-bucket/replica.h"
#include "seedbank-bucket/walk.h"

/* A name that no file has; two plans of one second are numbered. */
static const char *free_name(struct arena *a, const char *bucket, const char *time)
{
    const char *name = arena_printf(a, "%s-%s.plan", bucket, time);

    for (unsigned n = 2; access(name, F_OK) == 0; n++) {
        name = arena_printf(a, "%s-%s-%u.plan", bucket, time, n);
    }
    return name;
}

static void fill_head(struct planning *p)
{
    const struct plan_settings *s = p->settings;
    struct plan_result *r = p->result;
    struct arena *a = p->cli->cx->arena;

    r->head = (struct plan_head){
        .endpoint = s3_client_url(a, p->target.client),
        .region = s3_client_region(p->target.client),
        .bucket = p->target.bucket,
        .at = moment_text(a, r->at),
        .made = moment_text(a, r->now),
        .prefixes = p->prefixes,
        .to = p->to ? place_text(a, p->to) : NULL,
        .excludes = p->excludes,
        .keep_history = s->keep_history,
        .hide_newer = s->hide_newer,
        .purge_newer = s->purge_newer,
        .accept_gaps = s->accept_gaps,
        .allow_unversioned = p->versioning.status != S3_VERSIONING_ENABLED,
        .undelete = s->undelete,
        .shards = s->shards,
        .probed = !s->no_probe,
    };
    r->path = s->output ? s->output : free_name(a, s->bucket, moment_name(a, r->at));
}

/* A second pass only where the first one found that its answers on absent keys were too sure. */
static enum rc look(struct planning *p)
{
    struct ctx *cx = p->cli->cx;
    struct arena_mark mark = arena_mark(cx->arena);
    enum rc rc = plan_list(p);

    if (rc == RC_OK) {
        rc = plan_check_found(p);
    }
    if (rc == RC_OK) {
        rc = plan_check_gaps(p);
    }
    if (rc != RC_OK || !plan_check_is_before_versioning(p)) {
        return rc;
    }
    arena_rewind(cx->arena, mark);
    p->gap_before = true;
    rc = guarantee_get(cx, &p->target, p->result->now, &p->guarantee); /* counts anew */
    return rc == RC_OK ? plan_list(p) : rc;
}

enum rc plan_make(struct cli *cli, const struct plan_settings *settings,
                  struct plan_result *ret_result)
{
    struct ctx *cx = cli->cx;
    struct plan_result *result = arena_alloc(cx->arena, sizeof *result);
    struct planning p = {
        .cli = cli,
        .settings = settings,
        .prefixes = walk_tidy(cx->arena, &settings->prefixes),
        .excludes = settings->excludes,
        .result = result,
        .kept = arena_within(cx->arena),
    };
    enum rc rc;

    rc = plan_check_before(&p);
    if (rc == RC_OK && p.to == NULL) {
        rc = replica_get(cx, &p.target, &p.replica);
    }
    if (rc == RC_OK) {
        fill_head(&p);
        rc = look(&p);
    }
    if (rc == RC_OK) {
        rc = plan_file_end(cx, p.writer, &result->totals);
    }
    if (rc == RC_NOT_FOUND) { /* deleted while we looked */
        return settings_no_bucket(cli, &p.target);
    }
    if (rc == RC_OK) {
        guarantee_warn(cx, p.guarantee);
        *ret_result = *result;
    }
    return rc;
}
