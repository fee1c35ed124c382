#include "s3/s3_object_read.h"

#include <string.h>

#include "base/cancel.h"
#include "base/ctx.h"
#include "base/log.h"
#include "s3/s3_request.h"

#define CREDIT     ((uint64_t)1 << 20) /* bytes with which the tries are counted anew */
#define FIRST_MS   100
#define LONGEST_MS 20000

struct reading {
    struct s3_client *client;
    const struct s3_read *read;
    struct s3_sink sink;
    struct s3_object_info info; /* once `known` */
    bool known;
    uint64_t next, end;
    const char *etag; /* that each request makes its condition; NULL: the first one has none */
    enum rc stop;     /* why no more is wanted */

    unsigned tries;    /* in a row that were cut */
    uint64_t credited; /* up to where they were counted anew */
};

static enum rc fault(struct ctx *cx, const struct reading *r, const char *what)
{
    return diag_error(
        cx, NULL,
        arena_printf(cx->arena, "Cannot read object \"%s\" of bucket %s", r->read->from.key,
                     r->read->from.bucket),
        "%s. Check that %s is an S3 server and that no proxy or login page answers in its place.",
        what, s3_client_url(cx->arena, r->client));
}

/* ---- What comes -------------------------------------------------------------------------------
 */

/* "bytes 5-9/20" */
static bool read_range(const struct http_response *head, uint64_t *ret_first, uint64_t *ret_end)
{
    const char *text = http_header_get(head, "content-range");
    const char *dash = text ? strchr(text, '-') : NULL;
    const char *slash = dash ? strchr(dash, '/') : NULL;
    uint64_t last;

    if (slash == NULL || !str_starts(text, "bytes ") ||
        !str_to_u64((struct str){text + 6, (size_t)(dash - text - 6)}, ret_first) ||
        !str_to_u64((struct str){dash + 1, (size_t)(slash - dash - 1)}, &last)) {
        return false;
    }
    *ret_end = last + 1;
    return true;
}

static uint64_t wanted_end(const struct s3_read *read, uint64_t size)
{
    return read->n > 0 && read->n < size - read->first ? read->first + read->n : size;
}

/* What the reply is going to bring is what comes next, and nothing beyond. */
static bool fits(const struct reading *r, const struct http_response *head,
                 const struct s3_object_info *info, uint64_t end)
{
    uint64_t first = 0, until = info->size;
    uint64_t length = head->status == 206 ? info->part_size : info->size;

    if (head->status == 206 && !read_range(head, &first, &until)) {
        return false;
    }
    return first == r->next && until >= first && until <= end && until - first == length;
}

static enum rc look(struct ctx *cx, struct reading *r, const struct http_response *head)
{
    struct s3_object_info info;
    uint64_t end;

    if (!s3_object_info_read(cx->arena, head, &info)) {
        return fault(cx, r, "The answer lacks an ETag, Last-Modified or Content-Length");
    }
    if ((r->etag && strcmp(info.etag, r->etag) != 0) || (r->known && info.size != r->info.size)) {
        return RC_CONFLICT; /* some servers know no conditions */
    }
    end = r->read->first <= info.size ? wanted_end(r->read, info.size) : 0;
    if (!fits(r, head, &info, end)) {
        return fault(cx, r, "Other bytes of it were answered than were asked for");
    }
    if (!r->known) {
        info.part_size = 0;
        r->info = info;
        r->etag = info.etag;
        r->end = end;
        r->known = true;
    }
    return RC_OK;
}

/* The request ends by a result that says nothing: what it was is kept. */
static enum rc stopped(struct reading *r, enum rc rc)
{
    r->stop = rc;
    return rc == RC_OK ? RC_OK : RC_CONFLICT;
}

static enum rc begin(struct ctx *cx, void *arg, const struct http_response *head)
{
    return stopped(arg, look(cx, arg, head));
}

static enum rc take(struct ctx *cx, void *arg, struct str piece)
{
    struct reading *r = arg;
    enum rc rc;

    if (piece.n > r->end - r->next) {
        return stopped(r, fault(cx, r, "More bytes came than were promised"));
    }
    rc = r->sink.take(cx, r->sink.arg, piece);
    if (rc == RC_OK) {
        r->next += piece.n;
    }
    return stopped(r, rc);
}

/* ---- What is asked ----------------------------------------------------------------------------
 */

#define NO_SUCH_RANGE "InvalidRange"

static const struct s3_refusal refusals[] = {
    {NO_SUCH_RANGE, RC_CONFLICT, NULL},
    {"MethodNotAllowed", RC_NOT_FOUND, NULL}, /* a delete marker, by its ID */
    {NULL, RC_FAIL, NULL},
};

static const char *range_of(struct arena *a, const struct reading *r)
{
    unsigned long long next = r->next;

    if (r->read->n > 0) {
        return arena_printf(a, "bytes=%llu-%llu", next,
                            (unsigned long long)(r->read->first + r->read->n - 1));
    }
    return next > 0 ? arena_printf(a, "bytes=%llu-", next) : NULL;
}

static const char *doing(struct arena *a, const struct reading *r)
{
    if (!r->known || r->next == r->read->first) {
        return "read";
    }
    return arena_printf(a, "read bytes %llu to %llu of", (unsigned long long)r->next,
                        (unsigned long long)r->end - 1);
}

static enum rc refused(struct ctx *cx, const struct reading *r, const struct s3_request *request,
                       enum rc rc)
{
    struct s3_request plain = *request;

    if (r->known) { /* it was there a moment ago */
        return RC_CONFLICT;
    }
    if (strcmp(request->error->code, NO_SUCH_RANGE) != 0) {
        return rc;
    }
    plain.refusals = NULL;
    return s3_error_report(cx, &plain, request->error);
}

/* The rest, in one request. */
static enum rc ask(struct ctx *cx, struct reading *r)
{
    const struct s3_object *from = &r->read->from;
    const struct http_header headers[] = {{"range", range_of(cx->arena, r)}, {"if-match", r->etag}};
    const struct sigv4_param version = {"versionId", from->version_id};
    const struct http_sink sink = {begin, take, r};
    struct s3_error error = {.code = ""};
    struct s3_request request = {
        .doing = doing(cx->arena, r),
        .permission = from->version_id ? "s3:GetObjectVersion" : "s3:GetObject",
        .method = "GET",
        .params = &version,
        .n_params = from->version_id ? 1 : 0,
        .headers = headers,
        .n_headers = 2,
        .content = true,
        .sink = &sink,
        .refusals = refusals,
        .error = &error,
    };
    struct s3_reply reply;
    enum rc rc = s3_request_object(cx, from, &request);

    if (rc == RC_OK) {
        rc = s3_request_send(cx, r->client, &request, &reply);
    }
    if (r->stop != RC_OK) {
        return r->stop;
    }
    return rc == RC_NOT_FOUND || rc == RC_CONFLICT ? refused(cx, r, &request, rc) : rc;
}

/* ---- Again ------------------------------------------------------------------------------------
 */

static int64_t delay_ms(unsigned tries)
{
    int64_t limit = FIRST_MS;

    while (--tries > 0 && limit < LONGEST_MS) {
        limit *= 2;
    }
    return clock_jitter_ms(limit);
}

/* Whether what failed is gone on from; after a while. What brought no byte was tried often enough
 * below. */
static bool goes_on(struct ctx *cx, struct reading *r, uint64_t began)
{
    int64_t delay;

    if (r->stop != RC_OK || r->next == began || cancel_raised(cx->cancel)) {
        return false;
    }
    if (r->next - r->credited >= CREDIT) {
        r->credited = r->next;
        r->tries = 0;
    }
    if (r->tries++ >= r->client->max_retries) {
        return false;
    }
    delay = delay_ms(r->tries);
    if (ctx_is_late(cx, delay)) {
        return false;
    }
    log_event(cx, LOG_DEBUG, "s3", "reading on", "key", r->read->from.key, "from",
              arena_printf(cx->arena, "%llu", (unsigned long long)r->next), NULL);
    cx->clock->sleep_ms(cx->clock, cx->cancel, delay);
    return true;
}

/* One request; *ret_more: another one is wanted for the rest. */
static enum rc step(struct ctx *cx, struct reading *r, bool *ret_more)
{
    struct diag_point before = diag_point(cx);
    uint64_t began = r->next;
    enum rc rc = ask(cx, r);

    *ret_more = (rc == RC_OK && r->next < r->end) || rc == RC_FAIL;
    if (!*ret_more) {
        return rc;
    }
    *ret_more = goes_on(cx, r, began);
    if (*ret_more) {
        diag_drop_since(cx, before);
        return RC_OK;
    }
    return rc == RC_OK ? fault(cx, r, "Fewer bytes came than were promised") : rc;
}

enum rc s3_object_read(struct ctx *cx, struct s3_client *client, const struct s3_read *read,
                       struct s3_sink sink, struct s3_object_info *ret_info)
{
    struct reading r = {
        .client = client,
        .read = read,
        .sink = sink,
        .next = read->first,
        .credited = read->first,
        .etag = read->etag,
    };
    bool more = true;
    enum rc rc = RC_OK;

    while (more) {
        struct arena_mark mark = arena_mark(cx->arena);
        bool known = r.known; /* its texts must stay */
        rc = step(cx, &r, &more);
        if (known) {
            arena_rewind(cx->arena, mark);
        }
    }
    if (rc == RC_OK) {
        *ret_info = r.info;
    }
    return rc;
}
