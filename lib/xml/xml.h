/*
 * Service documents in XML as a small tree: read (over expat), looked into,
 * edited and written again. Elements that the caller does not know keep their
 * place and content, so that a document can be fetched, changed in one spot and
 * put back.
 *
 * A document is data, not markup: an element holds text or elements, never both
 * (white space between elements is dropped; text beside elements is refused).
 * Comments and processing instructions are dropped. A document type declaration
 * is refused, and with it every entity but the five of XML itself.
 *
 * Names are local names; the namespace is kept beside them. All text is valid
 * UTF-8 without NUL, whatever the document's encoding was. Everything lives in
 * the arena given.
 */
#ifndef XML_XML_H
#define XML_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct arena;
struct buf;

#define XML_MAX_DEPTH 64
#define XML_MAX_NODES 200000 /* elements and attributes */
#define XML_MAX_BYTES ((size_t)16 << 20)

struct xml_attribute {
    const char *name;
    const char *ns;     /* NULL: none */
    const char *prefix; /* as written, because some readers look at it; NULL: none */
    const char *value;
    struct xml_attribute *next;
};

struct xml_node {
    const char *name;
    const char *ns;   /* NULL: none */
    const char *text; /* never NULL; "" when there are children */
    struct xml_attribute *attributes;
    struct xml_node *parent, *first, *last, *previous, *next;
};

/* The root element, or NULL with the reason in *ret_why (one line; the document is not quoted).
 * White space before the document is skipped: servers send it to keep a connection alive. */
struct xml_node *xml_parse(struct arena *a, struct str document, const char **ret_why);

/* Without the white space before it. */
struct str xml_trim(struct str document);

/* The same document with characters that XML cannot hold read as U+FFFD: references to them (such
 * as
 * &#x01;, which Ceph writes for keys), and U+FFFE and U+FFFF themselves. That changes content: only
 * for what is never put back. */
struct str xml_mend(struct arena *a, struct str document);

/* Looking. Each takes NULL for a node and then finds nothing. */
struct xml_node *xml_child(const struct xml_node *node, const char *name);      /* the first */
struct xml_node *xml_next(const struct xml_node *node, const char *name);       /* a sibling */
struct xml_node *xml_find(const struct xml_node *node, const char *path);       /* "A/B/C" */
const char *xml_text(const struct xml_node *node, const char *path);            /* NULL: absent */
const char *xml_attribute(const struct xml_node *node, const char *local_name); /* NULL: absent */

/* Editing. A new element without parent is in the namespace given; one with a parent is appended
 * to it and takes its namespace. Names and texts are borrowed, not copied; text may be NULL. */
struct xml_node *xml_new(struct arena *a, const char *name, const char *ns);
struct xml_node *xml_add(struct arena *a, struct xml_node *parent, const char *name,
                         const char *text);
/* The element with all below it, without a parent; names, texts and attributes are shared. */
struct xml_node *xml_copy(struct arena *a, const struct xml_node *node);
void xml_append(struct xml_node *parent, struct xml_node *child); /* child must be free */
void xml_remove(struct xml_node *node);                           /* from its parent, if any */
void xml_replace(struct xml_node *old, struct xml_node *new_node);

/* The document as UTF-8 without declaration, the shape S3 documents. False when it is larger than
 * `out` allows or holds a text that XML 1.0 cannot express (invalid UTF-8, control characters). */
bool xml_write(struct buf *out, const struct xml_node *root);

#endif
