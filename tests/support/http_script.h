/*
 * A script for the scripted server, as text; http_server.h explains the terms.
 *
 * One directive per line, the rest of the line is its value; lines that are empty
 * or start with # say nothing. Text values know \n \r \t \\ and \xHH.
 *
 *   tls good|wrong-host|self-signed|expired|old-version
 *   any-order                        steps match in any order
 *   upstream http://HOST:PORT        what no step matches is asked there (http_forward.h)
 *   hold N                           but its Nth request gets no answer
 *   limit N                          requests per second; the others are answered 503
 *   step METHOD TARGET               starts a step; * is any; a target may end in *
 *     times N|any                    how often the step is served (default 1)
 *     expect Name: value             header, value may end in *; "expect !Name": must be absent
 *     expect-body TEXT
 *     status N
 *     status-line TEXT               in place of the usual line
 *     header Name: value             repeatable
 *     body TEXT
 *     body-file PATH
 *     body-repeat N
 *     chunked BYTES
 *     delay MS                       before the reply
 *     drip MS                        between two bytes
 *     close                          with Connection: close
 *     fault close|reset|stall start|head|body|end [BYTES]
 */
#ifndef SUPPORT_HTTP_SCRIPT_H
#define SUPPORT_HTTP_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "http_server.h"

struct arena;

struct http_script {
    struct arena *arena; /* given by the caller; holds all below */
    struct http_server_options options;
    struct http_server_step *steps;
    size_t n_steps;
    size_t n_expect;      /* of the last step */
    const char *upstream; /* NULL: none */
    size_t hold;
};

/* NULL, or what is wrong with the file. */
const char *http_script_read(struct http_script *s, const char *path);

#endif
