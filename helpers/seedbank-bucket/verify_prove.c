/* One name: what cannot be told from listings. */
#include <string.h>

#include "base/ctx.h"
#include "seedbank-bucket/proof.h"
#include "seedbank-bucket/verify_private.h"

static struct proof_side want_side(struct ctx *cx, const struct verifying *v,
                                   const struct verify_item *i)
{
    return (struct proof_side){
        .target = v->want.target,
        .key = place_key(cx->arena, &v->want.place, i->name),
        .version = i->want.version,
        .etag = i->want.etag,
        .size = i->want.size,
        .called = v->separate ? arena_printf(cx->arena, "the one in %s", v->want.place.bucket)
                              : "the wanted version",
    };
}

static struct proof_side found_side(struct ctx *cx, const struct verifying *v,
                                    const struct verify_item *i)
{
    return (struct proof_side){
        .target = v->found.target,
        .key = place_key(cx->arena, &v->found.place, i->name),
        .version = i->found.id,
        .etag = i->found.etag,
        .size = i->found.size,
        .called = v->separate ? arena_printf(cx->arena, "the one in %s", v->found.place.bucket)
                              : "the newest version",
    };
}

static bool is_wanted_version(const struct verifying *v, const struct verify_item *i)
{
    return v->same_ids && i->want.version != NULL && i->found.id != NULL &&
           strcmp(i->want.version, i->found.id) == 0;
}

/* ---- The verdict ----------------------------------------------------------------------------- */

static void conclude(struct arena *a, struct verify_item *i, const struct proof *p)
{
    static const enum check_verdict verdicts[] = {[PROOF_SAME] = CHECK_FINE,
                                                  [PROOF_DIFFERENT] = CHECK_DIFFERS,
                                                  [PROOF_NONE] = CHECK_UNPROVEN};

    i->result.verdict = verdicts[p->answer];
    i->result.why = arena_strdup_if(a, p->why);
    i->read = p->by == PROOF_BY_READING;
    i->failed = p->failed;
    if (p->answer == PROOF_SAME && *p->sha256 != '\0') {
        i->sha256 = arena_strdup(a, p->sha256);
    }
}

/* By the sum that it should have. */
static enum rc by_sum(struct ctx *cx, const struct verify_item *i, struct proof_side *found,
                      const struct proof_options *options, struct proof *p)
{
    enum rc rc = proof_sum(cx, found, options, p);

    if (rc == RC_OK && p->answer == PROOF_SAME && strcmp(p->sha256, i->want.sha256) != 0) {
        p->answer = PROOF_DIFFERENT;
        p->why = "other content";
    }
    return rc;
}

static enum rc compare(struct ctx *cx, const struct verifying *v, struct verify_item *i,
                       struct proof_side *found, struct proof *p)
{
    const struct proof_options options = {.deep = v->settings->deep};
    struct proof_side want = want_side(cx, v, i);
    const char *names = NULL, *why = NULL;
    enum rc rc;

    if (i->want.sha256 != NULL) {
        return by_sum(cx, i, found, &options, p);
    }
    if (is_wanted_version(v, i)) { /* it can only be damaged, or not be had */
        return proof_sum(cx, found, &options, p);
    }
    rc = proof_compare(cx, &want, found, &options, p);
    if (rc != RC_OK || p->answer != PROOF_SAME || !options.deep) {
        return rc;
    }
    rc = verify_beside(cx, &want, found, v->one_server, &names, &why);
    if (rc == RC_OK && (names != NULL || why != NULL)) {
        p->answer = names ? PROOF_DIFFERENT : PROOF_NONE;
        p->why = names ? arena_printf(cx->arena, "the same content, but not: %s", names) : why;
    }
    return rc;
}

/* ---- What there is to do --------------------------------------------------------------------- */

/* Of what is there, for the manifest. Where it cannot be had, nothing is proven. */
static enum rc add_sum(struct ctx *cx, const struct proof_options *options, struct arena *a,
                       struct verify_item *i, struct proof_side *found)
{
    struct proof p;
    enum rc rc = proof_sum(cx, found, options, &p);

    if (rc == RC_OK && p.answer == PROOF_SAME) {
        i->sha256 = arena_strdup(a, p.sha256);
    } else if (rc == RC_OK) {
        conclude(a, i, &p);
    }
    return rc;
}

enum rc verify_prove(struct ctx *cx, const struct verifying *v, struct arena *a,
                     struct verify_item *i)
{
    const struct proof_options options = {.deep = v->settings->deep};
    struct proof_side found = found_side(cx, v, i);
    struct proof p;
    enum rc rc = RC_OK;

    if (i->result.verdict == CHECK_COMPARE) {
        rc = compare(cx, v, i, &found, &p);
        if (rc == RC_OK) {
            conclude(a, i, &p);
        }
    }
    if (rc == RC_OK && v->sums && i->sha256 == NULL && i->found.there &&
        i->result.verdict != CHECK_DIFFERS && i->result.verdict != CHECK_UNPROVEN) {
        rc = add_sum(cx, &options, a, i, &found);
    }
    return rc;
}
