#include "s3/s3_list_page.h"

#include <stddef.h>
#include <string.h>

#include "base/ctx.h"
#include "s3/s3_request.h"
#include "xml/xml_stream.h"

struct reading {
    struct arena *arena;
    struct s3_list_page *page;
    struct s3_list_item *open; /* the entry that is being read; NULL: none */
    bool sized, timed;         /* it has a size, a time */
    const char *why;
};

/* An element and the text of a struct that it is. */
struct row {
    const char *name;
    size_t offset;
};

static const struct row entry_rows[] = {
    {"Key", offsetof(struct s3_list_entry, key)},
    {"VersionId", offsetof(struct s3_list_entry, version_id)},
    {"LastModified", offsetof(struct s3_list_entry, last_modified)},
    {"ETag", offsetof(struct s3_list_entry, etag)},
    {"StorageClass", offsetof(struct s3_list_entry, storage_class)},
};

static const struct row page_rows[] = {
    {"NextKeyMarker", offsetof(struct s3_list_page, next_key)},
    {"NextContinuationToken", offsetof(struct s3_list_page, next_key)},
    {"NextVersionIdMarker", offsetof(struct s3_list_page, next_version_id)},
};

static bool take_text(struct arena *a, const struct xml_element *e, const struct row *rows,
                      size_t n, void *object)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(rows[i].name, e->name) == 0) {
            const char *text = arena_strndup(a, e->text.p, e->text.n);
            memcpy((char *)object + rows[i].offset, &text, sizeof(text));
            return true;
        }
    }
    return false;
}

static void take_field(struct reading *r, const struct xml_element *e)
{
    struct s3_list_entry *entry = &r->open->entry;

    if (strcmp(e->name, "Size") == 0) {
        r->sized = str_to_u64(e->text, &entry->size);
    } else if (strcmp(e->name, "IsLatest") == 0) {
        entry->latest = str_is(e->text, "true");
    } else if (take_text(r->arena, e, entry_rows, sizeof(entry_rows) / sizeof(*entry_rows),
                         entry) &&
               strcmp(e->name, "LastModified") == 0) {
        r->timed = clock_rfc3339_parse(e->text, &entry->modified);
    }
}

static void take_setting(struct reading *r, const struct xml_element *e)
{
    if (strcmp(e->name, "IsTruncated") == 0) {
        r->page->truncated = str_is(e->text, "true");
    } else if (strcmp(e->name, "EncodingType") == 0) {
        r->page->encoded = str_is(e->text, "url");
    } else {
        take_text(r->arena, e, page_rows, sizeof(page_rows) / sizeof(*page_rows), r->page);
    }
}

static bool is_marker(const struct xml_element *e)
{
    return strcmp(e->name, "DeleteMarker") == 0;
}

static bool is_entry(const struct reading *r, const struct xml_element *e)
{
    if (r->page->live) {
        return strcmp(e->name, "Contents") == 0;
    }
    return strcmp(e->name, "Version") == 0 || is_marker(e);
}

static bool on_start(void *arg, const struct xml_element *e)
{
    struct reading *r = arg;
    const char *root = r->page->live ? "ListBucketResult" : "ListVersionsResult";

    if (e->depth == 0 && strcmp(e->name, root) != 0 &&
        (e->ns == NULL || strcmp(e->ns, S3_REQUEST_NAMESPACE) != 0)) {
        r->why = arena_printf(r->arena, "no <%s> came", root);
        return false;
    }
    if (e->depth == 1 && is_entry(r, e)) {
        r->open = arena_alloc(r->arena, sizeof(*r->open));
        r->open->entry = (struct s3_list_entry){.key = "",
                                                .version_id = "",
                                                .etag = "",
                                                .last_modified = "",
                                                .storage_class = "",
                                                .latest = r->page->live,
                                                .marker = is_marker(e)};
        r->sized = is_marker(e);
        r->timed = false;
    }
    return true;
}

/* Without these nothing right can be said of it. */
static const char *fault_of(const struct reading *r)
{
    if (r->open->entry.key[0] == '\0') {
        return "an entry has no key";
    }
    if (!r->sized) {
        return "an entry has no size";
    }
    return r->timed ? NULL : "an entry has no time";
}

static void keep(struct reading *r)
{
    struct s3_list_page *page = r->page;

    if (page->fault == NULL) {
        page->fault = fault_of(r);
    }
    if (page->last) {
        page->last->next = r->open;
    } else {
        page->first = r->open;
    }
    page->last = r->open;
    r->open = NULL;
}

static bool on_end(void *arg, const struct xml_element *e)
{
    struct reading *r = arg;

    if (e->depth == 2 && r->open) {
        take_field(r, e);
    } else if (e->depth == 1 && r->open) {
        keep(r);
    } else if (e->depth == 1) {
        take_setting(r, e);
    }
    return true;
}

static const char *read_once(struct ctx *cx, struct s3_list_page *page, struct str document)
{
    struct reading r = {.arena = cx->arena, .page = page};
    const char *why;

    *page = (struct s3_list_page){.live = page->live, .next_key = "", .next_version_id = ""};
    why = xml_stream(cx->arena, document, &(struct xml_events){on_start, on_end, &r});
    return why ? arena_printf(cx->arena, "its body is no XML (%s)", why) : r.why;
}

/* Ceph writes characters that XML has not; most pages have none, and need not be searched for it.
 */
const char *s3_list_page_read(struct ctx *cx, void *page, struct str document)
{
    const char *why = read_once(cx, page, document);
    struct str mended;

    if (why == NULL) {
        return NULL;
    }
    mended = xml_mend(cx->arena, document);
    return mended.p == document.p ? why : read_once(cx, page, mended);
}
