#include "cli/cli_progress.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/ctx.h"
#include "cli/cli.h"
#include "cli/cli_words.h"

#define TERMINAL_MS 200   /* between two drawings of the line */
#define EVENT_MS    1000  /* between two events */
#define PLAIN_MS    10000 /* between two plain lines */

struct cli_progress {
    struct cli *cli;
    struct cli_progress_options options;
    int64_t began_ms, every_ms;
    _Atomic uint64_t items, bytes;
    _Atomic int64_t shown_ms;
    pthread_mutex_t drawing;
};

static int64_t now(const struct cli_progress *p)
{
    const struct clock *clock = p->cli->cx->clock;

    return clock->monotonic_ms(clock);
}

static const char *line(struct cli_progress *p, struct arena *a, uint64_t items, int64_t ms)
{
    const struct cli_progress_options *o = &p->options;
    double seconds = ms > 0 ? (double)ms / 1000 : 1;
    double rate = (double)items / seconds;
    const char *total =
        o->total_items ? arena_printf(a, " of %s", cli_words_count(a, o->total_items)) : "";
    const char *bytes = "", *left = "";

    if (o->total_bytes) {
        bytes = arena_printf(a, ", %s", cli_words_bytes(a, atomic_load(&p->bytes)));
    }
    if (o->total_items > items && items > 0) {
        double wait = (double)(o->total_items - items) / rate;
        left = arena_printf(a, ", %s left", cli_words_span(a, (int64_t)wait + 1));
    }
    return arena_printf(a, "%s: %s%s %s%s, %.0f/s%s", o->doing, cli_words_count(a, items), total,
                        o->items, bytes, rate, left);
}

static void draw(struct cli_progress *p, bool last)
{
    uint64_t items = atomic_load(&p->items);
    struct arena *a = arena_new();
    int64_t ms = now(p) - p->began_ms;

    if (p->cli->common.json) {
        cli_event(p->cli, "progress",
                  json_pack("{s:s, s:I, s:I, s:I}", "doing", p->options.doing, "items",
                            (json_int_t)items, "total_items", (json_int_t)p->options.total_items,
                            "bytes", (json_int_t)atomic_load(&p->bytes)));
    } else if (p->cli->terminal) {
        fprintf(stderr, "\r\033[K%s%s", last ? "" : line(p, a, items, ms), last ? "" : "\r");
    } else if (!last) {
        fprintf(stderr, "%s\n", line(p, a, items, ms));
    }
    arena_free(a);
}

struct cli_progress *cli_progress_begin(struct cli *cli, const struct cli_progress_options *options)
{
    struct cli_progress *p = arena_alloc(cli->cx->arena, sizeof *p);

    p->cli = cli;
    p->options = *options;
    p->began_ms = now(p);
    atomic_store(&p->shown_ms, p->began_ms);
    p->every_ms = cli->terminal ? TERMINAL_MS : PLAIN_MS;
    if (cli->common.json) {
        p->every_ms = EVENT_MS;
    }
    pthread_mutex_init(&p->drawing, NULL);
    return p;
}

/* Whoever comes when it is time draws; others do not wait for it. */
void cli_progress_add(struct cli_progress *p, uint64_t items, uint64_t bytes)
{
    int64_t at;

    atomic_fetch_add(&p->items, items);
    atomic_fetch_add(&p->bytes, bytes);
    if (p->cli->common.quiet) {
        return;
    }
    at = now(p);
    if (at - atomic_load(&p->shown_ms) < p->every_ms || pthread_mutex_trylock(&p->drawing) != 0) {
        return;
    }
    atomic_store(&p->shown_ms, at);
    draw(p, false);
    pthread_mutex_unlock(&p->drawing);
}

void cli_progress_end(struct cli_progress *p)
{
    if (!p->cli->common.quiet) {
        draw(p, true);
    }
    pthread_mutex_destroy(&p->drawing);
}
