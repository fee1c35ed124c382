#include <expat.h>
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "xml/xml.h"

/* Expat glues namespace, local name and prefix with it; it cannot occur in any of them. */
#define SEPARATOR '\n'

struct parse {
    XML_Parser expat;
    struct arena *arena;
    struct xml_node *root, *open;
    struct buf *text; /* of the open element, since its start */
    size_t depth, nodes;
    const char *why;
};

static void stop(struct parse *p, const char *why)
{
    if (p->why == NULL) {
        p->why = why;
    }
    XML_StopParser(p->expat, XML_FALSE);
}

/* "ns\nlocal\nprefix", "ns\nlocal" or "local". */
struct name {
    const char *ns, *local, *prefix;
};

static struct name split(struct arena *a, const char *glued)
{
    const char *first = strchr(glued, SEPARATOR);
    const char *second = first ? strchr(first + 1, SEPARATOR) : NULL;
    size_t local_len;

    if (first == NULL) {
        return (struct name){NULL, arena_strdup(a, glued), NULL};
    }
    local_len = second ? (size_t)(second - first - 1) : strlen(first + 1);
    return (struct name){arena_strndup(a, glued, (size_t)(first - glued)),
                         arena_strndup(a, first + 1, local_len),
                         second ? arena_strdup(a, second + 1) : NULL};
}

static bool blank(const struct buf *text)
{
    return strspn(text->data, " \t\r\n") == text->len;
}

static bool count(struct parse *p)
{
    if (++p->nodes > XML_MAX_NODES) {
        stop(p, "it has too many elements");
    }
    return p->why == NULL;
}

static void on_start(void *arg, const XML_Char *glued, const XML_Char **attributes)
{
    struct parse *p = arg;
    struct xml_attribute **end;
    struct name name;
    struct xml_node *node;

    if (p->why) {
        return;
    }
    if (++p->depth > XML_MAX_DEPTH) {
        stop(p, "its elements are nested too deeply");
        return;
    }
    if (!blank(p->text)) {
        stop(p, "it mixes text with elements");
        return;
    }
    if (!count(p)) {
        return;
    }
    buf_truncate(p->text, 0);
    name = split(p->arena, glued);
    if (name.prefix && strcmp(name.prefix, "xml") == 0) { /* could not be written as a default */
        stop(p, "an element is in XML's own namespace");
        return;
    }
    node = xml_new(p->arena, name.local, name.ns);
    end = &node->attributes;
    for (const XML_Char **at = attributes; *at && count(p); at += 2) {
        name = split(p->arena, at[0]);
        *end = arena_alloc(p->arena, sizeof(**end));
        **end = (struct xml_attribute){name.local, name.ns, name.prefix,
                                       arena_strdup(p->arena, at[1]), NULL};
        end = &(*end)->next;
    }
    if (p->open) {
        xml_append(p->open, node);
    } else {
        p->root = node;
    }
    p->open = node;
}

static void on_end(void *arg, const XML_Char *glued)
{
    struct parse *p = arg;

    (void)glued;
    if (p->why) {
        return;
    }
    if (p->open->first == NULL) {
        p->open->text = arena_strndup(p->arena, p->text->data, p->text->len);
    } else if (!blank(p->text)) {
        stop(p, "it mixes text with elements");
    }
    buf_truncate(p->text, 0);
    p->open = p->open->parent;
    p->depth--;
}

static void on_text(void *arg, const XML_Char *text, int n)
{
    struct parse *p = arg;

    if (p->why == NULL && !buf_append(p->text, text, (size_t)n)) {
        stop(p, "one of its texts is too long");
    }
}

static void on_doctype(void *arg, const XML_Char *name, const XML_Char *system_id,
                       const XML_Char *public_id, int has_internal_subset)
{
    (void)name, (void)system_id, (void)public_id, (void)has_internal_subset;
    stop(arg, "it has a document type declaration, which is refused");
}

static void run(struct parse *p, struct str document)
{
    _Static_assert(XML_MAX_BYTES <= INT_MAX, "expat counts in int");

    XML_SetReturnNSTriplet(p->expat, 1);
    XML_SetUserData(p->expat, p);
    XML_SetElementHandler(p->expat, on_start, on_end);
    XML_SetCharacterDataHandler(p->expat, on_text);
    XML_SetStartDoctypeDeclHandler(p->expat, on_doctype);
    if (XML_Parse(p->expat, document.p, (int)document.n, XML_TRUE) != XML_STATUS_OK &&
        p->why == NULL) {
        p->why = arena_printf(p->arena, "line %lu: %s",
                              (unsigned long)XML_GetCurrentLineNumber(p->expat),
                              XML_ErrorString(XML_GetErrorCode(p->expat)));
    }
}

struct xml_node *xml_parse(struct arena *a, struct str document, const char **ret_why)
{
    struct parse p = {.arena = a, .text = buf_new(a, XML_MAX_BYTES)};

    document = xml_trim(document);
    if (document.n > XML_MAX_BYTES) {
        p.why = "it is too large";
    } else if (document.n == 0) {
        p.why = "it is empty";
    } else if ((p.expat = XML_ParserCreateNS(NULL, SEPARATOR)) == NULL) {
        p.why = "there is no memory for a parser";
    } else {
        run(&p, document);
        XML_ParserFree(p.expat);
    }
    if (p.why) {
        *ret_why = p.why;
        return NULL;
    }
    return p.root;
}
