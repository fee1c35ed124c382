#include "plugin/life.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/cancel.h"
#include "base/clock.h"

#define PARENT_POLL_MS 1000
/* A host closes its streams shortly before it calls Shutdown. */
#define SHUTDOWN_GRACE_MS 1000

struct life {
    struct cancel *over;
    pid_t parent;
    bool reattach;
    atomic_int streams;
    atomic_llong lost_at_ms; /* when the last stream ended; 0: one is open, or none ever was */
    atomic_bool signalled;
};

/* For the signal handler. */
static struct life *the_life;

static void on_signal(int number)
{
    (void)number;
    atomic_store(&the_life->signalled, true);
    cancel_raise(the_life->over);
}

static void set_signals(bool reattach, void (*end)(int))
{
    struct sigaction action = {.sa_handler = end, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    if (!reattach)
        action.sa_handler = SIG_IGN;
    sigaction(SIGINT, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

struct life *life_new(struct arena *a, bool reattach)
{
    struct life *l = arena_alloc(a, sizeof *l);
    l->over = cancel_new(NULL);
    l->parent = getppid();
    l->reattach = reattach;
    the_life = l;
    set_signals(reattach, on_signal);
    return l;
}

void life_free(struct life *l)
{
    set_signals(l->reattach, SIG_DFL);
    the_life = NULL;
    cancel_free(l->over);
}

void life_shut_down(struct life *l)
{
    if (!l->reattach)
        cancel_raise(l->over);
}

void life_stream_began(struct life *l)
{
    atomic_fetch_add(&l->streams, 1);
    atomic_store(&l->lost_at_ms, 0);
}

void life_stream_ended(struct life *l)
{
    if (atomic_fetch_sub(&l->streams, 1) == 1)
        atomic_store(&l->lost_at_ms, clock_system.monotonic_ms(&clock_system));
}

static bool orphaned(struct life *l)
{
    if (l->reattach)
        return false;
    int64_t lost = atomic_load(&l->lost_at_ms);
    int64_t now = clock_system.monotonic_ms(&clock_system);
    return getppid() != l->parent || (lost && now - lost >= SHUTDOWN_GRACE_MS);
}

enum life_end life_wait(struct life *l)
{
    while (!cancel_wait_ms(l->over, PARENT_POLL_MS)) {
        if (orphaned(l))
            return LIFE_ORPHAN;
    }
    return atomic_load(&l->signalled) ? LIFE_SIGNAL : LIFE_SHUTDOWN;
}
