#include "s3/s3_delete.h"

#include <string.h>

#include "base/buf.h"
#include "base/ctx.h"
#include "s3/s3_object.h"
#include "s3/s3_request.h"

/* Ceph takes a body of 1 MiB (rgw_max_put_param_size); 1,000 long keys have more. */
#define MAX_BODY  ((size_t)1000000)
#define MAX_REPLY ((size_t)16 << 20)
#define ITEM_ROOM 100 /* bytes of an item's tags */
#define ROUNDS    4
#define FIRST_MS  200

#define BYPASS "x-amz-bypass-governance-retention"

struct run {
    struct ctx *cx;
    struct s3_client *client;
    const struct s3_delete *in;
    struct s3_delete_result *results;
    bool *open; /* not asked for yet, or refused for the moment */
    bool any;   /* the server has answered about some */
};

/* ---- Which items a document can name ----------------------------------------------------------
 */

/* XML has no way to write it, or a reader may make another of it: line ends become one, white space
 * around a text is lost. */
static bool is_plain(const char *text)
{
    size_t n = strlen(text);

    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c == 0x7f) {
            return false;
        }
    }
    return str_utf8_valid(str_of(text)) && strstr(text, "\xef\xbf\xbe") == NULL &&
           strstr(text, "\xef\xbf\xbf") == NULL && n > 0 && text[0] != ' ' && text[n - 1] != ' ';
}

static bool is_single(const struct s3_delete_item *item)
{
    return !is_plain(item->key) || (item->version_id && !is_plain(item->version_id));
}

static size_t written_size(const char *text)
{
    size_t n = 0;

    for (; *text; text++) {
        n += strchr("&<>", *text) ? 5 : 1;
    }
    return n;
}

/* ---- What becomes of an item ------------------------------------------------------------------
 */

static const char *permission(const struct s3_delete *in, const struct s3_delete_item *item)
{
    if (in->bypass_governance) {
        return item->version_id ? "s3:DeleteObjectVersion (and s3:BypassGovernanceRetention)"
                                : "s3:DeleteObject (and s3:BypassGovernanceRetention)";
    }
    return item->version_id ? "s3:DeleteObjectVersion, and no retention or legal hold may keep the "
                              "version"
                            : "s3:DeleteObject";
}

static void settle(struct run *r, size_t i, struct s3_delete_result result)
{
    bool repeated = r->results[i].repeated;

    r->results[i] = result;
    r->results[i].repeated = repeated;
    r->open[i] = false;
    r->any = true;
}

static void unknown(struct run *r, size_t i, const char *message)
{
    r->results[i] = (struct s3_delete_result){.repeated = true, .code = "", .message = message};
    r->open[i] = false;
}

/* The messages since then, as one text, for a result of one item among others. */
static const char *take_messages(struct ctx *cx, struct diag_point since)
{
    struct buf *text = buf_new(cx->arena, 16384);
    const struct diag *d = since.last ? since.last->next : cx->diags.first;

    for (; d; d = d->next) {
        buf_printf(text, "%s%s: %s", text->len ? " " : "", d->summary, d->detail);
    }
    diag_drop_since(cx, since);
    return text->data;
}

static bool is_one_of(const char *code, const char *const *codes)
{
    while (*codes && strcmp(*codes, code) != 0) {
        codes++;
    }
    return *codes != NULL;
}

static void refuse(struct run *r, size_t i, const char *code, const char *message)
{
    static const char *const nothing_there[] = {"NoSuchKey", "NoSuchVersion", NULL};
    static const char *const passing[] = {"InternalError", "SlowDown", "ServiceUnavailable", NULL};
    const struct s3_request request = {.permission = permission(r->in, &r->in->items[i])};
    struct s3_error error = {
        .status = 200,
        .code = s3_error_line(r->cx, str_of(code), 200),
        .message = s3_error_line(r->cx, str_of(message), 600),
        .region = "",
        .place = {.region = r->client->region},
    };

    if (is_one_of(code, nothing_there)) {
        settle(r, i, (struct s3_delete_result){S3_DELETE_DONE, .code = "", .message = ""});
        return;
    }
    settle(r, i,
           (struct s3_delete_result){
               .outcome = S3_DELETE_REFUSED,
               .code = error.code,
               .message =
                   arena_printf(r->cx->arena, "%s%s%s. %s", error.code, *error.message ? ": " : "",
                                error.message, s3_error_remedy(r->cx, &request, &error)),
           });
    r->open[i] = is_one_of(code, passing);
}

/* ---- One request for many ---------------------------------------------------------------------
 */

static const char *match_of(const struct run *r, size_t i)
{
    return r->in->if_match ? r->in->if_match[i] : NULL;
}

/* The document for the open items from `i` on, as many as fit. */
static struct str write_body(struct run *r, size_t *i, bool *asked)
{
    struct arena *a = r->cx->arena;
    struct xml_node *root = xml_new(a, "Delete", S3_REQUEST_NAMESPACE);
    struct buf *body = buf_new(a, MAX_REPLY);
    size_t size = 0;

    for (; *i < r->in->n_items; ++*i) {
        const struct s3_delete_item *item = &r->in->items[*i];
        const char *match = match_of(r, *i);
        struct xml_node *object;
        if (!r->open[*i] || is_single(item)) {
            continue;
        }
        size += ITEM_ROOM + written_size(item->key) +
                (item->version_id ? written_size(item->version_id) : 0) +
                (match ? written_size(match) : 0);
        if (size > MAX_BODY && root->first) {
            break;
        }
        object = xml_add(a, root, "Object", NULL);
        xml_add(a, object, "Key", item->key);
        if (item->version_id) {
            xml_add(a, object, "VersionId", item->version_id);
        }
        if (match) {
            xml_add(a, object, "ETag", match);
        }
        asked[*i] = true;
    }
    if (root->first) {
        xml_write(body, root);
    }
    return buf_str(body);
}

static bool is(const char *text, const char *wanted)
{
    return strcmp(text ? text : "", wanted ? wanted : "") == 0;
}

/* The item that an entry of the answer is about. Answers come in the order of the request mostly:
 * the search begins behind the last one found. */
static bool find(const struct run *r, const struct xml_node *entry, const bool *asked, size_t *at)
{
    const char *key = xml_text(entry, "Key");
    const char *version = xml_text(entry, "VersionId");
    size_t n = r->in->n_items;

    for (size_t step = 0; step < n; step++) {
        size_t i = (*at + step) % n;
        const struct s3_delete_item *item = &r->in->items[i];
        if (asked[i] && is(key, item->key) && is(version, item->version_id)) {
            *at = i;
            return true;
        }
    }
    return false;
}

static void read_entry(struct run *r, size_t i, const struct xml_node *entry)
{
    const char *code = xml_text(entry, "Code");
    const char *message = xml_text(entry, "Message");
    const char *marker = xml_text(entry, "DeleteMarkerVersionId");

    if (strcmp(entry->name, "Error") == 0) {
        refuse(r, i, code ? code : "", message ? message : "");
        return;
    }
    settle(r, i,
           (struct s3_delete_result){
               .outcome = S3_DELETE_DONE,
               .marker = is(xml_text(entry, "DeleteMarker"), "true"),
               .marker_version_id = marker && *marker ? marker : NULL,
               .code = "",
               .message = "",
           });
}

static void read_answer(struct run *r, const struct s3_reply *reply, bool *asked)
{
    size_t at = 0;

    for (size_t i = 0; i < r->in->n_items; i++) {
        r->results[i].repeated = r->results[i].repeated || (asked[i] && reply->http.repeated);
    }
    for (const struct xml_node *entry = reply->root->first; entry; entry = entry->next) {
        bool known = strcmp(entry->name, "Deleted") == 0 || strcmp(entry->name, "Error") == 0;
        if (known && find(r, entry, asked, &at)) {
            asked[at] = false;
            read_entry(r, at, entry);
        }
    }
    for (size_t i = 0; i < r->in->n_items; i++) {
        if (asked[i]) {
            unknown(r, i,
                    "The server's answer does not mention it, so it may have been deleted or not. "
                    "List the versions of this key.");
        }
    }
}

static enum rc ask(struct run *r, struct str body, bool *asked)
{
    const struct sigv4_param delete = {"delete", NULL};
    const struct http_header bypass = {BYPASS, r->in->bypass_governance ? "true" : NULL};
    const struct s3_request request = {
        .doing = "delete objects of",
        .permission = r->in->bypass_governance ? "s3:DeleteObject, s3:DeleteObjectVersion and "
                                                 "s3:BypassGovernanceRetention"
                                               : "s3:DeleteObject and s3:DeleteObjectVersion",
        .method = "POST",
        .bucket = r->in->bucket,
        .expected_owner = r->in->expected_owner,
        .params = &delete,
        .n_params = 1,
        .content_type = "application/xml",
        .content_md5 = true,
        .headers = &bypass,
        .n_headers = 1,
        .body = body,
        .root = "DeleteResult",
        .max_response = MAX_REPLY,
    };
    struct s3_reply reply = {.root = NULL};
    enum rc rc = s3_request_send(r->cx, r->client, &request, &reply);

    if (rc == RC_OK) {
        read_answer(r, &reply, asked);
    }
    return rc;
}

/* Of a request that failed when others were answered: theirs must not be lost. */
static void give_up(struct run *r, const bool *asked, enum rc rc, const char *messages)
{
    for (size_t i = 0; i < r->in->n_items; i++) {
        if (asked[i]) {
            unknown(r, i, rc == RC_FAIL ? messages : "The bucket is gone, or is being changed.");
        }
    }
}

static enum rc ask_all(struct run *r)
{
    size_t i = 0;

    while (i < r->in->n_items) {
        struct diag_point before = diag_point(r->cx);
        bool *asked = arena_array(r->cx->arena, r->in->n_items, sizeof(*asked));
        struct str body = write_body(r, &i, asked);
        enum rc rc = body.n > 0 ? ctx_check(r->cx) : RC_OK;
        if (rc == RC_OK && body.n > 0) {
            rc = ask(r, body, asked);
        }
        if (rc != RC_OK && !r->any) {
            return rc;
        }
        if (rc != RC_OK) {
            give_up(r, asked, rc, take_messages(r->cx, before));
        }
    }
    return RC_OK;
}

static bool any_open(const struct run *r)
{
    for (size_t i = 0; i < r->in->n_items; i++) {
        if (r->open[i] && !is_single(&r->in->items[i])) {
            return true;
        }
    }
    return false;
}

static enum rc ask_in_rounds(struct run *r)
{
    int64_t limit_ms = FIRST_MS;

    for (int round = 0; any_open(r); round++, limit_ms *= 2) {
        struct diag_point before = diag_point(r->cx);
        enum rc rc;
        if (round == ROUNDS) {
            return RC_OK;
        }
        if (round > 0 && ctx_sleep_ms(r->cx, clock_jitter_ms(limit_ms)) != RC_OK) {
            diag_drop_since(r->cx, before);
            return RC_OK;
        }
        rc = ask_all(r);
        if (rc != RC_OK) {
            return rc;
        }
    }
    return RC_OK;
}

/* ---- One by one -------------------------------------------------------------------------------
 */

static void delete_one(struct run *r, size_t i)
{
    const struct s3_delete_item *item = &r->in->items[i];
    const struct s3_object object = {r->in->bucket, item->key, NULL, r->in->expected_owner};
    const struct sigv4_param version = {"versionId", item->version_id};
    const struct http_header headers[] = {
        {BYPASS, r->in->bypass_governance ? "true" : NULL},
        {"if-match", match_of(r, i)},
    };
    struct diag_point before = diag_point(r->cx);
    struct s3_error error = {.status = 0, .code = "", .message = ""};
    struct s3_request request = {
        .doing = "delete",
        .permission = permission(r->in, item),
        .method = "DELETE",
        .params = &version,
        .n_params = item->version_id ? 1 : 0,
        .headers = headers,
        .n_headers = sizeof(headers) / sizeof(*headers),
        .error = &error,
    };
    struct s3_reply reply = {.root = NULL};
    enum rc rc = ctx_check(r->cx);

    if (rc == RC_OK) {
        rc = s3_request_object(r->cx, &object, &request);
    }
    if (rc == RC_OK) {
        rc = s3_request_send(r->cx, r->client, &request, &reply);
    }
    if (rc == RC_OK) {
        r->results[i].repeated = reply.http.repeated;
        settle(r, i,
               (struct s3_delete_result){
                   .outcome = S3_DELETE_DONE,
                   .marker = is(http_header_get(&reply.http, "x-amz-delete-marker"), "true"),
                   .code = "",
                   .message = "",
               });
        if (r->results[i].marker) {
            r->results[i].marker_version_id = http_header_get(&reply.http, "x-amz-version-id");
        }
    } else if (error.status > 0 && error.status < 500) {
        diag_drop_since(r->cx, before);
        refuse(r, i, error.code, error.message);
    } else {
        unknown(r, i, take_messages(r->cx, before));
    }
}

static enum rc check(struct ctx *cx, const struct s3_delete *in)
{
    bool named = in->n_items <= S3_DELETE_MAX;

    for (size_t i = 0; named && i < in->n_items; i++) {
        named = in->items[i].key && in->items[i].key[0] != '\0';
    }
    if (named) {
        return RC_OK;
    }
    return diag_error(
        cx, NULL, arena_printf(cx->arena, "Cannot delete objects of bucket %s", in->bucket),
        "Each must have a key, and there may be %d of them. Nothing was sent.", S3_DELETE_MAX);
}

enum rc s3_delete(struct ctx *cx, struct s3_client *client, const struct s3_delete *batch,
                  struct s3_delete_result *ret_results)
{
    size_t n = batch->n_items;
    struct run r = {.cx = cx, .client = client, .in = batch};
    enum rc rc = check(cx, batch);

    if (rc != RC_OK) {
        return rc;
    }
    r.results = arena_array(cx->arena, n, sizeof(*r.results));
    r.open = arena_array(cx->arena, n, sizeof(*r.open));
    memset(r.open, true, n * sizeof(*r.open));
    rc = ask_in_rounds(&r);
    if (rc != RC_OK) {
        return rc;
    }
    for (size_t i = 0; i < n; i++) {
        if (is_single(&batch->items[i])) {
            delete_one(&r, i);
        }
    }
    memcpy(ret_results, r.results, n * sizeof(*r.results));
    return RC_OK;
}
