/*
 * The secrets known to a session. Every log line and diagnostic passes through
 * redact_text, which replaces each secret (also percent-encoded, base64 and JSON-escaped)
 * by "(redacted)". Secrets shorter than 6 bytes are not searched for: they would
 * blank ordinary words; such keys exist on test servers only. Thread-safe.
 */
#ifndef BASE_REDACT_H
#define BASE_REDACT_H

struct arena;
struct redact;

struct redact *redact_new(void);
void redact_free(struct redact *r);                    /* wipes */
void redact_add(struct redact *r, const char *secret); /* copies; NULL and "" are ignored */

/* `text` itself when it holds no secret, else a copy without them. NULL r is allowed. */
const char *redact_text(struct redact *r, struct arena *a, const char *text);

#endif
