/* Keys that are simply there: among the settings, or in the environment. */
#include "aws/credentials_private.h"

#include <string.h>

#include "base/redact.h"
#include "base/session.h"

static const char *or_null(const char *text)
{
    return text && *text ? text : NULL;
}

const char *credentials_env_get(const struct credentials_search *s, const char *name)
{
    const struct credentials_environment *e = s->of->options.environment;

    return or_null(e ? e->get(e, name) : getenv(name));
}

static bool is_blank(char c)
{
    return c != '\0' && strchr(" \t\r\n", c) != NULL;
}

/* No key begins or ends so, but what a file was read into does; the server would only say that the
 * signature is wrong. */
static enum rc refuse_blanks(struct ctx *cx, const struct credentials_half *h)
{
    for (size_t i = 0; i < 3; i++) {
        const char *v = h->values[i];
        if (v && *v && (is_blank(*v) || is_blank(v[strlen(v) - 1]))) {
            return diag_error(cx, NULL, "A blank or line break around an S3 credential",
                              "%s begins or ends with a blank or a line break, which is part of no "
                              "key. It often comes from the file that was read into it: set it "
                              "again without.",
                              h->names[i]);
        }
    }
    return RC_OK;
}

enum rc credentials_env_whole(struct ctx *cx, const struct credentials_half *h,
                              struct credentials_set *ret_set)
{
    const char *const *v = h->values;
    size_t first = v[0] ? 0 : v[1] ? 1 : 2;

    if (!v[0] && !v[1] && !v[2]) {
        return RC_NOT_FOUND;
    }
    if (!v[0] || !v[1]) {
        return diag_error(cx, NULL, "Half a set of S3 credentials",
                          "%s is set but %s is not. A credential is one set from one source; give "
                          "both in the same place.",
                          h->names[first], h->names[v[0] ? 1 : 0]);
    }
    redact_add(session_redact(cx->session), v[1]);
    redact_add(session_redact(cx->session), v[2]);
    if (refuse_blanks(cx, h) != RC_OK) {
        return RC_FAIL;
    }
    *ret_set = (struct credentials_set){.keys = {v[0], v[1], v[2]}};
    return RC_OK;
}

/* A set from three variables. */
static enum rc from_variables(struct ctx *cx, struct credentials_search *s,
                              const char *const names[3], struct credentials_set *ret_set)
{
    struct credentials_half h = {.names = {names[0], names[1], names[2]}};
    enum rc rc;

    for (size_t i = 0; i < 3; i++) {
        h.values[i] = names[i] ? credentials_env_get(s, names[i]) : NULL;
    }
    rc = credentials_env_whole(cx, &h, ret_set);
    return rc == RC_NOT_FOUND ? credentials_absent(cx, s, "%s is not set", names[0]) : rc;
}

enum rc credentials_env_given(struct ctx *cx, struct credentials_search *s,
                              struct credentials_set *ret_set)
{
    const struct credentials_options *o = &s->of->options;
    enum rc rc = credentials_env_whole(
        cx,
        &(struct credentials_half){
            .values = {or_null(o->given.access_key), or_null(o->given.secret_key),
                       or_null(o->given.session_token)},
            .names = {"s3.access_key", "s3.secret_key", "s3.session_token"},
        },
        ret_set);

    if (rc == RC_OK && o->profile) {
        return diag_error(cx, NULL, "Two sources of S3 credentials",
                          "Both keys (s3.access_key, s3.secret_key) and a profile (s3.profile) are "
                          "set. A credential is one set from one source; take one of them out.");
    }
    return rc == RC_NOT_FOUND
               ? credentials_absent(cx, s, "s3.access_key and s3.secret_key are not set")
               : rc;
}

enum rc credentials_env_own(struct ctx *cx, struct credentials_search *s,
                            struct credentials_set *ret_set)
{
    const char *set = s->of->options.variables;

    return from_variables(cx, s,
                          (const char *const[]){arena_printf(cx->arena, "%s_ACCESS_KEY", set),
                                                arena_printf(cx->arena, "%s_SECRET_KEY", set),
                                                arena_printf(cx->arena, "%s_SESSION_TOKEN", set)},
                          ret_set);
}

enum rc credentials_env_spaces(struct ctx *cx, struct credentials_search *s,
                               struct credentials_set *ret_set)
{
    return from_variables(
        cx, s, (const char *const[]){"SPACES_ACCESS_KEY_ID", "SPACES_SECRET_ACCESS_KEY", NULL},
        ret_set);
}

enum rc credentials_env_aws(struct ctx *cx, struct credentials_search *s,
                            struct credentials_set *ret_set)
{
    if (s->of->place != CREDENTIALS_AWS && !s->of->options.endpoint_from_aws_variables) {
        return credentials_absent(cx, s,
                                  "not used for this server, because its endpoint did not come "
                                  "from AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL");
    }
    return from_variables(
        cx, s,
        (const char *const[]){"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"},
        ret_set);
}
