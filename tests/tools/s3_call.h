/* What the commands of tests/tools/s3.c have in common. */
#ifndef TOOLS_S3_CALL_H
#define TOOLS_S3_CALL_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "s3/s3.h"

#define MAX_CONTENT ((size_t)64 << 20)

struct call {
    struct ctx *cx;
    struct s3_client *s3;
    const char *bucket;
    char **args; /* after the bucket, ended by NULL */
};

static inline enum rc call_read_file(struct call *c, const char *name, struct buf *content)
{
    char block[65536];
    size_t n;
    FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
    bool failed;

    if (f == NULL) {
        return diag_error(c->cx, NULL, "Cannot open the file", "%s: %s", name, strerror(errno));
    }
    while ((n = fread(block, 1, sizeof(block), f)) > 0) {
        buf_append(content, block, n);
    }
    failed = ferror(f) != 0;
    if (f != stdin) {
        fclose(f);
    }
    if (failed || content->full) {
        return diag_error(c->cx, NULL, "Cannot read the file",
                          "%s: it cannot be read, or is larger than %zu bytes", name, MAX_CONTENT);
    }
    return RC_OK;
}

/* A line must stay a line whatever the key holds. */
static inline void call_print_key(const char *key)
{
    for (; *key; key++) {
        unsigned char byte = (unsigned char)*key;
        if (byte < 0x20 || byte == 0x7f || byte == '\\') {
            printf("\\x%02x", byte);
        } else {
            putchar(byte);
        }
    }
}

#endif
