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
    struct buf *key, *version_id; /* live: the key is a token, but where it is to begin at first */
    bool any;                     /* not the first page */
    bool told;                    /* by a page */
    const char *skip; /* a key whose versions are not wanted, should they come first; NULL: none */
};

struct s3_list {
    struct s3_client *client;
    struct s3_list_options options;
    struct position at;
    bool more; /* pages */
    enum rc rc;

    struct arena *arena; /* of the page at hand */
    struct arena_mark fresh;
    struct s3_list_page page;
    struct s3_list_item *next; /* of it */
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

/* ---- One page -------------------------------------------------------------------------------- */

static enum rc broken(struct ctx *cx, const struct s3_list_options *o, const char *what)
{
    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "Cannot list the %s of bucket %s",
                                   o->live ? "objects" : "versions", o->bucket),
                      "The server's list is broken: %s. Without the whole list nothing can be said "
                      "about the bucket. Try again; if it stays, report it to the server's makers.",
                      what);
}

static bool replace(struct buf *b, const char *text)
{
    buf_truncate(b, 0);
    return buf_puts(b, text);
}

/* Before the page's keys are decoded. A position that does not move would list for ever. */
static enum rc advance(struct ctx *cx, struct s3_list *l)
{
    const struct s3_list_options *o = &l->options;
    const struct s3_list_page *page = &l->page;
    struct position *at = &l->at;
    const char *key = page->next_key;
    const char *version = page->next_version_id;

    if (*key == '\0') {
        return broken(cx, o, "a page says that more follow, but not from where");
    }
    if (page->encoded && !o->live) {
        key = marker_key(cx->arena, key, page->last ? page->last->entry.key : NULL);
    }
    if (at->any && strcmp(at->key->data, key) == 0 && strcmp(at->version_id->data, version) == 0) {
        return broken(cx, o, "a page says that the next one begins where it began itself");
    }
    at->any = at->told = true;
    if (!replace(at->key, key) || !replace(at->version_id, version)) {
        return broken(cx, o, "a page marker is too long");
    }
    return RC_OK;
}

/* What asks for the page behind that position. Return how many they are. */
static size_t write_position(const struct s3_list *l, struct sigv4_param *params)
{
    const struct position *at = &l->at;
    size_t n = 0;

    if (l->options.live) {
        params[n++] = (struct sigv4_param){"list-type", "2"};
    } else {
        params[n++] = (struct sigv4_param){"versions", NULL};
    }
    if (at->any && l->options.live) {
        const char *name = at->told ? "continuation-token" : "start-after";
        params[n++] = (struct sigv4_param){name, at->key->data};
    } else if (at->any) {
        params[n++] = (struct sigv4_param){"key-marker", at->key->data};
        /* An empty marker is left out: servers refuse it, and mean "after the whole key" by it. */
        if (at->version_id->len > 0) {
            params[n++] = (struct sigv4_param){"version-id-marker", at->version_id->data};
        }
    }
    return n;
}

static enum rc fetch(struct ctx *cx, struct s3_list *l)
{
    const struct s3_list_options *o = &l->options;
    const char *count = arena_printf(cx->arena, "%u", o->page_size ? o->page_size : 1000);
    struct sigv4_param params[MAX_PARAMS] = {{"encoding-type", "url"}, {"max-keys", count}};
    struct s3_request request = {
        .doing = o->live ? "list the objects of" : "list the versions of",
        .permission = o->live ? "s3:ListBucket" : "s3:ListBucketVersions",
        .method = "GET",
        .bucket = o->bucket,
        .expected_owner = o->expected_owner,
        .params = params,
        .n_params = 2,
        .read = s3_list_page_read,
        .read_arg = &l->page,
        .max_response = MAX_PAGE,
    };
    struct s3_reply reply;

    if (o->prefix && *o->prefix) {
        params[request.n_params++] = (struct sigv4_param){"prefix", o->prefix};
    }
    request.n_params += write_position(l, params + request.n_params);
    l->page = (struct s3_list_page){.live = o->live};
    return s3_request_send(cx, l->client, &request, &reply);
}

static enum rc turn_page(struct ctx *cx, struct s3_list *l)
{
    enum rc rc = ctx_check(cx);

    if (rc == RC_OK) {
        rc = fetch(cx, l);
    }
    l->more = rc == RC_OK && l->page.truncated;
    if (l->more) {
        rc = advance(cx, l);
    }
    if (rc == RC_OK && l->page.fault) {
        rc = broken(cx, &l->options, l->page.fault);
    }
    l->next = rc == RC_OK ? l->page.first : NULL;
    return rc;
}

/* ---- One entry ------------------------------------------------------------------------------- */

/* Behind a key marker alone, AWS and MinIO begin with the next key, Ceph (as of 16) with that one.
 */
static bool is_skipped(struct position *at, const char *key)
{
    if (at->skip && strcmp(at->skip, key) != 0) {
        at->skip = NULL;
    }
    return at->skip != NULL;
}

/* Its key as it is. */
static enum rc mend_key(struct ctx *cx, struct s3_list *l, struct s3_list_entry *entry)
{
    char *key;

    if (!l->page.encoded || entry->key[strcspn(entry->key, "%+")] == '\0') {
        return RC_OK;
    }
    key = arena_strdup(l->arena, entry->key);
    entry->key = key;
    return decode(key) ? RC_OK : broken(cx, &l->options, "a key holds a NUL byte");
}

/* What is allocated meanwhile is the page's. */
static enum rc next(struct ctx *cx, struct s3_list *l, const struct s3_list_entry **ret_entry)
{
    enum rc rc = RC_OK;

    while (rc == RC_OK) {
        struct s3_list_entry *entry;
        if (l->next == NULL && !l->more) {
            return RC_OK;
        }
        if (l->next == NULL) {
            arena_rewind(l->arena, l->fresh);
            l->fresh = arena_mark(l->arena);
            rc = turn_page(cx, l);
            continue;
        }
        entry = &l->next->entry;
        l->next = l->next->next;
        rc = mend_key(cx, l, entry);
        if (rc == RC_OK && l->options.until && strcmp(entry->key, l->options.until) > 0) {
            l->more = false;
            l->next = NULL;
        } else if (rc == RC_OK && !is_skipped(&l->at, entry->key)) {
            *ret_entry = entry;
            return RC_OK;
        }
    }
    return rc;
}

enum rc s3_list_next(struct ctx *cx, struct s3_list *l, const struct s3_list_entry **ret_entry)
{
    struct arena *callers = cx->arena;

    *ret_entry = NULL;
    if (l->rc == RC_OK) {
        cx->arena = l->arena;
        l->rc = next(cx, l, ret_entry);
        cx->arena = callers;
    }
    return l->rc;
}

struct s3_list *s3_list_new(struct ctx *cx, struct s3_client *client,
                            const struct s3_list_options *options)
{
    struct s3_list *l = arena_alloc(cx->arena, sizeof *l);
    const char *after = options->start_after;

    *l = (struct s3_list){
        .client = client,
        .options = *options,
        .at = {.key = buf_new(cx->arena, MAX_MARKER), .version_id = buf_new(cx->arena, MAX_MARKER)},
        .more = true,
        .arena = arena_within(cx->arena),
    };
    l->fresh = arena_mark(l->arena);
    if (after && *after) {
        l->at.any = true;
        l->at.skip = after;
        if (!replace(l->at.key, after)) {
            l->rc = broken(cx, options, "the key to start after is too long");
        }
    }
    return l;
}

size_t s3_list_footprint(const struct s3_list *l)
{
    return arena_footprint(l->arena);
}
