#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "xml/xml.h"

#define S3_NS "http://s3.amazonaws.com/doc/2006-03-01/"

static int make_arena(void **state)
{
    *state = arena_new();
    return 0;
}

static int free_arena(void **state)
{
    arena_free(*state);
    return 0;
}

static struct xml_node *parsed(struct arena *a, const char *document)
{
    const char *why = NULL;
    struct xml_node *root = xml_parse(a, str_of(document), &why);

    if (root == NULL) {
        fail_msg("refused: %s", why);
    }
    return root;
}

static const char *refused(struct arena *a, struct str document)
{
    const char *why = NULL;

    assert_null(xml_parse(a, document, &why));
    assert_non_null(why);
    return why;
}

static const char *written(struct arena *a, const struct xml_node *root)
{
    struct buf *out = buf_new(a, 1 << 20);

    assert_true(xml_write(out, root));
    return out->data;
}

static void reads_elements_text_and_attributes(void **state)
{
    struct xml_node *root =
        parsed(*state, "\n <?xml version=\"1.0\"?>\n<R xmlns='" S3_NS "' a='1'>\n <A><B>x &amp; y"
                       "</B><B> </B></A><!-- c --><C/></R>");

    assert_string_equal(root->name, "R");
    assert_string_equal(root->ns, S3_NS);
    assert_string_equal(xml_attribute(root, "a"), "1");
    assert_null(xml_attribute(root, "b"));
    assert_string_equal(xml_text(root, "A/B"), "x & y");
    assert_string_equal(xml_next(xml_find(root, "A/B"), "B")->text, " ");
    assert_string_equal(xml_text(root, "C"), "");
    assert_null(xml_text(root, "A/B/C"));
    assert_null(xml_text(root, "a"));
    assert_null(xml_find(NULL, "A"));
    assert_null(xml_child(NULL, "A"));
    assert_null(xml_next(NULL, "A"));
    assert_ptr_equal(xml_find(root, "A/B")->parent, xml_child(root, "A"));
}

static void text_in_pieces_is_one_text(void **state)
{
    struct xml_node *root = parsed(*state, "<R>a&lt;<![CDATA[<b>]]>&#x1F600;\r\nz</R>");

    assert_string_equal(root->text, "a<<b>\xF0\x9F\x98\x80\nz");
}

static void text_is_utf8_whatever_the_encoding(void **state)
{
    struct xml_node *root =
        parsed(*state, "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><R>caf\xe9</R>");

    assert_string_equal(root->text, "caf\xc3\xa9");
}

static void refuses_what_is_not_plain_data(void **state)
{
    static const struct {
        const char *document, *why;
    } rows[] = {
        {"", "empty"},
        {" \n", "empty"},
        {"Service unavailable", "line 1"},
        {"<a>", "line 1"},
        {"<a></b>", "line 1"},
        {"<a/><b/>", "line 1"},
        {"<a>\xff</a>", "line 1"},
        {"<a>\xed\xa0\x80</a>", "line 1"},
        {"<a>&#1;</a>", "line 1"},
        {"<a>&unknown;</a>", "line 1"},
        {"<x:a/>", "line 1"},
        {"<xml:a/>", "own namespace"},
        {"<a>text<b/></a>", "mixes text"},
        {"<a><b/>text</a>", "mixes text"},
        {"<!DOCTYPE a><a/>", "document type"},
        {"<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>", "document type"},
        {"<!DOCTYPE a [<!ENTITY e 'x'><!ENTITY f '&e;&e;'>]><a>&f;</a>", "document type"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const char *why = refused(*state, str_of(rows[i].document));
        if (strstr(why, rows[i].why) == NULL) {
            fail_msg("%s: refused because %s", rows[i].document, why);
        }
    }
    refused(*state, (struct str){"<a>\0</a>", 8});
}

static void repeat(struct buf *b, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        assert_true(buf_puts(b, s));
    }
}

static void bounds_hold_exactly(void **state)
{
    struct buf *b = buf_new(*state, XML_MAX_BYTES + 1);
    const char *why = NULL;

    repeat(b, "<a>", XML_MAX_DEPTH);
    repeat(b, "</a>", XML_MAX_DEPTH);
    assert_non_null(xml_parse(*state, buf_str(b), &why));
    buf_truncate(b, 0);
    repeat(b, "<a>", XML_MAX_DEPTH + 1);
    repeat(b, "</a>", XML_MAX_DEPTH + 1);
    assert_non_null(strstr(refused(*state, buf_str(b)), "deeply"));

    buf_truncate(b, 0);
    buf_puts(b, "<a>");
    repeat(b, "<b/>", XML_MAX_NODES - 1);
    buf_puts(b, "</a>");
    assert_non_null(xml_parse(*state, buf_str(b), &why));
    buf_truncate(b, b->len - 4);
    buf_puts(b, "<b/></a>");
    assert_non_null(strstr(refused(*state, buf_str(b)), "too many"));

    buf_truncate(b, 0);
    buf_puts(b, "<a>");
    repeat(b, "0123456789abcdef", (XML_MAX_BYTES + 1 - 7) / 16);
    repeat(b, "x", XML_MAX_BYTES - 4 - b->len);
    buf_puts(b, "</a>");
    assert_int_equal(b->len, XML_MAX_BYTES);
    assert_non_null(xml_parse(*state, buf_str(b), &why));
    buf_puts(b, "\n");
    assert_non_null(strstr(refused(*state, buf_str(b)), "large"));
}

static void unknown_content_survives_in_order(void **state)
{
    static const char document[] =
        "<L xmlns=\"" S3_NS "\"><New a=\"1\" b=\"&quot;&#10;\"/><Rule><ID>a &lt; b</ID>"
        "<Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
        "xsi:type=\"CanonicalUser\"><Odd xmlns=\"urn:x\" xml:lang=\"en\"><In> </In></Odd><Bare "
        "xmlns=\"\">&#13;</Bare></Grantee></Rule><Rule/></L>";

    assert_string_equal(written(*state, parsed(*state, document)), document);
    /* prefixes of elements become default namespaces: the same document to a reader */
    assert_string_equal(written(*state, parsed(*state, "<s:L xmlns:s='u'><s:A/><B/></s:L>")),
                        "<L xmlns=\"u\"><A/><B xmlns=\"\"/></L>");
}

static void mends_references_to_what_xml_cannot_hold(void **state)
{
    static const struct {
        const char *document, *mended;
    } rows[] = {
        {"", ""},
        {"a&#1;b", "a\xef\xbf\xbd"
                   "b"},
        {"&#x01;&#X1;&#x1F;", "\xef\xbf\xbd&#X1;\xef\xbf\xbd"},
        {"&#0;&#xD800;&#xfffe;&#x110000;&#99999999999999999999;",
         "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd&#99999999999999999999;"},
        {"&#9;&#10;&#xd;&#x20;&#x1F600;&#xFFFD;", "&#9;&#10;&#xd;&#x20;&#x1F600;&#xFFFD;"},
        {"&#;&#x;&#1&#1a;&#", "&#;&#x;&#1&#1a;&#"},
        {"&&#1;#1;", "&\xef\xbf\xbd#1;"},
        {"\xef\xbf\xbf<\xef\xbf\xbe>\xef\xbf\xbd\xef\xbf\xbc\xef\xbf",
         "\xef\xbf\xbd<\xef\xbf\xbd>\xef\xbf\xbd\xef\xbf\xbc\xef\xbf"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        assert_true(str_is(xml_mend(*state, str_of(rows[i].document)), rows[i].mended));
    }
}

static void edits(void **state)
{
    struct xml_node *root = parsed(*state, "<L xmlns='u'><R>1</R><R>2</R><R>3</R></L>");
    struct xml_node *second = xml_next(xml_child(root, "R"), "R");
    struct xml_node *fresh = xml_new(*state, "R", "u");

    xml_add(*state, fresh, "ID", "x&y");
    xml_add(*state, fresh, "Empty", NULL);
    xml_replace(second, fresh);
    assert_null(second->parent);
    assert_string_equal(written(*state, root),
                        "<L xmlns=\"u\"><R>1</R><R><ID>x&amp;y</ID><Empty/></R><R>3</R></L>");
    xml_remove(root->first);
    assert_ptr_equal(root->first, fresh);
    assert_null(fresh->previous);
    xml_remove(root->last);
    assert_ptr_equal(root->last, fresh);
    xml_remove(fresh);
    assert_null(root->first);
    assert_null(root->last);
    xml_append(root, second);
    xml_remove(root); /* has no parent: nothing happens */
    assert_string_equal(written(*state, root), "<L xmlns=\"u\"><R>2</R></L>");
    xml_replace(second, fresh);
    assert_ptr_equal(root->first, fresh);
    assert_ptr_equal(root->last, fresh);
}

static void a_copy_holds_all_and_stands_alone(void **state)
{
    struct arena *a = *state;
    const char *text = "<a><b x=\"1\"><c><d/><e>t</e></c></b><b/><f><g>u</g></f></a>";
    struct xml_node *root = parsed(a, text);

    assert_string_equal(written(a, xml_copy(a, root)), text);
    struct xml_node *copy = xml_copy(a, root->first);
    assert_null(copy->parent);
    assert_null(copy->next);
    assert_string_equal(written(a, copy), "<b x=\"1\"><c><d/><e>t</e></c></b>");
    xml_remove(copy->first);
    assert_string_equal(written(a, root), text);
}

static void writing_refuses_what_cannot_be_read_back(void **state)
{
    static const char *const texts[] = {"\x01", "a\x1f", "\xff", "\xc3", "\xef\xbf\xbf"};
    struct xml_node *root = xml_new(*state, "K", NULL);
    struct buf *out = buf_new(*state, 100);

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        root->text = texts[i];
        buf_truncate(out, 0);
        assert_false(xml_write(out, root));
    }
    root->text = "\t\r\n]]>\xef\xbf\xbd";
    buf_truncate(out, 0);
    assert_true(xml_write(out, root));
    assert_string_equal(parsed(*state, out->data)->text, root->text);
    assert_false(xml_write(buf_new(*state, 8), root));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, make_arena, free_arena)
    const struct CMUnitTest tests[] = {
        T(reads_elements_text_and_attributes),
        T(text_in_pieces_is_one_text),
        T(text_is_utf8_whatever_the_encoding),
        T(refuses_what_is_not_plain_data),
        T(bounds_hold_exactly),
        T(unknown_content_survives_in_order),
        T(mends_references_to_what_xml_cannot_hold),
        T(edits),
        T(a_copy_holds_all_and_stands_alone),
        T(writing_refuses_what_cannot_be_read_back),
    };

    return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
