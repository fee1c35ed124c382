#include "base/mem.h"

#include <malloc.h>
#include <unistd.h>

#define KEPT_BYTES (32 << 20) /* larger than a page of any listing with all that is made of it */
#define MORE_BYTES (256 << 10)

/* Says so without allocating, then leaves a trace for the crash handler. */
static void die(void)
{
    static const char message[] = "seedbank: out of memory\n";
    ssize_t ignored = write(STDERR_FILENO, message, sizeof message - 1);

    (void)ignored;
    abort();
}

void *mem_new(size_t size)
{
    void *p = calloc(1, size > 0 ? size : 1);

    if (p == NULL) {
        die();
    }
    return p;
}

void mem_free(void *p, size_t size)
{
    if (p == NULL) {
        return;
    }
    explicit_bzero(p, size);
    free(p);
}

char *mem_strdup(const char *s)
{
    size_t size = strlen(s) + 1;

    return memcpy(mem_new(size), s, size);
}

void mem_strfree(char *s)
{
    if (s != NULL) {
        mem_free(s, strlen(s) + 1);
    }
}

void mem_share(void)
{
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    mallopt(M_TOP_PAD, MORE_BYTES);
}

size_t mem_add(size_t a, size_t b)
{
    size_t sum;

    if (__builtin_add_overflow(a, b, &sum)) {
        die();
    }
    return sum;
}

size_t mem_mul(size_t a, size_t b)
{
    size_t product;

    if (__builtin_mul_overflow(a, b, &product)) {
        die();
    }
    return product;
}
