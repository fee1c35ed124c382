/* The shared configuration and credentials files: what a profile's settings mean. */
#include "aws/credentials_private.h"

#include <string.h>

#include "aws/profiles.h"
#include "base/buf.h"
#include "base/file.h"

#define FILE_MAX  ((size_t)1 << 20)
#define CHAIN_MAX 5 /* roles one after the other */

/* A walk from profile to profile. */
struct walk {
    struct credentials_search *search;
    const struct profiles *profiles;
    const char *paths[PROFILES_N_FILES]; /* NULL: not known where */
    bool found[PROFILES_N_FILES];
    const char *chain[CHAIN_MAX]; /* the profiles whose roles wait for keys */
    size_t n;
};

/* ---- The files ----------------------------------------------------------------------------------
 */

static const char *path_of(struct ctx *cx, const struct credentials_search *s, const char *variable,
                           const char *usual)
{
    const char *home = credentials_env_get(s, "HOME");
    const char *given = credentials_env_get(s, variable);

    if (given && !str_starts(given, "~/")) {
        return given;
    }
    return home ? arena_printf(cx->arena, "%s/%s", home, given ? given + 2 : usual) : NULL;
}

static enum rc read_files(struct ctx *cx, struct walk *w)
{
    struct diag_point before = diag_point(cx);
    struct profiles *p = profiles_new(cx->arena);

    w->profiles = p;
    w->paths[PROFILES_CONFIG] = path_of(cx, w->search, "AWS_CONFIG_FILE", ".aws/config");
    w->paths[PROFILES_CREDENTIALS] =
        path_of(cx, w->search, "AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials");
    for (enum profiles_file file = PROFILES_CONFIG; file < PROFILES_N_FILES; file++) {
        const char *why = NULL;
        struct str content;
        enum rc rc =
            w->paths[file] ? file_read(cx, w->paths[file], FILE_MAX, &content) : RC_NOT_FOUND;
        if (rc == RC_FAIL) {
            return diag_wrap(cx, before, "Cannot get S3 credentials from %s", w->search->source);
        }
        w->found[file] = rc == RC_OK;
        if (rc == RC_OK && !profiles_add(p, file, content, &why)) {
            return credentials_failed(cx, w->search, "The file %s is malformed: %s.",
                                      w->paths[file], why);
        }
    }
    return RC_OK;
}

/* "~/.aws/config and ~/.aws/credentials", as they are here. */
static const char *files_text(struct ctx *cx, const struct walk *w)
{
    const char *const *p = w->paths;
    const bool *found = w->found;

    if (!p[0] && !p[1]) {
        return "no file, since HOME is not set";
    }
    return arena_printf(cx->arena, "%s%s and %s%s", p[0] ? p[0] : "no file",
                        found[0] ? "" : " (missing)", p[1] ? p[1] : "no file",
                        found[1] ? "" : " (missing)");
}

/* ---- One profile --------------------------------------------------------------------------------
 */

static enum rc from_profile(struct ctx *cx, struct walk *w, const char *profile,
                            struct credentials_set *ret_set);

static const char *setting(const struct walk *w, const char *profile, const char *name)
{
    return profiles_any(w->profiles, profile, name);
}

/* Both keys from one file. */
static enum rc static_keys(struct ctx *cx, const struct walk *w, const char *profile,
                           struct credentials_set *ret_set)
{
    static const char *const names[3] = {"aws_access_key_id", "aws_secret_access_key",
                                         "aws_session_token"};
    static const enum profiles_file files[] = {PROFILES_CREDENTIALS, PROFILES_CONFIG};

    for (size_t f = 0; f < PROFILES_N_FILES; f++) {
        struct credentials_half h;
        enum rc rc;
        for (size_t i = 0; i < 3; i++) {
            h.values[i] = profiles_get(w->profiles, files[f], profile, names[i]);
            h.names[i] = arena_printf(cx->arena, "%s of profile %s in %s", names[i], profile,
                                      w->paths[files[f]]);
        }
        rc = credentials_env_whole(cx, &h, ret_set);
        if (rc != RC_NOT_FOUND) {
            return rc;
        }
    }
    return RC_NOT_FOUND;
}

static enum rc only_aws(struct ctx *cx, const struct walk *w, const char *profile,
                        const char *setting_name)
{
    return credentials_failed(cx, w->search,
                              "Profile %s has %s, whose keys are for servers under amazonaws.com "
                              "only, and %s is none. Nothing was sent.",
                              profile, setting_name, w->search->of->options.host);
}

/* The keys that a role is asked for with, where credential_source says which. */
static enum rc source_keys(struct ctx *cx, struct walk *w, const char *profile,
                           struct credentials_set *ret_set)
{
    static const struct {
        const char *name;
        enum rc (*look)(struct ctx *cx, struct credentials_search *s,
                        struct credentials_set *ret_set);
    } rows[] = {
        {"Environment", credentials_env_aws},
        {"EcsContainer", credentials_container},
        {"Ec2InstanceMetadata", credentials_imds},
    };
    const char *name = setting(w, profile, "credential_source");
    struct buf *notes = w->search->notes;
    size_t before = notes->len;
    enum rc rc;

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const char *why;
        if (strcmp(name, rows[i].name) != 0) {
            continue;
        }
        rc = rows[i].look(cx, w->search, ret_set);
        if (rc != RC_NOT_FOUND) {
            return rc;
        }
        why = arena_strdup(cx->arena, notes->data + before);
        buf_truncate(notes, before);
        return credentials_failed(cx, w->search,
                                  "Profile %s has credential_source = %s, which gave no keys:\n%s",
                                  profile, name, why);
    }
    return credentials_failed(cx, w->search,
                              "Profile %s has an unknown credential_source. It is Environment, "
                              "EcsContainer or Ec2InstanceMetadata.",
                              profile);
}

static const char *chain_text(struct ctx *cx, const struct walk *w, const char *last)
{
    char *text = arena_strdup(cx->arena, "");

    for (size_t i = 0; i < w->n; i++) {
        text = arena_printf(cx->arena, "%s%s -> ", text, w->chain[i]);
    }
    return arena_printf(cx->arena, "%s%s", text, last);
}

/* The keys of source_profile, which may itself have a role, or be this profile and have keys. */
static enum rc chained_keys(struct ctx *cx, struct walk *w, const char *profile,
                            struct credentials_set *ret_set)
{
    const char *source = setting(w, profile, "source_profile");
    bool again = strcmp(source, profile) == 0;
    enum rc rc;

    for (size_t i = 0; i < w->n && !again; i++) {
        if (w->n == CHAIN_MAX || strcmp(w->chain[i], source) == 0) {
            return credentials_failed(cx, w->search,
                                      "source_profile goes round in a circle, or over more than %d "
                                      "roles: %s.",
                                      CHAIN_MAX, chain_text(cx, w, source));
        }
    }
    rc = again ? static_keys(cx, w, profile, ret_set) : from_profile(cx, w, source, ret_set);
    return rc == RC_NOT_FOUND
               ? credentials_failed(cx, w->search,
                                    "Profile %s has source_profile = %s, but no keys were found "
                                    "there. Looked at were %s.",
                                    profile, source, files_text(cx, w))
               : rc;
}

/* Exactly one of the three ways to prove who asks for a role. */
static enum rc check_role(struct ctx *cx, const struct walk *w, const char *profile)
{
    static const char *const names[] = {"source_profile", "credential_source",
                                        "web_identity_token_file"};
    const struct credentials_search *s = w->search;
    const char *has = NULL;
    size_t n = 0;

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (setting(w, profile, names[i])) {
            has = names[i];
            n++;
        }
    }
    if (n != 1) {
        return credentials_failed(cx, s,
                                  "Profile %s has role_arn, which wants exactly one of "
                                  "source_profile, credential_source and web_identity_token_file.",
                                  profile);
    }
    if (setting(w, profile, "mfa_serial")) {
        return credentials_failed(cx, s,
                                  "Profile %s wants a code of a second factor (mfa_serial), and "
                                  "nobody can be asked for it here. Use a role without, or export "
                                  "the keys of a session.",
                                  profile);
    }
    if (s->of->place != CREDENTIALS_AWS && has != names[0]) {
        return only_aws(cx, w, profile, has);
    }
    return RC_OK;
}

static enum rc from_role(struct ctx *cx, struct walk *w, const char *profile,
                         struct credentials_set *ret_set)
{
    const char *token_file = setting(w, profile, "web_identity_token_file");
    struct credentials_role role = {
        .arn = setting(w, profile, "role_arn"),
        .session_name = setting(w, profile, "role_session_name"),
        .external_id = setting(w, profile, "external_id"),
        .duration = setting(w, profile, "duration_seconds"),
    };
    struct credentials_set keys;
    enum rc rc = check_role(cx, w, profile);

    if (rc != RC_OK) {
        return rc;
    }
    if (token_file) {
        return credentials_web_identity_role(cx, w->search, &role, token_file, ret_set);
    }
    w->chain[w->n++] = profile;
    rc = setting(w, profile, "source_profile") ? chained_keys(cx, w, profile, &keys)
                                               : source_keys(cx, w, profile, &keys);
    if (rc != RC_OK) {
        return rc;
    }
    role.keys = &keys.keys;
    return credentials_sts(cx, w->search, &role, ret_set);
}

static enum rc refuse_sso(struct ctx *cx, const struct walk *w, const char *profile)
{
    return credentials_failed(
        cx, w->search,
        "Profile %s signs in through IAM Identity Center (sso_...), which is not supported. Let "
        "the "
        "AWS CLI do it: eval \"$(aws configure export-credentials --profile %s --format env)\", or "
        "a profile with credential_process = aws configure export-credentials --profile %s "
        "--format "
        "process.",
        profile, profile, profile);
}

/* RC_NOT_FOUND, silently, where the profile has nothing to do with keys. */
static enum rc from_profile(struct ctx *cx, struct walk *w, const char *profile,
                            struct credentials_set *ret_set)
{
    static const char *const sso[] = {"sso_session", "sso_start_url", "sso_account_id"};
    const char *process = setting(w, profile, "credential_process");
    enum rc rc;

    if (setting(w, profile, "role_arn")) {
        return from_role(cx, w, profile, ret_set);
    }
    rc = static_keys(cx, w, profile, ret_set);
    if (rc != RC_NOT_FOUND) {
        return rc;
    }
    if (process) {
        return credentials_process(cx, w->search, process, ret_set);
    }
    for (size_t i = 0; i < sizeof(sso) / sizeof(*sso); i++) {
        if (setting(w, profile, sso[i])) {
            return refuse_sso(cx, w, profile);
        }
    }
    return RC_NOT_FOUND;
}

/* ---- Which profile ------------------------------------------------------------------------------
 */

enum rc credentials_config_named(struct ctx *cx, struct credentials_search *s,
                                 struct credentials_set *ret_set)
{
    struct walk w = {.search = s};
    const char *profile = s->of->options.profile;
    enum rc rc;

    if (profile == NULL) {
        return credentials_absent(cx, s, "s3.profile is not set");
    }
    rc = read_files(cx, &w);
    if (rc == RC_OK) {
        rc = from_profile(cx, &w, profile, ret_set);
    }
    return rc == RC_NOT_FOUND
               ? credentials_failed(cx, s, "Profile %s %s. Looked at were %s.", profile,
                                    profiles_has(w.profiles, profile) ? "has no keys"
                                                                      : "does not exist",
                                    files_text(cx, &w))
               : rc;
}

enum rc credentials_config(struct ctx *cx, struct credentials_search *s,
                           struct credentials_set *ret_set)
{
    struct walk w = {.search = s};
    const char *named = credentials_env_get(s, "AWS_PROFILE");
    const char *profile;
    enum rc rc = read_files(cx, &w);

    if (rc != RC_OK) {
        return rc;
    }
    named = named ? named : credentials_env_get(s, "AWS_DEFAULT_PROFILE");
    profile = named ? named : "default";
    if (named && !profiles_has(w.profiles, named)) {
        return credentials_failed(cx, s,
                                  "AWS_PROFILE names the profile %s, which does not exist. Looked "
                                  "at were %s.",
                                  named, files_text(cx, &w));
    }
    rc = from_profile(cx, &w, profile, ret_set);
    return rc == RC_NOT_FOUND ? credentials_absent(cx, s, "no keys for profile %s in %s", profile,
                                                   files_text(cx, &w))
                              : rc;
}
