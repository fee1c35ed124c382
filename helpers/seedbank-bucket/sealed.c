#include "seedbank-bucket/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "aws/digest.h"
#include "base/buf.h"
#include "base/ctx.h"
#include "base/file.h"
#include "base/str.h"
#include "json/json_line.h"

#define MAX_LINE JSON_LINE_MAX /* a key with a million markers */
/* The last line: how it begins; what stands before and behind the sum, which covers all before. */
#define END       "{\"end\":true"
#define SUM       ",\"sha256\":\""
#define AFTER_SUM "\"}\n"
#define NO_SHA256 "OpenSSL refuses SHA-256, which proves that it is whole"

struct sealed_writer {
    const struct sealed_kind *kind;
    FILE *file;
    const char *title;     /* its path, where it gets one */
    const char *path;      /* NULL: it never has a name */
    const char *temporary; /* NULL: the file has no name until it is whole */
    struct digest_stream *digest;
    uint64_t size; /* bytes written */
};

struct sealed_reader {
    const struct sealed_kind *kind;
    FILE *file;
    const char *title;
    off_t lines; /* where the first begins */
    char sha256[DIGEST_SHA256_HEX_SIZE];
};

/* ---- Writing --------------------------------------------------------------------------------- */

static enum rc cannot_write(struct ctx *cx, const struct sealed_writer *w, const char *why)
{
    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "Cannot write the %s %s", w->kind->name, w->title),
                      "%s. %s", why, w->kind->unwritten);
}

static enum rc failed(struct ctx *cx, const struct sealed_writer *w)
{
    return cannot_write(cx, w, strerror(errno));
}

static void drop(void *arg)
{
    struct sealed_writer *w = arg;

    fclose(w->file);
    if (w->temporary != NULL) {
        unlink(w->temporary);
    }
}

/* A file without a name goes with the process, however that ends. Where the file system has no such
 * files, one with a name that is taken away again, unless the process is killed. */
static int open_nameless(struct ctx *cx, struct sealed_writer *w)
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

static bool give_name(struct ctx *cx, const struct sealed_writer *w)
{
    const char *nameless = arena_printf(cx->arena, "/proc/self/fd/%d", fileno(w->file));

    if (w->temporary != NULL) {
        return link(w->temporary, w->path) == 0;
    }
    return linkat(AT_FDCWD, nameless, AT_FDCWD, w->path, AT_SYMLINK_FOLLOW) == 0;
}

static bool write_text(struct sealed_writer *w, const char *text)
{
    w->size += strlen(text);
    return digest_stream_add(w->digest, str_of(text)) && fputs(text, w->file) >= 0;
}

uint64_t sealed_offset(const struct sealed_writer *w)
{
    return w->size;
}

enum rc sealed_add(struct ctx *cx, struct sealed_writer *w, json_t *line)
{
    struct arena_mark mark = arena_mark(cx->arena);
    bool fine = write_text(w, json_line(cx->arena, line)) && write_text(w, "\n");

    arena_rewind(cx->arena, mark);
    return fine ? RC_OK : failed(cx, w);
}

/* The members of the object behind a first one; takes the reference. NULL: `members` is. */
static json_t *behind(const char *name, json_t *value, json_t *members)
{
    json_t *whole = json_object();
    bool fine =
        json_object_set_new(whole, name, value) == 0 && json_object_update(whole, members) == 0;

    json_decref(members);
    if (!fine) {
        json_decref(whole);
        whole = NULL;
    }
    return whole;
}

/* The file is open, or errno says why not. */
static enum rc begin(struct ctx *cx, struct sealed_writer *w, json_t *head)
{
    if (w->file == NULL) {
        json_decref(head);
        return failed(cx, w);
    }
    arena_defer(cx->arena, drop, w);
    head = behind(w->kind->member, json_integer(w->kind->version), head);
    w->digest = digest_stream_new(cx->arena);
    if (head == NULL || w->digest == NULL) {
        json_decref(head);
        return cannot_write(cx, w, head ? NO_SHA256 : "A text of its first line is no UTF-8");
    }
    return sealed_add(cx, w, head);
}

enum rc sealed_create(struct ctx *cx, const struct sealed_kind *kind, const char *path,
                      json_t *head, struct sealed_writer **ret_writer)
{
    struct sealed_writer *w = arena_alloc(cx->arena, sizeof *w);
    enum rc rc;
    int fd;

    w->kind = kind;
    w->title = w->path = path;
    errno = EEXIST;
    fd = access(path, F_OK) == 0 ? -1 : open_nameless(cx, w);
    w->file = fd >= 0 ? fdopen(fd, "w") : NULL;
    rc = begin(cx, w, head);
    if (rc == RC_OK) {
        *ret_writer = w;
    }
    return rc;
}

enum rc sealed_begin(struct ctx *cx, const struct sealed_kind *kind, const char *title,
                     json_t *head, struct sealed_writer **ret_writer)
{
    struct sealed_writer *w = arena_alloc(cx->arena, sizeof *w);
    enum rc rc;

    w->kind = kind;
    w->title = title;
    w->file = tmpfile();
    rc = begin(cx, w, head);
    if (rc == RC_OK) {
        *ret_writer = w;
    }
    return rc;
}

/* Without the sum, which is put at its end as text: it covers every byte before it. */
static bool write_end(struct ctx *cx, struct sealed_writer *w, json_t *end)
{
    const char *line = json_line(cx->arena, behind("end", json_true(), end));
    char sum[DIGEST_SHA256_HEX_SIZE];

    line = arena_printf(cx->arena, "%.*s%s", (int)strlen(line) - 1, line, SUM);
    if (!write_text(w, line) || !digest_stream_end(w->digest, sum)) {
        errno = ENOTSUP; /* OpenSSL refuses SHA-256 */
        return false;
    }
    return fprintf(w->file, "%s%s", sum, AFTER_SUM) > 0;
}

enum rc sealed_end(struct ctx *cx, struct sealed_writer *w, json_t *end)
{
    if (!write_end(cx, w, end) || fflush(w->file) != 0) {
        return failed(cx, w);
    }
    if (w->path == NULL) {
        rewind(w->file);
        return RC_OK;
    }
    if (fsync(fileno(w->file)) != 0 || !give_name(cx, w)) {
        return failed(cx, w);
    }
    return file_sync_folder(cx, w->path); /* a temporary name goes with the arena */
}

FILE *sealed_file(const struct sealed_writer *w)
{
    return w->file;
}

/* ---- Reading --------------------------------------------------------------------------------- */

enum rc sealed_refuse(struct ctx *cx, const struct sealed_reader *r, const char *why)
{
    return diag_error(cx, NULL,
                      arena_printf(cx->arena, "%s is no whole %s", r->title, r->kind->name),
                      "%s. %s", why, r->kind->unread);
}

static void close_file(void *file)
{
    fclose(file);
}

/* The next line with its end. RC_NOT_FOUND: there is none. */
static enum rc read_line(struct ctx *cx, struct sealed_reader *r, struct str *ret_line)
{
    struct buf *line = buf_new(cx->arena, MAX_LINE);
    char block[4096];
    bool whole = false;

    while (!whole && fgets(block, sizeof block, r->file) != NULL) {
        buf_puts(line, block);
        whole = line->len > 0 && line->data[line->len - 1] == '\n';
    }
    if (ferror(r->file)) {
        return sealed_refuse(cx, r, strerror(errno));
    }
    if (line->len == 0 && feof(r->file)) {
        return RC_NOT_FOUND;
    }
    if (line->full || !whole) {
        return sealed_refuse(cx, r, "It ends in the middle of a line");
    }
    *ret_line = buf_str(line);
    return RC_OK;
}

static enum rc read_object(struct ctx *cx, struct sealed_reader *r, const json_t **ret_object)
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
        return sealed_refuse(cx, r, arena_printf(cx->arena, "A line is no JSON object: %s", why));
    }
    *ret_object = object;
    return RC_OK;
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

static enum rc read_end(struct ctx *cx, struct sealed_reader *r, struct str line,
                        struct digest_stream *digest, const json_t **ret_end)
{
    char sum[DIGEST_SHA256_HEX_SIZE];
    const char *why = NULL;
    struct str before = {NULL, 0}, said = {NULL, 0};
    const json_t *o;

    if (!splits(line, &before, &said)) {
        return sealed_refuse(cx, r, "Its end is broken");
    }
    if (!digest_stream_add(digest, before) || !digest_stream_end(digest, sum)) {
        return sealed_refuse(cx, r, NO_SHA256);
    }
    o = str_is(said, sum) ? json_line_read(cx->arena, line, &why) : NULL;
    if (o == NULL) {
        return sealed_refuse(cx, r, "It was changed after it was written");
    }
    memcpy(r->sha256, sum, sizeof sum);
    *ret_end = o;
    return getc(r->file) == EOF ? RC_OK : sealed_refuse(cx, r, "Something follows its end");
}

/* From the first byte to the end, which holds the sum of all before it. */
static enum rc check(struct ctx *cx, struct sealed_reader *r, const json_t **ret_end)
{
    struct digest_stream *digest = digest_stream_new(cx->arena);
    bool ended = false;
    enum rc rc = digest ? RC_OK : sealed_refuse(cx, r, NO_SHA256);

    while (!ended && rc == RC_OK) {
        struct arena_mark mark = arena_mark(cx->arena);
        struct str line = {NULL, 0};
        rc = read_line(cx, r, &line);
        ended = rc == RC_OK && str_starts(line.p, END);
        if (ended) {
            return read_end(cx, r, line, digest, ret_end);
        }
        if (rc == RC_NOT_FOUND) {
            rc = sealed_refuse(cx, r, "Its end is missing");
        } else if (rc == RC_OK && !digest_stream_add(digest, line)) {
            rc = sealed_refuse(cx, r, NO_SHA256);
        }
        arena_rewind(cx->arena, mark);
    }
    return rc;
}

static enum rc read_head(struct ctx *cx, struct sealed_reader *r, const json_t **ret_head)
{
    const json_t *o = NULL;
    enum rc rc;

    rewind(r->file);
    rc = read_object(cx, r, &o);
    if (rc != RC_OK) {
        return rc;
    }
    if (json_integer_value(json_object_get(o, r->kind->member)) != r->kind->version) {
        return sealed_refuse(cx, r, "It is of another version of this program, or something else");
    }
    *ret_head = o;
    return RC_OK;
}

static enum rc read_ends(struct ctx *cx, struct sealed_reader *r, struct sealed_ends *ret_ends)
{
    struct sealed_ends ends = {NULL, NULL};
    enum rc rc;

    rewind(r->file);
    rc = check(cx, r, &ends.end);
    if (rc == RC_OK) {
        rc = read_head(cx, r, &ends.head);
    }
    if (rc == RC_OK) {
        r->lines = ftello(r->file);
        *ret_ends = ends;
    }
    return rc;
}

enum rc sealed_open(struct ctx *cx, const struct sealed_kind *kind, const char *path,
                    struct sealed_ends *ret_ends, struct sealed_reader **ret_reader)
{
    struct sealed_reader r = {.kind = kind, .title = path, .file = fopen(path, "re")};

    if (r.file == NULL && errno == ENOENT) {
        return RC_NOT_FOUND;
    }
    if (r.file == NULL) {
        return sealed_refuse(cx, &r, strerror(errno));
    }
    arena_defer(cx->arena, close_file, r.file);
    return sealed_read(cx, kind, path, r.file, ret_ends, ret_reader);
}

enum rc sealed_read(struct ctx *cx, const struct sealed_kind *kind, const char *title, FILE *file,
                    struct sealed_ends *ret_ends, struct sealed_reader **ret_reader)
{
    struct sealed_reader *r = arena_alloc(cx->arena, sizeof *r);
    enum rc rc;

    r->kind = kind;
    r->title = title;
    r->file = file;
    rc = read_ends(cx, r, ret_ends);
    if (rc == RC_OK) {
        *ret_reader = r;
    }
    return rc;
}

enum rc sealed_next(struct ctx *cx, struct sealed_reader *r, const json_t **ret_line)
{
    const json_t *o = NULL;
    enum rc rc = read_object(cx, r, &o);

    if (rc != RC_OK) {
        return rc == RC_NOT_FOUND ? sealed_refuse(cx, r, "It was cut while it was read") : rc;
    }
    if (json_is_true(json_object_get(o, "end"))) {
        return RC_NOT_FOUND;
    }
    *ret_line = o;
    return RC_OK;
}

const char *sealed_sha256(const struct sealed_reader *r)
{
    return r->sha256;
}

void sealed_seek(struct sealed_reader *r, uint64_t offset)
{
    fseeko(r->file, (off_t)offset, SEEK_SET);
}

void sealed_rewind(struct sealed_reader *r)
{
    fseeko(r->file, r->lines, SEEK_SET);
}
