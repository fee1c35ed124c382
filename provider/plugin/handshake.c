#include "plugin/handshake.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/ctx.h"
#include "base/str.h"

#define COOKIE_NAME  "TF_PLUGIN_MAGIC_COOKIE"
#define COOKIE_VALUE "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
#define ADDRESS      "terraform.local/grove/seedbank"

enum rc handshake_check(struct ctx *cx)
{
    const char *cookie = getenv(COOKIE_NAME);
    if (cookie && str_is(str_of(cookie), COOKIE_VALUE)) {
        return RC_OK;
    }
    return diag_error(
        cx, NULL, "This is a provider plugin, to be started by OpenTofu or Terraform.",
        "It protects buckets as a configuration asks for:\n"
        "    terraform { required_providers { seedbank = { source = \"" ADDRESS "\" } } }\n"
        "How to install it and where to begin is in README.md, beside its source.\n"
        "By hand it knows --help, --version and -debug.");
}

const char *handshake_client_certificate(void)
{
    const char *pem = getenv("PLUGIN_CLIENT_CERT");
    return pem && pem[0] ? pem : NULL;
}

static enum rc print(struct ctx *cx, const char *text)
{
    size_t n = strlen(text);
    while (n > 0) {
        ssize_t written = write(STDOUT_FILENO, text, n);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return diag_error(cx, NULL, "stdout cannot be written", "%s; is the host still there?",
                              strerror(errno));
        }
        text += written;
        n -= (size_t)written;
    }
    return RC_OK;
}

enum rc handshake_send(struct ctx *cx, const char *socket, const char *certificate)
{
    /* Core protocol 1; major version 6, whatever the host offers in PLUGIN_PROTOCOL_VERSIONS: if 6
     * is not among it, the host sees that from this line and says so better than we could. */
    enum rc rc = print(cx, arena_printf(cx->arena, "1|6|unix|%s|grpc|%s\n", socket,
                                        certificate ? certificate : ""));
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (nowhere >= 0) {
        dup2(nowhere, STDOUT_FILENO);
        close(nowhere);
    }
    return rc;
}

enum rc handshake_send_reattach(struct ctx *cx, const char *socket)
{
    return print(
        cx, arena_printf(
                cx->arena,
                "Provider started. Set this where you run tofu or terraform; end with Ctrl-C.\n\n"
                "TF_REATTACH_PROVIDERS='{\"" ADDRESS "\":{\"Protocol\":\"grpc\","
                "\"ProtocolVersion\":6,\"Pid\":%ld,\"Test\":true,\"Addr\":{"
                "\"Network\":\"unix\",\"String\":\"%s\"}}}'\n",
                (long)getpid(), socket));
}
