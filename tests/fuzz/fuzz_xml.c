/*
 * Any document is either refused with a reason or reads the same after it was
 * written: parse, write, parse, write, and the two writings are equal. Mending
 * never grows a document and finds nothing left to do the second time.
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
        if (why == NULL || !str_utf8_valid(str_of(why))) {
            abort();
        }
        return NULL;
    }
    if (!xml_write(out, root)) {
        abort();
    }
    return out;
}

static void mend(struct arena *a, struct str document)
{
    struct str once = xml_mend(a, document);
    const char *why = NULL;

    if (once.n > document.n || !str_eq(xml_mend(a, once), once)) {
        abort();
    }
    xml_parse(a, once, &why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    const struct buf *once, *twice;

    if (size <= 65536) {
        mend(a, (struct str){(const char *)data, size});
        once = written(a, (struct str){(const char *)data, size});
        if (once) {
            twice = written(a, buf_str(once));
            if (twice == NULL || !str_eq(buf_str(once), buf_str(twice))) {
                abort();
            }
        }
    }
    arena_free(a);
    return 0;
}
