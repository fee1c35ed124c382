#include "seedbank-bucket/commands.h"
#include "seedbank-bucket/settings.h"

static const struct cli_command *const commands[] = {
    &audit_command, &undelete_command, &restore_command, &plan_command, &apply_command,
    &undo_command,  &copy_command,     &verify_command,  NULL,
};

static const struct cli_program program = {
    .name = "seedbank-bucket",
    .summary = "Bring a versioned S3 bucket, or a part of it, back to any moment that its old "
               "versions reach, and prove it. Nothing is changed before a plan was shown; what was "
               "changed can be undone.",
    .commands = commands,
    .environment = settings_environment,
};

int main(int argc, char **argv)
{
    return cli_main(&program, argc, argv);
}
