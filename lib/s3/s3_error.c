#include "s3/s3_error.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/redact.h"
#include "base/session.h"
#include "s3/s3_again.h"
#include "s3/s3_client.h"
#include "s3/s3_request.h"

#define MAX_MESSAGE 600
#define MAX_WORD    200
#define MAX_REMEDY  4096

#define IN_TROUBLE "The server is in trouble. Try again later, or raise max_retries."
#define OVERLOADED "The server is overloaded. Try again later, or raise max_retries."
#define EXPIRED                                                                                    \
    "The session token has expired, and where it came from has no other. Get new temporary keys, " \
    "and set access_key, secret_key and session_token together; keys of a role, a web identity "   \
    "or "                                                                                          \
    "a profile's program are renewed by themselves."

/* What the person can do; the first three need more than a fixed text. */
enum remedy { REMEDY_TEXT, REMEDY_PERMISSION, REMEDY_REGION, REMEDY_CLOCK };

struct row {
    const char *code;
    enum rc class; /* RC_OK means RC_FAIL, the usual case */
    enum remedy remedy;
    const char *text;
};

static const struct row rows[] = {
    {"NoSuchBucket", RC_NOT_FOUND, 0,
     "The server knows no bucket of that name. Create it first, or check the name, the endpoint "
     "and "
     "the region."},
    {"NoSuchKey", RC_NOT_FOUND, 0, "The bucket holds no object of that name."},
    {"NoSuchVersion", RC_NOT_FOUND, 0, "The object has no version of that ID."},
    {"NoSuchLifecycleConfiguration", RC_NOT_FOUND, 0, "The bucket has no lifecycle rules."},
    {"OperationAborted", RC_CONFLICT, 0,
     "Another change of the same bucket is under way. Wait a little and try again."},
    {"ConditionalRequestConflict", RC_CONFLICT, 0, "Somebody else wrote it meanwhile. Try again."},
    {"PreconditionFailed", RC_CONFLICT, 0, "It is not as the request expected it to be."},
    {"BucketAlreadyOwnedByYou", RC_CONFLICT, 0, "The bucket exists and is yours: use it."},
    {"BucketAlreadyExists", RC_CONFLICT, 0,
     "Bucket names are shared by all customers of a server. Choose another."},
    {"AccessDenied", 0, REMEDY_PERMISSION, NULL},
    {"AllAccessDisabled", 0, REMEDY_PERMISSION, NULL},
    {"InvalidAccessKeyId", 0, 0,
     "Wrong keys: the server does not know this access key. Check access_key "
     "(SEEDBANK_S3_ACCESS_KEY), and that the endpoint is the server that issued it."},
    {"SignatureDoesNotMatch", 0, 0,
     "Wrong keys: the secret key does not belong to the access key. Check secret_key "
     "(SEEDBANK_S3_SECRET_KEY). If it is right, a proxy in between may be changing requests."},
    {"InvalidToken", 0, 0,
     "Wrong keys: the session token does not belong to the access key. Check session_token "
     "(SEEDBANK_S3_SESSION_TOKEN); leave it out for permanent keys."},
    {"ExpiredToken", 0, 0, EXPIRED},
    {"ExpiredTokenException", 0, 0, EXPIRED},
    {"RequestTimeTooSkewed", 0, REMEDY_CLOCK, NULL},
    {"RequestExpired", 0, REMEDY_CLOCK, NULL},
    {"RequestInTheFuture", 0, REMEDY_CLOCK, NULL},
    {"AuthorizationHeaderMalformed", 0, REMEDY_REGION, NULL},
    {"PermanentRedirect", 0, REMEDY_REGION, NULL},
    {"TemporaryRedirect", 0, REMEDY_REGION, NULL},
    {"IllegalLocationConstraintException", 0, REMEDY_REGION, NULL},
    {"InvalidLocationConstraint", 0, REMEDY_REGION, NULL},
    {"InvalidObjectState", 0, 0,
     "The version lies in an archive, where it can be neither read nor copied. Restore it there "
     "first (RestoreObject), and wait until that is done."},
    {"BucketNotEmpty", 0, 0, "The bucket still holds objects or versions of them."},
    {"InvalidBucketState", 0, 0,
     "Object Lock is on for this bucket: its versioning cannot be suspended."},
    {"InvalidBucketName", 0, 0, "The server does not accept this bucket name. Check it."},
    /* These come with status 200 too. */
    {"InternalError", 0, 0, IN_TROUBLE},
    {"SlowDown", 0, 0, OVERLOADED},
    {"ServiceUnavailable", 0, 0, OVERLOADED},
    {"MethodNotAllowed", 0, 0, "This server does not offer that operation here."},
    {"NotImplemented", 0, 0, "This server does not offer that operation."},
};

static const struct row by_status[] = {
    {"301", 0, REMEDY_REGION, NULL},
    {"307", 0, REMEDY_REGION, NULL},
    {"401", 0, REMEDY_PERMISSION, NULL},
    {"403", 0, REMEDY_PERMISSION, NULL},
    {"404", 0, 0,
     "Not said by S3 itself, so it is not taken as the bucket's absence. Check that the endpoint "
     "is "
     "an S3 server."},
    {"405", 0, 0, "This server does not offer that operation here."},
    {"407", 0, 0,
     "A proxy wants credentials. Check https_proxy (http_proxy for http://) and no_proxy in the "
     "environment."},
    {"429", 0, 0, "The server is throttling. Try again later, or raise max_retries."},
    {"500", 0, 0, IN_TROUBLE},
    {"501", 0, 0, "This server does not offer that operation."},
    {"502", 0, 0, "A proxy cannot reach the server. Try again later."},
    {"503", 0, 0, OVERLOADED},
    {"504", 0, 0, "A proxy cannot reach the server. Try again later."},
};

static const struct row *find(const struct row *table, size_t n, const char *code)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(table[i].code, code) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

/* What a table calls it: S3's code, or the status where no code came. */
static const char *name_of(const struct s3_error *e, char (*status)[12])
{
    snprintf(*status, sizeof(*status), "%d", e->status);
    return *e->code ? e->code : *status;
}

static const struct s3_refusal *refusal_of(const struct s3_error *e, const struct s3_request *r)
{
    char status[12];
    const char *name = name_of(e, &status);

    for (const struct s3_refusal *own = r->refusals; own && own->code; own++) {
        if (strcmp(own->code, name) == 0) {
            return own;
        }
    }
    return NULL;
}

static const struct row *row_of(const struct s3_error *e)
{
    const struct row *row = find(rows, sizeof(rows) / sizeof(*rows), e->code);
    char status[12];

    if (row) {
        return row;
    }
    snprintf(status, sizeof(status), "%d", e->status);
    return find(by_status, sizeof(by_status) / sizeof(*by_status), status);
}

/* A server may send back what it was sent. Dropping a tag from a secret, or cutting it, would hide
 * it from the look that diagnostics take themselves. */
static struct str without_secrets(struct ctx *cx, struct str text)
{
    struct redact *secrets = cx->session ? session_redact(cx->session) : NULL;
    char *copy = arena_alloc(cx->arena, text.n + 1);

    for (size_t i = 0; i < text.n; i++) {
        copy[i] = text.p[i] == '\0' ? ' ' : text.p[i]; /* text that goes on behind it counts too */
    }
    return str_of(redact_text(secrets, cx->arena, copy));
}

char *s3_error_line(struct ctx *cx, struct str text, size_t max)
{
    struct str safe = without_secrets(cx, text);
    struct buf *out = buf_new(cx->arena, safe.n < 65536 ? safe.n : 65536);
    bool in_tag = false, gap = false;

    for (size_t i = 0; i < safe.n && !out->full; i++) {
        char c = safe.p[i];
        bool tag = in_tag || c == '<';
        in_tag = tag && c != '>';
        if (tag || (unsigned char)c <= ' ' || c == 0x7f) {
            gap = true;
            continue;
        }
        if (gap && out->len > 0) {
            buf_putc(out, ' ');
        }
        gap = false;
        buf_putc(out, c);
    }
    return str_utf8_clean(cx->arena, buf_str(out), max);
}

/* The element's text, else the header's value, as one short line; "" when neither is there. */
static const char *word(struct ctx *cx, const char *text, const char *header)
{
    const char *found = text && *text ? text : header ? header : "";

    return s3_error_line(cx, str_of(found), MAX_WORD);
}

struct s3_error s3_error_of(struct ctx *cx, const struct s3_trial *trial,
                            const struct http_response *http, const struct xml_node *root)
{
    const char *region = xml_text(root, "Region");
    const char *message = xml_text(root, "Message");
    const char *id = http_header_get(http, "x-amz-request-id");
    bool said = root && strcmp(root->name, "Error") == 0;

    return (struct s3_error){
        .status = http->status,
        .code = word(cx, said ? xml_text(root, "Code") : NULL, NULL),
        .message = s3_error_line(cx, said ? str_of(message) : http->body, MAX_MESSAGE),
        .request_id = word(cx, xml_text(root, "RequestId"), id),
        .region = word(cx, region, http_header_get(http, "x-amz-bucket-region")),
        .date = word(cx, NULL, http_header_get(http, "date")),
        .endpoint = word(cx, said ? xml_text(root, "Endpoint") : NULL, NULL),
        .location = word(cx, NULL, http_header_get(http, "location")),
        .tries = http->tries,
        .http = *http,
        .place = trial->place,
        .variables = trial->client->variables,
        .aws = trial->client->aws,
        .moves = trial->moves,
        .clock_set = trial->clock_set,
    };
}

enum rc s3_error_class(const struct s3_error *error, const struct s3_request *request)
{
    const struct s3_refusal *own = refusal_of(error, request);
    const struct row *row = row_of(error);

    if (own) {
        return own->class;
    }
    if (request->may_be_denied && strcmp(error->code, "AccessDenied") == 0) {
        return RC_CONFLICT;
    }
    if (error->status == 404 && strcmp(request->method, "HEAD") == 0) {
        return RC_NOT_FOUND;
    }
    return row && row->class != RC_OK ? row->class : RC_FAIL;
}

static const char *permission(struct ctx *cx, const struct s3_request *r)
{
    const char *owner = r->expected_owner && *r->expected_owner ? r->expected_owner : NULL;

    return arena_printf(cx->arena,
                        "The access key needs the permission %s%s%s%s. Check the policies of the "
                        "key and of the bucket.",
                        r->permission, owner ? ", and the bucket must belong to account " : "",
                        owner ? owner : "", owner ? " (expected_bucket_owner)" : "");
}

static const char *wrong_region(struct ctx *cx, const struct s3_error *e)
{
    const char *region = e->place.region;
    const char *moved =
        e->moves ? arena_printf(cx->arena, "It was asked %u times, as the server's answers said. ",
                                e->moves + 1)
                 : "";

    if (*e->region && strcmp(e->region, region) != 0) {
        return arena_printf(cx->arena,
                            "%sWrong region: the request was signed for %s, and the server says "
                            "%s. Set region (SEEDBANK_S3_REGION) to the bucket's%s.",
                            moved, region, e->region, e->aws ? "" : " and check the endpoint");
    }
    return arena_printf(cx->arena,
                        "%sWrong region or endpoint: the request was signed for %s. Check region "
                        "(SEEDBANK_S3_REGION) and endpoint (SEEDBANK_S3_ENDPOINT).",
                        moved, region);
}

static const char *wrong_clock(struct ctx *cx, const struct s3_error *e)
{
    const char *local = clock_rfc3339(cx->arena, cx->clock->now(cx->clock));
    int64_t server;

    if (!http_date(e->date, &server)) {
        return arena_printf(cx->arena,
                            "The clock of this machine reads %s; the server's cannot be told from "
                            "its reply (Date: %s). Set the clock of this machine right (NTP).",
                            local, *e->date ? e->date : "missing");
    }
    return arena_printf(cx->arena,
                        "The clock of this machine reads %s, the server's %s%s. Set the clock of "
                        "this machine right (NTP), and check the server's.",
                        local, e->date,
                        e->clock_set ? ", but a request signed with the server's time was refused, "
                                       "too"
                                     : ", which does not explain it");
}

/* A bucket in another region answers HEAD and some GETs with 400 and a header only. */
static bool says_other_region(const struct s3_error *e)
{
    return e->status == 400 && *e->region && strcmp(e->region, e->place.region) != 0;
}

/* Variables by the names that they have in the client's set. */
static const char *named(struct ctx *cx, const struct s3_error *e, const char *text)
{
    struct buf *out = buf_new(cx->arena, MAX_REMEDY);
    const char *hit;

    for (; (hit = strstr(text, CREDENTIALS_VARIABLES)) != NULL;
         text = hit + strlen(CREDENTIALS_VARIABLES)) {
        buf_append(out, text, (size_t)(hit - text));
        buf_puts(out, e->variables);
    }
    buf_puts(out, text);
    return out->data;
}

static const char *remedy(struct ctx *cx, const struct s3_request *r, const struct s3_error *e)
{
    const struct s3_refusal *own = refusal_of(e, r);
    const struct row *row = row_of(e);
    enum remedy kind = row ? row->remedy : REMEDY_TEXT;

    if (own) {
        return own->remedy;
    }
    if (kind == REMEDY_REGION || says_other_region(e)) {
        return wrong_region(cx, e);
    }
    if (kind == REMEDY_PERMISSION) {
        return permission(cx, r);
    }
    if (kind == REMEDY_CLOCK) {
        return wrong_clock(cx, e);
    }
    return row ? row->text : "See the server's documentation of this code.";
}

const char *s3_error_remedy(struct ctx *cx, const struct s3_request *r, const struct s3_error *e)
{
    return named(cx, e, remedy(cx, r, e));
}

enum rc s3_error_report(struct ctx *cx, const struct s3_request *request,
                        const struct s3_error *error)
{
    struct arena *a = cx->arena;
    const char *tries = error->tries > 1 ? arena_printf(a, " after %u tries", error->tries) : "";
    const char *id =
        *error->request_id ? arena_printf(a, " (request ID %s)", error->request_id) : "";

    diag_error(cx, NULL,
               arena_printf(a, "Cannot %s %s", request->doing, s3_request_target(a, request)),
               "%s to %s://%s was answered with HTTP %d%s%s%s%s%s%s.\n%s", request->method,
               error->place.scheme, error->place.host, error->status, *error->code ? " " : "",
               error->code, tries, *error->message ? ": " : "", error->message, id,
               s3_error_remedy(cx, request, error));
    diag_set_status(cx, error->status);
    return RC_FAIL;
}
