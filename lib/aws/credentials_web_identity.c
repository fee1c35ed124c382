/* A signed statement of who this job is (an EKS service account, a GitLab id_token), given to STS
 * for the keys of a role. */
#include "aws/credentials_private.h"

#include <string.h>

#include "base/file.h"
#include "base/redact.h"
#include "base/session.h"

#define TOKEN_MAX ((size_t)20000) /* what STS takes */

enum rc credentials_web_identity_role(struct ctx *cx, const struct credentials_search *s,
                                      const struct credentials_role *role, const char *token_file,
                                      struct credentials_set *ret_set)
{
    struct diag_point before = diag_point(cx);
    struct credentials_role with = *role;
    struct str token;
    enum rc rc = file_read(cx, token_file, TOKEN_MAX, &token);

    if (rc == RC_NOT_FOUND) {
        return credentials_failed(cx, s, "The token file %s does not exist.", token_file);
    }
    if (rc != RC_OK) {
        return diag_wrap(cx, before, "Cannot get S3 credentials from %s", s->source);
    }
    while (token.n > 0 && strchr(" \t\r\n", token.p[token.n - 1])) {
        token.n--;
    }
    if (token.n == 0) {
        return credentials_failed(cx, s, "The token file %s is empty.", token_file);
    }
    with.web_identity = str_dup(cx->arena, token);
    redact_add(session_redact(cx->session), with.web_identity);
    return credentials_sts(cx, s, &with, ret_set);
}

enum rc credentials_web_identity(struct ctx *cx, struct credentials_search *s,
                                 struct credentials_set *ret_set)
{
    const char *file = credentials_env_get(s, "AWS_WEB_IDENTITY_TOKEN_FILE");
    struct credentials_role role = {
        .arn = credentials_env_get(s, "AWS_ROLE_ARN"),
        .session_name = credentials_env_get(s, "AWS_ROLE_SESSION_NAME"),
    };

    if (file == NULL) {
        return credentials_absent(cx, s, "AWS_WEB_IDENTITY_TOKEN_FILE is not set");
    }
    if (role.arn == NULL) {
        return credentials_failed(cx, s,
                                  "AWS_WEB_IDENTITY_TOKEN_FILE is set but AWS_ROLE_ARN is not.");
    }
    return credentials_web_identity_role(cx, s, &role, file, ret_set);
}
