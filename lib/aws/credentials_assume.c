/* A role that the settings name (s3.assume_role), whatever the keys come from. */
#include "aws/credentials_private.h"

static const char role_source[] = "the role in the settings (s3.assume_role)";

static struct credentials_role role_of(const struct credentials_assume *a)
{
    return (struct credentials_role){
        .arn = a->role_arn,
        .session_name = a->session_name,
        .external_id = a->external_id,
        .duration = a->duration,
    };
}

enum rc credentials_assume_by_token(struct ctx *cx, struct credentials_search *s,
                                    struct credentials_set *ret_set)
{
    const struct credentials_options *o = &s->of->options;
    struct credentials_role role = role_of(&o->assume);

    s->source = role_source;
    if (!o->assume.web_identity_token_file) {
        return RC_NOT_FOUND;
    }
    if (!role.arn) {
        return credentials_failed(
            cx, s, "s3.assume_role.web_identity_token_file is set but role_arn is not.");
    }
    if (o->given.access_key || o->given.secret_key || o->given.session_token || o->profile) {
        return credentials_failed(cx, s,
                                  "s3.assume_role.web_identity_token_file is set beside keys or a "
                                  "profile. A credential is one set from one source.");
    }
    if (s->of->place != CREDENTIALS_AWS) {
        return credentials_failed(
            cx, s,
            "What s3.assume_role.web_identity_token_file gives is for servers "
            "under amazonaws.com only, and %s is none. Nothing was sent.",
            o->host);
    }
    return credentials_web_identity_role(cx, s, &role, o->assume.web_identity_token_file, ret_set);
}

enum rc credentials_assume_by_keys(struct ctx *cx, struct credentials_search *s,
                                   const struct credentials_set *found,
                                   struct credentials_set *ret_set)
{
    struct credentials_role role = role_of(&s->of->options.assume);

    if (!role.arn) {
        *ret_set = *found;
        return RC_OK;
    }
    s->source = role_source;
    role.keys = &found->keys;
    return credentials_sts(cx, s, &role, ret_set);
}
