/*
 * Many deletions in one request, each with a result of its own.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
 *
 * Keys that XML cannot hold, or that a reader of XML may change, are deleted one
 * by one, so that no other key is ever meant.
 */
#ifndef S3_S3_DELETE_H
#define S3_S3_DELETE_H

#include <stddef.h>

#include "s3/s3.h"

#define S3_DELETE_MAX 1000 /* items of one call, as S3 has it */

struct s3_delete_item {
    const char *key;
    const char *version_id; /* that version goes for good. NULL: a delete marker is added, or where
                               the bucket is not versioned the object is gone for good */
};

enum s3_delete_outcome {
    S3_DELETE_UNKNOWN, /* the server did not say, or could not be asked: it may have been done */
    S3_DELETE_DONE,    /* also where there was nothing to delete */
    S3_DELETE_REFUSED, /* the server says that it was not done */
};

struct s3_delete_result {
    enum s3_delete_outcome outcome;
    bool repeated; /* it was asked for more than once: each may have added a marker */
    bool marker;   /* a delete marker was added; or what was deleted is one */
    const char *marker_version_id; /* of that marker; NULL: none, or not said */
    const char *code;              /* S3's, of what was refused; "" otherwise */
    const char *message;           /* cause and remedy of what was not done; "" otherwise */
};

struct s3_delete {
    const char *bucket;
    const char *expected_owner; /* account ID; NULL or "": any */
    const struct s3_delete_item *items;
    size_t n_items; /* at most S3_DELETE_MAX */
    /* One for each item: the ETag that the newest version must have, else it is refused with the
     * code PreconditionFailed; NULL: whatever it has. Not all servers know that; AWS does. NULL
     * instead of the list: no conditions. */
    const char *const *if_match;
    bool bypass_governance; /* also what a retention of that mode holds:
                               s3:BypassGovernanceRetention */
};

/* RC_OK: `ret_results` has a result for each item, at its place; look at each. Any other result is
 * that of the whole request, and then no result was written. What a server refuses for the moment
 * is asked for again a few times. Needs s3:DeleteObjectVersion for versions, s3:DeleteObject
 * without. */
enum rc s3_delete(struct ctx *cx, struct s3_client *client, const struct s3_delete *batch,
                  struct s3_delete_result *ret_results) RC_MUST_CHECK;

#endif
