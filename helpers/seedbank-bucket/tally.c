#include "seedbank-bucket/tally.h"

#include "base/ctx.h"
#include "cli/cli.h"
#include "cli/cli_words.h"

void tally_say(struct cli *cli, uint64_t n, const char *words)
{
    if (n > 0) {
        cli_say(cli, "  %s %s", cli_words_of(cli->cx->arena, n, "object", "objects"), words);
    }
}
