/*
 * Arena: memory that belongs to a scope.
 *
 * One arena per RPC or helper command; everything allocated from it goes at
 * once when the scope ends. All memory comes zeroed, and is wiped before it is
 * given back, so that secrets do not outlive their scope. Running out of memory
 * ends the process: no function here returns NULL. An arena belongs to one
 * thread at a time.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

struct arena *arena_new(void);

/* Run the deferred calls in reverse order, wipe and free. NULL is allowed. */
void arena_free(struct arena *a);

/* Another one that goes with `owner`, for what must outlive the owner's rewinds to later marks. */
struct arena *arena_within(struct arena *owner);

/* Zeroed, aligned for any type. A size of 0 gives a unique pointer. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((returns_nonnull, malloc));

/* n objects of the given size; an overflowing product ends the process. */
void *arena_array(struct arena *a, size_t n, size_t size) __attribute__((returns_nonnull, malloc));

/* The same array with more room, in place where nothing was allocated after it, else a copy; `old`
 * must not be used any more. Grow only what was allocated after the last mark: a rewind takes what
 * was added since. (A struct buf may grow across marks.) */
void *arena_grow(struct arena *a, const void *old, size_t old_size, size_t new_size)
    __attribute__((returns_nonnull));

void *arena_memdup(struct arena *a, const void *p, size_t n) __attribute__((returns_nonnull));
char *arena_strdup(struct arena *a, const char *s) __attribute__((returns_nonnull));
char *arena_strdup_if(struct arena *a, const char *s); /* NULL for NULL */
char *arena_strndup(struct arena *a, const char *s, size_t n) __attribute__((returns_nonnull));
char *arena_printf(struct arena *a, const char *format, ...)
    __attribute__((returns_nonnull, format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *format, va_list ap)
    __attribute__((returns_nonnull, format(printf, 2, 0)));

/* Hand a foreign object (json_t, EVP_*, FILE) over at its birth: fn(arg) runs when the arena is
 * freed, or rewound to a mark made before this call. */
void arena_defer(struct arena *a, void (*fn)(void *arg), void *arg);

/* Loops over many items mark once and rewind after each item. */
struct arena_mark {
    void *chunk;
    size_t used;
    void *deferred;
};
struct arena_mark arena_mark(struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark m);

/* Bytes now held from the system; for tests and benchmarks. */
size_t arena_footprint(const struct arena *a);

#endif
