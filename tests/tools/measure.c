/*
 * measure OUT PROGRAM [ARG...]: run a program and append what it cost to OUT.
 *
 * Stands in for a provider under a real tool: standard streams and environment pass through, and
 * the process id that the tool knows stays alive until the program has ended. One line for each
 * run: "cpu_ms max_rss_kb". Linux counts max_rss of a child from before its exec, so this program
 * stays small.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t child;

static void pass_on(int number)
{
    if (child > 0) {
        kill(child, number);
    }
}

static double milliseconds(struct timeval t)
{
    return (double)t.tv_sec * 1000 + (double)t.tv_usec / 1000;
}

int main(int argc, char **argv)
{
    struct rusage used;
    int status = 0;
    char line[64];

    if (argc < 3) {
        return 2;
    }
    child = fork();
    if (child == 0) {
        execv(argv[2], argv + 2);
        _exit(127);
    }
    signal(SIGTERM, pass_on);
    signal(SIGINT, SIG_IGN);
    while (wait4(child, &status, 0, &used) < 0 && errno == EINTR) {
    }
    int out = open(argv[1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int n = snprintf(line, sizeof(line), "%.3f %ld\n",
                     milliseconds(used.ru_utime) + milliseconds(used.ru_stime), used.ru_maxrss);
    if (out < 0 || n < 0 || write(out, line, (size_t)n) != n) {
        return 3;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
