/*
 * Any document is either refused with a reason or reads the same after it was
 * written: parse, write, parse, write, and the two writings are equal. Mending
 * never grows a document and finds nothing left to do the second time. Read
 * element by element (xml_stream), it tells what its tree holds, and refuses
 * nothing that the tree does not; it does not know which prefixes are declared.
 */
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "xml/xml.h"
#include "xml/xml_stream.h"

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

/* The next element of a walk through a tree in the document's order. */
struct walk {
    const struct xml_node *at; /* open now; NULL before the root */
    const struct xml_node *root;
    const struct xml_node *before; /* the last one that ended inside it; NULL: none */
};

static const char *local(const char *name)
{
    const char *colon = strchr(name, ':');

    return colon ? colon + 1 : name;
}

static bool starts(void *arg, const struct xml_element *e)
{
    struct walk *w = arg;
    const struct xml_node *next = w->at == NULL ? w->root
                                  : w->before   ? w->before->next
                                                : w->at->first;

    if (next == NULL || strcmp(local(e->name), next->name) != 0) {
        abort();
    }
    w->at = next;
    w->before = NULL;
    return true;
}

static bool ends(void *arg, const struct xml_element *e)
{
    struct walk *w = arg;

    if (strcmp(e->text.p, w->at->text) != 0 || (w->before ? w->before->next : w->at->first)) {
        abort();
    }
    w->before = w->at;
    w->at = w->at->parent;
    return true;
}

static bool ignore(void *arg, const struct xml_element *e)
{
    (void)arg, (void)e;
    return true;
}

static void stream(struct arena *a, struct str document)
{
    const char *why = NULL;
    struct walk walk = {.root = xml_parse(a, document, &why)};

    if (walk.root == NULL) {
        why = xml_stream(a, document, &(struct xml_events){ignore, ignore, NULL});
        if (why && !str_utf8_valid(str_of(why))) {
            abort();
        }
    } else if (xml_stream(a, document, &(struct xml_events){starts, ends, &walk}) != NULL ||
               walk.before != walk.root) {
        abort();
    }
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
        stream(a, (struct str){(const char *)data, size});
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
