/* What the files session*.c share; for them alone. */
#ifndef BASE_SESSION_PRIVATE_H
#define BASE_SESSION_PRIVATE_H

#include <pthread.h>

#include "base/redact.h"
#include "base/session.h"

struct owned;
struct held_document;
struct cached_document;
struct claim;

/* How soon a waiting thread notices that its call was cancelled. */
#define SESSION_SLICE_MS 50

struct session {
    pthread_mutex_t lock;
    pthread_cond_t changed; /* a document was unlocked, or a fetch ended */
    struct redact *redact;
    struct owned *owned;        /* last added first */
    struct held_document *held; /* the documents locked now */
    struct cached_document *cached;
    struct claim *claims;
};

/* With the session's lock held: wait until something changed or a slice has passed; RC_FAIL when
 * the call was cancelled. */
enum rc session_wait(struct ctx *cx) RC_MUST_CHECK;

void session_locks_free(struct session *s);
void session_cache_free(struct session *s);
void session_claims_free(struct session *s);

#endif
