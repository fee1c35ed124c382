/* The rows that every program and command has. */
#include "cli/cli_private.h"

const struct cli_option cli_common_options[] = {
    {
        .name = "json",
        .kind = CLI_FLAG,
        .offset = offsetof(struct cli_common, json),
        .doc = "Print events as JSON, one object a line, instead of text.",
    },
    {
        .name = "quiet",
        .letter = 'q',
        .kind = CLI_FLAG,
        .offset = offsetof(struct cli_common, quiet),
        .doc = "No progress.",
    },
    {
        .name = "verbose",
        .letter = 'v',
        .kind = CLI_FLAG,
        .offset = offsetof(struct cli_common, verbose),
        .doc = "Say on standard error what is asked of servers. Secrets are blanked.",
    },
    {
        .name = "help",
        .letter = 'h',
        .kind = CLI_FLAG,
        .offset = offsetof(struct cli_common, help),
        .doc = "Print this.",
    },
    {.name = NULL},
};

const struct cli_exit_row cli_exit_rows[] = {
    {CLI_DONE, "done, and verified where the command verifies"},
    {CLI_ERROR, "an error, explained on standard error"},
    {CLI_USAGE, "the command line is wrong; nothing was done"},
    {CLI_PARTLY, "partly done; what is missing was listed"},
    {CLI_VERIFY_FAILED, "the result is not what was promised"},
    {CLI_REFUSED, "refused by a safety check, which names the option that overrides it"},
    {CLI_NOT_FOUND, "what was named does not exist"},
    {CLI_TIMED_OUT, "timed out"},
    {CLI_INTERRUPTED, "interrupted; the same command goes on where it stopped"},
    {.meaning = NULL},
};

static const struct cli_group common_group = {"Every command", cli_common_options, 0};

size_t cli_groups_n(const struct cli_command *command)
{
    size_t n = 0;

    while (command->groups[n].title != NULL) {
        n++;
    }
    return n + 1;
}

const struct cli_group *cli_group(const struct cli_command *command, size_t i)
{
    return i + 1 < cli_groups_n(command) ? &command->groups[i] : &common_group;
}
