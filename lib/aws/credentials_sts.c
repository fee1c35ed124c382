/* The Security Token Service: keys for a role, from other keys or from a web identity. Query
 * protocol, version 2011-06-15 (AWS STS API Reference: AssumeRole, AssumeRoleWithWebIdentity). */
#include "aws/credentials_private.h"

#include <string.h>
#include <strings.h>

#include "aws/skew.h"
#include "base/log.h"
#include "xml/xml.h"

#define PARAMS_MAX  8
#define REPLY_MAX   ((size_t)256 << 10)
#define MESSAGE_MAX 500
#define REGION_MAX  64

static const struct http_header form = {"content-type", "application/x-www-form-urlencoded"};

struct call {
    const struct credentials_search *search;
    const struct credentials_role *role;
    const char *action;
    const char *url;
    struct sigv4_request sign;
    int64_t offset_s; /* of the server's clock */
    struct http_header headers[1 + SIGV4_MAX_HEADERS];
};

static enum rc split_url(struct ctx *cx, struct call *c)
{
    bool tls = strncasecmp(c->url, "https://", 8) == 0;
    const char *host = c->url + (tls ? 8 : 7), *path;
    size_t n;

    if (!tls && strncasecmp(c->url, "http://", 7) != 0) {
        return credentials_failed(cx, c->search,
                                  "AWS_ENDPOINT_URL_STS must start with https:// or http://.");
    }
    n = strcspn(host, "/?#");
    path = host + n;
    if (n == 0 || memchr(host, '@', n) || strpbrk(path, "?#%")) {
        return credentials_failed(cx, c->search,
                                  "AWS_ENDPOINT_URL_STS must be scheme, host, perhaps a port and a "
                                  "path, without user and query.");
    }
    c->sign.host = arena_strndup(cx->arena, host, n);
    if (str_ends(c->sign.host, tls ? ":443" : ":80")) { /* no client sends the scheme's own */
        c->sign.host = arena_strndup(cx->arena, host, n - (tls ? 4 : 3));
    }
    c->sign.path = *path ? path : "/";
    return RC_OK;
}

/* The region's own, unless a variable names another. */
static enum rc find_endpoint(struct ctx *cx, struct call *c)
{
    const char *region = c->search->of->options.region;
    size_t n = strlen(region);

    c->url = credentials_env_get(c->search, "AWS_ENDPOINT_URL_STS");
    if (c->url) {
        return split_url(cx, c);
    }
    if (c->search->of->place != CREDENTIALS_AWS) {
        return credentials_failed(cx, c->search,
                                  "The role %s is asked for, and %s is not under amazonaws.com: "
                                  "AWS_ENDPOINT_URL_STS must name the server that knows the role.",
                                  c->role->arn, c->search->of->options.host);
    }
    if (n > REGION_MAX || strspn(region, "abcdefghijklmnopqrstuvwxyz0123456789-") < n) {
        return credentials_failed(cx, c->search,
                                  "The region is malformed, so there is no STS to "
                                  "ask. Check s3.region.");
    }
    c->url = arena_printf(cx->arena, "https://sts.%s.amazonaws.com%s", region,
                          str_starts(region, "cn-") ? ".cn" : "");
    return split_url(cx, c);
}

static void add(struct sigv4_param *params, size_t *n, const char *name, const char *value)
{
    if (value && *value) {
        params[(*n)++] = (struct sigv4_param){name, value};
    }
}

/* The parameters as a form: what sigv4 makes of them for a query, without "/?". */
static struct str form_of(struct ctx *cx, const struct call *c)
{
    struct sigv4_param p[PARAMS_MAX];
    size_t n = 0;

    add(p, &n, "Action", c->action);
    add(p, &n, "Version", "2011-06-15");
    add(p, &n, "RoleArn", c->role->arn);
    add(p, &n, "RoleSessionName", c->role->session_name ? c->role->session_name : "seedbank");
    add(p, &n, "ExternalId", c->role->external_id);
    add(p, &n, "DurationSeconds", c->role->duration);
    add(p, &n, "WebIdentityToken", c->role->web_identity);
    return str_of(
        sigv4_target(cx->arena, &(struct sigv4_request){.path = "/", .params = p, .n_params = n}) +
        2);
}

/* A web identity proves itself; a role of other keys is asked for with a signature. */
static enum rc prepare(struct ctx *cx, void *arg, struct http_request *request)
{
    struct call *c = arg;
    struct sigv4_signed s = {.n_headers = 0};

    c->headers[0] = form;
    if (c->sign.credentials) {
        c->sign.time = cx->clock->now(cx->clock).tv_sec + c->offset_s;
        if (!sigv4_sign(cx->arena, &c->sign, &s)) {
            return credentials_failed(cx, c->search,
                                      "OpenSSL refused SHA-256 or HMAC, or the clock shows no "
                                      "valid date.");
        }
        memcpy(c->headers + 1, s.headers, s.n_headers * sizeof(*s.headers));
    }
    request->headers = c->headers;
    request->n_headers = 1 + s.n_headers;
    return RC_OK;
}

static const char *or_dash(const char *text)
{
    return text && *text ? text : "-";
}

static enum rc refused(struct ctx *cx, const struct call *c, const struct http_response *reply,
                       const struct xml_node *root)
{
    const char *message = xml_text(root, "Error/Message");

    return credentials_failed(cx, c->search,
                              "%s for the role %s was refused by %s: HTTP %d, %s: %s (request %s). "
                              "Check the role's trust "
                              "policy, the token or keys it is asked for with, and the clock.",
                              c->action, c->role->arn, http_origin(cx->arena, c->url),
                              reply->status, or_dash(xml_text(root, "Error/Code")),
                              str_utf8_clean(cx->arena, str_of(or_dash(message)), MESSAGE_MAX),
                              or_dash(xml_text(root, "RequestId")));
}

static enum rc take_reply(struct ctx *cx, const struct call *c, const struct http_response *reply,
                          struct credentials_set *ret_set)
{
    const char *why = NULL;
    const struct xml_node *root = xml_parse(cx->arena, reply->body, &why);
    const struct xml_node *k =
        xml_find(root, arena_printf(cx->arena, "%sResult/Credentials", c->action));

    if (reply->status != 200) {
        return refused(cx, c, reply, root);
    }
    if (k == NULL) {
        why = why ? arena_printf(cx->arena, "its body is no XML (%s)", why)
                  : "no credentials are in it";
    } else if (credentials_reply_take(cx, c->search,
                                      &(struct credentials_reply){
                                          .access_key = xml_text(k, "AccessKeyId"),
                                          .secret_key = xml_text(k, "SecretAccessKey"),
                                          .session_token = xml_text(k, "SessionToken"),
                                          .expires = xml_text(k, "Expiration"),
                                      },
                                      ret_set, &why)) {
        return RC_OK;
    }
    return credentials_failed(cx, c->search,
                              "%s answered %s with HTTP 200, but not as STS does: %s.",
                              http_origin(cx->arena, c->url), c->action, why);
}

static enum rc ask(struct ctx *cx, struct call *c, struct http_response *ret_reply)
{
    const char *why = NULL;
    enum rc rc = credentials_reply_ask(cx, c->search->of->http,
                                       &(struct http_request){
                                           .method = "POST",
                                           .url = c->url,
                                           .body = c->sign.body.p,
                                           .body_len = c->sign.body.n,
                                           .max_response = REPLY_MAX,
                                           .retry_safe = true,
                                           .prepare = prepare,
                                           .prepare_arg = c,
                                       },
                                       ret_reply, &why);

    return rc == RC_NOT_FOUND
               ? credentials_failed(cx, c->search, "STS was asked for the role %s: %s.",
                                    c->role->arn, why)
               : rc;
}

/* A signature that is refused for its time is to be made again, with the server's. */
static bool set_clock(struct ctx *cx, struct call *c, const struct http_response *reply)
{
    const char *why = NULL, *date = http_header_get(reply, "date");
    const char *code = xml_text(xml_parse(cx->arena, reply->body, &why), "Error/Code");
    struct skew_refusal refusal = {reply->status, code ? code : "-", date,
                                   cx->clock->now(cx->clock).tv_sec + c->offset_s};
    int64_t ahead;

    if (!c->sign.credentials || !skew_find(&refusal, &ahead)) {
        return false;
    }
    c->offset_s += ahead;
    log_event(cx, LOG_DEBUG, "aws", "signing with the server's time", "server", c->sign.host,
              "seconds", arena_printf(cx->arena, "%lld", (long long)c->offset_s), NULL);
    return true;
}

enum rc credentials_sts(struct ctx *cx, const struct credentials_search *s,
                        const struct credentials_role *role, struct credentials_set *ret_set)
{
    struct call c = {
        .search = s,
        .role = role,
        .action = role->web_identity ? "AssumeRoleWithWebIdentity" : "AssumeRole",
        .sign = {.method = "POST",
                 .headers = &form,
                 .n_headers = 1,
                 .credentials = role->keys,
                 .region = s->of->options.region,
                 .service = "sts",
                 .flags = SIGV4_OTHERS},
    };
    struct http_response reply;
    enum rc rc = find_endpoint(cx, &c);

    if (rc != RC_OK) {
        return rc;
    }
    c.sign.body = form_of(cx, &c);
    c.offset_s = credentials_offset(s->of);
    rc = ask(cx, &c, &reply);
    if (rc == RC_OK && set_clock(cx, &c, &reply)) {
        rc = ask(cx, &c, &reply);
        if (rc == RC_OK && reply.status == 200) {
            credentials_keep_offset(s->of, c.offset_s);
        }
    }
    return rc == RC_OK ? take_reply(cx, &c, &reply, ret_set) : rc;
}
