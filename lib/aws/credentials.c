#include "aws/credentials.h"

#include <string.h>
#include <strings.h>

#include "aws/credentials_private.h"
#include "base/buf.h"
#include "base/cancel.h"
#include "base/log.h"
#include "base/session.h"

#define RENEW_BEFORE_S  300   /* before the end, or a quarter of the life of shorter sets */
#define TRY_AGAIN_S     60    /* after a renewal that failed while the old set still holds */
#define STILL_HOLDS_S   10    /* a request signed now must reach the server before the end */
#define FAILS_FOR_MS    10000 /* hundreds of requests must not each search, one after the other */
#define LOCAL_TIMEOUT   2000
#define LOCAL_RETRIES   1
#define DEFAULT_TIMEOUT 60000
#define NOTES_MAX       6000 /* a diagnostic's detail holds 8 KiB */

#define ANYWHERE (CREDENTIALS_AWS | CREDENTIALS_SPACES | CREDENTIALS_OTHER)

struct source {
    const char *name;
    unsigned places; /* of enum credentials_place: which servers its keys may go to */
    enum rc (*look)(struct ctx *cx, struct credentials_search *s, struct credentials_set *ret_set);
};

/* In order. */
static const struct source sources[] = {
    {"the settings", ANYWHERE, credentials_env_given},
    {"the profile in the settings", ANYWHERE, credentials_config_named},
    {"the environment's keys for seedbank", ANYWHERE, credentials_env_own},
    {"the environment's SPACES_ACCESS_KEY_ID and SPACES_SECRET_ACCESS_KEY", CREDENTIALS_SPACES,
     credentials_env_spaces},
    {"the environment's AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
     CREDENTIALS_AWS | CREDENTIALS_OTHER, credentials_env_aws},
    {"web identity", CREDENTIALS_AWS, credentials_web_identity},
    {"the shared configuration and credentials files", CREDENTIALS_AWS, credentials_config},
    {"the container's endpoint", CREDENTIALS_AWS, credentials_container},
    {"the metadata of this EC2 instance", CREDENTIALS_AWS, credentials_imds},
};

/* ---- Which server -----------------------------------------------------------------------------
 */

/* host without port and final dot is domain, or ends in "." and domain. */
bool credentials_is_under(const char *host, const char *domain)
{
    size_t n = strcspn(host, ":"), m = strcspn(domain, ":");

    if (n > 0 && host[n - 1] == '.') {
        n--;
    }
    return n >= m && strncasecmp(host + n - m, domain, m) == 0 &&
           (n == m || host[n - m - 1] == '.');
}

enum credentials_place credentials_place(const char *host)
{
    if (credentials_is_under(host, "amazonaws.com") ||
        credentials_is_under(host, "amazonaws.com.cn")) {
        return CREDENTIALS_AWS;
    }
    return credentials_is_under(host, "digitaloceanspaces.com") ? CREDENTIALS_SPACES
                                                                : CREDENTIALS_OTHER;
}

/* ---- Making one -------------------------------------------------------------------------------
 */

static const char *copy(struct arena *a, const char *s)
{
    return s && *s ? arena_strdup(a, s) : NULL;
}

static void credentials_free(void *object)
{
    struct credentials *c = object;

    pthread_mutex_destroy(&c->lock);
    arena_free(c->kept);
    arena_free(c->failure.arena);
    arena_free(c->arena);
}

static void copy_options(struct credentials *c, const struct credentials_options *o)
{
    struct arena *a = c->arena;

    c->options = *o;
    c->options.host = arena_strdup(a, o->host);
    c->options.region = o->region && *o->region ? arena_strdup(a, o->region) : "us-east-1";
    c->options.given =
        (struct sigv4_credentials){copy(a, o->given.access_key), copy(a, o->given.secret_key),
                                   copy(a, o->given.session_token)};
    c->options.profile = copy(a, o->profile);
    c->options.variables = arena_strdup(a, o->variables ? o->variables : CREDENTIALS_VARIABLES);
    c->options.assume = (struct credentials_assume){
        copy(a, o->assume.role_arn),
        copy(a, o->assume.session_name),
        copy(a, o->assume.external_id),
        copy(a, o->assume.duration),
        copy(a, o->assume.web_identity_token_file),
    };
    if (o->timeout_ms == 0) {
        c->options.timeout_ms = DEFAULT_TIMEOUT;
    }
}

struct credentials *credentials_new(struct session *session,
                                    const struct credentials_options *options)
{
    struct arena *a = arena_new();
    struct credentials *c = arena_alloc(a, sizeof(*c));
    int64_t timeout;

    c->arena = a;
    copy_options(c, options);
    timeout = c->options.timeout_ms;
    c->place = credentials_place(options->host);
    c->document = arena_printf(a, "credentials %p", (void *)c);
    pthread_mutex_init(&c->lock, NULL);
    session_own(session, c, credentials_free);
    c->http = http_client_new(session, &(struct http_client_options){
                                           .request_timeout_ms = timeout,
                                           .max_retries = options->max_retries,
                                           .user_agent = "seedbank/" SEEDBANK_VERSION,
                                       });
    c->local = http_client_new(
        session, &(struct http_client_options){
                     .request_timeout_ms = timeout < LOCAL_TIMEOUT ? timeout : LOCAL_TIMEOUT,
                     .max_retries = LOCAL_RETRIES,
                     .user_agent = "seedbank/" SEEDBANK_VERSION,
                     .direct = true,
                 });
    return c;
}

/* ---- Searching --------------------------------------------------------------------------------
 */

enum rc credentials_absent(struct ctx *cx, struct credentials_search *s, const char *format, ...)
{
    va_list ap;

    va_start(ap, format);
    buf_printf(s->notes, "- %s: %s\n", s->source, arena_vprintf(cx->arena, format, ap));
    va_end(ap);
    return RC_NOT_FOUND;
}

enum rc credentials_failed(struct ctx *cx, const struct credentials_search *s, const char *format,
                           ...)
{
    char *why;
    va_list ap;

    va_start(ap, format);
    why = arena_vprintf(cx->arena, format, ap);
    va_end(ap);
    return diag_error(
        cx, NULL, arena_printf(cx->arena, "Cannot get S3 credentials from %s", s->source),
        "%s\nThis source is set up, so no other was used in its place. Mend it, or unset it.", why);
}

static enum rc nothing(struct ctx *cx, const struct credentials_search *s)
{
    const char *set = s->of->options.variables;

    return diag_error(
        cx, NULL, arena_printf(cx->arena, "No S3 credentials for %s", s->of->options.host),
        "Set s3.access_key and s3.secret_key in the provider block, or %s_ACCESS_KEY and "
        "%s_SECRET_KEY in the environment. These were looked at, in order:\n%s",
        set, set, s->notes->data);
}

static const char *places_text(unsigned places)
{
    return places == CREDENTIALS_SPACES ? "servers under digitaloceanspaces.com"
           : places == CREDENTIALS_AWS  ? "servers under amazonaws.com"
                                        : "servers other than DigitalOcean's";
}

/* The first source that serves. */
static enum rc find(struct ctx *cx, struct credentials_search *s, struct credentials_set *ret_set)
{
    for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
        enum rc rc;
        s->source = sources[i].name;
        if (sources[i].places & s->of->place) {
            rc = sources[i].look(cx, s, ret_set);
        } else {
            rc = credentials_absent(cx, s, "for %s only", places_text(sources[i].places));
        }
        if (rc != RC_NOT_FOUND) {
            return rc;
        }
    }
    return nothing(cx, s);
}

static enum rc search(struct ctx *cx, struct credentials *c, struct credentials_set *ret_set)
{
    struct credentials_search s = {.of = c, .notes = buf_new(cx->arena, NOTES_MAX)};
    struct credentials_set found = {.expires = 0};
    enum rc rc = credentials_assume_by_token(cx, &s, ret_set);

    if (rc == RC_NOT_FOUND) {
        rc = find(cx, &s, &found);
        if (rc == RC_OK) {
            rc = credentials_assume_by_keys(cx, &s, &found, ret_set);
        }
    }
    if (rc == RC_OK) {
        log_event(cx, LOG_DEBUG, "aws", "credentials found", "source", s.source, "server",
                  c->options.host, NULL);
    }
    return rc;
}

/* ---- Keeping and renewing ---------------------------------------------------------------------
 */

int64_t credentials_offset(struct credentials *c)
{
    int64_t offset_s;

    pthread_mutex_lock(&c->lock);
    offset_s = c->offset_s;
    pthread_mutex_unlock(&c->lock);
    return offset_s;
}

void credentials_keep_offset(struct credentials *c, int64_t offset_s)
{
    pthread_mutex_lock(&c->lock);
    c->offset_s = offset_s;
    pthread_mutex_unlock(&c->lock);
}

/* The server's time; the lock is held. */
static int64_t now_s(const struct ctx *cx, const struct credentials *c)
{
    return (int64_t)cx->clock->now(cx->clock).tv_sec + c->offset_s;
}

static struct sigv4_credentials copy_keys(struct arena *a, const struct sigv4_credentials *k)
{
    return (struct sigv4_credentials){copy(a, k->access_key), copy(a, k->secret_key),
                                      copy(a, k->session_token)};
}

/* When a set found at that time should be replaced. */
static int64_t renewal(const struct credentials_set *set, int64_t now)
{
    int64_t early = (set->expires - now) / 4;

    if (set->expires == 0) {
        return 0;
    }
    return set->expires - (early < RENEW_BEFORE_S ? early : RENEW_BEFORE_S);
}

static void keep(const struct ctx *cx, struct credentials *c, const struct credentials_set *set)
{
    struct arena *a = arena_new(), *old;

    pthread_mutex_lock(&c->lock);
    old = c->kept;
    c->kept = a;
    c->set = (struct credentials_set){copy_keys(a, &set->keys), set->expires};
    c->renew = renewal(set, now_s(cx, c));
    c->no_others_until_ms = 0;
    pthread_mutex_unlock(&c->lock);
    arena_free(old);
}

/* What is kept, whatever its age, or unless it is time to renew it. */
static bool take(struct ctx *cx, struct credentials *c, bool fresh,
                 struct sigv4_credentials *ret_keys)
{
    bool good;

    pthread_mutex_lock(&c->lock);
    good = c->kept && (!fresh || c->renew == 0 || now_s(cx, c) < c->renew);
    if (good) {
        *ret_keys = copy_keys(cx->arena, &c->set.keys);
    }
    pthread_mutex_unlock(&c->lock);
    return good;
}

/* A renewal failed: the old set serves while it holds. */
static bool make_do(struct ctx *cx, struct credentials *c)
{
    int64_t now;
    bool holds;

    pthread_mutex_lock(&c->lock);
    now = now_s(cx, c);
    holds = c->kept && now + STILL_HOLDS_S < c->set.expires;
    if (holds) {
        int64_t last = c->set.expires - STILL_HOLDS_S;
        c->renew = now + TRY_AGAIN_S < last ? now + TRY_AGAIN_S : last;
    }
    pthread_mutex_unlock(&c->lock);
    return holds;
}

static void remember_failure(struct ctx *cx, struct credentials *c, struct diag_point since)
{
    const struct diag *d = since.last ? since.last->next : cx->diags.first;
    struct arena *a = arena_new();

    pthread_mutex_lock(&c->lock);
    arena_free(c->failure.arena);
    c->failure.arena = a;
    c->failure.summary = arena_strdup(a, d->summary);
    c->failure.detail = arena_strdup(a, d->detail);
    c->failure.until_ms = cx->clock->monotonic_ms(cx->clock) + FAILS_FOR_MS;
    pthread_mutex_unlock(&c->lock);
}

/* Whether a search failed a moment ago; if so, its message is added again. */
static bool failed_just_now(struct ctx *cx, struct credentials *c)
{
    bool failed;

    pthread_mutex_lock(&c->lock);
    failed = c->failure.arena && cx->clock->monotonic_ms(cx->clock) < c->failure.until_ms;
    if (failed) {
        diag_error(cx, NULL, c->failure.summary, "%s", c->failure.detail);
    }
    pthread_mutex_unlock(&c->lock);
    return failed;
}

static enum rc renew(struct ctx *cx, struct credentials *c)
{
    struct diag_point before = diag_point(cx);
    struct credentials_set set = {.expires = 0};

    if (failed_just_now(cx, c)) {
        return RC_FAIL;
    }
    if (search(cx, c, &set) == RC_OK) {
        keep(cx, c, &set);
        return RC_OK;
    }
    if (cancel_raised(cx->cancel)) {
        return RC_FAIL;
    }
    if (!make_do(cx, c)) {
        remember_failure(cx, c, before);
        return RC_FAIL;
    }
    diag_drop_since(cx, before);
    log_event(cx, LOG_DEBUG, "aws", "credentials could not be renewed; the old ones still hold",
              "server", c->options.host, NULL);
    return RC_OK;
}

enum rc credentials_get(struct ctx *cx, struct credentials *c, struct sigv4_credentials *ret_keys)
{
    enum rc rc = RC_OK;

    if (take(cx, c, true, ret_keys)) {
        return RC_OK;
    }
    if (session_lock(cx, c->document) != RC_OK) {
        return RC_FAIL;
    }
    if (!take(cx, c, true, ret_keys)) { /* nobody was quicker */
        rc = renew(cx, c);
        if (rc == RC_OK) {
            take(cx, c, false, ret_keys);
        }
    }
    session_unlock(cx, c->document);
    return rc;
}

static bool is_same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

/* Only searches write the set, each with the document locked, so that it can be read then. */
static bool is_kept(const struct credentials *c, const struct sigv4_credentials *k)
{
    const struct sigv4_credentials *kept = &c->set.keys;

    return c->kept && is_same_text(kept->access_key, k->access_key) &&
           is_same_text(kept->secret_key, k->secret_key) &&
           is_same_text(kept->session_token, k->session_token);
}

static enum rc replace(struct ctx *cx, struct credentials *c)
{
    struct diag_point before = diag_point(cx);
    struct credentials_set set = {.expires = 0};
    int64_t now_ms = cx->clock->monotonic_ms(cx->clock);

    if (now_ms < c->no_others_until_ms) {
        return RC_NOT_FOUND;
    }
    if (failed_just_now(cx, c)) {
        return RC_FAIL;
    }
    if (search(cx, c, &set) != RC_OK) {
        if (!cancel_raised(cx->cancel)) {
            remember_failure(cx, c, before);
        }
        return RC_FAIL;
    }
    if (is_kept(c, &set.keys)) {
        c->no_others_until_ms = now_ms + FAILS_FOR_MS;
        return RC_NOT_FOUND;
    }
    keep(cx, c, &set);
    return RC_OK;
}

enum rc credentials_renew(struct ctx *cx, struct credentials *c,
                          const struct sigv4_credentials *refused)
{
    enum rc rc = RC_OK;

    if (session_lock(cx, c->document) != RC_OK) {
        return RC_FAIL;
    }
    if (is_kept(c, refused)) { /* nobody was quicker */
        rc = replace(cx, c);
    }
    session_unlock(cx, c->document);
    return rc;
}
