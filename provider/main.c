#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "plugin/serve.h"
#include "services/registry.h"

#define PROGRAM "terraform-provider-seedbank"

static const char help[] = PROGRAM
    " " SEEDBANK_VERSION ", a provider plugin for OpenTofu and Terraform (protocol 6)\n"
    "\n"
    "OpenTofu or Terraform starts it; README.md, beside its source, tells how to install it.\n"
    "\n"
    "  -debug     serve hosts started elsewhere: prints the TF_REATTACH_PROVIDERS that they need,\n"
    "             runs until Ctrl-C, without TLS\n"
    "  --version  print the version\n"
    "  --help     print this\n"
    "\n"
    "TF_LOG_PROVIDER_SEEDBANK, TF_LOG_PROVIDER or TF_LOG (trace, debug, info, warn, error, off)\n"
    "sets the log's level. Exit codes: 0 ended as told, 1 error, 2 usage.\n";

static bool is(const char *argument, const char *name)
{
    return strcmp(argument, name) == 0 || (argument[0] == '-' && strcmp(argument + 1, name) == 0);
}

int main(int argc, char **argv)
{
    if (argc == 1) {
        return serve_run(&registry_seedbank, false);
    }
    if (argc == 2 && is(argv[1], "-debug")) {
        return serve_run(&registry_seedbank, true);
    }
    if (argc == 2 && is(argv[1], "-version")) {
        return puts(PROGRAM " " SEEDBANK_VERSION) < 0;
    }
    if (argc == 2 && (is(argv[1], "-help") || is(argv[1], "-h"))) {
        return fputs(help, stdout) < 0;
    }
    fprintf(stderr, "%s: unknown argument; see --help\n", PROGRAM);
    return 2;
}
