#include "seedbank-bucket/history_view.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "seedbank-bucket/moment.h"

struct history_view {
    struct arena *arena;
    struct history_view_options options;
    const struct history_line **sorted; /* those with a destination, in the order of its bytes */
    size_t n_sorted;
    bool *there;  /* of each line: the copy has it */
    bool reached; /* one of the lines */
    size_t at;    /* lines before it were given */
    size_t until; /* those before it are lost, as things stand */
    const struct s3_list_entry *taken;
    const struct history_line *line; /* of `taken`; NULL: none knows it */
    uint64_t later;
};

static int compare(const void *x, const void *y)
{
    const struct history_line *const *a = x, *const *b = y;

    int by = strcmp((*a)->destination, (*b)->destination);

    return by ? by : ((*a)->place < (*b)->place) - ((*a)->place > (*b)->place);
}

struct history_view *history_view_new(struct arena *a, const struct history_view_options *options)
{
    const struct history_lines *lines = &options->lines;
    struct history_view *v = arena_alloc(a, sizeof *v);

    v->arena = a;
    v->options = *options;
    v->there = arena_array(a, lines->n, sizeof *v->there);
    v->sorted = arena_array(a, lines->n, sizeof *v->sorted);
    for (size_t i = 0; i < lines->n; i++) {
        if (lines->items[i].destination != NULL) {
            v->sorted[v->n_sorted++] = &lines->items[i];
        }
    }
    if (v->n_sorted > 0) {
        qsort(v->sorted, v->n_sorted, sizeof *v->sorted, compare);
    }
    return v;
}

/* The newest with that destination: several delete markers may have the same. */
static const struct history_line *line_of(const struct history_view *v, const char *id)
{
    size_t low = 0, high = v->n_sorted;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (strcmp(v->sorted[middle]->destination, id) < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < v->n_sorted && strcmp(v->sorted[low]->destination, id) == 0 ? v->sorted[low]
                                                                             : NULL;
}

static struct timespec time_of(int64_t moment)
{
    return (struct timespec){.tv_sec = moment / MOMENT_SECOND, .tv_nsec = moment % MOMENT_SECOND};
}

void history_view_take(struct history_view *v, const struct s3_list_entry *entry)
{
    v->taken = entry;
    v->line = entry ? line_of(v, entry->version_id) : NULL;
    if (entry == NULL) {
        v->until = v->options.lines.n;
    } else if (v->line != NULL) {
        v->until = (size_t)(v->line - v->options.lines.items);
        v->there[v->until] = true;
    } else if (v->reached) {
        v->taken = NULL;
    }
    v->reached = v->reached || v->line != NULL;
}

static void as_in_source(struct s3_list_entry *e, const struct history_line *line)
{
    int64_t time = 0;

    moment_read(line->modified, &time);
    e->modified = time_of(time);
    e->last_modified = line->modified;
    e->null_origin = strcmp(line->version, S3_NULL_VERSION) == 0;
}

static struct s3_list_entry lost(const struct history_line *line)
{
    struct s3_list_entry e = {
        .key = line->key,
        .version_id = "",
        .etag = line->etag,
        .storage_class = "",
        .size = line->size,
        .marker = line->marker,
        .gone = true,
    };

    as_in_source(&e, line);
    return e;
}

/* It cannot be older than what the manifest speaks of, whatever the clocks say. */
static void take_later(struct history_view *v, struct s3_list_entry *e)
{
    v->later++;
    if (moment_of(e->modified) <= v->options.until) {
        e->modified = time_of(v->options.until + 1);
        e->last_modified = moment_text(v->arena, v->options.until + 1);
    }
}

bool history_view_next(struct history_view *v, struct s3_list_entry *ret_entry)
{
    struct s3_list_entry e;

    if (v->at < v->until) {
        *ret_entry = lost(&v->options.lines.items[v->at++]);
        return true;
    }
    if (v->taken == NULL) {
        return false;
    }
    e = *v->taken;
    v->taken = NULL;
    if (v->line != NULL) {
        as_in_source(&e, v->line);
        v->at = v->until + 1;
    } else {
        take_later(v, &e);
    }
    *ret_entry = e;
    return true;
}

const char *history_view_doubt(const struct history_view *v, int64_t at)
{
    const struct history_lines *lines = &v->options.lines;
    int64_t time = 0;
    size_t i = 0;

    if (v->later > 0 && at > v->options.until) {
        return "something was written into the copy after its history was; what the key was in "
               "the source then is not known";
    }
    while (i < lines->n && (!moment_read(lines->items[i].modified, &time) || time > at)) {
        i++;
    }
    if (i == lines->n) {
        return lines->n > 0 && at < v->options.since
                   ? "no version as old as the chosen time was left in the source when it was "
                     "copied; its lifecycle rules may have removed one"
                   : NULL;
    }
    if (v->there[i] || lines->items[i].marker) {
        return NULL;
    }
    return lines->items[i].why != NULL
               ? arena_printf(v->arena, "that version is not in the copy: %s", lines->items[i].why)
               : "that version is not in the copy any more";
}

uint64_t history_view_later(const struct history_view *v)
{
    return v->later;
}
