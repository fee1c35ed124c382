/* What a program is not told about the server, from the environment. */
#include <stdlib.h>

#include "s3/s3.h"

static const char *variable(const char *name)
{
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

void s3_options_complete(struct s3_options *options)
{
    static const char *const aws[] = {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"};

    if (options->region == NULL) {
        options->region = variable("SEEDBANK_S3_REGION");
    }
    if (options->endpoint == NULL) {
        options->endpoint = variable("SEEDBANK_S3_ENDPOINT");
    }
    for (size_t i = 0; i < sizeof aws / sizeof *aws && options->endpoint == NULL; i++) {
        options->endpoint = variable(aws[i]);
        options->endpoint_from_aws_variables = options->endpoint != NULL;
    }
}
