/*
 * list_server ENTRIES [VERSIONS]: a server that does nothing but list the versions of a bucket
 * (which has versioning and no rules, and any object that HEAD asks for), for measuring who reads
 * such lists. On a free port of 127.0.0.1, whose URL it prints first; until it is killed.
 *
 * The bucket has that many entries, of keys with VERSIONS (default 4) each, the newest of every
 * third key a delete marker. Pages are as Amazon writes them and made when they are asked for:
 * neither side holds the list. Signatures are not looked at. One thread for each connection.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_REQUEST 16384
#define MAX_PAGE    1000
#define KEY         "courses/%04" PRIu64 "/unit%sBvideo-%012" PRIu64
#define ID          "3sL4kqtJlcpXroDTDmJ-rmSpXd3d%04" PRIu64
#define OWNER                                                                                      \
    "<Owner><ID>75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a</ID></Owner>"

static uint64_t entries, versions = 4;

/* Keys end in their number, and versions count downwards: a marker says where it stands. */
static void write_entry(FILE *out, uint64_t i)
{
    uint64_t key = i / versions, version = versions - i % versions;
    bool marker = i % versions == 0 && key % 3 == 0;

    fprintf(out,
            "<%s><Key>" KEY "</Key><VersionId>" ID "</VersionId><IsLatest>%s</IsLatest>"
            "<LastModified>2026-01-%02" PRIu64 "T10:%02" PRIu64 ":00.000Z</LastModified>",
            marker ? "DeleteMarker" : "Version", key / 1000, "%2", key, version,
            i % versions == 0 ? "true" : "false", version % 28 + 1, key % 60);
    if (marker) {
        fputs(OWNER "</DeleteMarker>", out);
    } else {
        fprintf(out,
                "<ETag>&quot;fba9dede5f27731c9771645a%08" PRIx64 "&quot;</ETag><Size>%" PRIu64
                "</Size><StorageClass>STANDARD</StorageClass>" OWNER "</Version>",
                i, i * 37);
    }
}

static uint64_t number_after(const char *text, const char *name, uint64_t otherwise)
{
    const char *at = text ? strstr(text, name) : NULL;

    return at ? strtoull(at + strlen(name), NULL, 10) : otherwise;
}

/* The first entry behind the marker of a request. */
static uint64_t first_of(const char *query)
{
    uint64_t key = number_after(strstr(query, "key-marker="), "video-", UINT64_MAX);
    uint64_t version = number_after(strstr(query, "version-id-marker="), "Xd3d", 1);

    return key == UINT64_MAX ? 0 : (key + 1) * versions - version + 1;
}

static void write_page(FILE *out, const char *query)
{
    uint64_t first = first_of(query), max = number_after(query, "max-keys=", MAX_PAGE);
    bool ours = strstr(query, "prefix=.seedbank"); /* of what the program keeps, there is nothing */
    uint64_t n = first < entries && !ours ? entries - first : 0;
    uint64_t last;

    max = max > MAX_PAGE ? MAX_PAGE : max;
    n = n > max ? max : n;
    last = first + n - 1;
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListVersionsResult "
          "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>files</Name><Prefix></Prefix>"
          "<EncodingType>url</EncodingType><MaxKeys>1000</MaxKeys>",
          out);
    if (first + n < entries && !ours) {
        fprintf(out,
                "<IsTruncated>true</IsTruncated><NextKeyMarker>" KEY "</NextKeyMarker>"
                "<NextVersionIdMarker>" ID "</NextVersionIdMarker>",
                last / versions / 1000, "%2", last / versions, versions - last % versions);
    } else {
        fputs("<IsTruncated>false</IsTruncated>", out);
    }
    for (uint64_t i = first; i < first + n; i++) {
        write_entry(out, i);
    }
    fputs("</ListVersionsResult>", out);
}

/* What is known of the bucket beside its list. */
static const struct document {
    const char *query, *body;
} documents[] = {
    {"?versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"},
    {"?lifecycle", "<LifecycleConfiguration></LifecycleConfiguration>"},
    {"?replication", "<ReplicationConfiguration></ReplicationConfiguration>"},
    {"prefix=.seedbank", /* it is nobody's copy */
     "<ListVersionsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
     "<IsTruncated>false</IsTruncated></ListVersionsResult>"},
};

static void write_body(FILE *out, const char *request)
{
    for (size_t i = 0; i < sizeof(documents) / sizeof(*documents); i++) {
        if (strstr(request, documents[i].query)) {
            fputs(documents[i].body, out);
            return;
        }
    }
    write_page(out, request);
}

static void write_head(FILE *out, size_t size, bool object)
{
    time_t now = time(NULL);
    char date[64];
    struct tm tm;

    gmtime_r(&now, &tm);
    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
    fprintf(out, "HTTP/1.1 200 OK\r\nDate: %s\r\nContent-Length: %zu\r\n", date, size);
    if (object) {
        fprintf(out, "ETag: \"e\"\r\nLast-Modified: %s\r\n\r\n", date);
    } else {
        fputs("Content-Type: application/xml\r\n\r\n", out);
    }
}

static bool send_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

static bool answer(int fd, const char *request)
{
    bool object = strncmp(request, "HEAD ", 5) == 0, sent;
    char *head = NULL, *body = NULL;
    size_t head_size = 0, size = 0;
    FILE *out = open_memstream(&body, &size);

    if (out == NULL) {
        return false;
    }
    if (!object) {
        write_body(out, request);
    }
    fclose(out);
    out = open_memstream(&head, &head_size);
    if (out == NULL) {
        free(body);
        return false;
    }
    write_head(out, size, object);
    fclose(out);
    sent = send_all(fd, head, head_size) && send_all(fd, body, size);
    free(head);
    free(body);
    return sent;
}

/* Requests have no body, and come one at a time. */
static void *serve(void *arg)
{
    int fd = (int)(intptr_t)arg;
    char request[MAX_REQUEST + 1];
    size_t n = 0;
    ssize_t came;

    while (n < MAX_REQUEST && (came = recv(fd, request + n, MAX_REQUEST - n, 0)) > 0) {
        n += (size_t)came;
        request[n] = '\0';
        if (strstr(request, "\r\n\r\n")) {
            n = 0;
            if (!answer(fd, request)) {
                break;
            }
        }
    }
    close(fd);
    return NULL;
}

static void *accept_all(void *arg)
{
    int listener = (int)(intptr_t)arg, one = 1;
    pthread_t thread;

    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0) {
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
            if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd) != 0) {
                close(fd);
            } else {
                pthread_detach(thread);
            }
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(at);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    pthread_t thread;

    entries = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    versions = argc > 2 ? strtoull(argv[2], NULL, 10) : versions;
    if (entries == 0 || versions == 0 || versions > 9999) {
        fprintf(stderr, "usage: list_server ENTRIES [VERSIONS]\n");
        return 2;
    }
    if (listener < 0 || bind(listener, (struct sockaddr *)&at, size) != 0 ||
        listen(listener, 64) != 0 || getsockname(listener, (struct sockaddr *)&at, &size) != 0 ||
        pthread_create(&thread, NULL, accept_all, (void *)(intptr_t)listener) != 0) {
        perror("list_server");
        return 1;
    }
    printf("http://127.0.0.1:%u\n", ntohs(at.sin_port));
    if (fflush(stdout) != 0) {
        perror("list_server");
        return 1;
    }
    for (;;) {
        pause();
    }
}
