/* What a program is not told about the server, from the environment. */
#include <stdio.h>
#include <stdlib.h>

#include "aws/credentials.h"
#include "s3/s3.h"

#define MAX_NAME 128

static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

static const char *of_set(const struct s3_options *o, const char *what)
{
    char name[MAX_NAME];

    snprintf(name, sizeof name, "%s_%s", o->variables ? o->variables : CREDENTIALS_VARIABLES, what);
    return variable(name);
}

void s3_options_complete(struct s3_options *options)
{
    static const char *const aws[] = {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"};
    size_t n = options->variables == NULL ? sizeof aws / sizeof *aws : 0;

    if (options->region == NULL) {
        options->region = of_set(options, "REGION");
    }
    if (options->endpoint == NULL) {
        options->endpoint = of_set(options, "ENDPOINT");
    }
    for (size_t i = 0; i < n && options->endpoint == NULL; i++) {
        options->endpoint = variable(aws[i]);
        options->endpoint_from_aws_variables = options->endpoint != NULL;
    }
}
