/*
 * When a bucket's lifecycle rules will delete an old version. Pure.
 *
 * S3 counts days from when the version stopped being the newest, and acts at
 * midnight UTC after that ("How S3 Lifecycle works", Amazon S3 User Guide);
 * servers may be late, so this is the earliest.
 */
#ifndef SEEDBANK_BUCKET_EXPIRY_H
#define SEEDBANK_BUCKET_EXPIRY_H

#include <stddef.h>
#include <stdint.h>

struct arena;
struct s3_rules;

struct expiry; /* the enabled rules that delete old versions */

#define EXPIRY_NEVER INT64_MAX

/* A rule that cannot be understood is taken to delete everything at once, and is named in
 * *ret_strange (NULL: there is none). */
struct expiry *expiry_new(struct arena *a, const struct s3_rules *lifecycle,
                          const char **ret_strange);

struct expiry_version {
    const char *key;
    uint64_t size;
    int64_t old_since_s; /* when what replaced it was written */
    uint64_t newer_old;  /* old versions of the key that are newer than it */
};

/* Seconds since the epoch, or EXPIRY_NEVER; *ret_rule is the rule's ID then. A rule that asks for
 * tags is taken to fit: a listing does not show them. */
int64_t expiry_of(const struct expiry *e, const struct expiry_version *version,
                  const char **ret_rule);

#endif
