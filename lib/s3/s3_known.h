/*
 * Inside lib/s3: what a client has learnt from replies, for all calls of its
 * session: where buckets are that are not where the settings say. Only what a
 * reply has proven is kept; what proves wrong later is replaced in the same way.
 * Thread-safe.
 */
#ifndef S3_S3_KNOWN_H
#define S3_S3_KNOWN_H

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct s3_client;
struct s3_known;

/* Where requests go and what they are signed for. */
struct s3_place {
    const char *scheme; /* "http" or "https" */
    const char *host;   /* without bucket; with the port unless it is the scheme's own */
    const char *region;
    bool path_style; /* the bucket goes into the path, whatever the names allow */
};

/* In the client's arena; freed by s3_known_free before that. */
struct s3_known *s3_known_new(struct arena *a);
void s3_known_free(struct s3_known *known);

/* Where that bucket is, copied into the arena; the client's own place until something else is kept.
 */
struct s3_place s3_known_place(struct arena *a, const struct s3_client *client, const char *bucket);
void s3_known_keep_place(struct s3_known *known, const char *bucket, const struct s3_place *place);

#endif
