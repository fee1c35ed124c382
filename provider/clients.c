#include "clients.h"

#include <pthread.h>
#include <stddef.h>

#include "aws/credentials.h"
#include "base/ctx.h"
#include "base/session.h"
#include "s3/s3.h"
#include "schema/checks.h"

/* ---- The provider block ---------------------------------------------------------------------- */

struct assume_block {
    struct field_string role_arn, session_name, external_id, duration, web_identity_token_file;
};

struct s3_block {
    struct field_string endpoint, region, access_key, secret_key, session_token, profile, ca_file;
    struct field_string request_timeout;
    struct field_bool force_path_style;
    struct field_int max_retries;
    struct field_object assume_role;
};

struct provider_model {
    struct field_object s3;
};

#define TEXT(member, more_flags, text)                                                             \
    {                                                                                              \
        .name = #member, .kind = ATTR_STRING, .flags = ATTR_OPTIONAL | (more_flags),               \
        .offset = offsetof(struct s3_block, member), .doc = (text),                                \
    }

#define ROLE(member, text)                                                                         \
    {                                                                                              \
        .name = #member, .kind = ATTR_STRING, .flags = ATTR_OPTIONAL,                              \
        .offset = offsetof(struct assume_block, member), .doc = (text),                            \
    }

static const struct attr assume_attrs[] = {
    {
        .name = "role_arn",
        .kind = ATTR_STRING,
        .flags = ATTR_REQUIRED,
        .offset = offsetof(struct assume_block, role_arn),
        .checks = (const struct attr_check[]){CHECK_LENGTH(1, 2048), {0}}, /* "" would be no role */
        .doc = "ARN of the role.",
    },
    ROLE(session_name,
         "What the session is called in the server's logs, `seedbank` when left out."),
    ROLE(external_id, "External ID that the role's trust policy asks for."),
    {
        .name = "duration",
        .kind = ATTR_STRING,
        .flags = ATTR_OPTIONAL,
        .offset = offsetof(struct assume_block, duration),
        .checks = (const struct attr_check[]){CHECK_DURATION, {0}},
        .doc = "How long the role's keys hold, such as `30m`; an hour when left out. They are "
               "renewed before they end.",
    },
    ROLE(web_identity_token_file,
         "File with a token that proves who asks, such as a GitLab id_token, instead of keys. For "
         "AWS only. Read anew for each renewal."),
    {0},
};

static const struct attr s3_attrs[] = {
    {
        .name = "endpoint",
        .kind = ATTR_STRING,
        .flags = ATTR_OPTIONAL,
        .offset = offsetof(struct s3_block, endpoint),
        .checks = (const struct attr_check[]){CHECK_URL, {0}},
        .doc = "URL of the S3 server, such as `https://fra1.digitaloceanspaces.com`. Left out, AWS "
               "in the given region. Environment: `SEEDBANK_S3_ENDPOINT`, then "
               "`AWS_ENDPOINT_URL_S3` and `AWS_ENDPOINT_URL`. Proxies come from `https_proxy` (for "
               "`http://` from `http_proxy`, in small letters) and `no_proxy`.",
    },
    TEXT(region, 0,
         "Region that requests are signed for, `us-east-1` when left out; a bucket that the server "
         "says is in another one is asked for there. Environment: `SEEDBANK_S3_REGION`, then, for "
         "AWS, `AWS_REGION` and `AWS_DEFAULT_REGION`."),
    TEXT(
        access_key, 0,
        "Access key ID. Give both keys or neither. Without them and `profile`, keys are sought: in "
        "`SEEDBANK_S3_ACCESS_KEY` and `SEEDBANK_S3_SECRET_KEY`; for Spaces in "
        "`SPACES_ACCESS_KEY_ID` and `SPACES_SECRET_ACCESS_KEY`; for AWS in its variables, a web "
        "identity, its shared files, the container's endpoint and the instance's metadata; for "
        "other servers in `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, if "
        "`AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL` names the server."),
    TEXT(secret_key, ATTR_SENSITIVE, "Secret access key."),
    TEXT(session_token, ATTR_SENSITIVE,
         "Session token of temporary keys. Environment: `SEEDBANK_S3_SESSION_TOKEN`, together with "
         "the keys there."),
    TEXT(
        profile, 0,
        "Profile of the shared configuration and credentials files (`~/.aws/config`, "
        "`~/.aws/credentials`) whose keys are used, instead of `access_key` and `secret_key`. Also "
        "for servers other than AWS."),
    {
        .name = "force_path_style",
        .kind = ATTR_BOOL,
        .flags = ATTR_OPTIONAL,
        .offset = offsetof(struct s3_block, force_path_style),
        .doc = "Put the bucket into the path (`https://host/bucket`) instead of the host name. "
               "Many S3-compatible servers need it.",
    },
    {
        .name = "assume_role",
        .kind = ATTR_OBJECT,
        .flags = ATTR_OPTIONAL,
        .offset = offsetof(struct s3_block, assume_role),
        .attrs = assume_attrs,
        .nested_size = sizeof(struct assume_block),
        .doc = "Role that the keys found are exchanged for, through STS. For servers other than "
               "AWS, `AWS_ENDPOINT_URL_STS` in the environment must name it.",
    },
    TEXT(ca_file, 0,
         "PEM file of the certificate authorities to trust instead of the system's. Certificates "
         "are always verified."),
    {
        .name = "max_retries",
        .kind = ATTR_INT,
        .flags = ATTR_OPTIONAL,
        .offset = offsetof(struct s3_block, max_retries),
        .checks = (const struct attr_check[]){CHECK_RANGE(0, 50), {0}},
        .doc = "How often a request is repeated after throttling, a server error or a broken "
               "connection; 8 when left out.",
    },
    {
        .name = "request_timeout",
        .kind = ATTR_STRING,
        .flags = ATTR_OPTIONAL,
        .offset = offsetof(struct s3_block, request_timeout),
        .checks = (const struct attr_check[]){CHECK_DURATION, {0}},
        .doc = "Longest time for one try of a request, `60s` when left out.",
    },
    {0},
};

static const struct attr provider_attrs[] = {
    {
        .name = "s3",
        .kind = ATTR_OBJECT,
        .flags = ATTR_OPTIONAL,
        .offset = offsetof(struct provider_model, s3),
        .attrs = s3_attrs,
        .nested_size = sizeof(struct s3_block),
        .doc = "The S3 server whose buckets are protected: AWS, DigitalOcean Spaces, Ceph, MinIO "
               "and others. Use provider aliases for several.",
    },
    {0},
};

/* ---- What is kept of it ---------------------------------------------------------------------- */

struct clients {
    struct session *session;
    struct arena *arena; /* owns the settings' texts */
    struct s3_block s3;
    struct assume_block assume;
    bool s3_unknown; /* the whole block is not known yet */
    pthread_mutex_t lock;
    struct s3_client *s3_client; /* made on first use, owned by the session */
};

static void clients_free(void *object)
{
    struct clients *c = object;
    pthread_mutex_destroy(&c->lock);
    arena_free(c->arena);
}

static void keep_text(struct clients *c, struct field_string *f)
{
    if (f->state == VALUE_KNOWN) {
        f->v = arena_strdup(c->arena, f->v);
    }
}

static void keep_role(struct clients *c)
{
    struct assume_block *r = &c->assume;
    struct field_string *texts[] = {&r->role_arn, &r->session_name, &r->external_id, &r->duration,
                                    &r->web_identity_token_file};
    if (c->s3.assume_role.state == VALUE_KNOWN) {
        *r = *(const struct assume_block *)c->s3.assume_role.v;
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
            keep_text(c, texts[i]);
        }
    }
}

static enum rc configure(struct ctx *cx, struct session *session, const void *model,
                         struct clients **ret_clients)
{
    const struct provider_model *m = model;
    struct arena *arena = arena_new();
    struct clients *c = arena_alloc(arena, sizeof(*c));
    c->arena = arena;
    c->session = session;
    pthread_mutex_init(&c->lock, NULL);
    session_own(session, c, clients_free);
    c->s3_unknown = m->s3.state == VALUE_UNKNOWN;
    if (m->s3.state == VALUE_KNOWN) {
        c->s3 = *(const struct s3_block *)m->s3.v;
        struct field_string *texts[] = {&c->s3.endpoint,   &c->s3.region,         &c->s3.access_key,
                                        &c->s3.secret_key, &c->s3.session_token,  &c->s3.profile,
                                        &c->s3.ca_file,    &c->s3.request_timeout};
        for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
            keep_text(c, texts[i]);
        }
        keep_role(c);
    }
    (void)cx;
    *ret_clients = c;
    return RC_OK;
}

const struct provider_block clients_provider_block = {
    .attrs = provider_attrs,
    .model_size = sizeof(struct provider_model),
    .doc =
        "Disaster recovery as code: declares how buckets are protected. Destroying a resource "
        "of this provider never deletes data. Nothing is contacted until a resource needs it.\n\n"
        "Start with the guide [Protect the buckets of an Open edX hosting]"
        "(guides/protect-buckets.md): complete configurations for AWS, DigitalOcean Spaces, "
        "MinIO and Ceph, the permissions, and what to do at 3 a.m.",
    .configure = configure,
};

/* ---- S3 -------------------------------------------------------------------------------------- */

static enum rc refuse_unknown(struct ctx *cx, const char *setting)
{
    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "Provider setting %s is not known yet", setting),
                      "This operation must talk to the S3 server, but the setting comes from "
                      "something that has not been applied. Apply what it depends on first "
                      "(-target), or give the value directly.");
}

static enum rc check_known(struct ctx *cx, const struct clients *c)
{
    const struct s3_block *b = &c->s3;
    const struct assume_block *r = &c->assume;
    const struct {
        const char *name;
        enum value_state state;
    } settings[] = {
        {"s3.endpoint", b->endpoint.state},
        {"s3.region", b->region.state},
        {"s3.access_key", b->access_key.state},
        {"s3.secret_key", b->secret_key.state},
        {"s3.session_token", b->session_token.state},
        {"s3.profile", b->profile.state},
        {"s3.assume_role", b->assume_role.state},
        {"s3.assume_role.role_arn", r->role_arn.state},
        {"s3.assume_role.session_name", r->session_name.state},
        {"s3.assume_role.external_id", r->external_id.state},
        {"s3.assume_role.duration", r->duration.state},
        {"s3.assume_role.web_identity_token_file", r->web_identity_token_file.state},
        {"s3.ca_file", b->ca_file.state},
        {"s3.force_path_style", b->force_path_style.state},
        {"s3.max_retries", b->max_retries.state},
        {"s3.request_timeout", b->request_timeout.state},
    };
    if (c->s3_unknown) {
        return refuse_unknown(cx, "s3");
    }
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        if (settings[i].state == VALUE_UNKNOWN) {
            return refuse_unknown(cx, settings[i].name);
        }
    }
    return RC_OK;
}

static const char *text_or_null(const struct field_string *f)
{
    return f->v && f->v[0] ? f->v : NULL;
}

static struct credentials_assume role_of(struct ctx *cx, const struct assume_block *r)
{
    struct credentials_assume a = {
        .role_arn = r->role_arn.v,
        .session_name = r->session_name.v,
        .external_id = r->external_id.v,
        .web_identity_token_file = r->web_identity_token_file.v,
    };
    int64_t ms;
    if (r->duration.v && str_to_duration_ms(str_of(r->duration.v), &ms)) {
        a.duration = arena_printf(cx->arena, "%lld", (long long)(ms / 1000));
    }
    return a;
}

static enum rc make_s3(struct ctx *cx, struct clients *c)
{
    const struct s3_block *b = &c->s3;
    struct credentials_assume assume = role_of(cx, &c->assume);
    struct s3_options o = {
        .access_key = b->access_key.v,
        .secret_key = b->secret_key.v,
        .session_token = b->session_token.v,
        .profile = b->profile.v,
        .assume = &assume,
        .endpoint = text_or_null(&b->endpoint),
        .region = text_or_null(&b->region),
        .force_path_style = b->force_path_style.v,
        .ca_file = text_or_null(&b->ca_file),
        .max_retries = b->max_retries.state == VALUE_KNOWN ? (unsigned)b->max_retries.v : 8,
    };
    if (b->request_timeout.v) {
        str_to_duration_ms(str_of(b->request_timeout.v), &o.request_timeout_ms);
    }
    s3_options_complete(&o);
    return s3_client_new(cx, c->session, &o, &c->s3_client);
}

enum rc clients_s3(struct ctx *cx, struct clients *clients, struct s3_client **ret_s3)
{
    if (!clients) {
        return diag_error(cx, NULL, "The provider is not configured",
                          "Core asked for an operation before ConfigureProvider; this is a defect "
                          "of the program that runs the provider.");
    }
    if (check_known(cx, clients) != RC_OK) {
        return RC_FAIL;
    }
    pthread_mutex_lock(&clients->lock);
    enum rc rc = clients->s3_client ? RC_OK : make_s3(cx, clients);
    struct s3_client *made = clients->s3_client;
    pthread_mutex_unlock(&clients->lock);
    if (rc == RC_OK) {
        *ret_s3 = made;
    }
    return rc;
}
