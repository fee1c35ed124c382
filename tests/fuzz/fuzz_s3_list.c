/*
 * A page of a version listing is refused with a reason that is UTF-8, or read:
 * then it holds as many entries as its tree has, in that order, with the same
 * keys; and where none is said to be broken, each has a key and a time.
 */
#include <stdint.h>
#include <string.h>

#include "base/ctx.h"
#include "s3/s3_list_page.h"
#include "xml/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok) {
        abort();
    }
}

/* Then the page, which takes names as they are written, may see others than the tree. */
static bool has_prefixes(struct str document)
{
    bool in_name = false;

    for (size_t i = 0; i < document.n; i++) {
        char c = document.p[i];
        if (in_name && c == ':') {
            return true;
        }
        in_name =
            c == '<' || (in_name && c != '>' && c != ' ' && c != '\t' && c != '\n' && c != '\r');
    }
    return false;
}

static bool is_entry(const struct xml_node *node)
{
    return strcmp(node->name, "Version") == 0 || strcmp(node->name, "DeleteMarker") == 0;
}

static void compare(const struct s3_list_page *page, const struct xml_node *root)
{
    const struct s3_list_item *item = page->first;

    for (const struct xml_node *node = root->first; node; node = node->next) {
        if (is_entry(node)) {
            must(item && item->entry.marker == (strcmp(node->name, "DeleteMarker") == 0));
            item = item->next;
        }
    }
    must(item == NULL);
}

static void check(const struct s3_list_page *page)
{
    for (const struct s3_list_item *item = page->first; item; item = item->next) {
        struct timespec again;
        must(item->entry.version_id && item->entry.etag && item->entry.storage_class);
        must(page->fault || item->entry.key[0] != '\0');
        must(page->fault || (clock_rfc3339_parse(str_of(item->entry.last_modified), &again) &&
                             again.tv_sec == item->entry.modified.tv_sec));
        must(item->next || item == page->last);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx *cx = ctx_new(&(struct ctx_options){.session = NULL});
    struct str document = {(const char *)data, size};
    struct s3_list_page page = {.live = false};
    const char *why = size <= 65536 ? s3_list_page_read(cx, &page, document) : "";

    if (why == NULL) {
        const char *tree_why;
        struct xml_node *root = xml_parse(cx->arena, xml_mend(cx->arena, document), &tree_why);
        check(&page);
        if (root && !has_prefixes(document)) {
            compare(&page, root);
        }
    } else {
        must(str_utf8_valid(str_of(why)));
    }
    ctx_free(cx);
    return 0;
}
