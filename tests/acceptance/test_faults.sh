# What a server does wrong: one error that names the thing, the cause and the remedy, or the work goes
# on; and what is in the state is what is really there.
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"

# The replies of a well-behaved server.
get='step GET /b?versioning'
put='step PUT /b?versioning'
never='body <VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>'
enabled='body <VersioningConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Status>Enabled</Status></VersioningConfiguration>'
# s3_error CODE [MESSAGE [MORE]]: the document of an error.
s3_error() {
  echo "body <Error><Code>$1</Code><Message>${2:-no}</Message>${3:-}<RequestId>REQ-17</RequestId></Error>"
}

# The provider does not outlive the tool, and the server saw what its script says.
ends_well() {
  served && none_left
}

# create_fails PATTERN [SETTINGS]: a create meets the server on standard input and leaves nothing.
create_fails() {
  rm -f terraform.tfstate*
  serve
  against "${2:-max_retries = 0}"
  one_error "^seedbank_bucket_versioning.a: (.* )?$1" apply -auto-approve && is "$(in_state)" 0 && ends_well
}

# create_works [SETTINGS]: a create meets the server on standard input and gets through.
create_works() {
  rm -f terraform.tfstate*
  serve
  against "${1:-}"
  apply && is "$(in_state)" 1 && is "$(in_state tainted)" 0 && ends_well
}

url=http://127.0.0.1:1
against ""
check "init" tf init

# ---- The transport -------------------------------------------------------------------------------
read_b='Cannot read the versioning of bucket b: GET http://127.0.0.1:[0-9]+: '

check "a server that stalls" create_fails \
  "${read_b}time-out: .*1500 ms are allowed for one try.*request_timeout" \
  'max_retries = 0, request_timeout = "1500ms"' <<END
$get
fault stall start
END
check "a server that stalls within the body" create_fails "${read_b}time-out: " \
  'max_retries = 1, request_timeout = "1500ms"' <<END
$get
times 2
$never
fault stall body
END
check "headers cut" create_fails "${read_b}the reply was cut inside its headers: .*try again later" <<END
$get
fault close head 20
END
check "body cut" create_fails "${read_b}the reply was cut inside its body: .*try again later" <<END
$get
$never
fault close body
END
check "body cut in chunks" create_fails "${read_b}the reply was cut inside its body" <<END
$get
$never
chunked 20
fault close body
END
check "connection reset" create_fails "${read_b}the connection was closed or reset before an answer: .*logs" <<END
$get
fault reset start
END
check "not HTTP" create_fails "${read_b}the answer is not HTTP: .*check scheme and port" <<END
$get
status-line SSH-2.0-OpenSSH_9.2
END

serve </dev/null
dead=$url
served
nothing_listens() {
  url=$dead
  against 'max_retries = 1'
  one_error "${read_b}connection refused: .*tried 2 times.*check host and port" apply -auto-approve && none_left
}
check "connection refused" nothing_listens
no_such_host() {
  url=https://no-such-host.invalid
  against 'max_retries = 0, request_timeout = "5s"'
  one_error "GET https://no-such-host.invalid: (name lookup found no such host|time-out while connecting): .*(spelling of the endpoint|host and port of the endpoint)" \
    apply -auto-approve && none_left
}
check "no such host" no_such_host

# ---- TLS -----------------------------------------------------------------------------------------
tls='Cannot read the versioning of bucket b: GET https://[0-9a-z.]+:[0-9]+: '
for kind in self-signed wrong-host expired good; do
  check "a certificate that is not trusted: $kind" create_fails \
    "${tls}its TLS certificate is not trusted: .*ca_file.*Verification cannot be turned off" <<END
tls $kind
END
done
check "old TLS" create_fails "${tls}the TLS handshake failed: .*TLS 1.2" <<END
tls old-version
END
# trusted TLS [PATTERN]: with ca_file it works; with a pattern it must fail all the same.
with_ca_file() {
  rm -f terraform.tfstate*
  serve
  against "max_retries = 0, ca_file = \"$ca_file\""
  if [ -n "${1:-}" ]; then
    one_error "$1" apply -auto-approve && served
  else
    apply && is "$(in_state)" 1 && ends_well
  fi
}
check "ca_file makes a private authority trusted" with_ca_file <<END
tls good
$get
$enabled
END
check "ca_file does not excuse a wrong host" with_ca_file "${tls}its TLS certificate is not trusted" <<END
tls wrong-host
END
check "ca_file does not excuse an expired certificate" with_ca_file "${tls}its TLS certificate is not trusted" <<END
tls expired
END
check "a ca_file that is not there is named" create_fails "It is /no-such.pem" 'max_retries = 0, ca_file = "/no-such.pem"' <<END
tls good
END

# ---- Refusals ------------------------------------------------------------------------------------
check "a storm of 5xx that ends" create_works <<END
$get
times 2
status 503
$(s3_error SlowDown "Please reduce your request rate.")
$get
status 500
$get
fault close head
$get
$never
$put
times 2
status 502
$put
$get
times 2
status 504
$get
$enabled
END
check "a storm of 5xx that does not end" create_fails \
  'Cannot read the versioning of bucket b: GET to http://.*HTTP 503 SlowDown after 3 tries: Please reduce.*REQ-17.*max_retries' \
  'max_retries = 2' <<END
$get
times 3
status 503
$(s3_error SlowDown "Please reduce your request rate.")
END
asked_to_wait() {
  local start
  start=$(date +%s%N)
  create_works || return 1
  [ $(($(date +%s%N) - start)) -ge 3000000000 ] || { echo "Retry-After was not honoured"; return 1; }
}
check "429 with Retry-After" asked_to_wait <<END
$get
status 429
header Retry-After: 3
$get
$enabled
END
check "AccessDenied names the permission" create_fails \
  'Cannot read the versioning of bucket b: .*HTTP 403 AccessDenied.*permission s3:GetBucketVersioning' <<END
$get
status 403
$(s3_error AccessDenied)
END
check "AccessDenied to write names the permission" create_fails \
  'Cannot enable versioning of bucket b: .*HTTP 403 AccessDenied.*permission s3:PutBucketVersioning' <<END
any-order
$get
times any
$never
$put
status 403
$(s3_error AccessDenied)
END
check "a 403 without a word" create_fails 'HTTP 403\. .*permission s3:GetBucketVersioning' <<END
$get
status 403
END
check "NoSuchBucket" create_fails 'Bucket b does not exist: .*Create it first' <<END
$get
status 404
$(s3_error NoSuchBucket)
END
check "a 404 that S3 did not say" create_fails \
  'Cannot read the versioning of bucket b: .*HTTP 404.*endpoint is an S3 server' <<END
$get
status 404
body <html><body>Not Found</body></html>
END
check "another region, redirect" create_works <<END
$get
status 301
header x-amz-bucket-region: eu-central-1
$(s3_error PermanentRedirect)
$get
$never
$put
$get
$enabled
END
check "another region, 400" create_works <<END
$get
status 400
$(s3_error AuthorizationHeaderMalformed "wrong" "<Region>eu-west-3</Region>")
$get
$enabled
END
check "regions that lead round and round" create_fails \
  'HTTP 400 AuthorizationHeaderMalformed.*asked 5 times.*Set region \(SEEDBANK_S3_REGION\)' <<END
$get
status 400
$(s3_error AuthorizationHeaderMalformed "wrong" "<Region>eu-west-3</Region>")
$get
status 400
$(s3_error AuthorizationHeaderMalformed "wrong" "<Region>us-east-1</Region>")
$get
status 400
$(s3_error AuthorizationHeaderMalformed "wrong" "<Region>eu-west-3</Region>")
$get
status 400
$(s3_error AuthorizationHeaderMalformed "wrong" "<Region>us-east-1</Region>")
$get
status 400
$(s3_error AuthorizationHeaderMalformed "wrong" "<Region>eu-west-3</Region>")
END
check "a redirect to another's server" create_fails \
  'GET to http://127.0.0.1:[0-9]+ was answered with HTTP 307.*points to https://s3.example.org.*was not followed' <<END
$get
status 307
header Location: https://s3.example.org/b?versioning
END
check "a clock that is wrong" create_works <<END
$get
status 403
header Date: Mon, 01 Jan 2035 00:00:00 GMT
$(s3_error RequestTimeTooSkewed)
$get
expect x-amz-date: 20350101T*
$enabled
END
check "a server whose clock does not help" create_fails \
  'HTTP 403 RequestTimeTooSkewed.*clock of this machine reads.*signed with the server.s time was refused, too.*NTP' <<END
$get
times 2
status 403
header Date: Mon, 01 Jan 2035 00:00:00 GMT
$(s3_error RequestTimeTooSkewed)
END
check "keys that have expired" create_fails 'HTTP 400 ExpiredToken.*session token has expired' <<END
$get
status 400
$(s3_error ExpiredToken)
END

# ---- Replies that lie ----------------------------------------------------------------------------
check "malformed XML" create_fails 'HTTP 200, but not as S3 does: its body is no XML.*endpoint is an S3 server' <<END
$get
body <VersioningConfiguration><Status>Enabled</Sta
END
check "an HTML page" create_fails 'HTTP 200, but not as S3 does: .*Please log in.*login page' <<END
$get
header Content-Type: text/html
body <!DOCTYPE html><html><body><h1>Please log in</h1><br></body></html>
END
check "an empty reply" create_fails 'HTTP 200, but not as S3 does' <<END
$get
END
check "an error inside 200 that passes" create_works 'max_retries = 1' <<END
$get
$(s3_error SlowDown)
$get
$enabled
END
check "an error inside 200" create_fails 'Cannot read the versioning of bucket b: .*HTTP 200 InternalError: broken inside.*REQ-17' <<END
$get
$(s3_error InternalError "broken inside")
END
check "a status of tomorrow" create_fails 'status "Frozen"' <<END
$get
body <VersioningConfiguration><Status>Frozen</Status></VersioningConfiguration>
END
check "a reply above the cap" create_fails "${read_b}the reply is too large: .*more than [0-9]+ bytes" <<END
$get
body <VersioningConfiguration>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
body-repeat 200000
END
# What is shown must be valid UTF-8 and short, whatever came.
shows_little() {
  create_fails "$@" || return 1
  iconv -f utf-8 -t utf-8 json.log >/dev/null || return 1
  [ "$(wc -c <errors.log)" -lt 3000 ] || { wc errors.log; return 1; }
}
check "invalid UTF-8 in an error" shows_little 'HTTP 400: Bad.*Code half .*text' <<END
$get
status 400
$(s3_error 'Bad\xff\xfeCode' 'half \xc3\x28 a \xed\xa0\x80 \xf0\x9f text')
END
check "control characters in an error" shows_little 'HTTP 400: .*some .*text' <<END
$get
status 400
body \x1b[2Jsome\x00\x07 \x1b]0;title\x07text
header x-amz-request-id: \xff\xfe\x1b[31m
END
check "1 MB of error text" shows_little 'HTTP 400: .*words words' <<END
$get
status 400
body words\x20
body-repeat 180000
END
check "more error text than the cap" shows_little 'HTTP 400: .*words words' <<END
$get
status 400
body words\x20
body-repeat 1000000
END

# ---- State and reality ---------------------------------------------------------------------------
check "a PUT answered 500 that took effect" create_works 'max_retries = 0' <<END
$get
$never
$put
status 500
$get
$enabled
END
check "a PUT that was cut and took no effect" create_fails 'Cannot enable versioning of bucket b: .*closed or reset' <<END
$get
$never
$put
times 2
fault close start
$get
$never
END
unknown_outcome() {
  rm -f terraform.tfstate*
  serve
  against 'max_retries = 0'
  one_error "Cannot enable versioning of bucket b: .*HTTP 500" apply -auto-approve && is "$(in_state tainted)" 1 && ends_well
}
check "a PUT with an outcome that cannot be read is saved tainted" unknown_outcome <<END
$get
$never
$put
status 500
$get
status 500
END
mended() {
  serve
  against 'max_retries = 0'
  apply && is "$(in_state)" 1 && is "$(in_state tainted)" 0 && ends_well
}
check "the next apply mends it" mended <<END
any-order
$get
times any
$enabled
END
wait_times_out() {
  rm -f terraform.tfstate*
  serve
  against '' 'timeouts = { create = "2s" }'
  one_error 'Bucket b does not show versioning Enabled: .*after 2 s it still answered: Disabled.*time-out' \
    apply -auto-approve && is "$(in_state tainted)" 1 && ends_well
}
check "a create whose wait times out is saved tainted" wait_times_out <<END
any-order
$get
times any
$never
$put
END
check "the next apply mends that" mended <<END
any-order
$get
times any
$enabled
END

# From here on the resource is in the state.
# refresh_fails PATTERN: an error is not an absence.
refresh_fails() {
  serve
  against 'max_retries = 0'
  one_error "$1" plan && is "$(in_state)" 1 && ends_well
}
check "a refresh that is denied is an error" refresh_fails 'HTTP 403 AccessDenied' <<END
$get
status 403
$(s3_error AccessDenied)
END
check "a refresh from another region is an error" refresh_fails 'Wrong region' <<END
$get
status 301
END
check "a refresh from a page of a proxy is an error" refresh_fails 'HTTP 404' <<END
$get
status 404
body <html>no such site</html>
END
# An update or a destroy that fails leaves the former state.
status_is() {
  is "$(jq -r '.resources[0].instances[0].attributes.status' terraform.tfstate)" "$1"
}
update_fails() {
  serve
  against 'max_retries = 0' 'status = "Suspended"'
  one_error "$1" apply -auto-approve && status_is "${2:-Enabled}" && is "$(in_state tainted)" 0 && ends_well
}
check "an update that is denied leaves the state" update_fails 'Cannot suspend versioning of bucket b: .*s3:PutBucketVersioning' <<END
any-order
$get
times any
$enabled
$put
status 403
$(s3_error AccessDenied)
END
destroy_fails() {
  serve
  against '' 'on_destroy = "suspend"'
  jq '.resources[0].instances[0] |= (.attributes.on_destroy = "suspend" | del(.private))' terraform.tfstate >changed
  mv changed terraform.tfstate
  one_error 'Cannot suspend versioning of bucket b: .*HTTP 403' destroy -auto-approve && is "$(in_state)" 1 && ends_well
}
check "a destroy that is denied keeps the resource" destroy_fails <<END
any-order
$get
times any
body <VersioningConfiguration/>
$put
times any
status 403
$(s3_error AccessDenied)
END
