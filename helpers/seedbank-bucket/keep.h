/*
 * What a copy of a version keeps of it beside its bytes: the same for copies in
 * place, to another bucket and to another server.
 */
#ifndef SEEDBANK_BUCKET_KEEP_H
#define SEEDBANK_BUCKET_KEEP_H

#include <stdbool.h>

#include "s3/s3_object_info.h"

struct ctx;

struct keep_options {
    const char *storage_class; /* NULL: the source's, STANDARD for one in an archive */
    bool keep_compliance;      /* a retention in COMPLIANCE mode, too */
};

/* Storage class, encryption and redirect as they are; legal hold where it is on; retention where it
 * still lies in the future, COMPLIANCE if the options say so. */
struct s3_object_settings keep_settings(struct ctx *cx, const struct keep_options *options,
                                        const struct s3_object_info *info);

/* Why nobody can copy it as things stand, with the remedy: it is encrypted with a key that only its
 * owner has, or lies in an archive. NULL: it can be copied. */
const char *keep_fault(const struct s3_object_info *info);

/* What content is said to be, and what its owner wrote beside it. Expires does not count: servers
 * write it as they like. */
bool keep_same_meta(const struct s3_object_meta *x, const struct s3_object_meta *y);

#endif
