/* The metadata service of an EC2 instance, version 2: first a session token, then the name of the
 * role that is attached, then its keys. Asked last and without being asked for, so whatever goes
 * wrong is a note: most machines are no instance. */
#include "aws/credentials_private.h"

#include <string.h>
#include <strings.h>

#include "base/redact.h"
#include "base/session.h"
#include "json/json_flat.h"

#define IPV4      "http://169.254.169.254"
#define IPV6      "http://[fd00:ec2::254]"
#define ROLES     "/latest/meta-data/iam/security-credentials/"
#define ROLE_MAX  64
#define REPLY_MAX ((size_t)64 << 10)

struct metadata {
    struct credentials_search *search;
    const char *origin;
    const char *token; /* NULL: not yet */
    const char *why;   /* what went wrong */
};

static const char *origin_of(struct ctx *cx, const struct credentials_search *s)
{
    const char *given = credentials_env_get(s, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    const char *mode = credentials_env_get(s, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");
    size_t n;

    if (given == NULL) {
        return mode && strcasecmp(mode, "IPv6") == 0 ? IPV6 : IPV4;
    }
    n = strlen(given);
    while (n > 0 && given[n - 1] == '/') {
        n--;
    }
    return arena_strndup(cx->arena, given, n);
}

/* A line of text; RC_NOT_FOUND with m->why. */
static enum rc ask(struct ctx *cx, struct metadata *m, const char *method, const char *path,
                   struct str *ret_body)
{
    struct http_header header = {"X-aws-ec2-metadata-token", m->token};
    struct http_response reply;
    enum rc rc;

    if (m->token == NULL) {
        header = (struct http_header){"X-aws-ec2-metadata-token-ttl-seconds", "21600"};
    }
    rc = credentials_reply_ask(cx, m->search->of->local,
                               &(struct http_request){
                                   .method = method,
                                   .url = arena_printf(cx->arena, "%s%s", m->origin, path),
                                   .headers = &header,
                                   .n_headers = 1,
                                   .max_response = REPLY_MAX,
                                   .retry_safe = true,
                               },
                               &reply, &m->why);
    if (rc == RC_OK && reply.status != 200) {
        m->why = arena_printf(cx->arena, "%s %s%s was answered with HTTP %d", method, m->origin,
                              path, reply.status);
        return RC_NOT_FOUND;
    }
    if (rc == RC_OK) {
        *ret_body = reply.body;
    }
    return rc;
}

static enum rc get_token(struct ctx *cx, struct metadata *m)
{
    struct str body;
    enum rc rc = ask(cx, m, "PUT", "/latest/api/token", &body);

    if (rc != RC_OK) {
        return rc;
    }
    if (body.n == 0 || strcspn(body.p, " \t\r\n<") != body.n) {
        m->why = "the session token that came is malformed";
        return RC_NOT_FOUND;
    }
    m->token = body.p;
    redact_add(session_redact(cx->session), m->token);
    return RC_OK;
}

/* Names of roles are letters, digits and a few signs (IAM User Guide), and go into a path. */
static enum rc get_role(struct ctx *cx, struct metadata *m, const char **ret_role)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+=,.@_-";
    struct str body;
    size_t n;
    enum rc rc = ask(cx, m, "GET", ROLES, &body);

    if (rc != RC_OK) {
        return rc;
    }
    n = strcspn(body.p, "\r\n");
    if (n == 0 || n > ROLE_MAX || strspn(body.p, allowed) < n) {
        m->why = n ? "the name of the role that came is malformed" : "no role is attached";
        return RC_NOT_FOUND;
    }
    *ret_role = arena_strndup(cx->arena, body.p, n);
    return RC_OK;
}

static enum rc get_keys(struct ctx *cx, struct metadata *m, struct credentials_set *ret_set)
{
    const struct json_flat *o;
    const char *role = NULL, *code;
    struct str body;
    enum rc rc = get_token(cx, m);

    if (rc != RC_OK || (rc = get_role(cx, m, &role)) != RC_OK ||
        (rc = ask(cx, m, "GET", arena_printf(cx->arena, ROLES "%s", role), &body)) != RC_OK) {
        return rc;
    }
    o = json_flat_read(cx->arena, body, &m->why);
    code = json_flat_text(o, "Code");
    if (o && (!code || strcmp(code, "Success") != 0)) {
        m->why = arena_printf(cx->arena, "it has no keys for role %s", role);
        return RC_NOT_FOUND;
    }
    return credentials_reply_json(cx, m->search, body, "Token", ret_set, &m->why) ? RC_OK
                                                                                  : RC_NOT_FOUND;
}

enum rc credentials_imds(struct ctx *cx, struct credentials_search *s,
                         struct credentials_set *ret_set)
{
    const char *disabled = credentials_env_get(s, "AWS_EC2_METADATA_DISABLED");
    struct metadata m = {.search = s, .origin = origin_of(cx, s)};
    enum rc rc;

    if (disabled && strcasecmp(disabled, "true") == 0) {
        return credentials_absent(cx, s, "turned off by AWS_EC2_METADATA_DISABLED");
    }
    rc = get_keys(cx, &m, ret_set);
    return rc == RC_NOT_FOUND ? credentials_absent(cx, s, "%s", m.why) : rc;
}
