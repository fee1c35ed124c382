/*
 * Names of buckets, and other texts, that this client can send. It refuses only what it cannot
 * address: each server has rules of its own, and those differ. Ceph takes capitals, underscores and
 * up to 255 bytes, and sets a tenant apart with a colon (rgw_relaxed_s3_bucket_names and "RGW
 * Multi-tenancy" in its manual); AWS has such names from before 2018 ("Bucket naming rules", S3
 * User Guide).
 */
#ifndef S3_S3_NAME_H
#define S3_S3_NAME_H

#include "base/str.h"

struct arena;

/* What a name must be, for messages and docs. */
#define S3_NAME_RULE                                                                               \
    "the name alone, without s3://, server or path: 1 to 255 letters (A to Z, a to z), digits, "   \
    "dots, hyphens, underscores and colons, and neither \".\" nor \"..\""

/* What is wrong with a bucket's name, to be read after it: `holds "/"`. NULL: nothing. The text is
 * constant or in `a`. */
const char *s3_name_fault(struct arena *a, struct str name);

/* Texts that stand in a document (IDs, prefixes, tags), and in a header (account IDs). */
#define S3_NAME_TEXT_RULE   "text that XML can express, which control characters are not"
#define S3_NAME_HEADER_RULE "one line without control characters"

/* The same of such a text. XML 1.0, production 2 (Char); RFC 9110, 5.5. */
const char *s3_name_text_fault(struct arena *a, struct str text);
const char *s3_name_header_fault(struct arena *a, struct str text);

#endif
