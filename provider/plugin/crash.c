#include "plugin/crash.h"

#include <execinfo.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEEPEST    48
#define STACK_SIZE (32u * 1024)

static const struct {
    int number;
    const char *name;
} signals[] = {
    {SIGSEGV, "SIGSEGV: invalid memory access"}, {SIGBUS, "SIGBUS: invalid memory access"},
    {SIGABRT, "SIGABRT: a check inside failed"}, {SIGFPE, "SIGFPE: invalid arithmetic"},
    {SIGILL, "SIGILL: invalid instruction"},
};

static void (*cleanup_on_crash)(void);

/* Where the program was loaded; subtracting it makes addresses fit for addr2line. */
static uintptr_t load_address;

static void say(const char *text)
{
    size_t n = 0;
    while (text[n]) {
        n++;
    }
    ssize_t ignored = write(STDERR_FILENO, text, n);
    (void)ignored;
}

static void say_hex(uintptr_t n)
{
    char digits[2 + 2 * sizeof n + 1];
    char *p = digits + sizeof digits;
    *--p = '\0';
    do {
        *--p = "0123456789abcdef"[n % 16];
        n /= 16;
    } while (n);
    *--p = 'x';
    *--p = '0';
    say(p);
}

static const char *name_of(int number)
{
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        if (signals[i].number == number) {
            return signals[i].name;
        }
    }
    return "unknown signal";
}

static void say_last_words(int number)
{
    say("panic: terraform-provider-seedbank " SEEDBANK_VERSION " died of ");
    say(name_of(number));
    say("\n\nThis is a bug in the provider. Please report it with the lines below.\n"
        "Addresses are offsets into the program: addr2line -f -e PROGRAM ADDRESS...\n");
    void *frames[DEEPEST];
    int n = backtrace(frames, DEEPEST);
    for (int i = 0; i < n; i++) {
        say("  ");
        say_hex((uintptr_t)frames[i] - load_address);
        say("\n");
    }
    backtrace_symbols_fd(frames, n, STDERR_FILENO);
}

static void on_crash(int number)
{
    /* SA_RESETHAND gave the default action back: a crash in here, and the raise below, kill. */
    say_last_words(number);
    if (cleanup_on_crash) {
        cleanup_on_crash();
    }
    raise(number);
}

/* Of a thread, its stack for last words; the process lives without where there is no key. */
static pthread_key_t stack_key;
static pthread_once_t stack_once = PTHREAD_ONCE_INIT;
static bool have_key;

static void give_back(void *stack)
{
    sigaltstack(&(stack_t){.ss_flags = SS_DISABLE}, NULL);
    munmap(stack, STACK_SIZE);
}

static void make_key(void)
{
    have_key = pthread_key_create(&stack_key, give_back) == 0;
}

/* Mapped and not thread-local: of that, every thread of the process would get one, gRPC's too, and
 * glibc writes zeros all over it. */
void crash_watch_thread(void)
{
    stack_t present;
    pthread_once(&stack_once, make_key);
    /* AddressSanitizer sets one of its own and takes it for its own when the thread ends. */
    if (!have_key || sigaltstack(NULL, &present) != 0 || !(present.ss_flags & SS_DISABLE)) {
        return;
    }
    void *stack =
        mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack != MAP_FAILED) {
        pthread_setspecific(stack_key, stack);
        sigaltstack(&(stack_t){.ss_sp = stack, .ss_size = STACK_SIZE}, NULL);
    }
}

void crash_install(void (*cleanup)(void))
{
    cleanup_on_crash = cleanup;
    /* The program headers follow the ELF header, which is what is loaded first. */
    load_address = (uintptr_t)getauxval(AT_PHDR) - sizeof(ElfW(Ehdr));
    /* The first call may load a library, which a crash must not do; a program that was started
     * without an interpreter is static and loads none. */
    if (getauxval(AT_BASE) != 0) {
        void *frame[1];
        backtrace(frame, 1);
    }
    crash_watch_thread();
    struct sigaction action = {.sa_handler = on_crash,
                               .sa_flags = (int)(SA_RESETHAND | SA_ONSTACK)};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        sigaction(signals[i].number, &action, NULL);
    }
}
