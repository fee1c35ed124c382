/* What is said when no complete reply came. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>

#include "base/ctx.h"
#include "http/http_private.h"

/* passes: another try may succeed. In the remedy %s is what `about` gives. */
static const struct row {
    const char *cause;
    bool passes;
    const char *remedy;
} rows[HTTP_N_CAUSES] = {
    [HTTP_COMPLETE] = {"complete", false, ""},
    [HTTP_CANCELLED] = {"interrupted", false,
                        "The work was told to stop before it was done. Run it again to go on."},
    [HTTP_BAD_URL] = {"the address is not an http or https URL", false,
                      "Correct the endpoint: scheme, host and, if needed, port."},
    [HTTP_NO_NAME] = {"name lookup found no such host", true,
                      "Check the spelling of the endpoint, and that this machine's DNS knows it."},
    [HTTP_NO_PROXY] = {"name lookup did not find the proxy", true,
                       "Check https_proxy, http_proxy and no_proxy in the environment."},
    [HTTP_REFUSED] = {"connection refused", true,
                      "Nothing listens there: check host and port of the endpoint, and that the "
                      "service runs."},
    [HTTP_UNREACHABLE] = {"the host cannot be reached", true,
                          "Check network, firewall and the proxy settings in the environment."},
    [HTTP_NO_FILES] = {"no more files can be opened", true,
                       "Raise that limit, or let fewer things run at once."},
    [HTTP_CERTIFICATE] = {"its TLS certificate is not trusted", false,
                          "If the service has a private CA, name that CA's file (ca_file). If the "
                          "certificate is for another host or has expired, correct the endpoint or "
                          "renew it. Verification cannot be turned off."},
    [HTTP_CA_FILE] =
        {"the file of trusted certificates cannot be used", false,
         "It must exist, be readable and hold certificates in PEM form. Check ca_file, "
         "or SSL_CERT_FILE in the environment."},
    [HTTP_HANDSHAKE] = {"the TLS handshake failed", true,
                        "Check that the port speaks TLS 1.2 or later (https) and not plain http."},
    [HTTP_CONNECT_TIMED_OUT] = {"time-out while connecting", true,
                                "Packets get lost on the way: check host and port of the endpoint, "
                                "the firewall, and the proxy settings in the environment."},
    [HTTP_TIMED_OUT] = {"time-out", true,
                        "The service or the way to it is too slow or drops packets; try again "
                        "later, or raise the time allowed (request_timeout)."},
    [HTTP_STALLED] = {"stalled: no byte came or went any more", true,
                      "The service or something on the way holds the connection without answering; "
                      "try again later."},
    [HTTP_HUNG_UP] = {"the connection was closed or reset before an answer", true,
                      "The service or a load balancer in front of it drops connections; try again "
                      "later and look into its logs."},
    [HTTP_CUT_HEAD] = {"the reply was cut inside its headers", true,
                       "The service or a proxy on the way drops connections; try again later."},
    [HTTP_CUT_BODY] = {"the reply was cut inside its body", true,
                       "The service or a proxy on the way drops connections; try again later."},
    [HTTP_UNSIZED] = {"the reply says neither its length nor its end", false,
                      "It could have been cut without a trace, so it is not used. Check that the "
                      "endpoint is that of the service, and not of an old proxy."},
    [HTTP_HEAD_TOO_LARGE] = {"the reply's headers are too large", false,
                             "Check that the endpoint is that of the service."},
    [HTTP_BODY_TOO_LARGE] = {"the reply is too large", false,
                             "Check that the endpoint is that of the service."},
    [HTTP_NOT_HTTP] = {"the answer is not HTTP", false,
                       "Another kind of service listens there: check scheme and port of the "
                       "endpoint (https or http?)."},
    [HTTP_NOT_TAKEN] = {"the reply was not taken", false, ""},
    [HTTP_OTHER] = {"the transfer failed", true, "Try again later."},
};

const char *http_error_cause(enum http_cause cause)
{
    return rows[cause].cause;
}

bool http_error_passes(enum http_cause cause)
{
    return rows[cause].passes;
}

static const char *file_limit(struct arena *a)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_NOFILE, &limit) == 0
               ? arena_printf(a, "ulimit -n is %llu. ", (unsigned long long)limit.rlim_cur)
               : "";
}

/* The variable of the environment that sends requests to this scheme through a proxy, as
 * libcurl-env(3) has it: HTTP_PROXY in capitals is not heeded. NULL: none. */
static const char *proxy_variable(const char *url)
{
    static const char *const names[] = {"https_proxy", "HTTPS_PROXY", "http_proxy", "all_proxy",
                                        "ALL_PROXY"};
    bool tls = strncasecmp(url, "https:", 6) == 0;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        bool fits = i > 2 || tls == (i < 2);
        if (fits && value != NULL && *value != '\0') {
            return names[i];
        }
    }
    return NULL;
}

/* What could not be reached may be the proxy. */
static const char *which_refused(struct ctx *cx, const struct http_try *t)
{
    const char *name = proxy_variable(t->request->url);

    return name == NULL || t->client->options.direct
               ? ""
               : arena_printf(cx->arena,
                              "%s in the environment names a proxy: unless no_proxy excepts this "
                              "host, it is the proxy that is meant. ",
                              name);
}

/* Of what it promised. */
static const char *how_far(struct ctx *cx, const struct http_try *t)
{
    const char *length = http_header_get(&t->response, "Content-Length");
    const char *of = "";
    uint64_t n;

    if (!t->head_done) {
        return "";
    }
    if (length != NULL && str_to_u64(str_of(length), &n)) {
        of = arena_printf(cx->arena, " of %s", length);
    }
    return arena_printf(cx->arena, "%llu bytes of its body had come%s. ",
                        (unsigned long long)t->body_bytes, of);
}

/* The figure or file that the cause is about, as a sentence, or "". */
static const char *about(struct ctx *cx, const struct http_try *t)
{
    const struct http_client *c = t->client;
    int64_t whole_ms = c->options.request_timeout_ms + t->request->extra_ms;
    int64_t silence_ms = c->options.stall_timeout_ms + t->request->extra_ms;

    switch ((int)t->cause) {
    case HTTP_NO_FILES:
        return file_limit(cx->arena);
    case HTTP_REFUSED:
        return which_refused(cx, t);
    case HTTP_CA_FILE:
        return arena_printf(cx->arena, "It is %s. ",
                            c->ca_file == NULL ? "curl's own" : c->ca_file);
    case HTTP_CONNECT_TIMED_OUT:
        return arena_printf(cx->arena, "%lld ms are allowed for connecting. ",
                            (long long)http_client_connect_ms(c));
    case HTTP_TIMED_OUT:
        return arena_printf(cx->arena, "%s%lld ms are allowed for one try. ", how_far(cx, t),
                            (long long)whole_ms);
    case HTTP_STALLED:
        return arena_printf(cx->arena, "%s%lld ms passed in silence. ", how_far(cx, t),
                            (long long)silence_ms);
    case HTTP_CUT_BODY:
        return how_far(cx, t);
    case HTTP_HEAD_TOO_LARGE:
        return arena_printf(cx->arena, "More than %u bytes of headers came. ", HTTP_HEAD_MAX);
    case HTTP_BODY_TOO_LARGE:
        return arena_printf(cx->arena, "HTTP %d came with more than %zu bytes. ",
                            t->response.status, t->body->max);
    default:
        return "";
    }
}

enum rc http_error_report(struct ctx *cx, const struct http_try *t, unsigned tries)
{
    const struct row *row = &rows[t->cause];
    const char *origin = http_origin(cx->arena, t->request->url);
    const char *words = "";

    if (t->cause == HTTP_CANCELLED) {
        return ctx_check(cx);
    }
    /* Of an address that curl cannot read, its words may repeat any part. */
    if (t->words[0] != '\0' && t->cause != HTTP_BAD_URL) {
        words = arena_printf(cx->arena, " (%s)", t->words);
    }
    return diag_error(
        cx, NULL, arena_printf(cx->arena, "%s %s: %s", t->request->method, origin, row->cause),
        "No complete reply came from %s%s; tried %u time%s, the last for %lld ms. %s%s%s", origin,
        words, tries, tries == 1 ? "" : "s", (long long)t->ms, about(cx, t),
        t->spared ? "Another request got no answer a moment ago, so this was not tried again. "
                  : "",
        row->remedy);
}
