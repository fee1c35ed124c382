/*
 * Cancellation: a flag that any thread may raise and every wait heeds. A cancel
 * has an optional parent (the process's own, raised by StopProvider or a
 * signal); it counts as raised when any ancestor is. Async-signal-safe to raise.
 */
#ifndef BASE_CANCEL_H
#define BASE_CANCEL_H

#include <stdbool.h>
#include <stdint.h>

struct cancel;

struct cancel *cancel_new(struct cancel *parent); /* the parent must outlive it */
void cancel_free(struct cancel *c);
void cancel_raise(struct cancel *c);
bool cancel_raised(const struct cancel *c); /* NULL is never raised */

/* True as soon as raised, false after ms. Wakes at once when raised. */
bool cancel_wait_ms(struct cancel *c, int64_t ms);

#endif
