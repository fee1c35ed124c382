/*
 * Memory from the system, for lib/base alone: everybody else allocates from an
 * arena. It comes zeroed, is wiped before it goes back, and never fails: running
 * out of it ends the process with a line on stderr.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_new(size_t size) __attribute__((returns_nonnull, malloc));
void mem_free(void *p, size_t size); /* size: as asked for; NULL is allowed */
char *mem_strdup(const char *s) __attribute__((returns_nonnull));
void mem_strfree(char *s); /* NULL is allowed */

/* For a program of many threads, before the first of them: they share one heap (glibc gives each
 * one that grows by a page or two at a time), and what was given back is taken again rather than
 * asked of the system anew, page by page. */
void mem_share(void);

/* a + b and a * b, or the end of the process where the result does not fit. */
size_t mem_add(size_t a, size_t b);
size_t mem_mul(size_t a, size_t b);

#endif
