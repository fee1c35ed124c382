/*
 * Copies that are made only while the key is as it was looked at: If-Match and
 * If-None-Match, where the server minds them on CopyObject.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 *
 * Whether it does is found out once a run, by the first copy, and without harm: it
 * is sent with a condition that cannot hold. A server that minds nothing makes the
 * copy, which was wanted anyway, and is not troubled with conditions again. One
 * that refuses it is asked again, with the condition that must hold. A kind of
 * condition that was never seen to hold, and does not when it should, is left out:
 * some servers count a delete marker for something. What conditions do not catch,
 * the listings before and after each write do.
 */
#ifndef SEEDBANK_BUCKET_CONDITION_H
#define SEEDBANK_BUCKET_CONDITION_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/rc.h"
#include "s3/s3_copy.h"

struct ctx;
struct s3_client;

/* Of one run at one server, all zero at first; for all its threads. */
struct condition {
    bool deletions;   /* DeleteObjects minds the ETag of an item: AWS; others take the document for
                         wrong, or a marker for made. Set before the threads begin. */
    atomic_int minds; /* enum condition_minds */
    atomic_int kinds[2]; /* If-Match, If-None-Match: 0 untried, 1 it held once, -1 left out */
};

enum condition_minds { CONDITION_UNTRIED, CONDITION_TRYING, CONDITION_MINDS, CONDITION_IGNORES };

struct condition_copy {
    struct s3_copy copy; /* without conditions on its target */
    /* ETag that the newest version of the key has; NULL: there is none, or a delete marker; "": it
     * is not known, and any will do. */
    const char *newest;
};

/* s3_copy, while the key is so; `known` NULL: however it is. RC_CONFLICT: the source is another, or
 * *ret_changed: the key is. */
enum rc condition_copy(struct ctx *cx, struct s3_client *client, struct condition *known,
                       const struct condition_copy *in, struct s3_written *ret_written,
                       bool *ret_changed) RC_MUST_CHECK;

#endif
