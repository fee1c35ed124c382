# TLS to an S3 server: each kind of certificate in each version is understood, and none is trusted
# that should not be. The static program as users get it knows fewer algorithms than the tests' own.
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"

certificate() { # NAME [OPTION...]: writes key.pem, cert.pem for that host
  local name=$1
  shift
  openssl req -x509 -nodes -keyout key.pem -out cert.pem -days 2 -subj "/CN=$name" \
    -addext "subjectAltName=DNS:$name" "$@" 2>openssl.log || cat openssl.log
}

# tls_server [OPTION...]: serve with cert.pem on a free port; sets url.
tls_server() {
  rm -f server.out
  openssl s_server -accept 127.0.0.1:0 -cert cert.pem -key key.pem -www "$@" >server.out 2>&1 </dev/null &
  server=$!
  # shellcheck disable=SC2064 # that server
  trap "kill $server 2>/dev/null" EXIT
  wait_for 30 grep -Eq '^ACCEPT .*:[0-9]+$' server.out
  url=https://localhost:$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' server.out | head -n 1)
}

# talks PATTERN CA_FILE [OPTION...]: apply fails as the pattern says.
talks() {
  local pattern=$1 ca=$2 code
  shift 2
  rm -f terraform.tfstate*
  tls_server "$@"
  against "ca_file = \"$ca\"
    max_retries = 0"
  one_error "$pattern" apply -auto-approve
  code=$?
  kill "$server"
  wait "$server" 2>/dev/null
  return $code
}

# openssl's server answers with a page that S3 clients must refuse: but TLS stands then.
understood='the reply says neither its length nor its end'

certificate localhost -newkey rsa:2048
tls_server
against
tf init >/dev/null 2>&1
kill "$server"
while read -r kind options; do
  # shellcheck disable=SC2086 # words
  certificate localhost -newkey $kind $options
  for version in tls1_2 tls1_3; do
    check "$kind $options over $version" talks "$understood" "$PWD/cert.pem" "-$version"
  done
done <<'KINDS'
rsa:2048
rsa:4096 -sha384
rsa-pss
ec -pkeyopt ec_paramgen_curve:prime256v1
ec -pkeyopt ec_paramgen_curve:secp384r1
ec -pkeyopt ec_paramgen_curve:secp521r1
ed25519
KINDS
for group in X25519 P-256 P-384 P-521; do
  check "key exchange with $group" talks "$understood" "$PWD/cert.pem" -groups "$group"
done
check 'TLS 1.1 is refused' talks 'TLS|SSL' "$PWD/cert.pem" -tls1_1 -cipher 'ALL:@SECLEVEL=0'

certificate localhost -newkey ec -pkeyopt ec_paramgen_curve:prime256v1
cp cert.pem other.pem
certificate localhost -newkey ec -pkeyopt ec_paramgen_curve:prime256v1
check 'a certificate of somebody else is not trusted' talks 'certificate is not trusted' "$PWD/other.pem"
certificate elsewhere.example -newkey ec -pkeyopt ec_paramgen_curve:prime256v1
check 'a certificate of another host is not trusted' talks 'certificate is not trusted' "$PWD/cert.pem"
check 'no provider is left' none_left
