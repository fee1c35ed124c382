/* Which step a request fits, and what was wrong. */
#include <stdarg.h>
#include <strings.h>

#include "http_server_private.h"

static const char *copy(struct arena *a, const char *s)
{
    return s == NULL ? NULL : arena_strdup(a, s);
}

void http_server_expect(struct http_server *s, const struct http_server_step *step)
{
    struct http_server_reply *reply;
    struct step *own;
    size_t i;

    pthread_mutex_lock(&s->lock);
    own = arena_alloc(s->arena, sizeof *own);
    own->want = *step;
    own->want.method = copy(s->arena, step->method);
    own->want.target = copy(s->arena, step->target);
    own->want.body = copy(s->arena, step->body);
    for (i = 0; i < HTTP_SERVER_EXPECTATIONS; i++) {
        own->want.expect[i] = copy(s->arena, step->expect[i]);
    }
    if (own->want.times == 0) {
        own->want.times = 1;
    }
    reply = &own->want.reply;
    reply->status_line = copy(s->arena, reply->status_line);
    reply->headers = copy(s->arena, reply->headers);
    if (reply->body != NULL && reply->body_len == 0) {
        reply->body_len = strlen(reply->body);
    }
    if (reply->body != NULL) {
        reply->body = arena_memdup(s->arena, reply->body, reply->body_len);
    }
    *s->steps_end = own;
    s->steps_end = &own->next;
    pthread_mutex_unlock(&s->lock);
}

void http_server_complain(struct http_server *s, const char *format, ...)
{
    struct arena_mark m;
    va_list ap;

    pthread_mutex_lock(&s->lock);
    m = arena_mark(s->arena);
    va_start(ap, format);
    buf_printf(s->wrong, "%s\n", arena_vprintf(s->arena, format, ap));
    va_end(ap);
    arena_rewind(s->arena, m);
    pthread_mutex_unlock(&s->lock);
}

const char *http_server_header(const struct http_server_request *request, const char *name)
{
    const char *line = strchr(request->head, '\n');
    size_t n = strlen(name);

    for (; line != NULL; line = strchr(line + 1, '\n')) {
        if (strncasecmp(line + 1, name, n) == 0 && line[1 + n] == ':') {
            const char *value = line + 1 + n + 1;

            value += strspn(value, " \t");
            return arena_strndup(request->arena, value, strcspn(value, "\r\n"));
        }
    }
    return NULL;
}

/* A final '*' of the pattern takes any rest. */
static bool fits(const char *text, const char *pattern)
{
    size_t n = strlen(pattern);

    if (n > 0 && pattern[n - 1] == '*') {
        return strncmp(text, pattern, n - 1) == 0;
    }
    return strcmp(text, pattern) == 0;
}

static bool header_fits(const struct http_server_request *r, const char *expectation)
{
    const char *colon = strchr(expectation, ':');
    const char *value;

    if (expectation[0] == '!') {
        return http_server_header(r, expectation + 1) == NULL;
    }
    if (colon == NULL) {
        return http_server_header(r, expectation) != NULL;
    }
    value =
        http_server_header(r, arena_strndup(r->arena, expectation, (size_t)(colon - expectation)));
    return value != NULL && fits(value, colon + 1 + strspn(colon + 1, " "));
}

/* NULL when the request is what the step wants, else what is not. */
static const char *misfit(const struct http_server_request *r, const struct http_server_step *want)
{
    size_t i;

    if (want->method != NULL && strcmp(r->method, want->method) != 0) {
        return want->method;
    }
    if (want->target != NULL && !fits(r->target, want->target)) {
        return want->target;
    }
    for (i = 0; i < HTTP_SERVER_EXPECTATIONS; i++) {
        if (want->expect[i] != NULL && !header_fits(r, want->expect[i])) {
            return want->expect[i];
        }
    }
    if (want->body != NULL &&
        (r->body_len != strlen(want->body) || memcmp(r->body, want->body, r->body_len) != 0)) {
        return want->body;
    }
    return NULL;
}

static bool is_open(const struct step *s)
{
    return s->served < s->want.times;
}

/* The step for this request, or NULL and what the next one would have wanted. */
static struct step *find_step(struct http_server *s, const struct http_server_request *r,
                              const char **ret_wanted)
{
    struct step *step;

    *ret_wanted = "no more requests";
    for (step = s->steps; step != NULL; step = step->next) {
        const char *wanted;

        if (!is_open(step)) {
            continue;
        }
        wanted = misfit(r, &step->want);
        if (wanted == NULL) {
            return step;
        }
        *ret_wanted = wanted;
        if (!s->options.any_order && step->want.times != HTTP_SERVER_ANY_TIMES) {
            return NULL;
        }
    }
    return NULL;
}

/* A step of any number ends, in order, when a later one is served. */
static void close_earlier(struct http_server *s, const struct step *served)
{
    struct step *step;

    if (s->options.any_order) {
        return;
    }
    for (step = s->steps; step != served; step = step->next) {
        if (step->want.times == HTTP_SERVER_ANY_TIMES) {
            step->served = step->want.times;
        }
    }
}

/* A token bucket. Called with the lock held. */
static bool is_over_limit(struct http_server *s)
{
    double most = s->options.limit < 10 ? 1 : s->options.limit / 10.0;
    struct timespec now;

    if (s->options.limit == 0) {
        return false;
    }
    clock_gettime(CLOCK_MONOTONIC, &now);
    s->saved_up += ((double)(now.tv_sec - s->filled.tv_sec) +
                    (double)(now.tv_nsec - s->filled.tv_nsec) / 1e9) *
                   s->options.limit;
    s->filled = now;
    s->saved_up = s->saved_up > most ? most : s->saved_up;
    if (s->saved_up < 1) {
        s->n_refused++;
        return true;
    }
    s->saved_up -= 1;
    return false;
}

struct http_server_reply http_server_answer(struct http_server *s, struct recorded *r)
{
    static const struct http_server_reply unexpected = {
        .status = 400, .body = "unexpected request", .body_len = 18};
    static const struct http_server_reply slow_down = {
        .status = 503,
        .headers = "Content-Type: application/xml\r\n",
        .body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>SlowDown</Code>"
                "<Message>Please reduce your request rate.</Message></Error>"};
    struct http_server_reply reply;
    const char *wanted;
    struct step *step;

    pthread_mutex_lock(&s->lock);
    *s->recorded_end = r;
    s->recorded_end = &r->next;
    s->n_recorded++;
    if (is_over_limit(s)) {
        pthread_mutex_unlock(&s->lock);
        return slow_down;
    }
    step = find_step(s, &r->request, &wanted);
    if (step != NULL) {
        if (step->want.times != HTTP_SERVER_ANY_TIMES) {
            step->served++;
        }
        close_earlier(s, step);
        reply = step->want.reply;
    }
    pthread_mutex_unlock(&s->lock);
    if (step != NULL) {
        return reply;
    }
    reply = (struct http_server_reply){0};
    if (s->options.handler != NULL &&
        s->options.handler(s->options.handler_arg, &r->request, &reply)) {
        return reply;
    }
    http_server_complain(s, "unexpected: %s %s (wanted: %s)", r->request.method, r->request.target,
                         wanted);
    return unexpected;
}

const char *http_server_wrong(struct http_server *s)
{
    const struct step *step;

    for (step = s->steps; step != NULL; step = step->next) {
        if (is_open(step) && step->want.times != HTTP_SERVER_ANY_TIMES) {
            http_server_complain(s, "left over: %s %s (served %u of %u)",
                                 step->want.method == NULL ? "any" : step->want.method,
                                 step->want.target == NULL ? "any" : step->want.target,
                                 step->served, step->want.times);
        }
    }
    return s->wrong->len > 0 ? s->wrong->data : NULL;
}
