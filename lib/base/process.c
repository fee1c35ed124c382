#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/ctx.h"

#define SLICE_MS 50 /* how soon a raised cancel is seen */

struct run {
    const struct process *process;
    pid_t pid;
    int output; /* the reading end */
    int64_t end_ms;
    struct buf *kept;
};

static enum rc refuse(struct ctx *cx, const struct process *p, const char *why)
{
    return diag_error(cx, NULL, arena_printf(cx->arena, "Cannot run %s", p->argv[0]),
                      "The program %s. Run it by hand to see what it says.", why);
}

static int64_t now_ms(void)
{
    return clock_system.monotonic_ms(&clock_system);
}

/* Signals as a fresh program has them: a mask or an ignored SIGPIPE of ours would be inherited. */
static void set_attributes(posix_spawnattr_t *attr)
{
    sigset_t none, all;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setflags(
        attr, (short)(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    posix_spawnattr_setpgroup(attr, 0);
    posix_spawnattr_setsigmask(attr, &none);
    posix_spawnattr_setsigdefault(attr, &all);
}

/* 0, or an errno. posix_spawnp's argv is not const for old times' sake; it changes nothing. */
static int start(struct run *r, int writer)
{
    union {
        const char *const *given;
        char *const *taken;
    } argv = {r->process->argv};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    int error;

    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, writer, 1);
    posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
    posix_spawnattr_init(&attr);
    set_attributes(&attr);
    error = posix_spawnp(&r->pid, argv.given[0], &files, &attr, argv.taken, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

/* What has come is kept. NULL while there may be more, "" at the end, else what is wrong. */
static const char *take(struct ctx *cx, struct run *r)
{
    char piece[4096];
    ssize_t n = read(r->output, piece, sizeof(piece));
    bool fits = n <= 0 || buf_append(r->kept, piece, (size_t)n);

    explicit_bzero(piece, sizeof(piece));
    if (n == 0) {
        return "";
    }
    if (n < 0) {
        return errno == EINTR || errno == EAGAIN ? NULL : "could not be read from";
    }
    return fits ? NULL
                : arena_printf(cx->arena, "wrote more than the %zu bytes allowed",
                               r->process->max_output);
}

/* "" when it closed its output, NULL when cancelled (which was reported), else what is wrong. */
static const char *listen_to(struct ctx *cx, struct run *r)
{
    for (;;) {
        struct pollfd p = {.fd = r->output, .events = POLLIN};
        const char *end = poll(&p, 1, SLICE_MS) > 0 ? take(cx, r) : NULL;

        if (end) {
            return end;
        }
        if (ctx_check(cx) != RC_OK) {
            return NULL;
        }
        if (now_ms() >= r->end_ms) {
            return arena_printf(cx->arena, "did not end within %lld ms and was killed",
                                (long long)r->process->timeout_ms);
        }
    }
}

/* It may close its output and stay: the same patience holds for its end. It is left unreaped, so
 * that its number, which is its group's too, cannot have passed to somebody else. */
static bool ends_in_time(const struct run *r)
{
    for (;;) {
        siginfo_t info = {.si_pid = 0};

        if (waitid(P_PID, (id_t)r->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 &&
            errno != EINTR) {
            return false;
        }
        if (info.si_pid == r->pid) {
            return true;
        }
        if (now_ms() >= r->end_ms) {
            return false;
        }
        poll(NULL, 0, 2);
    }
}

#define NOT_STARTED 127 /* where a child cannot tell its parent, and what shells end with */

static const char *bad_end(struct ctx *cx, int status)
{
    if (WIFSIGNALED(status)) {
        return arena_printf(cx->arena, "was ended by signal %d", WTERMSIG(status));
    }
    return WEXITSTATUS(status) == NOT_STARTED
               ? "could not be started, or something in it: it ended with status 127"
               : arena_printf(cx->arena, "ended with status %d", WEXITSTATUS(status));
}

static enum rc finish(struct ctx *cx, struct run *r, const char *end)
{
    bool closed = end && *end == '\0';
    bool ended = closed && ends_in_time(r);
    int status = 0;

    kill(-r->pid, SIGKILL); /* what it started and left behind, or all of it */
    while (waitpid(r->pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (!end) {
        return RC_FAIL;
    }
    if (!closed) {
        return refuse(cx, r->process, end);
    }
    if (!ended) {
        return refuse(cx, r->process, "closed its output, but did not end in time");
    }
    return status == 0 ? RC_OK : refuse(cx, r->process, bad_end(cx, status));
}

enum rc process_run(struct ctx *cx, const struct process *process, struct str *ret_output)
{
    struct run r = {
        .process = process,
        .end_ms = now_ms() + process->timeout_ms,
        .kept = buf_new(cx->arena, process->max_output),
    };
    char text[128] = "";
    int ends[2], error;
    enum rc rc;

    if (pipe2(ends, O_CLOEXEC) != 0) {
        return refuse(cx, process, "could not be given a pipe: too many files are open");
    }
    r.output = ends[0];
    error = start(&r, ends[1]);
    close(ends[1]);
    if (error) {
        rc = refuse(cx, process,
                    arena_printf(cx->arena, "could not be started: %s",
                                 strerror_r(error, text, sizeof(text))));
    } else {
        rc = finish(cx, &r, listen_to(cx, &r));
    }
    close(r.output);
    if (rc == RC_OK) {
        *ret_output = buf_str(r.kept);
    }
    return rc;
}
