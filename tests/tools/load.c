/*
 * load [-a] [-f FILE] [-i N] [-m METHOD] [-n N] [-r N] [-t N] URL: many requests at once through
 * lib/http, for measurements.
 *
 *   -a         adaptive
 *   -f FILE    the URLs, one a line, in place of one URL
 *   -i N       at most so many in the air
 *   -m METHOD  default GET
 *   -n N       requests, default 1000
 *   -r N       at most so many a second
 *   -t N       threads, default 128
 *
 * Prints one line: requests that ended well, how many a second, tries that were refused in percent
 * of all, CPU microseconds for each request, KiB resident at most. Exit 1: some failed for good.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/crew.h"
#include "base/ctx.h"
#include "base/session.h"
#include "base/str.h"
#include "http/http.h"

struct load {
    struct http_client_options options;
    struct http_client *client;
    const char *method, *url, *file;
    unsigned requests, threads;
    atomic_uint passed, tries;
};

static enum rc run(struct ctx *cx, void *arg, const void *url)
{
    struct load *load = arg;
    struct http_request request = {.method = load->method, .url = url, .retry_safe = true};
    struct http_response response;

    if (http_send(cx, load->client, &request, &response) != RC_OK) {
        return RC_FAIL;
    }
    atomic_fetch_add(&load->tries, response.tries);
    if (response.status >= 300) {
        return diag_error(cx, NULL, "refused", "HTTP %d", response.status);
    }
    atomic_fetch_add(&load->passed, 1);
    return RC_OK;
}

static const void *copy(struct arena *a, const void *url)
{
    return arena_strdup(a, url);
}

static enum rc give_all(struct ctx *cx, struct load *load, struct crew *crew)
{
    FILE *f = load->file == NULL ? NULL : fopen(load->file, "r");
    char line[4096];
    enum rc rc = RC_OK;
    unsigned i;

    for (i = 0; i < load->requests && rc == RC_OK; i++) {
        const char *url = load->url;

        if (f != NULL) {
            if (fgets(line, sizeof line, f) == NULL) {
                break;
            }
            line[strcspn(line, "\n")] = '\0';
            url = line;
        }
        rc = crew_give(cx, crew, url);
    }
    if (f != NULL) {
        fclose(f);
    }
    return rc;
}

static double cpu_us(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e6 +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec);
}

static int measure(struct load *load)
{
    struct session *session = session_new();
    struct ctx *cx = ctx_new(&(struct ctx_options){.session = session});
    int64_t start = clock_system.monotonic_ms(&clock_system);
    double cpu = cpu_us(), took;
    struct crew *crew;
    struct rusage used;
    const struct diag *d;
    enum rc rc;

    load->client = http_client_new(session, &load->options);
    crew = crew_new(cx, &(struct crew_options){
                            .threads = load->threads, .run = run, .arg = load, .copy = copy});
    rc = give_all(cx, load, crew);
    rc = crew_end(cx, crew) == RC_OK && rc == RC_OK ? RC_OK : RC_FAIL;
    took = (double)(clock_system.monotonic_ms(&clock_system) - start) / 1000;
    getrusage(RUSAGE_SELF, &used);
    printf("%u passed, %.0f/s, %.2f %% refused, %.0f us of CPU each, %ld KiB\n", load->passed,
           load->passed / took, 100.0 * (load->tries - load->passed) / (load->tries + 1e-9),
           (cpu_us() - cpu) / load->requests, used.ru_maxrss);
    for (d = cx->diags.first; d != NULL; d = d->next) {
        fprintf(stderr, "%s: %s\n", d->summary, d->detail);
    }
    ctx_free(cx);
    session_free(session);
    return rc == RC_OK ? 0 : 1;
}

static unsigned number(const char *text)
{
    uint64_t n = 0;

    return str_to_u64(str_of(text), &n) && n < 1000000000 ? (unsigned)n : 0;
}

int main(int argc, char **argv)
{
    struct load load = {
        .options = {.max_retries = 10}, .method = "GET", .requests = 1000, .threads = 128};
    int c;

    while ((c = getopt(argc, argv, "af:i:m:n:r:t:")) != -1) {
        switch (c) {
        case 'a':
            load.options.adaptive = true;
            break;
        case 'f':
            load.file = optarg;
            break;
        case 'i':
            load.options.max_in_flight = number(optarg);
            break;
        case 'm':
            load.method = optarg;
            break;
        case 'n':
            load.requests = number(optarg);
            break;
        case 'r':
            load.options.max_per_second = number(optarg);
            break;
        case 't':
            load.threads = number(optarg);
            break;
        default:
            return 2;
        }
    }
    load.url = argv[optind];
    if (load.threads == 0 || (load.url == NULL) == (load.file == NULL)) {
        fprintf(stderr, "usage: load [-a] [-f FILE] [-i N] [-m METHOD] [-n N] [-r N] [-t N] URL\n");
        return 2;
    }
    return measure(&load);
}
