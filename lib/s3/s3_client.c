#include "s3/s3_client.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/ctx.h"
#include "base/redact.h"
#include "base/session.h"
#include "s3/s3_name.h"

#define ALNUM      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
#define LOWER      "abcdefghijklmnopqrstuvwxyz0123456789"
#define MAX_REGION 64
#define MAX_HOST   300
#define MAX_SHOWN  100 /* bytes of a wrong name */

static bool only(const char *s, size_t n, const char *allowed)
{
    return strspn(s, allowed) >= n;
}

bool s3_client_is_region(const char *text)
{
    size_t n = strlen(text);

    return n > 0 && n <= MAX_REGION && only(text, n, ALNUM "-_");
}

/* NULL: unset or empty. */
static const char *variable(const struct s3_options *o, const char *name)
{
    const char *value = o->environment ? o->environment->get(o->environment, name) : getenv(name);

    return value && *value ? value : NULL;
}

static const char *variables_of(const struct s3_options *o)
{
    return o->variables ? o->variables : CREDENTIALS_VARIABLES;
}

/* AWS's variables speak of AWS's regions, and say nothing of those of other servers. */
static enum rc take_region(struct ctx *cx, struct s3_client *c, const struct s3_options *o)
{
    static const char *const variables[] = {"AWS_REGION", "AWS_DEFAULT_REGION"};
    const char *region = o->region && *o->region ? o->region : NULL;
    const char *name = arena_printf(cx->arena, "%s_REGION", variables_of(o));

    for (size_t i = 0; c->aws && region == NULL && i < 2; i++) {
        name = variables[i];
        region = variable(o, name);
    }
    if (region == NULL) {
        region = "us-east-1";
    }
    if (!s3_client_is_region(region)) {
        return diag_error(cx, NULL, "The S3 region is malformed",
                          "A region is letters, digits, '-' and '_', such as eu-central-1. Check "
                          "the setting region (%s).",
                          name);
    }
    c->region = arena_strdup(c->arena, region);
    return RC_OK;
}

static bool is_port(const char *text)
{
    size_t n = strlen(text);
    uint64_t port;

    return n <= 5 && only(text, n, "0123456789") && str_to_u64(str_of(text), &port) && port > 0 &&
           port <= UINT16_MAX;
}

/* A host name, an IPv4 address, or an IPv6 address in brackets. */
static bool is_host(const char *text, size_t n)
{
    if (n > 0 && text[0] == '[') {
        return n >= 4 && text[n - 1] == ']' && only(text + 1, n - 2, ALNUM ".:");
    }
    return n > 0 && only(text, n, ALNUM ".-_");
}

/* host, host:port, [ipv6] or [ipv6]:port; the scheme's own port is dropped, as every HTTP client
 * leaves it out of the Host header. NULL: malformed. */
static const char *host_of(struct arena *a, const char *text, size_t n, const char *own_port)
{
    char *host = arena_strndup(a, text, n);
    char *bracket = strchr(host, ']');
    char *port = strchr(bracket ? bracket : host, ':');

    if (n > MAX_HOST || !is_host(host, port ? (size_t)(port - host) : n) ||
        (port && !is_port(port + 1))) {
        return NULL;
    }
    if (port && strcmp(port + 1, own_port) == 0) {
        *port = '\0';
    }
    return host;
}

bool s3_client_origin(struct arena *a, const char *url, const char **ret_scheme,
                      const char **ret_host)
{
    bool tls = strncasecmp(url, "https://", 8) == 0;
    const char *host = url + (tls ? 8 : 7);
    size_t n;

    if (!tls && strncasecmp(url, "http://", 7) != 0) {
        return false;
    }
    n = strlen(host);
    if (n > 0 && host[n - 1] == '/') {
        n--;
    }
    host = host_of(a, host, n, tls ? "443" : "80");
    if (host) {
        *ret_scheme = tls ? "https" : "http";
        *ret_host = host;
    }
    return host != NULL;
}

const char *s3_client_aws_host(struct arena *a, const char *region)
{
    return arena_printf(a, "s3.%s.amazonaws.com%s", region, str_starts(region, "cn-") ? ".cn" : "");
}

/* Without an endpoint, AWS: its host depends on the region. */
static enum rc take_endpoint(struct ctx *cx, struct s3_client *c, const struct s3_options *o)
{
    bool given = o->endpoint && *o->endpoint;

    if (given && !s3_client_origin(c->arena, o->endpoint, &c->scheme, &c->host)) {
        return diag_error(cx, NULL, "The S3 endpoint is malformed",
                          "An endpoint is http:// or https://, a host name or address and, where "
                          "needed, a port, without user, path or query: "
                          "https://fra1.digitaloceanspaces.com. Check the setting endpoint "
                          "(%s_ENDPOINT).",
                          variables_of(o));
    }
    c->aws = !given || credentials_place(c->host) == CREDENTIALS_AWS;
    if (take_region(cx, c, o) != RC_OK) {
        return RC_FAIL;
    }
    if (!given) {
        c->scheme = "https";
        c->host = s3_client_aws_host(c->arena, c->region);
    }
    return RC_OK;
}

const char *s3_client_url(struct arena *a, const struct s3_client *client)
{
    return arena_printf(a, "%s://%s", client->scheme, client->host);
}

const char *s3_client_region(const struct s3_client *client)
{
    return client->region;
}

unsigned s3_client_window(const struct s3_client *client)
{
    return http_client_window(client->http);
}

bool s3_client_is_aws(const struct s3_client *client)
{
    return client->aws;
}

static void client_free(void *object)
{
    struct s3_client *c = object;

    s3_known_free(c->known);
    arena_free(c->arena);
}

enum rc s3_client_new(struct ctx *cx, struct session *session, const struct s3_options *options,
                      struct s3_client **ret_client)
{
    struct arena *a = arena_new();
    struct s3_client *c = arena_alloc(a, sizeof(*c));

    c->arena = a;
    c->path_style = options->force_path_style;
    c->variables = arena_strdup(a, variables_of(options));
    c->max_retries = options->max_retries;
    if (take_endpoint(cx, c, options) != RC_OK) {
        arena_free(a);
        return RC_FAIL;
    }
    c->known = s3_known_new(a);
    redact_add(session_redact(session), options->secret_key);
    redact_add(session_redact(session), options->session_token);
    session_own(session, c, client_free);
    c->credentials = credentials_new(
        session, &(struct credentials_options){
                     .host = c->host,
                     .region = c->region,
                     .given = {options->access_key, options->secret_key, options->session_token},
                     .profile = options->profile,
                     .variables = options->variables,
                     .assume = options->assume ? *options->assume : (struct credentials_assume){0},
                     .endpoint_from_aws_variables = options->endpoint_from_aws_variables,
                     .environment = options->environment,
                     .max_retries = options->max_retries,
                     .timeout_ms = options->request_timeout_ms,
                 });
    c->http = http_client_new(session, &(struct http_client_options){
                                           .ca_file = options->ca_file,
                                           .request_timeout_ms = options->request_timeout_ms,
                                           .max_retries = options->max_retries,
                                           .user_agent = "seedbank/" SEEDBANK_VERSION,
                                           .adaptive = options->adaptive,
                                           .max_per_second = options->max_per_second,
                                       });
    *ret_client = c;
    return RC_OK;
}

/* Rules of "Bucket naming rules" (S3 User Guide) as far as they make a name a host name. */
static bool is_host_name(const char *bucket)
{
    size_t n = strlen(bucket);

    return n >= 3 && n <= 63 && only(bucket, n, LOWER "-.") && only(bucket, 1, LOWER) &&
           only(bucket + n - 1, 1, LOWER) && strstr(bucket, "..") == NULL &&
           strstr(bucket, ".-") == NULL && strstr(bucket, "-.") == NULL;
}

/* Whether "bucket." can be put before the server's name. */
static bool takes_label(const char *host)
{
    size_t n = strcspn(host, ":");
    bool numeric = only(host, n, "0123456789.");

    return host[0] != '[' && !numeric && memchr(host, '.', n) != NULL;
}

enum rc s3_client_address(struct ctx *cx, const struct s3_place *place, const char *bucket,
                          const char *key, struct s3_address *ret_address)
{
    struct arena *a = cx->arena;
    bool tls = strcmp(place->scheme, "https") == 0;
    const char *fault = s3_name_fault(a, str_of(bucket));

    if (fault) {
        return diag_error(cx, NULL,
                          arena_printf(a, "\"%s\" is not a bucket name",
                                       str_utf8_clean(a, str_of(bucket), MAX_SHOWN)),
                          "It %s. It must be " S3_NAME_RULE ". Nothing was sent.", fault);
    }
    if (!place->path_style && takes_label(place->host) && is_host_name(bucket) &&
        !(tls && strchr(bucket, '.'))) {
        *ret_address = (struct s3_address){arena_printf(a, "%s.%s", bucket, place->host),
                                           arena_printf(a, "/%s", key ? key : ""), true};
    } else {
        *ret_address = (struct s3_address){
            place->host, arena_printf(a, "/%s%s%s", bucket, key ? "/" : "", key ? key : ""), false};
    }
    return RC_OK;
}
