#include "base/cancel.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#define MAX_DEPTH      8  /* process, stream, call, part: nobody nests deeper */
#define NO_FD_SLICE_MS 20 /* how often the flag is looked at when there was no descriptor left */

struct cancel {
    struct cancel *parent;
    unsigned depth;
    atomic_bool raised;
    atomic_int fd; /* an eventfd that becomes readable for good, from the first wait on, or -1 */
};

struct cancel *cancel_new(struct cancel *parent)
{
    struct cancel *c = mem_new(sizeof *c);

    c->parent = parent;
    c->depth = parent == NULL ? 1 : parent->depth + 1;
    if (c->depth > MAX_DEPTH) {
        abort();
    }
    atomic_init(&c->raised, false);
    atomic_init(&c->fd, -1);
    return c;
}

void cancel_free(struct cancel *c)
{
    if (c == NULL) {
        return;
    }
    int fd = atomic_load(&c->fd);
    if (fd >= 0) {
        close(fd);
    }
    mem_free(c, sizeof *c);
}

void cancel_raise(struct cancel *c)
{
    static const uint64_t one = 1;
    int saved = errno; /* may run in a signal handler */
    ssize_t ignored;

    atomic_store(&c->raised, true);
    int fd = atomic_load(&c->fd);
    if (fd >= 0) {
        ignored = write(fd, &one, sizeof one);
        (void)ignored;
    }
    errno = saved;
}

bool cancel_raised(const struct cancel *c)
{
    for (; c != NULL; c = c->parent) {
        if (atomic_load(&c->raised)) {
            return true;
        }
    }
    return false;
}

/* Most calls wait for nothing that could be cancelled. */
static int descriptor(struct cancel *c)
{
    int fd = atomic_load(&c->fd), none = -1;

    if (fd < 0) {
        fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (fd >= 0 && !atomic_compare_exchange_strong(&c->fd, &none, fd)) {
            close(fd); /* another thread was faster */
            fd = none;
        }
    }
    return fd;
}

/* One poll of at most that long on the cancel and its ancestors. Who raises one sets its flag
 * before it looks for a descriptor, and here it is the other way round: one of the two sees the
 * other. */
static void wait_slice(struct cancel *c, int64_t ms)
{
    struct pollfd fds[MAX_DEPTH];
    struct cancel *at;
    nfds_t n = 0;

    for (at = c; at != NULL; at = at->parent) {
        int fd = descriptor(at);
        fds[n++] = (struct pollfd){.fd = fd, .events = POLLIN};
        if (fd < 0 && ms > NO_FD_SLICE_MS) {
            ms = NO_FD_SLICE_MS;
        }
    }
    if (cancel_raised(c)) {
        return;
    }
    (void)poll(fds, n, ms > INT_MAX ? INT_MAX : (int)ms);
}

bool cancel_wait_ms(struct cancel *c, int64_t ms)
{
    int64_t now = clock_system.monotonic_ms(&clock_system);
    int64_t end;

    if (__builtin_add_overflow(now, ms, &end)) {
        end = INT64_MAX;
    }
    while (!cancel_raised(c)) {
        if (now >= end) {
            return false;
        }
        wait_slice(c, end - now);
        now = clock_system.monotonic_ms(&clock_system);
    }
    return true;
}
