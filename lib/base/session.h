/*
 * Session: what outlives one call. Made at ConfigureProvider or at a helper's
 * start, borrowed by every ctx, thread-safe.
 *
 * Document lock: one-document APIs (a bucket's lifecycle, its replication) are
 * edited fetch-change-put under the lock of that document.
 * Document cache: for refresh and plan only: 500 resources on 100 buckets ask
 * each document once. An entry is at most 10 seconds old and is dropped by any
 * write; concurrent askers of one key wait for a single fetch. It is never used
 * for the fetch before a put nor for reading back.
 * Claim: what one call made or took charge of, a later call of the session must
 * not take away again, as when a resource is replaced by another on the same
 * bucket, the new one first. Claims last as long as the session.
 */
#ifndef BASE_SESSION_H
#define BASE_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/rc.h"

struct ctx;
struct redact;
struct session;

struct session *session_new(void);
void session_free(struct session *s);
struct redact *session_redact(struct session *s);

/* Own an object for the session's life: free_fn(object) runs in session_free, last added first. */
void session_own(struct session *s, void *object, void (*free_fn)(void *object));

/* Wait for the lock of the named document; RC_FAIL when cancelled while waiting. */
enum rc session_lock(struct ctx *cx, const char *document) RC_MUST_CHECK;
void session_unlock(struct ctx *cx, const char *document);

/* Both with the document locked, so that no other call looks in between. */
void session_claim(struct ctx *cx, const char *document);
bool session_is_claimed(struct ctx *cx, const char *document);

/* The body of the named document, from the cache or through fetch (called at most once at a time
 * per key, whose RC_OK bodies and RC_NOT_FOUND are kept). *ret_body is copied into cx->arena. */
struct session_document {
    const char *body;
    size_t len;
};
struct session_fetch {
    enum rc (*run)(struct ctx *cx, void *arg, struct session_document *ret_body);
    void *arg;
};
enum rc session_cached(struct ctx *cx, const char *document, struct session_fetch fetch,
                       struct session_document *ret_body) RC_MUST_CHECK;
void session_forget(struct ctx *cx, const char *document);

#endif
