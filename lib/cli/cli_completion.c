/* What a shell can complete, from the same rows: commands, and each one's options. */
#include "cli/cli_private.h"

static void options(FILE *out, const struct cli_command *command)
{
    for (size_t i = 0; i < cli_groups_n(command); i++) {
        for (const struct cli_option *o = cli_group(command, i)->options; o->name != NULL; o++) {
            fprintf(out, " --%s", o->name);
        }
    }
}

/* The name of a shell function: the program's, with what a name cannot hold replaced. */
static void function(FILE *out, const struct cli_program *program)
{
    fputc('_', out);
    for (const char *c = program->name; *c != '\0'; c++) {
        fputc(*c == '-' ? '_' : *c, out);
    }
}

void cli_completion(FILE *out, const struct cli_program *program)
{
    fprintf(out, "# bash completion of %s; source it\n", program->name);
    function(out, program);
    fputs("() {\n  local word=${COMP_WORDS[COMP_CWORD]} words=\n"
          "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    words='",
          out);
    for (const struct cli_command *const *c = program->commands; *c != NULL; c++) {
        fprintf(out, "%s%s", c == program->commands ? "" : " ", (*c)->name);
    }
    fputs("'\n  else\n    case ${COMP_WORDS[1]} in\n", out);
    for (const struct cli_command *const *c = program->commands; *c != NULL; c++) {
        fprintf(out, "    %s) words='", (*c)->name);
        options(out, *c);
        fputs("' ;;\n", out);
    }
    fputs("    esac\n  fi\n  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n}\n"
          "complete -o default -F ",
          out);
    function(out, program);
    fprintf(out, " %s\n", program->name);
}
