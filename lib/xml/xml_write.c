#include <string.h>

#include "base/buf.h"
#include "xml/xml.h"

#define XML_NAMESPACE "http://www.w3.org/XML/1998/namespace" /* "xml:" needs no declaration */

/* XML 1.0 has no way to write a control character other than tab and line ends, nor U+FFFE/F. */
static bool expressible(struct str s)
{
    if (!str_utf8_valid(s)) {
        return false;
    }
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') {
            return false;
        }
        if (c == 0xef && (unsigned char)s.p[i + 1] == 0xbf && (unsigned char)s.p[i + 2] >= 0xbe) {
            return false;
        }
    }
    return true;
}

/* A reader would turn a bare carriage return into a line feed, and in attributes any white space
 * into a space: those are written as references. */
static void write_char(struct buf *out, char c, bool in_attribute)
{
    if (c == '&') {
        buf_puts(out, "&amp;");
    } else if (c == '<') {
        buf_puts(out, "&lt;");
    } else if (c == '>') {
        buf_puts(out, "&gt;");
    } else if (c == '"' && in_attribute) {
        buf_puts(out, "&quot;");
    } else if (c == '\r' || (in_attribute && (c == '\n' || c == '\t'))) {
        buf_printf(out, "&#%d;", c);
    } else {
        buf_putc(out, c);
    }
}

static bool write_text(struct buf *out, const char *text, bool in_attribute)
{
    if (!expressible(str_of(text))) {
        return false;
    }
    for (; *text; text++) {
        write_char(out, *text, in_attribute);
    }
    return !out->full;
}

static bool same(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool write_pair(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, " %s=\"", name);
    return write_text(out, value, true) && buf_putc(out, '"');
}

/* The prefix of an attribute is declared where it is used, once an element. */
static bool declared_before(const struct xml_attribute *first, const struct xml_attribute *at)
{
    for (; first != at; first = first->next) {
        if (first->ns && same(first->prefix, at->prefix)) {
            return true;
        }
    }
    return false;
}

static bool write_attribute(struct buf *out, const struct xml_node *node,
                            const struct xml_attribute *at)
{
    if (at->ns == NULL || at->prefix == NULL) {
        return write_pair(out, at->name, at->value);
    }
    if (strcmp(at->ns, XML_NAMESPACE) != 0 && !declared_before(node->attributes, at)) {
        buf_printf(out, " xmlns:%s=\"", at->prefix);
        if (!write_text(out, at->ns, true) || !buf_putc(out, '"')) {
            return false;
        }
    }
    buf_printf(out, " %s:%s=\"", at->prefix, at->name);
    return write_text(out, at->value, true) && buf_putc(out, '"');
}

static bool write_start(struct buf *out, const struct xml_node *node)
{
    const char *outer = node->parent ? node->parent->ns : NULL;

    buf_printf(out, "<%s", node->name);
    if (!same(node->ns, outer) && !write_pair(out, "xmlns", node->ns ? node->ns : "")) {
        return false;
    }
    for (const struct xml_attribute *at = node->attributes; at; at = at->next) {
        if (!write_attribute(out, node, at)) {
            return false;
        }
    }
    if (node->first == NULL && node->text[0] == '\0') {
        return buf_puts(out, "/>");
    }
    return buf_putc(out, '>') && write_text(out, node->text, false);
}

static void write_end(struct buf *out, const struct xml_node *node)
{
    if (node->first || node->text[0]) {
        buf_printf(out, "</%s>", node->name);
    }
}

/* A walk without recursion, so that no document can exhaust the stack. */
bool xml_write(struct buf *out, const struct xml_node *root)
{
    const struct xml_node *at = root;

    while (at) {
        if (!write_start(out, at)) {
            return false;
        }
        if (at->first) {
            at = at->first;
            continue;
        }
        write_end(out, at);
        while (at != root && at->next == NULL) {
            at = at->parent;
            write_end(out, at);
        }
        at = at == root ? NULL : at->next;
    }
    return !out->full;
}
