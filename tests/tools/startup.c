/*
 * startup RUNS PEM PROGRAM: how fast a provider is ready, as its host sees it.
 *
 * Starts the program RUNS times the way a host does (cookie, versions, the client certificate in
 * the file PEM) and prints "median_us rss_kb": from fork to the handshake line, and the resident
 * memory just after it, both medians.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST_RUNS 100

static char pem[16384];

static long now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int by_size(const void *a, const void *b)
{
    const long *x = a;
    const long *y = b;
    return (*x > *y) - (*x < *y);
}

static long resident_kb(pid_t pid)
{
    char path[64];
    char line[256];
    long kb = -1;
    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof(line), f)) {
        if (strncmp(line, "VmRSS:", 6) == 0) {
            kb = strtol(line + 6, NULL, 10);
        }
    }
    if (f) {
        fclose(f);
    }
    return kb;
}

/* True when the whole handshake line came. */
static int read_line(int from)
{
    char c = 0;
    size_t n = 0;
    while (c != '\n') {
        ssize_t got = read(from, &c, 1);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return 0;
        }
        n++;
    }
    return n > 10;
}

static int run_once(const char *program, long *ret_us, long *ret_kb)
{
    int ends[2];
    if (pipe(ends) != 0) {
        return 0;
    }
    long start = now_us();
    pid_t pid = fork();
    if (pid == 0) {
        int quiet = open("/dev/null", O_WRONLY);
        dup2(ends[1], STDOUT_FILENO);
        dup2(quiet, STDERR_FILENO);
        close(ends[0]);
        execl(program, program, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    int ready = read_line(ends[0]);
    *ret_us = now_us() - start;
    *ret_kb = resident_kb(pid);
    kill(pid, SIGTERM); /* and not SIGKILL: ours then removes its socket */
    waitpid(pid, NULL, 0);
    close(ends[0]);
    return ready;
}

static int read_pem(const char *path)
{
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(pem, 1, sizeof(pem) - 1, f) : 0;
    if (f) {
        fclose(f);
    }
    pem[n] = '\0';
    return n > 0;
}

int main(int argc, char **argv)
{
    long us[MOST_RUNS];
    long kb[MOST_RUNS];
    long runs = argc == 4 ? strtol(argv[1], NULL, 10) : 0;
    if (runs < 1 || runs > MOST_RUNS || !read_pem(argv[2])) {
        fprintf(stderr, "usage: startup RUNS PEM PROGRAM\n");
        return 2;
    }
    setenv("TF_PLUGIN_MAGIC_COOKIE",
           "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2", 1);
    setenv("PLUGIN_PROTOCOL_VERSIONS", "5,6", 1);
    setenv("PLUGIN_MIN_PORT", "10000", 1);
    setenv("PLUGIN_MAX_PORT", "25000", 1);
    setenv("PLUGIN_CLIENT_CERT", pem, 1);
    for (long i = 0; i < runs; i++) {
        if (!run_once(argv[3], &us[i], &kb[i])) {
            fprintf(stderr, "startup: %s printed no handshake line\n", argv[3]);
            return 1;
        }
    }
    qsort(us, (size_t)runs, sizeof(us[0]), by_size);
    qsort(kb, (size_t)runs, sizeof(kb[0]), by_size);
    printf("%ld %ld\n", us[runs / 2], kb[runs / 2]);
    return 0;
}
