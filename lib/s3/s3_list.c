#include "s3/s3_list.h"

#include <string.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "s3/s3_list_page.h"
#include "s3/s3_request.h"

#define MAX_PAGE    ((size_t)16 << 20)
#define MAX_MARKER  4096 /* a key of 1,024 bytes, and room for servers that allow more */
#define MAX_PARAMS  6
#define NO_SUCH_HEX (-1)

/* Where the next page begins; outlives the page that named it. */
struct position {
    struct buf *key, *version_id;
    bool any;         /* not the first page */
    const char *skip; /* a key whose versions are not wanted, should they come first; NULL: none */
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

/* Undo encoding-type=url, in place. AWS and others write a space as '+' (and a plus as %2B), Ceph
 * as %20. False: it holds a NUL, which no key does. */
static bool decode(char *text)
{
    char *w = text;

    for (; *text; text++) {
        int high = *text == '%' ? hex(text[1]) : NO_SUCH_HEX;
        int low = high >= 0 ? hex(text[2]) : NO_SUCH_HEX;
        if (high == 0 && low == 0) {
            return false;
        }
        if (low >= 0) {
            *w++ = (char)(high * 16 + low);
            text += 2;
        } else {
            *w++ = *text == '+' ? ' ' : *text;
        }
    }
    *w = '\0';
    return true;
}

static const char *decoded(struct arena *a, const char *text)
{
    char *copy = arena_strdup(a, text);

    return decode(copy) ? copy : text;
}

/* Where XML could not hold a character of the key, a mended text has U+FFFD. */
static bool same_but_mended(const char *mended, const char *key)
{
    static const char unknown[] = "\xef\xbf\xbd";

    for (; *key; key++) {
        bool control = (unsigned char)*key < 0x20;
        bool none = strncmp(key, "\xef\xbf\xbe", 3) == 0 || strncmp(key, "\xef\xbf\xbf", 3) == 0;
        if (*mended == *key && !none) {
            mended++;
        } else if ((control || none) && str_starts(mended, unknown)) {
            mended += strlen(unknown);
            key += none ? 2 : 0;
        } else {
            return false;
        }
    }
    return *mended == '\0';
}

bool s3_list_is_key(struct arena *a, const char *listed, const char *key)
{
    return same_but_mended(listed, key) || strcmp(decoded(a, listed), key) == 0;
}

/* The next page's key as the server meant it. AWS encodes the marker like the keys; Ceph encodes
 * the keys alone. The marker is the page's last key nearly always, and then it shows which it is.
 */
static const char *marker_key(struct arena *a, const char *marker, const char *last_key)
{
    if (last_key && strcmp(marker, last_key) != 0) {
        const char *key = decoded(a, last_key);
        if (same_but_mended(marker, key)) {
            return key;
        }
    }
    return decoded(a, marker);
}

static enum rc broken(struct ctx *cx, const struct s3_list_options *o, const char *what)
{
    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "Cannot list the versions of bucket %s", o->bucket),
                      "The server's list is broken: %s. Without the whole list nothing can be said "
                      "about the bucket. Try again; if it stays, report it to the server's makers.",
                      what);
}

/* Behind a key marker alone, AWS and MinIO begin with the next key, Ceph (as of 16) with that one.
 */
static bool is_skipped(struct position *at, const char *key)
{
    if (at->skip && strcmp(at->skip, key) != 0) {
        at->skip = NULL;
    }
    return at->skip != NULL;
}

static enum rc visit_page(struct ctx *cx, const struct s3_list_options *o, struct position *at,
                          struct s3_list_visitor visitor, const struct s3_list_page *page)
{
    enum rc rc = RC_OK;

    if (page->fault) {
        return broken(cx, o, page->fault);
    }
    for (struct s3_list_item *item = page->first; rc == RC_OK && item; item = item->next) {
        struct s3_list_entry *entry = &item->entry;
        if (page->encoded && entry->key[strcspn(entry->key, "%+")] != '\0') {
            char *key = arena_strdup(cx->arena, entry->key);
            entry->key = key;
            if (!decode(key)) {
                return broken(cx, o, "a key holds a NUL byte");
            }
        }
        if (!is_skipped(at, entry->key)) {
            rc = visitor.visit(cx, visitor.arg, entry);
        }
    }
    return rc;
}

static bool replace(struct buf *b, const char *text)
{
    buf_truncate(b, 0);
    return buf_puts(b, text);
}

/* Before the page's keys are decoded. A position that does not move would list for ever. */
static enum rc advance(struct ctx *cx, const struct s3_list_options *o,
                       const struct s3_list_page *page, struct position *at)
{
    const char *key = page->next_key;
    const char *version = page->next_version_id;

    if (*key == '\0') {
        return broken(cx, o, "a page says that more follow, but not from where");
    }
    if (page->encoded) {
        key = marker_key(cx->arena, key, page->last ? page->last->entry.key : NULL);
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
                     const struct position *at, struct s3_list_page *page)
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
        .read = s3_list_page_read,
        .read_arg = page,
        .max_response = MAX_PAGE,
    };
    struct s3_reply reply;

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
    return s3_request_send(cx, client, &request, &reply);
}

enum rc s3_list_versions(struct ctx *cx, struct s3_client *client,
                         const struct s3_list_options *options, struct s3_list_visitor visitor)
{
    struct position at = {buf_new(cx->arena, MAX_MARKER), buf_new(cx->arena, MAX_MARKER), false,
                          NULL};
    bool more = true;
    enum rc rc = RC_OK;

    if (options->start_after && *options->start_after) {
        at.any = true;
        at.skip = options->start_after;
        if (!replace(at.key, options->start_after)) {
            return broken(cx, options, "the key to start after is too long");
        }
    }
    while (more && (rc = ctx_check(cx)) == RC_OK) {
        struct arena_mark mark = arena_mark(cx->arena);
        struct s3_list_page page;
        rc = fetch(cx, client, options, &at, &page);
        more = rc == RC_OK && page.truncated;
        if (more) {
            rc = advance(cx, options, &page, &at);
        }
        if (rc == RC_OK) {
            rc = visit_page(cx, options, &at, visitor, &page);
        }
        arena_rewind(cx->arena, mark);
        if (rc != RC_OK) {
            break;
        }
    }
    return rc;
}
