/*
 * Runs a program and strikes at one of the things that it does to the files of a
 * folder: writing, having written to the disk, cutting, creating, linking,
 * renaming, removing. As the kernel sees them (ptrace), so the program is the one
 * that ships, linked statically or not.
 *
 *   strike HOW N FOLDER PROGRAM [ARGUMENT]...
 *
 *   kill-before, kill-after   SIGKILL before or after the Nth of them
 *   kill-torn                 SIGKILL when half of the Nth write is in the file; only writes count
 *   power                     SIGKILL before it, and what the file that was synced last has got
 * since then is lost, as when the machine dies full                      the disk is full from the
 * Nth on: half of that write still fits EIO                       the Nth fails, those after it do
 * not
 *
 * FOLDER is absolute; what is in it alone counts, and itself. Ends as the program
 * does; "strike: ..." on stderr says what was struck, and nothing where there were
 * less than N. 137: killed. 125: it could not be done.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/ptrace.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define CANNOT       125
#define THREADS      256

/* ---- What is struck, and how ----------------------------------------------------------------- */

enum subject { OF_FILE, OF_PATH, OF_NEW_PATH }; /* argument 0: descriptor; argument 1, or 3: path */

static const struct operation {
    uint64_t number;
    const char *name;
    enum subject subject;
    bool writes, syncs;
} operations[] = {
    {SYS_write, "write", OF_FILE, .writes = true},
    {SYS_fsync, "fsync", OF_FILE, .syncs = true},
    {SYS_fdatasync, "fdatasync", OF_FILE, .syncs = true},
    {SYS_ftruncate, "ftruncate", OF_FILE, .writes = false},
    {SYS_openat, "create", OF_PATH, .writes = false},
    {SYS_unlinkat, "unlink", OF_PATH, .writes = false},
    {SYS_linkat, "link", OF_NEW_PATH, .writes = false},
    {SYS_renameat2, "rename", OF_NEW_PATH, .writes = false},
};

static const struct way {
    const char *name;
    bool kills, after, halves, stays, forgets;
    int error;
} ways[] = {
    {"kill-before", .kills = true},
    {"kill-after", .kills = true, .after = true},
    {"kill-torn", .kills = true, .after = true, .halves = true},
    {"power", .kills = true, .forgets = true},
    {"full", .halves = true, .stays = true, .error = ENOSPC},
    {"EIO", .error = EIO},
};

struct thread {
    pid_t id; /* 0: no such thread */
    bool tampered;
    struct user_regs_struct before; /* of the call under way, as the program made it */
    int error;                      /* what it is told; 0: the truth */
    bool syncs;                     /* it is at that, of a file of so many bytes */
    off_t size;
    char path[PATH_MAX];
};

struct strike {
    const struct way *way;
    unsigned long nth, seen;
    const char *folder;
    pid_t program;
    struct thread threads[THREADS];
    char synced[PATH_MAX]; /* the file that was synced last */
    off_t size;            /* as it was then */
};

/* ---- Registers: what differs between machines -------------------------------------------------
 */

#if defined(__x86_64__)
#define ARGUMENT_0(r) ((r)->rdi)
#define ARGUMENT_1(r) ((r)->rsi)
#define ARGUMENT_2(r) ((r)->rdx)
#define RESULT(r)     ((r)->rax)
#elif defined(__aarch64__)
#define ARGUMENT_0(r) ((r)->regs[0])
#define ARGUMENT_1(r) ((r)->regs[1])
#define ARGUMENT_2(r) ((r)->regs[2])
#define RESULT(r)     ((r)->regs[0])
#else
#error "which registers hold a system call's arguments?"
#endif

static void registers(enum __ptrace_request request, pid_t thread, struct user_regs_struct *r)
{
    struct iovec all = {r, sizeof *r};

    if (ptrace(request, thread, (void *)NT_PRSTATUS, &all) != 0) {
        perror("strike: registers");
        exit(CANNOT);
    }
}

/* ---- Which files ----------------------------------------------------------------------------- */

static bool is_inside(const struct strike *s, const char *path)
{
    size_t n = strlen(s->folder);

    return strncmp(path, s->folder, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

static bool file_path(pid_t thread, uint64_t fd, char ret_target[PATH_MAX])
{
    char link[64];
    ssize_t n;

    snprintf(link, sizeof link, "/proc/%d/fd/%d", (int)thread, (int)fd);
    n = readlink(link, ret_target, PATH_MAX - 1);
    ret_target[n > 0 ? n : 0] = '\0';
    return n > 0;
}

/* A path is absolute here: the tests give such ones. */
static bool text_at(pid_t thread, uint64_t address, char ret_path[PATH_MAX])
{
    for (size_t i = 0; i < PATH_MAX; i += sizeof(long)) {
        long word;
        errno = 0;
        word = ptrace(PTRACE_PEEKDATA, thread, (void *)(uintptr_t)(address + i), NULL);
        if (errno != 0) {
            return false;
        }
        memcpy(ret_path + i, &word, sizeof word);
        if (memchr(&word, '\0', sizeof word) != NULL) {
            return true;
        }
    }
    return false;
}

/* What it does to a file of the folder, or NULL. */
static const struct operation *operation_of(const struct strike *s, pid_t thread,
                                            const struct ptrace_syscall_info *call,
                                            char path[PATH_MAX])
{
    const __u64 *args = call->entry.args;

    for (size_t i = 0; i < COUNT(operations); i++) {
        const struct operation *o = &operations[i];
        bool known;
        if (o->number != call->entry.nr || (o->number == SYS_openat && !(args[2] & O_CREAT)) ||
            (s->way->halves && s->way->kills && !o->writes)) {
            continue;
        }
        known = o->subject == OF_FILE ? file_path(thread, args[0], path)
                                      : text_at(thread, args[o->subject == OF_PATH ? 1 : 3], path);
        return known && is_inside(s, path) ? o : NULL;
    }
    return NULL;
}

/* ---- The blow -------------------------------------------------------------------------------- */

static struct thread *thread_of(struct strike *s, pid_t id)
{
    struct thread *unused = NULL;

    for (size_t i = 0; i < THREADS; i++) {
        if (s->threads[i].id == id) {
            return &s->threads[i];
        }
        if (s->threads[i].id == 0 && unused == NULL) {
            unused = &s->threads[i];
        }
    }
    if (unused == NULL) {
        fprintf(stderr, "strike: more than %d threads\n", THREADS);
        exit(CANNOT);
    }
    *unused = (struct thread){.id = id};
    return unused;
}

/* A call that can only fail, whatever it is: neither descriptor nor path. */
static void spoil(struct user_regs_struct *r)
{
    ARGUMENT_0(r) = (uint64_t)-1;
    ARGUMENT_1(r) = 0;
}

static void tamper(const struct strike *s, struct thread *t, const struct operation *o)
{
    bool first = s->seen == s->nth;
    struct user_regs_struct r;

    registers(PTRACE_GETREGSET, t->id, &t->before);
    r = t->before;
    t->tampered = true;
    if (first && o->writes && s->way->halves) {
        ARGUMENT_2(&r) /= 2;
    } else if (s->way->error != 0) {
        t->error = s->way->error;
        spoil(&r);
    }
    registers(PTRACE_SETREGSET, t->id, &r);
}

/* What is in the file when a sync begins will be there when it has ended well. */
static void begin_sync(struct strike *s, pid_t thread, const char *path)
{
    struct thread *t = thread_of(s, thread);
    struct stat st;

    if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
        t->syncs = true;
        t->size = st.st_size;
        snprintf(t->path, sizeof t->path, "%s", path);
    }
}

static void on_entry(struct strike *s, pid_t thread, const struct ptrace_syscall_info *call)
{
    char path[PATH_MAX];
    const struct operation *o = operation_of(s, thread, call, path);

    if (o != NULL && o->syncs) {
        begin_sync(s, thread, path);
    }
    if (o == NULL || (++s->seen != s->nth && !(s->way->stays && s->seen > s->nth))) {
        return;
    }
    if (s->seen == s->nth) {
        fprintf(stderr, "strike: %s at %s number %lu\n", s->way->name, o->name, s->nth);
    }
    if (s->way->kills && !s->way->after) {
        kill(s->program, SIGKILL);
        return;
    }
    tamper(s, thread_of(s, thread), o);
}

static void on_exit_of(struct strike *s, pid_t thread)
{
    struct thread *t = thread_of(s, thread);
    struct user_regs_struct r;

    if (t->syncs) {
        t->syncs = false;
        s->size = t->size;
        snprintf(s->synced, sizeof s->synced, "%s", t->path);
    }
    if (!t->tampered) {
        return;
    }
    if (s->way->kills) {
        kill(s->program, SIGKILL);
        return;
    }
    registers(PTRACE_GETREGSET, thread, &r);
    ARGUMENT_1(&r) = ARGUMENT_1(&t->before);
    ARGUMENT_2(&r) = ARGUMENT_2(&t->before);
#if defined(__x86_64__)
    ARGUMENT_0(&r) = ARGUMENT_0(&t->before); /* elsewhere the result stands there */
#endif
    if (t->error != 0) {
        RESULT(&r) = (uint64_t)(-(int64_t)t->error);
    }
    registers(PTRACE_SETREGSET, thread, &r);
    t->tampered = false;
    t->error = 0;
}

/* ---- Running --------------------------------------------------------------------------------- */

static void on_call(struct strike *s, pid_t thread)
{
    struct ptrace_syscall_info call;

    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, (void *)sizeof call, &call) <= 0) {
        return; /* it died */
    }
    if (call.op == PTRACE_SYSCALL_INFO_ENTRY) {
        on_entry(s, thread, &call);
    } else if (call.op == PTRACE_SYSCALL_INFO_EXIT) {
        on_exit_of(s, thread);
    }
}

/* The signal that the program is to get. */
static int on_stop(struct strike *s, pid_t thread, int status)
{
    int sig = WSTOPSIG(status);

    if (sig == (SIGTRAP | 0x80)) {
        on_call(s, thread);
        return 0;
    }
    return sig == SIGSTOP || sig == SIGTRAP ? 0 : sig; /* how threads begin, and programs */
}

/* As when the machine dies: what was not synced is gone. */
static void lose(const struct strike *s)
{
    if (s->way->forgets && s->synced[0] != '\0' && truncate(s->synced, s->size) != 0) {
        perror(s->synced);
        exit(CANNOT);
    }
}

static int watch(struct strike *s)
{
    for (;;) {
        int status, sig;
        pid_t thread = waitpid(-1, &status, __WALL);
        if (thread < 0) {
            perror("strike: wait");
            return CANNOT;
        }
        if (thread == s->program && WIFEXITED(status)) {
            return WEXITSTATUS(status);
        }
        if (thread == s->program && WIFSIGNALED(status)) {
            lose(s);
            return 128 + WTERMSIG(status);
        }
        if (!WIFSTOPPED(status)) {
            thread_of(s, thread)->id = 0;
            continue;
        }
        sig = on_stop(s, thread, status);
        ptrace(PTRACE_SYSCALL, thread, NULL, (void *)(intptr_t)sig);
    }
}

static int start(struct strike *s, char **argv)
{
    int status;

    s->program = fork();
    if (s->program == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        execv(argv[0], argv);
        perror(argv[0]);
        _exit(CANNOT);
    }
    if (s->program < 0 || waitpid(s->program, &status, 0) != s->program || !WIFSTOPPED(status) ||
        ptrace(PTRACE_SETOPTIONS, s->program, NULL,
               (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL)) != 0 ||
        ptrace(PTRACE_SYSCALL, s->program, NULL, NULL) != 0) {
        perror("strike");
        return CANNOT;
    }
    return watch(s);
}

static const struct way *way_of(const char *name)
{
    for (size_t i = 0; i < COUNT(ways); i++) {
        if (strcmp(ways[i].name, name) == 0) {
            return &ways[i];
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    static struct strike s;

    s.way = argc > 4 ? way_of(argv[1]) : NULL;
    s.nth = argc > 4 ? strtoul(argv[2], NULL, 10) : 0;
    if (s.way == NULL || s.nth == 0 || argv[3][0] != '/') {
        fprintf(stderr, "usage: strike HOW N FOLDER PROGRAM [ARGUMENT]...\n");
        return CANNOT;
    }
    s.folder = argv[3];
    return start(&s, argv + 4);
}
