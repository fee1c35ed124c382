/*
 * A document read element by element, without a tree: for long lists, of which
 * the reader keeps little. As strict as xml_parse (xml.h): text or elements, no
 * document type declaration, the same limits.
 *
 * Names are as written, with their prefix if they have one; that the prefix is declared is not
 * checked.
 */
#ifndef XML_XML_STREAM_H
#define XML_XML_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;

struct xml_element {
    size_t depth; /* 0: the root */
    const char *name;
    const char *ns;  /* that it declares for itself and below; NULL: none. Of the root alone. */
    struct str text; /* at its end; NUL-terminated. Empty where it has elements. */
};

/* Called as elements begin and end, for the length of the call. False ends the reading. */
struct xml_events {
    bool (*start)(void *arg, const struct xml_element *element);
    bool (*end)(void *arg, const struct xml_element *element);
    void *arg;
};

/* NULL: read to its end, or ended by an event. Else what is wrong with it (one line; the document
 * is not quoted); events of what stands before have been called then. */
const char *xml_stream(struct arena *a, struct str document, const struct xml_events *events);

#endif
