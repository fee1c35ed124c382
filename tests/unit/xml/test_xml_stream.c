/* Documents read element by element: the same documents as trees, and the same refusals. */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "unit.h"
#include "xml/xml.h"
#include "xml/xml_stream.h"

struct seen {
    struct buf *text;
    size_t stop_at; /* end the reading at that event; 0: never */
    size_t events;
};

static bool on_start(void *arg, const struct xml_element *e)
{
    struct seen *s = arg;

    buf_printf(s->text, "%zu<%s%s%s;", e->depth, e->name, e->ns ? " " : "", e->ns ? e->ns : "");
    return ++s->events != s->stop_at;
}

static bool on_end(void *arg, const struct xml_element *e)
{
    struct seen *s = arg;

    assert_int_equal(strlen(e->text.p), e->text.n);
    buf_printf(s->text, "%zu>%s=%s;", e->depth, e->name, e->text.p);
    return ++s->events != s->stop_at;
}

static const char *read_some(struct arena *a, struct str document, size_t stop_at,
                             const char **ret_seen)
{
    struct seen seen = {.text = buf_new(a, XML_MAX_BYTES), .stop_at = stop_at};
    const char *why = xml_stream(a, document, &(struct xml_events){on_start, on_end, &seen});

    *ret_seen = seen.text->data;
    return why;
}

static void events_come_in_the_documents_order(void **state)
{
    static const struct {
        const char *document, *seen;
    } rows[] = {
        {"<a/>", "0<a;0>a=;"},
        {"\n \r\t<?xml version=\"1.0\"?><!-- c --><a xmlns=\"u\"> <b>1</b><c> <d/> </c>\n</a><!-- "
         "-->",
         "0<a u;1<b;1>b=1;1<c;2<d;2>d=;1>c=;0>a=;"},
        {"<p:a xmlns:p=\"u\" k=\"v\"><p:b xmlns=\"w\">x</p:b></p:a>",
         "0<p:a;1<p:b;1>p:b=x;0>p:a=;"},
        {"<a><b>x&amp;y&lt;&#65;<![CDATA[<z>]]>w</b><b> </b></a>",
         "0<a;1<b;1>b=x&y<A<z>w;1<b;1>b= ;0>a=;"},
        {"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>\xe4</a>", "0<a;0>a=\xc3\xa4;"},
    };
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *seen;
        assert_null(read_some(a, str_of(rows[i].document), 0, &seen));
        assert_string_equal(seen, rows[i].seen);
    }
    arena_free(a);
}

static void an_event_can_end_it(void **state)
{
    struct arena *a = arena_new();
    const char *seen;

    (void)state;
    assert_null(read_some(a, STR_LIT("<a><b>1</b></a>broken"), 1, &seen));
    assert_string_equal(seen, "0<a;");
    assert_null(read_some(a, STR_LIT("<a><b>1</b></a>broken"), 3, &seen));
    assert_string_equal(seen, "0<a;1<b;1>b=1;");
    arena_free(a);
}

static struct str repeated(struct arena *a, const char *piece, size_t n)
{
    struct buf *b = buf_new(a, 64 << 20);

    for (size_t i = 0; i < n; i++) {
        buf_puts(b, piece);
    }
    return buf_str(b);
}

static void what_is_refused(void **state)
{
    struct arena *a = arena_new();
    const struct {
        struct str document;
        const char *why;
    } rows[] = {
        {STR_LIT(""), "it is empty"},
        {STR_LIT(" \n"), "it is empty"},
        {STR_LIT("<a>"), "line 1: no element found"},
        {STR_LIT("<a></b>"), "line 1: mismatched tag"},
        {STR_LIT("<a/><b/>"), "line 1: junk after document element"},
        {STR_LIT("<a>&#x01;</a>"), "line 1: reference to invalid character number"},
        {STR_LIT("<a>\x01</a>"), "line 1: not well-formed (invalid token)"},
        {STR_LIT("<a>\xff</a>"), "line 1: not well-formed (invalid token)"},
        {STR_LIT("<a>text<b/></a>"), "it mixes text with elements"},
        {STR_LIT("<a><b/>text</a>"), "it mixes text with elements"},
        {STR_LIT("<a><b>1</b>text<b/></a>"), "it mixes text with elements"},
        {STR_LIT("<!DOCTYPE a><a/>"), "it has a document type declaration, which is refused"},
        {STR_LIT("<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>"),
         "it has a document type declaration, which is refused"},
        {repeated(a, "<a>", XML_MAX_DEPTH + 1), "its elements are nested too deeply"},
        {repeated(a, "<a> x", 1 + XML_MAX_BYTES / 5), "it is too large"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *seen, *tree_why = NULL;
        const char *why = read_some(a, rows[i].document, 0, &seen);
        assert_non_null(why);
        assert_string_equal(why, rows[i].why);
        assert_null(xml_parse(a, rows[i].document, &tree_why));
        assert_string_equal(why, tree_why);
    }
    arena_free(a);
}

static void too_many_elements(void **state)
{
    struct arena *a = arena_new();
    struct buf *b = buf_new(a, XML_MAX_BYTES);
    const char *seen;

    (void)state;
    buf_puts(b, "<a>");
    buf_append(b, repeated(a, "<b k=\"\"/>", XML_MAX_NODES / 2).p, 9 * (XML_MAX_NODES / 2));
    buf_puts(b, "</a>");
    assert_string_equal(read_some(a, buf_str(b), 0, &seen), "it has too many elements");
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_come_in_the_documents_order),
        cmocka_unit_test(an_event_can_end_it),
        cmocka_unit_test(what_is_refused),
        cmocka_unit_test(too_many_elements),
    };

    return cmocka_run_group_tests_name("xml_stream", tests, NULL, NULL);
}
