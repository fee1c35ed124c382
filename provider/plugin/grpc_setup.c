#include "plugin/grpc_setup.h"

#include <grpc/support/log.h>
#include <openssl/ssl.h>
#include <string.h>

#include "base/log.h"
#include "plugin/certificate.h"

/* What HashiCorp's own SDK accepts; gRPC's default is 4 MiB, which a large state exceeds. */
#define RECEIVE_LIMIT (256 << 20)

static const struct log *grpc_log;

static void forward_log(gpr_log_func_args *args)
{
    static const enum log_level levels[] = {[GPR_LOG_SEVERITY_DEBUG] = LOG_TRACE,
                                            [GPR_LOG_SEVERITY_INFO] = LOG_DEBUG,
                                            [GPR_LOG_SEVERITY_ERROR] = LOG_WARN};
    enum log_level level = levels[args->severity];
    if (level >= grpc_log->level) {
        grpc_log->write(grpc_log, level, "grpc", args->message, NULL);
    }
}

grpc_server_credentials *grpc_setup_credentials(const struct certificate *ours,
                                                const char *client_pem)
{
    if (!ours) {
        return grpc_insecure_server_credentials_create();
    }
    grpc_ssl_pem_key_cert_pair pair = {ours->key_pem, ours->pem};
    return grpc_ssl_server_credentials_create_ex(
        client_pem, &pair, 1, GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY, NULL);
}

void grpc_setup_log(const struct log *log)
{
    grpc_log = log;
    gpr_set_log_function(forward_log);
}

/* gRPC's list of what its core is made of, defined here and so not taken from there: in its order,
 * what a server needs. Its own has all that clients can beside (balancing, name resolution, xDS):
 * 4 MB of a static program, set up at each start for nobody. C++ functions, hence the names. */
#define IN_CORE(name, mangled)                                                                     \
    extern void name(void *builder) __asm__("_ZN" mangled "17CoreConfiguration7BuilderE")
IN_CORE(event_engine, "17grpc_event_engine12experimental"
                      "44RegisterEventEngineChannelArgPreconditioningEPN9grpc_core");
IN_CORE(handshakers, "9grpc_core35SecurityRegisterHandshakerFactoriesEPNS_");
IN_CORE(http_filters, "9grpc_core19RegisterHttpFiltersEPNS_");
IN_CORE(deadline_filter, "9grpc_core22RegisterDeadlineFilterEPNS_");
IN_CORE(message_size_filter, "9grpc_core25RegisterMessageSizeFilterEPNS_");
IN_CORE(resource_quota, "9grpc_core21RegisterResourceQuotaEPNS_");
IN_CORE(security_filters, "9grpc_core23RegisterSecurityFiltersEPNS_");
IN_CORE(builtins, "9grpc_core16RegisterBuiltinsEPNS_");
IN_CORE(parts_of_core, "9grpc_core22BuildCoreConfigurationEPNS_");

void parts_of_core(void *builder)
{
    event_engine(builder);
    handshakers(builder);
    http_filters(builder);
    deadline_filter(builder);
    message_size_filter(builder);
    resource_quota(builder);
    security_filters(builder);
    builtins(builder);
}

/* absl looks for lock orders that could deadlock, at each lock that gRPC takes: a fiftieth of the
 * time of a plan. A C++ function, which some libraries hide:
 * absl::SetMutexDeadlockDetectionMode(kIgnore). */
static void ignore_deadlocks(void)
{
    enum { IGNORE = 0 };
    extern void set_deadlock_detection(int mode) __asm__(
        "_ZN4absl7debian329SetMutexDeadlockDetectionModeENS0_15OnDeadlockCycleE")
        __attribute__((weak));
    if (set_deadlock_detection) {
        set_deadlock_detection(IGNORE);
    }
}

/* The host's connection, as it is made. No tickets: it is the only one, and OpenSSL would send two
 * after the handshake. gRPC would exchange keys on P-256 alone, and ask hosts that sent a key for
 * X25519 (those in Go) to begin again. */
static void suit_host(void *ssl, void *value, CRYPTO_EX_DATA *data, int index, long number,
                      void *pointer)
{
    int groups[] = {NID_X25519, NID_X9_62_prime256v1};
    (void)value, (void)data, (void)index, (void)number, (void)pointer;
    if (SSL_is_server(ssl)) {
        SSL_set_num_tickets(ssl, 0);
        SSL_set1_groups(ssl, groups, sizeof groups / sizeof groups[0]);
    }
}

grpc_server *grpc_setup_server(void)
{
    ignore_deadlocks();
    SSL_get_ex_new_index(0, NULL, suit_host, NULL, NULL);
    grpc_init();
    grpc_arg args[] = {
        {.type = GRPC_ARG_INTEGER,
         .key = (char *)(uintptr_t)GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH,
         .value.integer = RECEIVE_LIMIT},
        {.type = GRPC_ARG_INTEGER,
         .key = (char *)(uintptr_t)GRPC_ARG_MAX_SEND_MESSAGE_LENGTH,
         .value.integer = -1},
        {.type = GRPC_ARG_INTEGER,
         .key = (char *)(uintptr_t)GRPC_ARG_ENABLE_CHANNELZ,
         .value.integer = 0},
    };
    grpc_channel_args list = {sizeof args / sizeof args[0], args};
    return grpc_server_create(&list, NULL);
}
