/*
 * The handshake as a host sees it: programs are started with an environment, and what they print
 * and how they end is looked at. Both programs are built beside this one.
 */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"

#define COOKIE                                                                                     \
    "TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
#define PATIENCE_MS 20000

/* A program that was started; free with end(). */
struct run {
    pid_t pid;
    int out, err;
    char line[4096];   /* the first of stdout */
    char more[16384];  /* of stdout, once it ended */
    char words[16384]; /* stderr, once it ended */
    int status;
};

static char *program_path(struct arena *a, const char *beside)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    assert_true(n > 0);
    self[n] = '\0';
    *strrchr(self, '/') = '\0';
    return arena_printf(a, "%s/../../%s", self, beside);
}

static void start(struct run *r, const char *program, char *const *arguments,
                  char *const *environment)
{
    int out[2], err[2];
    memset(r, 0, sizeof *r);
    assert_return_code(pipe2(out, O_CLOEXEC), errno);
    assert_return_code(pipe2(err, O_CLOEXEC), errno);
    r->pid = fork();
    assert_return_code(r->pid, errno);
    if (r->pid == 0) {
        dup2(out[1], STDOUT_FILENO);
        dup2(err[1], STDERR_FILENO);
        execve(program, arguments, environment);
        _exit(127);
    }
    close(out[1]);
    close(err[1]);
    r->out = out[0];
    r->err = err[0];
}

/* Up to the end, or with `line` up to a newline. Fails the test when that takes too long. */
static void read_text(int fd, char *text, size_t size, bool line)
{
    size_t n = 0;
    while (n < size - 1) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&p, 1, PATIENCE_MS), 1);
        ssize_t got = read(fd, text + n, line ? 1 : size - 1 - n);
        if (got <= 0) {
            break;
        }
        n += (size_t)got;
        if (line && text[n - 1] == '\n') {
            break;
        }
    }
    text[n] = '\0';
}

/* Wait for it, and take what it still printed. */
static void end(struct run *r)
{
    read_text(r->out, r->more, sizeof r->more, false);
    read_text(r->err, r->words, sizeof r->words, false);
    assert_int_equal(waitpid(r->pid, &r->status, 0), r->pid);
    close(r->out);
    close(r->err);
}

/* What a sanitizer is told holds for the programs too. */
static char *sanitizer_options(struct arena *a)
{
    const char *options = getenv("TSAN_OPTIONS");
    return arena_printf(a, "TSAN_OPTIONS=%s", options ? options : "");
}

/* Start the fake provider with these variables and the cookie, up to its line. */
static void start_plugin(struct arena *a, struct run *r, const char *one, const char *two)
{
    char *path = program_path(a, "tests/tools/fake_provider");
    char cookie[] = COOKIE;
    char *arguments[] = {path, NULL};
    char *environment[] = {cookie, sanitizer_options(a), NULL, NULL, NULL};
    if (one) {
        environment[2] = arena_strdup(a, one);
    }
    if (two) {
        environment[3] = arena_strdup(a, two);
    }
    start(r, path, arguments, environment);
    read_text(r->out, r->line, sizeof r->line, true);
}

static void stop(struct run *r)
{
    kill(r->pid, SIGTERM);
    end(r);
    assert_true(WIFEXITED(r->status));
    assert_int_equal(WEXITSTATUS(r->status), 0);
    assert_string_equal(r->more, "");
}

/* The line's field, counted from 0; the last one without the newline. */
static char *field(struct arena *a, const struct run *r, int n)
{
    const char *p = r->line;
    for (int i = 0; i < n; i++) {
        p = strchr(p, '|');
        assert_non_null(p);
        p++;
    }
    return arena_strndup(a, p, strcspn(p, "|\n"));
}

static int count(const char *text, char c)
{
    int n = 0;
    for (; *text; text++) {
        n += *text == c;
    }
    return n;
}

/* ---- Started by hand ----------------------------------------------------------------------------
 */

static void test_explains_itself_without_cookie(void **state)
{
    static const char too_long[] = COOKIE "0";
    static const char *const cookies[] = {
        NULL, "TF_PLUGIN_MAGIC_COOKIE=", "TF_PLUGIN_MAGIC_COOKIE=d602bf8f", too_long,
        "PLUGIN_PROTOCOL_VERSIONS=6"};
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(cookies); i++) {
        char *path = program_path(a, "bin/terraform-provider-seedbank");
        char *arguments[] = {path, NULL};
        char *environment[] = {cookies[i] ? arena_strdup(a, cookies[i]) : NULL, NULL};
        struct run r;
        start(&r, path, arguments, environment);
        end(&r);
        assert_true(WIFEXITED(r.status));
        assert_int_equal(WEXITSTATUS(r.status), 1);
        assert_string_equal(r.more, "");
        assert_non_null(strstr(r.words, "OpenTofu or Terraform"));
        assert_non_null(strstr(r.words, "terraform.local/grove/seedbank"));
        assert_non_null(strstr(r.words, "README"));
    }
    arena_free(a);
}

static void test_arguments(void **state)
{
    static const struct {
        const char *argument, *out, *words;
        int code;
    } rows[] = {
        {"--version", "terraform-provider-seedbank " SEEDBANK_VERSION "\n", NULL, 0},
        {"-version", "terraform-provider-seedbank " SEEDBANK_VERSION "\n", NULL, 0},
        {"--help", "TF_REATTACH_PROVIDERS", NULL, 0},
        {"-h", "--version", NULL, 0},
        {"--nonsense", "", "unknown argument", 2},
        {"debug", "", "unknown argument", 2},
        {"", "", "unknown argument", 2},
    };
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        char *path = program_path(a, "bin/terraform-provider-seedbank");
        char *arguments[] = {path, arena_strdup(a, rows[i].argument), NULL};
        char *environment[] = {NULL};
        struct run r;
        start(&r, path, arguments, environment);
        end(&r);
        assert_true(WIFEXITED(r.status));
        assert_int_equal(WEXITSTATUS(r.status), rows[i].code);
        assert_non_null(strstr(r.more, rows[i].out));
        assert_int_equal(rows[i].code == 0, r.more[0] != '\0');
        if (rows[i].words) {
            assert_non_null(strstr(r.words, rows[i].words));
        } else {
            assert_string_equal(r.words, "");
        }
    }
    arena_free(a);
}

/* ---- Started by a host
 * --------------------------------------------------------------------------- */

static void test_line_for_any_versions(void **state)
{
    static const char *const versions[] = {
        NULL, "PLUGIN_PROTOCOL_VERSIONS=6", "PLUGIN_PROTOCOL_VERSIONS=5,6",
        "PLUGIN_PROTOCOL_VERSIONS=6,5",
        /* No common one: the host reads ours and says so. */
        "PLUGIN_PROTOCOL_VERSIONS=5", "PLUGIN_PROTOCOL_VERSIONS=7,,x"};
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(versions); i++) {
        struct run r;
        struct stat s;
        start_plugin(a, &r, versions[i], NULL);
        const char *socket = field(a, &r, 3);
        char *directory = arena_strndup(a, socket, strlen(socket) - strlen("/s"));
        assert_true(str_starts(r.line, "1|6|unix|/"));
        assert_true(str_ends(r.line, "|grpc|\n"));
        assert_int_equal(count(r.line, '|'), 5); /* no field for multiplexing unless asked */
        assert_return_code(stat(socket, &s), errno);
        assert_true(S_ISSOCK(s.st_mode));
        assert_return_code(stat(directory, &s), errno);
        assert_int_equal(s.st_mode & 07777, 0700);
        stop(&r);
        assert_string_equal(r.words, "");
        assert_int_equal(stat(directory, &s), -1);
    }
    arena_free(a);
}

/* A directory whose path is that long, to be removed with remove_deep. */
static char *make_deep(struct arena *a, const char *base, size_t length)
{
    char *path = arena_strdup(a, base);
    while (strlen(path) < length) {
        size_t missing = length - strlen(path);
        path = arena_printf(a, "%s/%0*d", path,
                            (int)(missing > 60  ? 50
                                  : missing > 1 ? missing - 1
                                                : 1),
                            0);
        assert_return_code(mkdir(path, 0700), errno);
    }
    return path;
}

static void remove_deep(const char *base, char *path)
{
    while (strlen(path) > strlen(base)) {
        assert_return_code(rmdir(path), errno);
        *strrchr(path, '/') = '\0';
    }
}

static void expect_socket_in(struct arena *a, const char *one, const char *two, const char *base)
{
    struct run r;
    start_plugin(a, &r, one, two);
    assert_true(str_starts(field(a, &r, 3), arena_printf(a, "%s/seedbank-", base)));
    stop(&r);
}

static void test_place_of_the_socket(void **state)
{
    struct arena *a = arena_new();
    char base[] = "/tmp/test_handshake.XXXXXX";

    (void)state;
    assert_non_null(mkdtemp(base));
    char *tmpdir = arena_printf(a, "TMPDIR=%s", base);
    expect_socket_in(a, NULL, NULL, "/tmp");
    expect_socket_in(a, tmpdir, NULL, base);
    expect_socket_in(a, "TMPDIR=/nonexistent", NULL, "/tmp");
    expect_socket_in(a, "TMPDIR=.", NULL, "/tmp");
    expect_socket_in(a, "TMPDIR=", NULL, "/tmp");
    expect_socket_in(a, arena_printf(a, "PLUGIN_UNIX_SOCKET_DIR=%s", base), "TMPDIR=/nonexistent",
                     base);
    expect_socket_in(a, "PLUGIN_UNIX_SOCKET_DIR=/nonexistent", tmpdir, base);

    static const char *const odd[] = {"a|b", "a%41"};
    for (size_t i = 0; i < COUNT(odd); i++) {
        char *path = arena_printf(a, "%s/%s", base, odd[i]);
        assert_return_code(mkdir(path, 0700), errno);
        expect_socket_in(a, arena_printf(a, "TMPDIR=%s", path), NULL, "/tmp");
        assert_return_code(rmdir(path), errno);
    }
    assert_return_code(rmdir(base), errno);
    arena_free(a);
}

/* Around the length at which a path fits a socket address no more. */
static void test_long_tmpdir(void **state)
{
    static const size_t lengths[] = {88, 89, 90, 91, 92, 107, 108, 200};
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        char base[] = "/tmp/test_handshake.XXXXXX";
        assert_non_null(mkdtemp(base));
        char *deep = make_deep(a, base, lengths[i]);
        assert_int_equal(strlen(deep), lengths[i]);
        struct run r;
        struct stat s;
        start_plugin(a, &r, arena_printf(a, "TMPDIR=%s", deep), NULL);
        const char *socket = field(a, &r, 3);
        assert_true(strlen(socket) <= 107);
        assert_return_code(stat(socket, &s), errno);
        assert_int_equal(str_starts(socket, deep),
                         lengths[i] + strlen("/seedbank-XXXXXX/s") <= 107);
        stop(&r);
        remove_deep(base, deep);
        assert_return_code(rmdir(base), errno);
    }
    arena_free(a);
}

static void test_bad_client_certificate(void **state)
{
    static const char *const pems[] = {
        "nonsense", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nTm8gY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n"};
    struct arena *a = arena_new();

    (void)state;
    for (size_t i = 0; i < COUNT(pems); i++) {
        struct run r;
        start_plugin(a, &r, arena_printf(a, "PLUGIN_CLIENT_CERT=%s", pems[i]), NULL);
        end(&r);
        assert_true(WIFEXITED(r.status));
        assert_int_equal(WEXITSTATUS(r.status), 1);
        assert_string_equal(r.line, "");
        assert_non_null(strstr(r.words, "PLUGIN_CLIENT_CERT"));
    }
    arena_free(a);
}

/* The host died before it read the line. */
static void test_nobody_reads_the_line(void **state)
{
    struct arena *a = arena_new();
    char *path = program_path(a, "tests/tools/fake_provider");
    char cookie[] = COOKIE;
    char *arguments[] = {path, NULL}, *environment[] = {cookie, sanitizer_options(a), NULL};
    struct run r;

    (void)state;
    start(&r, path, arguments, environment);
    close(r.out);
    r.out = open("/dev/null", O_RDONLY | O_CLOEXEC);
    end(&r);
    assert_true(WIFEXITED(r.status));
    assert_int_equal(WEXITSTATUS(r.status), 1);
    assert_non_null(strstr(r.words, "stdout"));
    arena_free(a);
}

/* ---- Started in odd surroundings ----------------------------------------------------------------
 */

/* Start the fake provider as a shell does after these commands. */
static void launch_after(struct arena *a, struct run *r, const char *commands)
{
    char cookie[] = COOKIE, log[] = "TF_LOG=trace", shell[] = "/bin/sh", option[] = "-c";
    char *script = arena_printf(a, "%s; exec \"$0\"", commands);
    char *arguments[] = {shell, option, script, program_path(a, "tests/tools/fake_provider"), NULL};
    char *environment[] = {cookie, log, sanitizer_options(a), NULL};
    start(r, shell, arguments, environment);
}

/* The same, up to its line. */
static void start_after(struct arena *a, struct run *r, const char *commands)
{
    launch_after(a, r, commands);
    read_text(r->out, r->line, sizeof r->line, true);
    assert_true(str_starts(r->line, "1|6|unix|/"));
}

/* Log lines must not go to whatever gets the stream's number. */
static void test_closed_stderr(void **state)
{
    struct arena *a = arena_new();
    struct run r;

    (void)state;
    char target[PATH_MAX] = "";
    start_after(a, &r, "exec 2>&-");
    char *link = arena_printf(a, "/proc/%d/fd/2", (int)r.pid);
    assert_true(readlink(link, target, sizeof target - 1) > 0);
    assert_string_equal(target, "/dev/null");
    stop(&r);
    arena_free(a);
}

/* GRPC_TRACE would print calls, an unknown strategy abort. */
static void test_variables_of_grpc(void **state)
{
    struct arena *a = arena_new();
    struct run r;

    (void)state;
    start_after(a, &r,
                "export GRPC_VERBOSITY=debug GRPC_TRACE=all GRPC_POLL_STRATEGY=none-such "
                "OTHER=1");
    stop(&r);
    assert_null(strstr(r.words, "seedbank.grpc"));
    arena_free(a);
}

/* Memory holds keys. */
static void test_no_core_file(void **state)
{
    struct arena *a = arena_new();
    struct run r;
    struct rlimit limit;

    (void)state;
    start_after(a, &r, "ulimit -S -c $(ulimit -H -c)");
    assert_return_code(prlimit(r.pid, RLIMIT_CORE, NULL, &limit), errno);
    assert_true(limit.rlim_cur <= 1);
    stop(&r);
    arena_free(a);
}

/* gRPC aborts where too few files may be open. */
static void test_few_files(void **state)
{
    struct arena *a = arena_new();
    struct run r;
    struct rlimit limit;

    (void)state;
    start_after(a, &r, "ulimit -S -n 8");
    assert_return_code(prlimit(r.pid, RLIMIT_NOFILE, NULL, &limit), errno);
    assert_int_equal(limit.rlim_cur, 64);
    stop(&r);
    assert_null(strstr(r.words, "too few files"));
    launch_after(a, &r, "ulimit -n 12");
    end(&r);
    assert_true(WIFEXITED(r.status) && WEXITSTATUS(r.status) == 1);
    assert_string_equal(r.more, "");
    assert_non_null(strstr(r.words, "at most 12 are allowed here, and 16 are needed"));
    arena_free(a);
}

/* A run that was started to outlive its terminal. */
static void test_nohup(void **state)
{
    struct arena *a = arena_new();
    struct run r;

    (void)state;
    start_after(a, &r, "trap '' HUP");
    assert_return_code(kill(r.pid, SIGHUP), errno);
    usleep(300000);
    assert_int_equal(waitpid(r.pid, &r.status, WNOHANG), 0);
    stop(&r);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_explains_itself_without_cookie),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_line_for_any_versions),
        cmocka_unit_test(test_place_of_the_socket),
        cmocka_unit_test(test_long_tmpdir),
        cmocka_unit_test(test_bad_client_certificate),
        cmocka_unit_test(test_nobody_reads_the_line),
        cmocka_unit_test(test_closed_stderr),
        cmocka_unit_test(test_variables_of_grpc),
        cmocka_unit_test(test_no_core_file),
        cmocka_unit_test(test_few_files),
        cmocka_unit_test(test_nohup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
