/*
 * A scripted HTTP(S) server that misbehaves on order, for tests of whole
 * programs. tests/support/http_script.h says how a script is written.
 *
 *   fault_server SCRIPT
 *
 * Prints its URL (and, with TLS, the file of its CA) on stdout, one per line,
 * then serves until SIGTERM or SIGINT; with an upstream, a line for each request that went there.
 * Exit 0: it got what the script says and
 * nothing else; 1: it did not, the report is on stdout; 2: the script is wrong.
 */
#include <signal.h>
#include <stdio.h>

#include "base/arena.h"
#include "http_forward.h"
#include "http_script.h"

static int serve(const struct http_script *s)
{
    struct http_forward *forward = NULL;
    struct http_server_options options = s->options;
    struct http_server *server;
    const char *wrong;
    sigset_t ends;
    int sig, code;
    size_t i;

    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    pthread_sigmask(SIG_BLOCK, &ends, NULL);
    if (s->upstream != NULL) {
        forward = http_forward_new(s->upstream, s->hold, stdout);
        options.handler = http_forward_answer;
        options.handler_arg = forward;
    }
    server = http_server_start(&options);
    for (i = 0; i < s->n_steps; i++) {
        http_server_expect(server, &s->steps[i]);
    }
    printf("%s\n", http_server_url(server));
    if (http_server_ca_file(server) != NULL) {
        printf("%s\n", http_server_ca_file(server));
    }
    if (fflush(stdout) != 0 || sigwait(&ends, &sig) != 0) {
        abort();
    }
    http_server_stop(server);
    wrong = http_server_wrong(server);
    if (s->options.limit > 0) {
        printf("%zu refused by the limit\n", http_server_refused(server));
    }
    printf("%zu requests on %u connections\n%s", http_server_count(server),
           http_server_connections(server), wrong == NULL ? "" : wrong);
    code = wrong == NULL ? 0 : 1;
    http_server_free(server);
    http_forward_free(forward);
    return code;
}

int main(int argc, char **argv)
{
    struct http_script s = {.arena = arena_new()};
    const char *wrong;
    int code = 2;

    if (argc != 2) {
        fprintf(stderr, "usage: fault_server SCRIPT\n");
    } else {
        wrong = http_script_read(&s, argv[1]);
        if (wrong != NULL) {
            fprintf(stderr, "fault_server: %s\n", wrong);
        } else {
            code = serve(&s);
        }
    }
    arena_free(s.arena);
    return code;
}
