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

/* a + b and a * b, or the end of the process where the result does not fit. */
size_t mem_add(size_t a, size_t b);
size_t mem_mul(size_t a, size_t b);

#endif
