/*
 * Any document is either refused with a reason or reads the same after it was
 * written: parse, write, parse, write, and the two writings are equal.
 */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "xml/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct buf *written(struct arena *a, struct str document)
{
    const char *why = NULL;
    struct xml_node *root = xml_parse(a, document, &why);
    struct buf *out = buf_new(a, XML_MAX_BYTES);

    if (root == NULL) {
        if (why == NULL || !str_utf8_valid(str_of(why)))
            abort();
        return NULL;
    }
    if (!xml_write(out, root))
        abort();
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    const struct buf *once, *twice;

    if (size <= 65536) {
        once = written(a, (struct str){(const char *)data, size});
        if (once) {
            twice = written(a, buf_str(once));
            if (twice == NULL || !str_eq(buf_str(once), buf_str(twice)))
                abort();
        }
    }
    arena_free(a);
    return 0;
}
