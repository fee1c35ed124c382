#include "s3/s3_list.h"

#include <string.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "s3/s3_request.h"

#define MAX_PAGE    ((size_t)16 << 20)
#define MAX_MARKER  4096 /* a key of 1,024 bytes, and room for servers that allow more */
#define MAX_PARAMS  6
#define NO_SUCH_HEX (-1)

/* Where the next page begins; outlives the page that named it. */
struct position {
    struct buf *key, *version_id;
    bool any; /* not the first page */
};

static int hex(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return NO_SUCH_HEX;
}

/* Undo encoding-type=url. AWS and others write a space as '+' (and a plus as %2B), Ceph as %20. */
static const char *decode(struct arena *a, const char *text)
{
    char *out = arena_strdup(a, text), *w = out;

    for (; *text; text++) {
        int high = *text == '%' ? hex(text[1]) : NO_SUCH_HEX;
        int low = high >= 0 ? hex(text[2]) : NO_SUCH_HEX;
        if (low >= 0) {
            *w++ = (char)(high * 16 + low);
            text += 2;
        } else {
            *w++ = *text == '+' ? ' ' : *text;
        }
    }
    *w = '\0';
    return out;
}

/* Where XML could not hold a character of the key, a mended text has U+FFFD. */
static bool same_but_mended(const char *mended, const char *key)
{
    static const char unknown[] = "\xef\xbf\xbd";

    for (; *key; key++) {
        bool control = (unsigned char)*key < 0x20;
        if (*mended == *key) {
            mended++;
        } else if (control && str_starts(mended, unknown)) {
            mended += strlen(unknown);
        } else {
            return false;
        }
    }
    return *mended == '\0';
}

bool s3_list_is_key(struct arena *a, const char *listed, const char *key)
{
    return same_but_mended(listed, key) || strcmp(decode(a, listed), key) == 0;
}

/* The next page's key as the server meant it. AWS encodes the marker like the keys; Ceph encodes
 * the keys alone. The marker is the page's last key nearly always, and then it shows which it is.
 */
static const char *marker_key(struct arena *a, const char *marker, const char *last_key)
{
    if (last_key && strcmp(marker, last_key) != 0) {
        const char *decoded = decode(a, last_key);
        if (same_but_mended(marker, decoded)) {
            return decoded;
        }
    }
    return decode(a, marker);
}

static enum rc broken(struct ctx *cx, const struct s3_list_options *o, const char *what)
{
    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "Cannot list the versions of bucket %s", o->bucket),
                      "The server's list is broken: %s. Without the whole list nothing can be said "
                      "about the bucket. Try again; if it stays, report it to the server's makers.",
                      what);
}

static const char *text_or_empty(const struct xml_node *node, const char *path)
{
    const char *text = xml_text(node, path);

    return text ? text : "";
}

static bool is_true(const char *text)
{
    return strcmp(text, "true") == 0;
}

static enum rc visit(struct ctx *cx, const struct s3_list_options *o,
                     struct s3_list_visitor visitor, const struct xml_node *node, bool encoded)
{
    const char *key = xml_text(node, "Key");
    const char *size = text_or_empty(node, "Size");
    struct s3_list_entry entry = {
        .version_id = text_or_empty(node, "VersionId"),
        .etag = text_or_empty(node, "ETag"),
        .last_modified = text_or_empty(node, "LastModified"),
        .storage_class = text_or_empty(node, "StorageClass"),
        .latest = is_true(text_or_empty(node, "IsLatest")),
        .marker = strcmp(node->name, "DeleteMarker") == 0,
    };

    if (key == NULL || *key == '\0') {
        return broken(cx, o, "an entry has no key");
    }
    if (encoded && strstr(key, "%00")) {
        return broken(cx, o, "a key holds a NUL byte");
    }
    if (!entry.marker && !str_to_u64(str_of(size), &entry.size)) {
        return broken(cx, o, "an entry has no size");
    }
    entry.key = encoded ? decode(cx->arena, key) : key;
    return visitor.visit(cx, visitor.arg, &entry);
}

static bool is_entry(const struct xml_node *node)
{
    return strcmp(node->name, "Version") == 0 || strcmp(node->name, "DeleteMarker") == 0;
}

/* Versions and markers come mixed, in the order that matters: walk them as they stand. */
static enum rc visit_page(struct ctx *cx, const struct s3_list_options *o,
                          struct s3_list_visitor visitor, const struct xml_node *page)
{
    bool encoded = strcmp(text_or_empty(page, "EncodingType"), "url") == 0;

    for (const struct xml_node *node = page->first; node; node = node->next) {
        enum rc rc = RC_OK;
        if (is_entry(node)) {
            rc = visit(cx, o, visitor, node, encoded);
        }
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

static bool replace(struct buf *b, const char *text)
{
    buf_truncate(b, 0);
    return buf_puts(b, text);
}

/* A position that does not move would list for ever. */
static enum rc advance(struct ctx *cx, const struct s3_list_options *o, const struct xml_node *page,
                       struct position *at)
{
    const char *key = xml_text(page, "NextKeyMarker");
    const char *version = text_or_empty(page, "NextVersionIdMarker");
    const char *last_key = NULL;

    for (const struct xml_node *node = page->first; node; node = node->next) {
        if (is_entry(node)) {
            last_key = xml_text(node, "Key");
        }
    }
    if (key == NULL || *key == '\0') {
        return broken(cx, o, "a page says that more follow, but not from where");
    }
    if (strcmp(text_or_empty(page, "EncodingType"), "url") == 0) {
        key = marker_key(cx->arena, key, last_key);
    }
    if (at->any && strcmp(at->key->data, key) == 0 && strcmp(at->version_id->data, version) == 0) {
        return broken(cx, o, "a page says that the next one begins where it began itself");
    }
    at->any = true;
    if (!replace(at->key, key) || !replace(at->version_id, version)) {
        return broken(cx, o, "a page marker is too long");
    }
    return RC_OK;
}

static enum rc fetch(struct ctx *cx, struct s3_client *client, const struct s3_list_options *o,
                     const struct position *at, struct xml_node **ret_page)
{
    const char *count = arena_printf(cx->arena, "%u", o->page_size ? o->page_size : 1000);
    struct sigv4_param params[MAX_PARAMS] = {
        {"versions", NULL}, {"encoding-type", "url"}, {"max-keys", count}};
    struct s3_request request = {
        .doing = "list the versions of",
        .permission = "s3:ListBucketVersions",
        .method = "GET",
        .bucket = o->bucket,
        .expected_owner = o->expected_owner,
        .params = params,
        .n_params = 3,
        .root = "ListVersionsResult",
        .mend = true,
        .max_response = MAX_PAGE,
    };
    struct s3_reply reply;
    enum rc rc;

    if (o->prefix && *o->prefix) {
        params[request.n_params++] = (struct sigv4_param){"prefix", o->prefix};
    }
    if (at->any) {
        params[request.n_params++] = (struct sigv4_param){"key-marker", at->key->data};
    }
    /* An empty marker is left out: servers refuse it, and mean "after the whole key" by it. */
    if (at->any && at->version_id->len > 0) {
        params[request.n_params++] =
            (struct sigv4_param){"version-id-marker", at->version_id->data};
    }
    rc = s3_request_send(cx, client, &request, &reply);
    if (rc == RC_OK) {
        *ret_page = reply.root;
    }
    return rc;
}

enum rc s3_list_versions(struct ctx *cx, struct s3_client *client,
                         const struct s3_list_options *options, struct s3_list_visitor visitor)
{
    struct position at = {buf_new(cx->arena, MAX_MARKER), buf_new(cx->arena, MAX_MARKER), false};
    bool more = true;
    enum rc rc = RC_OK;

    if (options->start_after != NULL) {
        at.any = buf_puts(at.key, options->start_after);
    }
    while (more && (rc = ctx_check(cx)) == RC_OK) {
        struct arena_mark mark = arena_mark(cx->arena);
        struct xml_node *page = NULL;
        rc = fetch(cx, client, options, &at, &page);
        if (rc == RC_OK) {
            rc = visit_page(cx, options, visitor, page);
        }
        more = rc == RC_OK && is_true(text_or_empty(page, "IsTruncated"));
        if (more) {
            rc = advance(cx, options, page, &at);
        }
        arena_rewind(cx->arena, mark);
        if (rc != RC_OK) {
            break;
        }
    }
    return rc;
}
