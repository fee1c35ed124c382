#include "seedbank-bucket/condition.h"

#include "base/ctx.h"

#define NO_ETAG "\"00000000000000000000000000000000\"" /* the MD5 of nothing that anybody knows */

enum kind { MATCH, ABSENT };
enum { UNTRIED = 0, HELD = 1, LEFT_OUT = -1 };

static enum kind kind_of(const struct condition_copy *in)
{
    return in->newest != NULL ? MATCH : ABSENT;
}

static enum rc send(struct ctx *cx, struct s3_client *client, const struct condition_copy *in,
                    bool conditional, struct s3_written *ret_written)
{
    struct s3_copy copy = in->copy;

    copy.if_match = conditional ? in->newest : NULL;
    copy.if_absent = conditional && in->newest == NULL;
    return s3_copy(cx, client, &copy, ret_written);
}

/* With the condition that must hold. One that never did on this server is not believed when it
 * fails: the copy is sent without, and the listing tells whether somebody came between. */
static enum rc send_conditional(struct ctx *cx, struct s3_client *client, struct condition *known,
                                const struct condition_copy *in, struct s3_written *ret_written,
                                bool *ret_changed)
{
    atomic_int *kind = &known->kinds[kind_of(in)];
    int before = atomic_load(kind);
    enum rc rc;

    if (before == LEFT_OUT) {
        return send(cx, client, in, false, ret_written);
    }
    rc = send(cx, client, in, true, ret_written);
    if (rc == RC_OK) {
        atomic_store(kind, HELD);
    }
    if (rc == RC_CONFLICT && atomic_load(kind) == HELD) {
        *ret_changed = true;
        return rc;
    }
    if (rc != RC_CONFLICT) {
        return rc;
    }
    atomic_compare_exchange_strong(kind, &before, LEFT_OUT);
    return send(cx, client, in, false, ret_written);
}

/* Sent so that it must not be made. What comes of it is what the server is from now on. */
static enum rc probe(struct ctx *cx, struct s3_client *client, struct condition *known,
                     const struct condition_copy *in, struct s3_written *ret_written,
                     bool *ret_changed)
{
    struct s3_copy impossible = in->copy;
    struct diag_point before = diag_point(cx);
    enum rc rc;

    impossible.if_match = NO_ETAG;
    rc = s3_copy(cx, client, &impossible, ret_written);
    if (rc == RC_OK) {
        atomic_store(&known->minds, CONDITION_IGNORES);
        return RC_OK;
    }
    if (rc == RC_FAIL) { /* perhaps not even such a header is known there */
        diag_drop_since(cx, before);
        atomic_store(&known->minds, CONDITION_IGNORES);
        rc = send(cx, client, in, false, ret_written);
        ret_written->repeated =
            ret_written->repeated || rc == RC_OK; /* that one may have been made */
        return rc;
    }
    rc = send_conditional(cx, client, known, in, ret_written, ret_changed);
    atomic_store(&known->minds, rc == RC_OK ? CONDITION_MINDS : CONDITION_UNTRIED);
    return rc;
}

/* Nobody else is trying at the moment, and the copy is one request. */
static bool may_probe(struct condition *known, const struct s3_copy *copy)
{
    int untried = CONDITION_UNTRIED;

    return copy->size <= (copy->limit ? copy->limit : S3_COPY_LIMIT) &&
           atomic_compare_exchange_strong(&known->minds, &untried, CONDITION_TRYING);
}

enum rc condition_copy(struct ctx *cx, struct s3_client *client, struct condition *known,
                       const struct condition_copy *in, struct s3_written *ret_written,
                       bool *ret_changed)
{
    *ret_changed = false;
    if (known == NULL || (in->newest != NULL && *in->newest == '\0')) {
        return send(cx, client, in, false, ret_written);
    }
    if (may_probe(known, &in->copy)) {
        return probe(cx, client, known, in, ret_written, ret_changed);
    }
    if (atomic_load(&known->minds) == CONDITION_MINDS) {
        return send_conditional(cx, client, known, in, ret_written, ret_changed);
    }
    return send(cx, client, in, false, ret_written);
}
