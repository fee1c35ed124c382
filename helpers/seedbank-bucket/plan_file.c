#include "seedbank-bucket/plan_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/digest.h"
#include "base/buf.h"
#include "base/ctx.h"
#include "base/file.h"
#include "base/str.h"
#include "seedbank-bucket/plan_head.h"
#include "seedbank-bucket/shards.h"
#include "json/json_line.h"

#define MAX_LINE JSON_LINE_MAX /* a key with a million markers */
/* The last line: how it begins; what stands before and behind the sum, which covers all before. */
#define END       "{\"end\":true,"
#define SUM       ",\"sha256\":\""
#define AFTER_SUM "\"}\n"
#define NO_SHA256 "OpenSSL refuses SHA-256, which proves that it is whole"

struct plan_writer {
    FILE *file;
    const char *path;
    const char *temporary; /* NULL: the file has no name until it is whole */
    struct digest_stream *digest;
    uint64_t size;         /* bytes written */
    struct shards *shards; /* NULL: it is not cut */
    size_t n_shards;
};

struct plan_reader {
    FILE *file;
    const char *path;
    off_t steps;        /* where the first begins that is read */
    uint64_t left;      /* how many more are read */
    uint64_t n;         /* of a piece: how many there are; else more than any plan has */
    struct arena *kept; /* of the two below */
    const struct shard *shards;
    size_t n_shards; /* 0: it is not cut */
    char sha256[DIGEST_SHA256_HEX_SIZE];
};

/* ---- Writing --------------------------------------------------------------------------------- */

static enum rc cannot_write(struct ctx *cx, const struct plan_writer *w)
{
    return diag_error(cx, NULL, arena_printf(cx->arena, "Cannot write the plan %s", w->path),
                      "%s. Nothing was changed in the bucket. Choose another place with --output.",
                      strerror(errno));
}

static void drop(void *arg)
{
    struct plan_writer *w = arg;

    fclose(w->file);
    if (w->temporary != NULL) {
        unlink(w->temporary);
    }
}

/* A file without a name goes with the process, however that ends. Where the file system has no such
 * files, one with a name that is taken away again, unless the process is killed. */
static int open_nameless(struct ctx *cx, struct plan_writer *w)
{
    const char *slash = strrchr(w->path, '/');
    const char *folder =
        slash ? arena_strndup(cx->arena, w->path, (size_t)(slash - w->path) + 1) : ".";
    int fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    char *temporary;

    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) {
        return fd;
    }
    temporary = arena_printf(cx->arena, "%s.XXXXXX", w->path);
    fd = mkostemp(temporary, O_CLOEXEC);
    w->temporary = fd >= 0 ? temporary : NULL;
    return fd;
}

static bool give_name(struct ctx *cx, const struct plan_writer *w)
{
    const char *nameless = arena_printf(cx->arena, "/proc/self/fd/%d", fileno(w->file));

    if (w->temporary != NULL) {
        return link(w->temporary, w->path) == 0;
    }
    return linkat(AT_FDCWD, nameless, AT_FDCWD, w->path, AT_SYMLINK_FOLLOW) == 0;
}

static bool write_line(struct ctx *cx, struct plan_writer *w, json_t *object)
{
    struct arena_mark mark = arena_mark(cx->arena);
    const char *line = json_line(cx->arena, object);
    bool fine = digest_stream_add(w->digest, str_of(line)) &&
                digest_stream_add(w->digest, STR_LIT("\n")) && fputs(line, w->file) >= 0 &&
                putc('\n', w->file) != EOF;

    w->size += strlen(line) + 1;
    arena_rewind(cx->arena, mark);
    return fine;
}

enum rc plan_file_create(struct ctx *cx, const char *path, const struct plan_head *head,
                         struct plan_writer **ret_writer)
{
    struct plan_writer *w = arena_alloc(cx->arena, sizeof *w);
    json_t *first = plan_head_to_json(head);
    int fd;

    w->path = path;
    w->digest = digest_stream_new(cx->arena);
    w->n_shards = (size_t)head->shards;
    w->shards = head->shards > 0 ? shards_new(cx->arena, w->n_shards) : NULL;
    if (first == NULL || w->digest == NULL) {
        json_decref(first);
        return diag_error(cx, NULL, arena_printf(cx->arena, "Cannot write the plan %s", path),
                          "A prefix is no UTF-8, or OpenSSL refuses SHA-256.");
    }
    errno = EEXIST;
    fd = access(path, F_OK) == 0 ? -1 : open_nameless(cx, w);
    w->file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (w->file == NULL) {
        json_decref(first);
        return cannot_write(cx, w);
    }
    arena_defer(cx->arena, drop, w);
    if (!write_line(cx, w, first)) {
        return cannot_write(cx, w);
    }
    *ret_writer = w;
    return RC_OK;
}

enum rc plan_file_add(struct ctx *cx, struct plan_writer *w, const struct step *step)
{
    if (w->shards != NULL) {
        shards_add(w->shards, w->size, !step_is_idle(step->kind));
    }
    return write_line(cx, w, step_to_json(step)) ? RC_OK : cannot_write(cx, w);
}

static json_t *count_to_json(const struct plan_count *c)
{
    return json_pack("{s:I, s:I}", "objects", (json_int_t)c->objects, "bytes",
                     (json_int_t)c->bytes);
}

/* Without the sum, which is put at its end as text: it covers every byte before it. */
static json_t *totals_to_json(const struct plan_totals *t)
{
    json_t *o =
        json_pack("{s:b, s:o, s:o, s:I}", "end", 1, "unchanged", count_to_json(&t->unchanged),
                  "newer", count_to_json(&t->newer), "doubtful", (json_int_t)t->doubtful);

    for (int i = 0; i < STEP_KINDS; i++) {
        json_object_set_new(o, step_name((enum step_kind)i), count_to_json(&t->steps[i]));
    }
    return o;
}

static bool write_end(struct ctx *cx, struct plan_writer *w, const struct plan_totals *totals)
{
    json_t *end = totals_to_json(totals);
    const char *line;
    char sum[DIGEST_SHA256_HEX_SIZE];

    if (w->shards != NULL) {
        json_object_set_new(end, "shards",
                            shards_to_json(shards_end(w->shards, w->size), w->n_shards));
    }
    line = json_line(cx->arena, end);
    line = arena_printf(cx->arena, "%.*s%s", (int)strlen(line) - 1, line, SUM);
    if (!digest_stream_add(w->digest, str_of(line)) || !digest_stream_end(w->digest, sum)) {
        errno = ENOTSUP; /* OpenSSL refuses SHA-256 */
        return false;
    }
    return fprintf(w->file, "%s%s%s", line, sum, AFTER_SUM) > 0;
}

enum rc plan_file_end(struct ctx *cx, struct plan_writer *w, const struct plan_totals *totals)
{
    if (!write_end(cx, w, totals) || fflush(w->file) != 0 || fsync(fileno(w->file)) != 0 ||
        !give_name(cx, w)) {
        return cannot_write(cx, w);
    }
    return file_sync_folder(cx, w->path); /* a temporary name goes with the arena */
}

/* ---- Reading --------------------------------------------------------------------------------- */

static enum rc no_plan(struct ctx *cx, const struct plan_reader *r, const char *why)
{
    return diag_error(
        cx, NULL, arena_printf(cx->arena, "%s is no whole plan", r->path),
        "%s. A plan is carried out as it was written or not at all: make it anew with "
        "the command plan.",
        why);
}

static void close_file(void *file)
{
    fclose(file);
}

/* The next line with its end. RC_NOT_FOUND: there is none. */
static enum rc read_line(struct ctx *cx, struct plan_reader *r, struct str *ret_line)
{
    struct buf *line = buf_new(cx->arena, MAX_LINE);
    char block[4096];
    bool whole = false;

    while (!whole && fgets(block, sizeof block, r->file) != NULL) {
        buf_puts(line, block);
        whole = line->len > 0 && line->data[line->len - 1] == '\n';
    }
    if (ferror(r->file)) {
        return no_plan(cx, r, strerror(errno));
    }
    if (line->len == 0 && feof(r->file)) {
        return RC_NOT_FOUND;
    }
    if (line->full || !whole) {
        return no_plan(cx, r, "It ends in the middle of a line");
    }
    *ret_line = buf_str(line);
    return RC_OK;
}

static enum rc read_object(struct ctx *cx, struct plan_reader *r, const json_t **ret_object)
{
    const char *why = NULL;
    struct str line = {NULL, 0};
    const json_t *object;
    enum rc rc = read_line(cx, r, &line);

    if (rc != RC_OK) {
        return rc;
    }
    object = json_line_read(cx->arena, line, &why);
    if (object == NULL) {
        return no_plan(cx, r, arena_printf(cx->arena, "A line is no JSON object: %s", why));
    }
    *ret_object = object;
    return RC_OK;
}

static uint64_t number(const json_t *o, const char *name)
{
    json_int_t n = json_integer_value(json_object_get(o, name));

    return n > 0 ? (uint64_t)n : 0;
}

static struct plan_count count(const json_t *o, const char *name)
{
    const json_t *member = json_object_get(o, name);

    return (struct plan_count){number(member, "objects"), number(member, "bytes")};
}

/* The last line is taken for it by how it ends, too: then its sum has its place. */
static bool splits(struct str line, struct str *ret_before, struct str *ret_sum)
{
    size_t after = strlen(AFTER_SUM), hex = DIGEST_SHA256_HEX_SIZE - 1;
    const char *sum;

    if (line.n < strlen(SUM) + hex + after || !str_ends(line.p, AFTER_SUM)) {
        return false;
    }
    sum = line.p + line.n - after - hex;
    if (strncmp(sum - strlen(SUM), SUM, strlen(SUM)) != 0) {
        return false;
    }
    *ret_before = (struct str){line.p, (size_t)(sum - line.p)};
    *ret_sum = (struct str){sum, hex};
    return true;
}

/* That there are as many as the first line says is seen there. */
static bool read_shards(struct plan_reader *r, const json_t *list)
{
    if (list == NULL) {
        return true;
    }
    r->n_shards = json_array_size(list) > 0 ? json_array_size(list) - 1 : 0;
    return r->n_shards > 0 && shards_from_json(r->kept, list, r->n_shards, &r->shards);
}

static enum rc read_end(struct ctx *cx, struct plan_reader *r, struct str line,
                        struct digest_stream *digest, struct plan_totals *ret_totals)
{
    char sum[DIGEST_SHA256_HEX_SIZE];
    const char *why = NULL;
    struct str before = {NULL, 0}, said = {NULL, 0};
    struct plan_totals t;
    const json_t *o;

    if (!splits(line, &before, &said)) {
        return no_plan(cx, r, "Its end is broken");
    }
    if (!digest_stream_add(digest, before) || !digest_stream_end(digest, sum)) {
        return no_plan(cx, r, NO_SHA256);
    }
    o = str_is(said, sum) ? json_line_read(cx->arena, line, &why) : NULL;
    if (o == NULL) {
        return no_plan(cx, r, "It was changed after it was written");
    }
    t = (struct plan_totals){.unchanged = count(o, "unchanged"),
                             .newer = count(o, "newer"),
                             .doubtful = number(o, "doubtful")};
    for (int i = 0; i < STEP_KINDS; i++) {
        t.steps[i] = count(o, step_name((enum step_kind)i));
    }
    memcpy(r->sha256, sum, sizeof sum);
    if (!read_shards(r, json_object_get(o, "shards"))) {
        return no_plan(cx, r, "Its pieces are none");
    }
    *ret_totals = t;
    return getc(r->file) == EOF ? RC_OK : no_plan(cx, r, "Something follows its end");
}

/* From the first byte to the end, which holds the sum of all before it. */
static enum rc check(struct ctx *cx, struct plan_reader *r, struct plan_totals *ret_totals)
{
    struct digest_stream *digest = digest_stream_new(cx->arena);
    bool ended = false;
    enum rc rc = digest ? RC_OK : no_plan(cx, r, NO_SHA256);

    while (!ended && rc == RC_OK) {
        struct arena_mark mark = arena_mark(cx->arena);
        struct str line = {NULL, 0};
        rc = read_line(cx, r, &line);
        ended = rc == RC_OK && str_starts(line.p, END);
        if (rc == RC_NOT_FOUND) {
            rc = no_plan(cx, r, "Its end is missing");
        } else if (ended) {
            rc = read_end(cx, r, line, digest, ret_totals);
        } else if (rc == RC_OK && !digest_stream_add(digest, line)) {
            rc = no_plan(cx, r, NO_SHA256);
        }
        arena_rewind(cx->arena, mark);
    }
    return rc;
}

static enum rc read_head(struct ctx *cx, struct plan_reader *r, struct plan_head *ret_head)
{
    const json_t *o = NULL;
    struct plan_head h;
    enum rc rc;

    rewind(r->file);
    rc = read_object(cx, r, &o);
    if (rc != RC_OK) {
        return rc;
    }
    if (json_integer_value(json_object_get(o, "seedbank_plan")) != PLAN_FILE_VERSION) {
        return no_plan(cx, r, "It is of another version of this program, or something else");
    }
    if (!plan_head_from_json(cx->arena, o, &h) || h.shards != r->n_shards) {
        return no_plan(cx, r, "Its first line is not whole");
    }
    *ret_head = h;
    return RC_OK;
}

enum rc plan_file_open(struct ctx *cx, const char *path, struct plan_head *ret_head,
                       struct plan_totals *ret_totals, struct plan_reader **ret_reader)
{
    struct plan_reader *r = arena_alloc(cx->arena, sizeof *r);
    enum rc rc;

    r->path = path;
    r->kept = arena_within(cx->arena);
    r->file = fopen(path, "re");
    if (r->file == NULL && errno == ENOENT) {
        return RC_NOT_FOUND;
    }
    if (r->file == NULL) {
        return no_plan(cx, r, strerror(errno));
    }
    arena_defer(cx->arena, close_file, r->file);
    rc = check(cx, r, ret_totals);
    if (rc == RC_OK) {
        rc = read_head(cx, r, ret_head);
    }
    if (rc == RC_OK) {
        r->steps = ftello(r->file);
        r->left = r->n = UINT64_MAX;
        *ret_reader = r;
    }
    return rc;
}

enum rc plan_file_next(struct ctx *cx, struct plan_reader *r, struct step *ret_step)
{
    const json_t *o = NULL;
    enum rc rc;

    if (r->left == 0) { /* the piece ends here */
        return RC_NOT_FOUND;
    }
    r->left--;
    rc = read_object(cx, r, &o);
    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? no_plan(cx, r, "It was cut while it was read") : rc;
    }
    if (json_is_true(json_object_get(o, "end"))) {
        return RC_NOT_FOUND;
    }
    return step_from_json(cx->arena, o, ret_step)
               ? RC_OK
               : no_plan(cx, r, "A line is no step that this program knows");
}

const char *plan_file_sha256(const struct plan_reader *r)
{
    return r->sha256;
}

void plan_file_rewind(struct plan_reader *r)
{
    fseeko(r->file, r->steps, SEEK_SET);
    r->left = r->n;
}

struct plan_piece plan_file_piece(struct plan_reader *r, uint64_t piece)
{
    const struct shard *here = &r->shards[piece], *next = here + 1;

    r->steps = (off_t)here->offset;
    r->n = next->first - here->first;
    plan_file_rewind(r);
    return (struct plan_piece){here->first, r->n, next->active - here->active};
}
