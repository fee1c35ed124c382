/*
 * What a server can do wrong, against every command: nothing is lost, nothing is
 * said to be done that is not, the exit code tells, and when the server is well
 * again the same command ends what it began.
 *
 * lib/s3 has its own catalogue (test_s3_faults.c); here is what it comes to.
 */
#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "bucket_model.h"
#include "cli/cli.h"
#include "http_server.h"
#include "seedbank-bucket/commands.h"
#include "seedbank-bucket/settings.h"

#define MAX_SAID ((size_t)4 << 20)
#define PAGE     1000
#define DEEP     10000 /* versions of one key */

enum command { PLAN, APPLY, UNDO, VERIFY, AUDIT, COMMANDS };

static const char *const names[COMMANDS] = {"plan", "apply", "undo", "verify", "audit"};
static const struct cli_program program = {
    .name = "seedbank-bucket",
    .summary = "-",
    .commands = (const struct cli_command *const[]){&plan_command, &apply_command, &undo_command,
                                                    &verify_command, &audit_command, NULL},
    .environment = settings_environment,
};

/* ---- One bucket with a past, and the program before it ----------------------------------------
 */

/* Deleted, deleted again and again, overwritten, born later, untouched; what a key was is told by
 * its content. Keys that begin with "a" are those that a fault spares or refuses. */
enum past { USUAL, MARKERS, MANY, NULLS };

struct world {
    struct bucket_model *model;
    struct http_server *server;
    struct arena *arena;
    const char *folder, *plan, *at, *good, *bad, *held;
    const char *said; /* by the command that ran last */
};

static void usual(struct bucket_model *m, bool later)
{
    static const char *const keys[] = {"a/copied", "a/shown", "b/copied", "b/shown", "same"};

    if (!later) {
        for (size_t i = 0; i < COUNT(keys); i++) {
            bucket_model_write(m, keys[i], NULL, keys[i]);
        }
        return;
    }
    bucket_model_write(m, "a/copied", NULL, "bad");
    bucket_model_write(m, "a/shown", NULL, NULL);
    bucket_model_write(m, "b/copied", NULL, "bad");
    bucket_model_write(m, "b/copied", NULL, NULL);
    bucket_model_write(m, "b/shown", NULL, NULL);
    bucket_model_write(m, "a/born", NULL, "later");
    bucket_model_write(m, "c/born", NULL, "later");
}

static void write_past(struct bucket_model *m, enum past past, bool later)
{
    size_t n = past == MARKERS ? 2 * PAGE + 500 : past == MANY ? DEEP : 0;

    if (past == NULLS && !later) {
        bucket_model_write(m, "d/null", "null", "null");
        bucket_model_write(m, "d/null", NULL, "d");
    }
    usual(m, later);
    for (size_t i = 0; later && i < n; i++) {
        bucket_model_write(m, past == MARKERS ? "b/shown" : "b/copied", NULL,
                           past == MARKERS ? NULL : "bad");
    }
    if (past == NULLS && later) {
        bucket_model_write(m, "d/null", NULL, "bad");
    }
}

static const char *time_of(struct arena *a, int64_t at)
{
    char text[32];
    time_t t = (time_t)at;
    struct tm tm;

    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
    return arena_strdup(a, text);
}

static void begin(struct world *w, enum past past, size_t page)
{
    char folder[] = "/tmp/test_faults.XXXXXX";

    *w = (struct world){.model = bucket_model_new(page), .arena = arena_new()};
    assert_non_null(mkdtemp(folder));
    w->folder = arena_strdup(w->arena, folder);
    w->plan = arena_printf(w->arena, "%s/plan", folder);
    write_past(w->model, past, false);
    w->at = time_of(w->arena, bucket_model_now(w->model));
    w->good = bucket_model_shows(w->model, w->arena);
    write_past(w->model, past, true);
    w->bad = bucket_model_shows(w->model, w->arena);
    w->held = bucket_model_holds(w->model, w->arena);
    w->server = http_server_start(
        &(struct http_server_options){.handler = bucket_model_answer, .handler_arg = w->model});
    setenv("SEEDBANK_S3_ENDPOINT", http_server_url(w->server), 1);
}

static void end(struct world *w)
{
    http_server_stop(w->server);
    assert_satisfied(w->server);
    http_server_free(w->server);
    bucket_model_free(w->model);
    unlink(w->plan);
    unlink(arena_printf(w->arena, "%s.journal", w->plan));
    assert_int_equal(rmdir(w->folder), 0); /* nothing else was left in it */
    arena_free(w->arena);
}

static const char *content_of(struct arena *a, const char *path)
{
    struct buf *all = buf_new(a, MAX_SAID);
    FILE *f = fopen(path, "r");
    char block[4096];
    size_t n;

    while (f != NULL && (n = fread(block, 1, sizeof block, f)) > 0) {
        buf_append(all, block, n);
    }
    if (f != NULL) {
        fclose(f);
    }
    return f != NULL ? all->data : NULL;
}

/* Its exit code; what it says goes to w->said. */
static int run(struct world *w, enum command command)
{
    const char *const plan[] = {"b", "--at", w->at, "--hide-newer", "-o", w->plan, NULL};
    const char *const file[] = {w->plan, NULL}, *const bucket[] = {"b", NULL};
    const char *const verify[] = {"b", "--plan", w->plan, "--exact", NULL};
    const char *const *const all[COMMANDS] = {plan, file, file, verify, bucket};
    const char *path = arena_printf(w->arena, "%s/said", w->folder);
    char *argv[10] = {arena_strdup(w->arena, program.name), arena_strdup(w->arena, names[command])};
    int argc = 2, out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), code;
    int said = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);

    for (const char *const *word = all[command]; *word != NULL; word++) {
        argv[argc++] = arena_strdup(w->arena, *word);
    }
    fflush(stdout);
    dup2(said, STDOUT_FILENO);
    dup2(said, STDERR_FILENO);
    close(said);
    code = cli_main(&program, argc, argv);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    w->said = content_of(w->arena, path);
    unlink(path);
    return code;
}

/* ---- What must hold ---------------------------------------------------------------------------
 */

struct row {
    const char *about;
    struct bucket_fault fault;
    int codes[COMMANDS];
    enum past past;
    size_t page; /* 0: PAGE */
    bool lasts;  /* what came of it does not go away with it */
    const char *says;
};

static void fail_with(const struct world *w, const struct row *row, enum command c,
                      const char *what)
{
    fail_msg("%s, %s: %s\nShown:\n%s\nSaid:\n%s\n", row->about, names[c], what,
             bucket_model_shows(w->model, w->arena), w->said);
}

/* Every line of `text` is one of `in`. */
static bool all_in(struct arena *a, const char *text, const char *in)
{
    const char *lines = arena_printf(a, "\n%s", in);

    for (const char *at = text; *at != '\0'; at = strchr(at, '\n') + 1) {
        size_t n = strcspn(at, "\n");
        if (strstr(lines, arena_printf(a, "\n%.*s\n", (int)n, at)) == NULL) {
            return false;
        }
    }
    return true;
}

static bool shows(const struct world *w, const char *wanted)
{
    return strcmp(bucket_model_shows(w->model, w->arena), wanted) == 0;
}

/* Whether a key that the journal calls done, taking back or not, is not as that promises. */
static bool lies(struct world *w, bool undo)
{
    const char *journal = content_of(w->arena, arena_printf(w->arena, "%s.journal", w->plan));
    const char *now = arena_printf(w->arena, "\n%s", bucket_model_shows(w->model, w->arena));
    const char *promised = arena_printf(w->arena, "\n%s", undo ? w->bad : w->good);

    for (const char *at = journal; at != NULL && *at != '\0'; at = strchr(at, '\n') + 1) {
        const char *line = arena_strndup(w->arena, at, strcspn(at, "\n"));
        const char *key = strstr(line, "\"key\":\""), *wanted, *got;
        if (strstr(line, "\"did\":\"done\"") == NULL || key == NULL ||
            (strstr(line, "\"undo\":true") != NULL) != undo) {
            continue;
        }
        key = arena_strndup(w->arena, key + 7, strcspn(key + 7, "\""));
        key = arena_printf(w->arena, "\n%s=", key);
        wanted = strstr(promised, key);
        got = strstr(now, key);
        if ((wanted == NULL) != (got == NULL) ||
            (wanted != NULL && strcspn(wanted + 1, "\n") != strcspn(got + 1, "\n")) ||
            (wanted != NULL && strncmp(wanted + 1, got + 1, strcspn(wanted + 1, "\n")) != 0)) {
            return true;
        }
    }
    return false;
}

/* What a command that ended well leaves; NULL: nothing is promised. */
static const char *promised(const struct world *w, enum command c, int code)
{
    static const bool reads[COMMANDS] = {[PLAN] = true, [AUDIT] = true};

    if (reads[c]) {
        return w->bad;
    }
    return code != CLI_DONE ? NULL : c == UNDO ? w->bad : w->good;
}

static void judge(struct world *w, const struct row *row, enum command c, int code)
{
    const char *wanted = promised(w, c, code);
    bool plan = access(w->plan, F_OK) == 0;

    if (!all_in(w->arena, w->held, bucket_model_holds(w->model, w->arena))) {
        fail_with(w, row, c, "content is lost");
    }
    if (c == PLAN && plan != (code == CLI_DONE || code == CLI_PARTLY)) {
        fail_with(w, row, c, "a plan is there, or is not, against what was said");
    }
    if (wanted != NULL && !shows(w, wanted)) {
        fail_with(w, row, c, "the bucket is not as that promises");
    }
    if ((c == APPLY || c == UNDO) && lies(w, c == UNDO)) {
        fail_with(w, row, c, "the journal calls done what is not");
    }
}

/* The steps of the plan. */
static const char *steps_of(struct world *w)
{
    const char *plan = content_of(w->arena, w->plan);
    const char *first = plan ? strchr(plan, '\n') : NULL, *last = first;

    assert_non_null(first);
    last = strstr(first, "\n{\"end\":true");
    assert_non_null(last);
    return arena_strndup(w->arena, first, (size_t)(last - first));
}

static void prepare(struct world *w, const struct row *row, enum command c)
{
    for (enum command before = PLAN; before < c && c != AUDIT && before < VERIFY; before++) {
        if (before == UNDO) {
            continue; /* verify wants what apply left */
        }
        if (run(w, before) != CLI_DONE) {
            fail_with(w, row, before, "it fails without any fault");
        }
    }
}

static const char *plan_without_fault(struct world *w, const struct row *row)
{
    const char *steps;

    if (run(w, PLAN) != CLI_DONE) {
        fail_with(w, row, PLAN, "it fails without any fault");
    }
    steps = steps_of(w);
    unlink(w->plan);
    return steps;
}

static void meet_fault(struct world *w, const struct row *row, enum command c, const char *steps)
{
    int code;

    bucket_model_break(w->model, &row->fault);
    code = run(w, c);
    judge(w, row, c, code);
    if (code != row->codes[c]) {
        fail_with(w, row, c, arena_printf(w->arena, "exit %d, not %d", code, row->codes[c]));
    }
    if (code != CLI_DONE && row->says != NULL && strstr(w->said, row->says) == NULL) {
        fail_with(w, row, c, arena_printf(w->arena, "it does not say \"%s\"", row->says));
    }
    if (c == PLAN && code == CLI_DONE && strcmp(steps_of(w), steps) != 0) {
        fail_with(w, row, c, "it is another plan");
    }
}

static void meet(const struct row *row, enum command c)
{
    struct world w;
    int code;

    begin(&w, row->past, row->page ? row->page : PAGE);
    prepare(&w, row, c);
    meet_fault(&w, row, c, c == PLAN ? plan_without_fault(&w, row) : NULL);
    bucket_model_break(w.model, &(struct bucket_fault){.kind = BUCKET_FAULT_NONE});
    if (c == PLAN) {
        unlink(w.plan);
    }
    code = run(&w, c);
    judge(&w, row, c, code);
    if (!row->lasts && code != CLI_DONE) {
        fail_with(&w, row, c, "it does not end well when the server is well again");
    }
    end(&w);
}

/* ---- The table --------------------------------------------------------------------------------
 */

#define ERROR(code) "<Error><Code>" code "</Code><Message>by the test</Message></Error>"
#define ONCE(how)   .kind = BUCKET_FAULT_##how
#define ALWAYS(how) .kind = BUCKET_FAULT_##how, .stays = true
#define FINE                                                                                       \
    {                                                                                              \
        0, 0, 0, 0, 0                                                                              \
    }
#define LISTS   .method = "GET", .target = "&versions"
#define COPIES  .method = "PUT"
#define DELETES .method = "POST", .target = "?delete"

/* Exit codes: plan, apply, undo, verify, audit. */
static const struct row rows[] = {
    {.about = "no fault at all", .fault = {ONCE(NONE)}, .codes = FINE},
    {.about = "throttled once",
     .fault = {ONCE(INSTEAD), .reply = {.status = 503,
                                        .headers = "Retry-After: 0\r\n",
                                        .body = ERROR("SlowDown")}},
     .codes = FINE},
    {.about = "a listing that fails once",
     .fault = {ONCE(INSTEAD), LISTS, .reply = {.status = 500}},
     .codes = FINE},
    {.about = "a listing that is cut",
     .fault = {ONCE(AFTER), LISTS,
               .reply = {.body = "<ListVersionsResult>",
                         .fault = HTTP_SERVER_CLOSE,
                         .where = HTTP_SERVER_IN_BODY}},
     .codes = FINE},
    {.about = "the answer of a copy is lost",
     .fault = {ONCE(AFTER), COPIES,
               .reply = {.fault = HTTP_SERVER_RESET, .where = HTTP_SERVER_AT_START}},
     .codes = FINE},
    {.about = "the answer of a deletion is lost",
     .fault = {ONCE(AFTER), DELETES,
               .reply = {.fault = HTTP_SERVER_RESET, .where = HTTP_SERVER_AT_START}},
     .codes = FINE},
    {.about = "an error that passes inside 200, of a copy",
     .fault = {ONCE(INSTEAD), COPIES, .reply = {.body = ERROR("InternalError")}},
     .codes = FINE},
    {.about = "an error that passes inside 200, of a copy that was made",
     .fault = {ONCE(AFTER), COPIES, .reply = {.body = ERROR("InternalError")}},
     .codes = FINE},
    {.about = "an error that stays inside 200, of copies",
     .fault = {ALWAYS(INSTEAD), COPIES, .reply = {.body = ERROR("AccessDenied")}},
     .codes = {0, 3, 0, 0, 0},
     .says = "AccessDenied"},
    {.about = "an error that stays inside 200, of a copy that was made",
     .fault = {ALWAYS(AFTER), COPIES, .reply = {.body = ERROR("AccessDenied")}},
     .codes = FINE},
    {.about = "an error inside 200, of a deletion",
     .fault = {ALWAYS(INSTEAD), DELETES, .reply = {.body = ERROR("AccessDenied")}},
     .codes = {0, 3, 3, 0, 0},
     .says = "AccessDenied"},
    {.about = "a deletion that refuses some keys",
     .fault = {ALWAYS(REFUSES), DELETES},
     .codes = {0, 3, 3, 0, 0},
     .says = "locked"},
    {.about = "a deletion that says nothing of some keys",
     .fault = {ALWAYS(IS_SILENT), DELETES},
     .codes = {0, 3, 3, 0, 0}},
    {.about = "deletions that are not done",
     .fault = {ALWAYS(LIES), DELETES},
     .codes = {0, 3, 3, 0, 0}},
    {.about = "copies that are not made",
     .fault = {ALWAYS(LIES), COPIES},
     .codes = {0, 3, 0, 0, 0}},
    {.about = "copies of something else",
     .fault = {ALWAYS(CORRUPTS), COPIES},
     .codes = {0, 3, 0, 0, 0},
     .lasts = true},
    {.about = "the credentials expire at once",
     .fault = {ALWAYS(INSTEAD), .reply = {.status = 400, .body = ERROR("ExpiredToken")}},
     .codes = {1, 1, 1, 1, 1},
     .says = "ExpiredToken"},
    {.about = "the credentials expire before the second request",
     .fault = {ALWAYS(INSTEAD), .nth = 2, .reply = {.status = 400, .body = ERROR("ExpiredToken")}},
     .codes = {1, 1, 1, 1, 1},
     .says = "ExpiredToken"},
    {.about = "the credentials expire before the first copy",
     .fault = {ALWAYS(INSTEAD), COPIES, .reply = {.status = 400, .body = ERROR("ExpiredToken")}},
     .codes = {0, 3, 0, 0, 0},
     .says = "ExpiredToken"},
    {.about = "the clocks differ by two hours", .fault = {ALWAYS(SKEWED)}, .codes = FINE},
    {.about = "listing is not allowed",
     .fault = {ALWAYS(INSTEAD), LISTS, .reply = {.status = 403, .body = ERROR("AccessDenied")}},
     .codes = {1, 1, 1, 1, 1},
     .says = "s3:ListBucketVersions"},
    {.about = "a listing that is no XML",
     .fault = {ALWAYS(INSTEAD), LISTS, .reply = {.body = "<ListVersionsResult><Ver"}},
     .codes = {1, 1, 1, 1, 1}},
    {.about = "a page that does not say where the next begins",
     .fault = {ALWAYS(NO_MARKER), LISTS},
     .codes = {1, 1, 1, 1, 1},
     .page = 3,
     .says = "The server's list is broken"},
    {.about = "pages that turn back",
     .fault = {ALWAYS(TURNS_BACK), LISTS},
     .codes = {1, 1, 1, 1, 1},
     .page = 3,
     .says = "The server's list is broken"},
    {.about = "versioning was suspended",
     .fault = {ALWAYS(INSTEAD), .target = "?versioning",
               .reply = {.body = "<VersioningConfiguration><Status>Suspended</Status>"
                                 "</VersioningConfiguration>"}},
     .codes = {5, 5, 5, 0, 0},
     .says = "Suspended"},
    {.about = "the bucket is gone",
     .fault = {ALWAYS(INSTEAD), .reply = {.status = 404, .body = ERROR("NoSuchBucket")}},
     .codes = {6, 6, 6, 6, 6}},
    {.about = "the bucket goes in mid-run",
     .fault = {ALWAYS(INSTEAD), LISTS, .nth = 2,
               .reply = {.status = 404, .body = ERROR("NoSuchBucket")}},
     .codes = {6, 1, 1, 6, 6},
     .says = "no bucket"},
    {.about = "pages of one entry", .fault = {ONCE(NONE)}, .codes = FINE, .page = 1},
    {.about = "pages of delete markers alone",
     .fault = {ONCE(NONE)},
     .codes = FINE,
     .past = MARKERS},
    {.about = "ten thousand versions of one key",
     .fault = {ONCE(NONE)},
     .codes = FINE,
     .past = MANY},
    {.about = "a page that ends with a null version",
     .fault = {ONCE(NONE)},
     .codes = FINE,
     .past = NULLS,
     .page = 1},
};

static void nothing_is_lost_and_all_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        for (enum command c = PLAN; c < COMMANDS; c++) {
            meet(&rows[i], c);
        }
    }
}

static int set_up(void **state)
{
    (void)state;
    setenv("SEEDBANK_S3_REGION", "eu-test-1", 1);
    setenv("SEEDBANK_S3_ACCESS_KEY", "some-access-key", 1);
    setenv("SEEDBANK_S3_SECRET_KEY", "some-secret-key", 1);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(nothing_is_lost_and_all_is_told, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
