#include "plugin/life.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/clock.h"

#define PARENT_POLL_S 1
/* Wakes the waiter. From elsewhere it would have killed the process, so that ending it is no
 * change. */
#define SHUT_DOWN SIGUSR1
/* A host closes its streams shortly before it calls Shutdown. */
#define SHUTDOWN_GRACE_MS 1000

struct life {
    sigset_t ends;    /* signals that end the process */
    pthread_t waiter; /* who waits for them */
    pid_t parent;
    bool reattach;
    atomic_int streams;
    atomic_llong lost_at_ms; /* when the last stream ended; 0: one is open, or none ever was */
};

/* As nohup has it. A blocked signal would be taken all the same. */
static bool is_ignored(int number)
{
    struct sigaction action;
    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

/* The signals are blocked here, which the threads made later inherit, and taken by life_wait: no
 * code of ours runs in a signal handler. They stay blocked to the end, which a second one cannot
 * spoil. */
struct life *life_new(struct arena *a, bool reattach)
{
    struct life *l = arena_alloc(a, sizeof *l);
    l->parent = getppid();
    l->waiter = pthread_self();
    l->reattach = reattach;
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&l->ends);
    sigaddset(&l->ends, SHUT_DOWN);
    sigaddset(&l->ends, SIGTERM);
    if (!is_ignored(SIGHUP)) {
        sigaddset(&l->ends, SIGHUP);
    }
    if (reattach) {
        sigaddset(&l->ends, SIGINT);
    } else {
        signal(SIGINT, SIG_IGN);
    }
    pthread_sigmask(SIG_BLOCK, &l->ends, NULL);
    return l;
}

void life_shut_down(struct life *l)
{
    if (!l->reattach) {
        pthread_kill(l->waiter, SHUT_DOWN);
    }
}

void life_stream_began(struct life *l)
{
    atomic_fetch_add(&l->streams, 1);
    atomic_store(&l->lost_at_ms, 0);
}

void life_stream_ended(struct life *l)
{
    if (atomic_fetch_sub(&l->streams, 1) == 1) {
        atomic_store(&l->lost_at_ms, clock_system.monotonic_ms(&clock_system));
    }
}

static bool orphaned(struct life *l)
{
    if (l->reattach) {
        return false;
    }
    int64_t lost = atomic_load(&l->lost_at_ms);
    int64_t now = clock_system.monotonic_ms(&clock_system);
    return getppid() != l->parent || (lost && now - lost >= SHUTDOWN_GRACE_MS);
}

enum life_end life_wait(struct life *l)
{
    const struct timespec poll = {.tv_sec = PARENT_POLL_S};
    int signal;
    while ((signal = sigtimedwait(&l->ends, NULL, &poll)) < 0) {
        if (orphaned(l)) {
            return LIFE_ORPHAN;
        }
    }
    return signal == SHUT_DOWN ? LIFE_SHUTDOWN : LIFE_SIGNAL;
}
