/* Whether what lies at the destination is what the source has. */
#include <string.h>

#include "base/ctx.h"
#include "seedbank-bucket/copy_private.h"
#include "seedbank-bucket/keep.h"
#include "seedbank-bucket/moment.h"
#include "seedbank-bucket/proof.h"

#define SLACK_S 60
#define SLOWEST (256 << 10) /* bytes a second of a transfer that still gets somewhere */

/* Servers round their times to seconds, each in its way. */
static bool is_older(const struct copy_side *x, const struct copy_side *y)
{
    return x->modified < y->modified - MOMENT_SECOND;
}

enum copy_answer copy_judge(const struct copy_pair *p)
{
    bool same_etag = *p->from.etag != '\0' && strcmp(p->from.etag, p->to.etag) == 0;

    if (p->from.size != p->to.size) {
        return COPY_IS_OTHER;
    }
    if (same_etag) { /* written again with other metadata, perhaps, but no other content */
        return is_older(&p->from, &p->to) ? COPY_IS_SAME : COPY_ASK;
    }
    return is_older(&p->to, &p->from) ? COPY_IS_OTHER : COPY_ASK;
}

int64_t copy_judge_margin(uint64_t size)
{
    return (SLACK_S + (int64_t)(size / SLOWEST)) * MOMENT_SECOND;
}

static struct proof_side proof_side_of(struct ctx *cx, const struct s3_target *target,
                                       const struct bucket_place *place,
                                       const struct copy_pair *pair)
{
    return (struct proof_side){
        .target = *target, .key = place_key(cx->arena, place, pair->name), .size = pair->from.size};
}

/* What the source has beside its content, the destination has, too. */
static bool same_beside(const struct proof_side *from, const struct proof_side *to)
{
    const struct s3_object_info *f = from->info, *t = to->info;

    return f == NULL || t == NULL || (keep_same_meta(&f->meta, &t->meta) && f->tags <= t->tags);
}

enum rc copy_judge_look(struct ctx *cx, const struct copy *c, const struct copy_pair *pair,
                        bool *ret_same, bool *ret_by_time)
{
    const struct proof_options unread = {.unread = true};
    struct proof_side from = proof_side_of(cx, &c->from, &c->from_place, pair);
    struct proof_side to = proof_side_of(cx, &c->to, &c->to_place, pair);
    struct proof proof;
    enum rc rc;

    from.etag = pair->from.etag;
    to.etag = pair->to.etag;
    rc = proof_compare(cx, &from, &to, &unread, &proof);
    if (rc == RC_OK && proof.answer == PROOF_SAME && !is_older(&pair->from, &pair->to)) {
        rc = proof_look(cx, &from);
        rc = rc == RC_OK ? proof_look(cx, &to) : rc;
    }
    if (rc != RC_OK) {
        return rc;
    }
    /* What could not be looked at is not there for all that is known; and where a server does not
     * say what time it is, times tell nothing. */
    *ret_by_time = proof.answer == PROOF_NONE && from.info != NULL && to.info != NULL &&
                   !c->timeless &&
                   pair->to.modified >= pair->from.modified + copy_judge_margin(pair->from.size);
    *ret_same = *ret_by_time || (proof.answer == PROOF_SAME && same_beside(&from, &to));
    return RC_OK;
}
