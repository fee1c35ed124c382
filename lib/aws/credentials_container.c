/* The endpoint that a container's host offers: ECS (an address that is always the same, and a
 * path), EKS Pod Identity and others (a URL, and a token that says who asks). */
#include "aws/credentials_private.h"

#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/redact.h"
#include "base/session.h"

#define ECS_ORIGIN "http://169.254.170.2"
#define TOKEN_MAX  ((size_t)16 << 10)

/* Without TLS, the URL must name this machine or what its host answers at: anybody else could read
 * the token, and hand out keys of their own. */
static bool may_be_plain(const char *host, size_t n)
{
    static const char *const hosts[] = {
        "localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]",
    };
    size_t octets = 0;

    for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
        if (strlen(hosts[i]) == n && strncasecmp(host, hosts[i], n) == 0) {
            return true;
        }
    }
    /* 127.0.0.0/8, as four plain numbers: a name may begin with 127. too. */
    for (size_t i = 0; i < n; i++) {
        octets += host[i] == '.';
    }
    return n > 4 && strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") >= n &&
           octets == 3;
}

bool credentials_container_allows(const char *url)
{
    const char *host;
    size_t end, n;

    if (strncasecmp(url, "https://", 8) == 0) {
        return true;
    }
    if (strncasecmp(url, "http://", 7) != 0) {
        return false;
    }
    host = url + 7;
    end = strcspn(host, "/?#");
    n = *host == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#");
    /* user@host, and what some take for it: what looks like the host is none */
    return strcspn(host, "@\\") >= end && n <= end && (n == end || host[n] == ':') &&
           may_be_plain(host, n);
}

/* RC_NOT_FOUND with a note when neither variable is set. */
enum rc credentials_container_url(struct ctx *cx, struct credentials_search *s,
                                  const char **ret_url)
{
    const char *relative = credentials_env_get(s, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = credentials_env_get(s, "AWS_CONTAINER_CREDENTIALS_FULL_URI");

    if (relative) {
        if (*relative != '/') {
            return credentials_failed(
                cx, s, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not start with a slash.");
        }
        *ret_url = arena_printf(cx->arena, ECS_ORIGIN "%s", relative);
        return RC_OK;
    }
    if (!full) {
        return credentials_absent(cx, s,
                                  "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor "
                                  "AWS_CONTAINER_CREDENTIALS_FULL_URI is set");
    }
    if (!credentials_container_allows(full)) {
        return credentials_failed(
            cx, s,
            "AWS_CONTAINER_CREDENTIALS_FULL_URI must be an https:// URL, or http:// with a "
            "loopback "
            "address, 169.254.170.2, 169.254.170.23 or [fd00:ec2::23]. Nothing was sent.");
    }
    *ret_url = full;
    return RC_OK;
}

/* The file is read anew each time: its token is replaced while we run. */
static enum rc read_token(struct ctx *cx, const struct credentials_search *s, const char *path,
                          const char **ret_token)
{
    struct diag_point before = diag_point(cx);
    struct str content;
    enum rc rc = file_read(cx, path, TOKEN_MAX, &content);

    if (rc == RC_NOT_FOUND) {
        return credentials_failed(
            cx, s, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE names %s, which does not exist.", path);
    }
    if (rc != RC_OK) {
        return diag_wrap(cx, before, "Cannot get S3 credentials from %s", s->source);
    }
    while (content.n > 0 && strchr(" \t\r\n", content.p[content.n - 1])) {
        content.n--;
    }
    *ret_token = str_dup(cx->arena, content);
    return RC_OK;
}

/* NULL: none is asked for. */
static enum rc find_token(struct ctx *cx, const struct credentials_search *s,
                          const char **ret_token)
{
    const char *path = credentials_env_get(s, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *token = credentials_env_get(s, "AWS_CONTAINER_AUTHORIZATION_TOKEN");

    if (path && read_token(cx, s, path, &token) != RC_OK) {
        return RC_FAIL;
    }
    redact_add(session_redact(cx->session), token);
    if (token && (*token == '\0' || token[strcspn(token, "\r\n")] != '\0')) {
        return credentials_failed(cx, s, "The authorization token %s. It must be one line.",
                                  *token ? "has a line break" : "is empty");
    }
    *ret_token = token;
    return RC_OK;
}

enum rc credentials_container(struct ctx *cx, struct credentials_search *s,
                              struct credentials_set *ret_set)
{
    const char *url = NULL, *token = NULL, *why = NULL;
    struct http_response reply;
    struct http_header header = {.name = "Authorization"};
    enum rc rc = credentials_container_url(cx, s, &url);

    if (rc != RC_OK || (rc = find_token(cx, s, &token)) != RC_OK) {
        return rc;
    }
    header.value = token;
    rc = credentials_reply_ask(cx, s->of->local,
                               &(struct http_request){
                                   .method = "GET",
                                   .url = url,
                                   .headers = &header,
                                   .n_headers = token ? 1 : 0,
                                   .retry_safe = true,
                               },
                               &reply, &why);
    if (rc == RC_FAIL) {
        return RC_FAIL;
    }
    if (rc == RC_OK && reply.status == 200 &&
        credentials_reply_json(cx, s, reply.body, "Token", ret_set, &why)) {
        return RC_OK;
    }
    if (rc == RC_OK && reply.status != 200) {
        why = arena_printf(cx->arena, "it answered HTTP %d", reply.status);
    }
    return credentials_failed(cx, s, "The container's endpoint %s gave no keys: %s.",
                              http_origin(cx->arena, url), why);
}
