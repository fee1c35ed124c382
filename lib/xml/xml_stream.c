#include "xml/xml_stream.h"

#include <expat.h>
#include <limits.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "xml/xml.h"

struct stream {
    XML_Parser expat;
    const struct xml_events *events;
    struct buf *text; /* of the open element, since its start or the last element in it */
    size_t depth;     /* of the next element to begin */
    size_t nodes;
    bool leaf;  /* no element has begun since the open one */
    bool ended; /* by an event */
    const char *why;
};

static void stop(struct stream *s, const char *why)
{
    if (s->why == NULL) {
        s->why = why;
    }
    XML_StopParser(s->expat, XML_FALSE);
}

static void tell(struct stream *s, bool (*event)(void *arg, const struct xml_element *element),
                 const struct xml_element *element)
{
    if (!event(s->events->arg, element)) {
        s->ended = true;
        XML_StopParser(s->expat, XML_FALSE);
    }
}

static bool over(const struct stream *s)
{
    return s->why || s->ended;
}

static bool blank(const struct buf *text)
{
    return text->len == 0 || strspn(text->data, " \t\r\n") == text->len;
}

static const char *declared(const XML_Char **attributes)
{
    for (; *attributes; attributes += 2) {
        if (strcmp(attributes[0], "xmlns") == 0) {
            return attributes[1];
        }
    }
    return NULL;
}

static size_t count(const XML_Char **attributes)
{
    size_t n = 0;

    while (attributes[2 * n]) {
        n++;
    }
    return n;
}

static void on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
    struct stream *s = arg;

    if (over(s)) {
        return;
    }
    s->nodes += 1 + count(attributes);
    if (s->depth >= XML_MAX_DEPTH) {
        stop(s, "its elements are nested too deeply");
    } else if (!blank(s->text)) {
        stop(s, "it mixes text with elements");
    } else if (s->nodes > XML_MAX_NODES) {
        stop(s, "it has too many elements");
    } else {
        buf_truncate(s->text, 0);
        s->leaf = true;
        s->depth++;
        tell(s, s->events->start,
             &(struct xml_element){.depth = s->depth - 1,
                                   .name = name,
                                   .ns = s->depth == 1 ? declared(attributes) : NULL,
                                   .text = STR_LIT("")});
    }
}

static void on_end(void *arg, const XML_Char *name)
{
    struct stream *s = arg;

    if (over(s)) {
        return;
    }
    if (!s->leaf && !blank(s->text)) {
        stop(s, "it mixes text with elements");
        return;
    }
    s->depth--;
    tell(s, s->events->end,
         &(struct xml_element){
             .depth = s->depth, .name = name, .text = s->leaf ? buf_str(s->text) : STR_LIT("")});
    s->leaf = false;
    buf_truncate(s->text, 0);
}

static void on_text(void *arg, const XML_Char *text, int n)
{
    struct stream *s = arg;

    if (!over(s) && !buf_append(s->text, text, (size_t)n)) {
        stop(s, "one of its texts is too long");
    }
}

static void on_doctype(void *arg, const XML_Char *name, const XML_Char *system_id,
                       const XML_Char *public_id, int has_internal_subset)
{
    (void)name, (void)system_id, (void)public_id, (void)has_internal_subset;
    stop(arg, "it has a document type declaration, which is refused");
}

static void run(struct stream *s, struct arena *a, struct str document)
{
    _Static_assert(XML_MAX_BYTES <= INT_MAX, "expat counts in int");

    XML_SetUserData(s->expat, s);
    XML_SetElementHandler(s->expat, on_start, on_end);
    XML_SetCharacterDataHandler(s->expat, on_text);
    XML_SetStartDoctypeDeclHandler(s->expat, on_doctype);
    if (XML_Parse(s->expat, document.p, (int)document.n, XML_TRUE) != XML_STATUS_OK && !over(s)) {
        s->why = arena_printf(a, "line %lu: %s", (unsigned long)XML_GetCurrentLineNumber(s->expat),
                              XML_ErrorString(XML_GetErrorCode(s->expat)));
    }
}

const char *xml_stream(struct arena *a, struct str document, const struct xml_events *events)
{
    struct stream s = {.events = events, .text = buf_new(a, XML_MAX_BYTES)};

    document = xml_trim(document);
    if (document.n > XML_MAX_BYTES) {
        return "it is too large";
    }
    if (document.n == 0) {
        return "it is empty";
    }
    s.expat = XML_ParserCreate(NULL);
    if (s.expat == NULL) {
        return "there is no memory for a parser";
    }
    run(&s, a, document);
    XML_ParserFree(s.expat);
    return s.why;
}
