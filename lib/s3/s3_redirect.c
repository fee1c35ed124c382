#include "s3/s3_redirect.h"

#include <string.h>
#include <strings.h>

#include "base/ctx.h"
#include "s3/s3_again.h"
#include "s3/s3_client.h"
#include "s3/s3_request.h"

static bool is_redirect(const struct s3_error *e)
{
    return e->status == 301 || e->status == 302 || e->status == 307 || e->status == 308 ||
           strcmp(e->code, "PermanentRedirect") == 0 || strcmp(e->code, "TemporaryRedirect") == 0;
}

/* Replies of any status may name the bucket's region; it is the reason of these alone. */
static bool is_other_region(const struct s3_trial *t, const struct s3_error *e)
{
    return *e->region && strcmp(e->region, t->place.region) != 0 &&
           s3_client_is_region(e->region) && (is_redirect(e) || e->status == 400);
}

/* Amazon's customers have machines under its names, too; none begins so. */
static bool is_s3_of_aws(const char *host)
{
    return strncasecmp(host, "s3.", 3) == 0 || strncasecmp(host, "s3-", 3) == 0;
}

/* AWS's host with the label of one region replaced by that of another: s3.eu-west-1.amazonaws.com,
 * s3-eu-west-1.amazonaws.com. NULL: it has none, or is a private endpoint in one region. */
static const char *in_region(struct arena *a, const char *host, const char *from, const char *to)
{
    size_t n = strlen(from);
    const char *at = is_s3_of_aws(host) ? strstr(host, from) : NULL;

    while (at && (at == host || (at[-1] != '.' && at[-1] != '-') || at[n] != '.')) {
        at = strstr(at + 1, from);
    }
    return at ? arena_printf(a, "%.*s%s%s", (int)(at - host), host, to, at + n) : NULL;
}

/* What a redirect points to: the Location's origin, or the Endpoint, a bare host. NULL: nothing, or
 * a path, which leads to the same server. */
static const char *pointed_at(struct arena *a, const struct s3_trial *t, const struct s3_error *e)
{
    if (strstr(e->location, "://")) {
        return http_origin(a, e->location);
    }
    if (str_starts(e->location, "//")) {
        return http_origin(a, arena_printf(a, "%s:%s", t->place.scheme, e->location));
    }
    return *e->endpoint ? arena_printf(a, "%s://%s", t->place.scheme, e->endpoint) : NULL;
}

/* The bucket that a host begins with: it goes back into the request. */
static const char *without_bucket(const char *host, const char *bucket)
{
    size_t n = strlen(bucket);

    return strncasecmp(host, bucket, n) == 0 && host[n] == '.' ? host + n + 1 : host;
}

static const char *port_of(const char *host)
{
    return host + strcspn(host, ":");
}

static bool is_same_provider(const struct s3_client *c, const char *host)
{
    static const char *const domains[] = {"amazonaws.com", "amazonaws.com.cn",
                                          "digitaloceanspaces.com"};

    if (strcasecmp(c->host, host) == 0) {
        return true;
    }
    if (c->host[0] == '[' || strcmp(port_of(c->host), port_of(host)) != 0) {
        return false;
    }
    for (size_t i = 0; i < sizeof(domains) / sizeof(*domains); i++) {
        if (credentials_is_under(c->host, domains[i])) {
            return credentials_is_under(host, domains[i]) && (!c->aws || is_s3_of_aws(host));
        }
    }
    return credentials_is_under(host, c->host);
}

static enum rc refuse(struct ctx *cx, const struct s3_trial *t, const struct s3_request *r,
                      const struct s3_error *e, const char *to)
{
    const struct s3_client *c = t->client;

    return diag_error(
        cx, NULL,
        arena_printf(cx->arena, "Cannot %s %s", r->doing, s3_request_target(cx->arena, r)),
        "%s to %s://%s was answered with HTTP %d%s%s, which points to %s. Keys are sent to the "
        "configured server and to hosts of its provider only, over TLS if it is, so this was not "
        "followed. If the bucket is there, set endpoint (SEEDBANK_S3_ENDPOINT) to that server and "
        "give its keys; if not, something in between answers in the place of %s.",
        r->method, t->place.scheme, t->place.host, e->status, *e->code ? " " : "", e->code, to,
        c->host);
}

static enum rc follow(struct ctx *cx, const struct s3_trial *t, const struct s3_request *r,
                      const struct s3_error *e, struct s3_place *place)
{
    const char *to = pointed_at(cx->arena, t, e);
    const char *scheme, *host;

    if (to == NULL) { /* a HEAD's answer has a region at most */
        if (t->client->aws && place->region != t->place.region) {
            place->host = s3_client_aws_host(cx->arena, place->region);
        }
        return RC_OK;
    }
    if (!s3_client_origin(cx->arena, to, &scheme, &host)) {
        return refuse(cx, t, r, e, to);
    }
    host = without_bucket(host, r->bucket);
    if (!is_same_provider(t->client, host) ||
        (strcmp(t->client->scheme, "https") == 0 && strcmp(scheme, "https") != 0)) {
        return refuse(cx, t, r, e, to);
    }
    place->scheme = scheme;
    place->host = host;
    return RC_OK;
}

enum rc s3_redirect_place(struct ctx *cx, const struct s3_trial *trial,
                          const struct s3_request *request, const struct s3_error *error,
                          struct s3_place *ret_place)
{
    const struct s3_place *now = &trial->place;
    struct s3_place to = *now;
    const char *host = NULL;
    enum rc rc = RC_OK;

    if (is_other_region(trial, error)) {
        to.region = error->region;
        host = trial->client->aws ? in_region(cx->arena, now->host, now->region, to.region) : NULL;
    }
    if (host) {
        to.host = host; /* of our own making, which goes before what a reply says */
    } else if (is_redirect(error)) {
        rc = follow(cx, trial, request, error, &to);
    }
    if (rc == RC_OK && strcasecmp(to.host, now->host) == 0 && strcmp(to.scheme, now->scheme) == 0 &&
        strcmp(to.region, now->region) == 0) {
        return RC_NOT_FOUND;
    }
    if (rc == RC_OK) {
        *ret_place = to;
    }
    return rc;
}
