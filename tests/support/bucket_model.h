/*
 * One versioned bucket "b" in memory, as a handler of the scripted server: what
 * seedbank-bucket asks of S3 is answered truthfully, until a fault says otherwise.
 *
 * Times are seconds from BUCKET_MODEL_EPOCH on: each write comes one later. Keys
 * and IDs need no escaping. Thread-safe.
 */
#ifndef SUPPORT_BUCKET_MODEL_H
#define SUPPORT_BUCKET_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http_server.h"

#define BUCKET_MODEL_EPOCH 1767225600 /* 2026-01-01T00:00:00Z */

struct arena;
struct bucket_model;

enum bucket_fault_kind {
    BUCKET_FAULT_NONE,
    BUCKET_FAULT_INSTEAD,    /* the reply, and nothing is done */
    BUCKET_FAULT_AFTER,      /* what was asked is done, and the reply given */
    BUCKET_FAULT_LIES,       /* the right reply, and nothing is done */
    BUCKET_FAULT_CORRUPTS,   /* what is copied is not what was asked for */
    BUCKET_FAULT_REFUSES,    /* in a deletion of many, each key that begins with "a" */
    BUCKET_FAULT_IS_SILENT,  /* does not delete those either, nor says so */
    BUCKET_FAULT_NO_MARKER,  /* a page that is not the last, and does not say where the next begins
                              */
    BUCKET_FAULT_TURNS_BACK, /* the next page begins where the listing did */
    BUCKET_FAULT_SKEWED,     /* its clock is two hours ahead, and requests must not be */
};

struct bucket_fault {
    enum bucket_fault_kind kind;
    const char *method; /* of the requests that it meets; NULL: any */
    const char *target; /* a part of theirs; NULL: any */
    unsigned nth;       /* the first of them that it meets; 0: the very first */
    bool stays;         /* it meets all from there on */
    struct http_server_reply reply;
};

struct bucket_model *bucket_model_new(size_t page);
void bucket_model_free(struct bucket_model *m);

/* Write history; an ID NULL: one is made. A NULL content: a delete marker. */
void bucket_model_write(struct bucket_model *m, const char *key, const char *id,
                        const char *content);
int64_t bucket_model_now(struct bucket_model *m); /* of the last write, since the epoch */

/* From now on; counting begins anew. */
void bucket_model_break(struct bucket_model *m, const struct bucket_fault *fault);

bool bucket_model_answer(void *arg, const struct http_server_request *request,
                         struct http_server_reply *ret_reply);

/* What a reader sees: "key=content\n" of each, in order. */
const char *bucket_model_shows(struct bucket_model *m, struct arena *a);
/* Every version of content: "key/id=content\n" */
const char *bucket_model_holds(struct bucket_model *m, struct arena *a);

#endif
