#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/ctx.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/redact.h"
#include "base/session.h"
#include "base/str.h"
#include "cli/cli_private.h"
#include "json/json_line.h"

/* ---- Signals --------------------------------------------------------------------------------- */

/* Of the one command that runs; a handler has no other way to them. */
static struct cancel *signal_stop, *signal_cancel;
static volatile sig_atomic_t signals_seen;

static void on_signal(int number)
{
    static const char note[] = "\nEnding what is in flight; once more to break it off.\n";
    int saved = errno;
    ssize_t ignored = 0;

    (void)number;
    if (signals_seen++ == 0) {
        cancel_raise(signal_stop);
        ignored = write(STDERR_FILENO, note, sizeof note - 1);
    } else {
        cancel_raise(signal_cancel);
    }
    (void)ignored;
    errno = saved;
}

static void heed_signals(struct cli *cli)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};

    signal_stop = cli->stop;
    signal_cancel = cli->cancel;
    signals_seen = 0;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sigaction(numbers[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file over its limit is a write that fails */
}

/* ---- Outcome --------------------------------------------------------------------------------- */

/* The gravest of two: an error, then a result that is wrong, then one that is not whole. What the
 * program was told or refused to do is graver still, because nothing else was done then. */
static int gravity(enum cli_exit code)
{
    static const enum cli_exit order[] = {CLI_DONE,      CLI_PARTLY,        CLI_NOT_FOUND,
                                          CLI_TIMED_OUT, CLI_VERIFY_FAILED, CLI_ERROR,
                                          CLI_REFUSED,   CLI_USAGE,         CLI_INTERRUPTED};
    int i = 0;

    while (order[i] != code) {
        i++;
    }
    return i;
}

void cli_outcome(struct cli *cli, enum cli_exit outcome)
{
    if (gravity(outcome) > gravity(cli->outcome)) {
        cli->outcome = outcome;
    }
}

/* ---- Output ---------------------------------------------------------------------------------- */

static void log_line(const struct log *log, enum log_level level, const char *module,
                     const char *message, const struct log_field *fields)
{
    (void)log;
    flockfile(stderr);
    fprintf(stderr, "%s %s: %s", log_level_name(level), module, message);
    for (; fields->key != NULL; fields++) {
        fprintf(stderr, " %s=%s", fields->key, fields->value);
    }
    fputc('\n', stderr);
    funlockfile(stderr);
}

/* What may stand there is a server's word, or a key: no secret of this session. */
static const char *without_secrets(struct cli *cli, struct arena *a, const char *text)
{
    return redact_text(session_redact(cli->session), a, text);
}

void cli_say(struct cli *cli, const char *format, ...)
{
    struct arena *a;
    va_list ap;

    if (cli->common.json) {
        return;
    }
    a = arena_new();
    va_start(ap, format);
    fprintf(cli->out, "%s\n", without_secrets(cli, a, arena_vprintf(a, format, ap)));
    va_end(ap);
    arena_free(a);
}

static void print_event(struct cli *cli, FILE *out, const char *name, json_t *members)
{
    json_t *event = json_pack("{s:s}", "event", name);
    struct arena *a = arena_new();

    if (members != NULL && json_object_update(event, members) != 0) {
        abort(); /* out of memory */
    }
    json_decref(members);
    fprintf(out, "%s\n", without_secrets(cli, a, json_line(a, event)));
    arena_free(a);
}

void cli_event(struct cli *cli, const char *name, json_t *members)
{
    if (!cli->common.json) {
        json_decref(members);
        return;
    }
    print_event(cli, cli->out, name, members);
}

static void print_message(struct cli *cli, const struct diag *d)
{
    bool error = d->severity == DIAG_ERROR;

    if (cli->common.json) {
        print_event(cli, stderr, error ? "error" : "warning",
                    json_pack("{s:s, s:s}", "summary", d->summary, "detail", d->detail));
        return;
    }
    fprintf(stderr, "%s: %s\n", error ? "Error" : "Warning", d->summary);
    for (const char *line = d->detail; *line != '\0';) {
        size_t n = strcspn(line, "\n");
        fprintf(stderr, "  %.*s\n", (int)n, line);
        line += n + (line[n] == '\n');
    }
}

/* Results stand before what is said about them, on one terminal. */
static void show_results(struct cli *cli)
{
    if (fflush(cli->out) != 0) {
        cli_outcome(cli, CLI_ERROR); /* nobody sees them */
    }
}

static void print_messages(struct cli *cli)
{
    show_results(cli);
    for (const struct diag *d = cli->cx->diags.first; d != NULL; d = d->next) {
        print_message(cli, d);
    }
}

/* ---- Refusing and ending ----------------------------------------------------------------------
 */

enum rc cli_misuse(struct cli *cli, const char *summary, const char *detail)
{
    cli_outcome(cli, CLI_USAGE);
    return diag_error(cli->cx, NULL, summary, "%s Nothing was done.", detail);
}

enum rc cli_refuse(struct cli *cli, const char *summary, const char *detail_format, ...)
{
    va_list ap;

    va_start(ap, detail_format);
    diag_error(cli->cx, NULL, summary, "%s", arena_vprintf(cli->cx->arena, detail_format, ap));
    va_end(ap);
    cli_outcome(cli, CLI_REFUSED);
    return RC_FAIL;
}

bool cli_is_stopping(const struct cli *cli)
{
    return cancel_raised(cli->stop);
}

/* What went well before, as when a plan was carried out whose verification then fails, does not say
 * why the command failed. */
static bool tells_failure(enum cli_exit outcome)
{
    return outcome != CLI_DONE && outcome != CLI_PARTLY && outcome != CLI_VERIFY_FAILED;
}

static void settle(struct cli *cli, enum rc rc)
{
    if (rc != RC_OK && cli_is_stopping(cli)) {
        cli_outcome(cli, CLI_INTERRUPTED);
    } else if (rc == RC_NOT_FOUND) {
        cli_outcome(cli, CLI_NOT_FOUND);
    } else if (rc != RC_OK && !tells_failure(cli->outcome)) {
        cli_outcome(cli, CLI_ERROR);
    }
}

/* ---- Asking ---------------------------------------------------------------------------------- */

enum rc cli_ask(struct cli *cli, const char *question)
{
    char answer[16] = "";
    bool yes;

    if (!isatty(STDIN_FILENO) || !cli->terminal) {
        return diag_error(cli->cx, NULL, "There is no terminal to ask on",
                          "The question was: %s With --yes it is taken as answered.", question);
    }
    show_results(cli);
    fprintf(stderr, "%s Type yes: ", question);
    yes = fgets(answer, sizeof answer, stdin) != NULL && strcmp(answer, "yes\n") == 0;
    return yes ? RC_OK : RC_CONFLICT;
}

/* ---- The program ----------------------------------------------------------------------------- */

static const struct cli_command *find(const struct cli_program *program, const char *name)
{
    for (const struct cli_command *const *c = program->commands; *c != NULL; c++) {
        if (strcmp((*c)->name, name) == 0) {
            return *c;
        }
    }
    return NULL;
}

static void run(struct cli *cli, char **argv)
{
    static const struct log log = {LOG_DEBUG, log_line};
    void *settings = arena_alloc(cli->cx->arena, cli->command->size);
    enum rc rc = cli_parse(cli->cx, cli->command, argv, settings, &cli->common);

    cli->cx->log = cli->common.verbose ? &log : NULL;
    if (rc != RC_OK) {
        cli_outcome(cli, CLI_USAGE);
    } else if (cli->common.help) {
        cli_help(cli->out, cli->program, cli->command);
    } else {
        settle(cli, cli->command->run(cli, settings));
    }
}

static int run_command(const struct cli_program *program, const struct cli_command *command,
                       char **argv)
{
    struct cli cli = {
        .program = program,
        .command = command,
        .session = session_new(),
        .cancel = cancel_new(NULL),
        .out = stdout,
        .terminal = isatty(STDERR_FILENO) == 1,
    };

    cli.stop = cancel_new(cli.cancel);
    cli.cx = ctx_new(&(struct ctx_options){.session = cli.session, .cancel = cli.stop});
    heed_signals(&cli);
    run(&cli, argv);
    print_messages(&cli);
    show_results(&cli);
    ctx_free(cli.cx);
    session_free(cli.session);
    cancel_free(cli.stop);
    cancel_free(cli.cancel);
    return (int)cli.outcome;
}

/* What every program answers beside its commands. */
static bool answered(const struct cli_program *program, const char *word)
{
    if (strcmp(word, "--version") == 0) {
        printf("%s %s\n", program->name, SEEDBANK_VERSION);
    } else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ||
               strcmp(word, "help") == 0) {
        cli_help(stdout, program, NULL);
    } else if (strcmp(word, "--man") == 0) {
        cli_man(stdout, program);
    } else if (strcmp(word, "--completion") == 0) {
        cli_completion(stdout, program);
    } else {
        return false;
    }
    return true;
}

int cli_main(const struct cli_program *program, int argc, char **argv)
{
    const struct cli_command *command;
    char help[] = "--help";

    if (argc < 2) {
        cli_help(stderr, program, NULL);
        return CLI_USAGE;
    }
    if (argc == 3 && strcmp(argv[1], "help") == 0) { /* as git and others have it */
        argv[1] = argv[2];
        argv[2] = help;
    }
    if (answered(program, argv[1])) {
        return fflush(stdout) == 0 ? CLI_DONE : CLI_ERROR;
    }
    command = find(program, argv[1]);
    if (command == NULL) {
        fprintf(stderr, "%s: \"%s\" is no command; see %s --help\n", program->name, argv[1],
                program->name);
        return CLI_USAGE;
    }
    mem_share();
    return run_command(program, command, argv + 1);
}
