# shellcheck shell=bash
# examples/kubernetes: each manifest parses, runs nothing with more rights than it needs, and has arguments that the
# program takes; the nightly copy is run as its CronJob says.
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"
# shellcheck source=tests/helpers/copy.sh
. "$SEEDBANK_ROOT/tests/helpers/copy.sh"
examples=$SEEDBANK_ROOT/examples/kubernetes

# as_json FILE: its documents, one a line (python3-yaml comes with Ceph)
as_json() {
  /usr/bin/python3 -c 'import json, sys, yaml
for document in yaml.safe_load_all(open(sys.argv[1])):
    if document: print(json.dumps(document))' "$1"
}
# holds FILE FILTER: of every pod in it
holds() {
  jq -se 'map(.. | objects | select(has("containers"))) | length > 0 and all('"$2"')' "$1" >/dev/null
}

for example in "$examples"/*.yaml; do
  name=$(basename "$example" .yaml)
  as_json "$example" >"$name.json"
  check "$name: it parses" test -s "$name.json"
  check "$name: every image has a version" holds "$name.json" '.containers | all(.image | test(":[0-9]+\\.[0-9]+"))'
  check "$name: no root, nothing to gain" holds "$name.json" '.securityContext.runAsNonRoot and .automountServiceAccountToken == false
    and (.containers | all(.securityContext.allowPrivilegeEscalation == false and .securityContext.capabilities.drop == ["ALL"]))'
  check "$name: nothing but its volumes can be written" holds "$name.json" '.containers | all(.securityContext.readOnlyRootFilesystem)'
  check "$name: memory is bounded" holds "$name.json" '.containers | all(.resources.limits.memory and .resources.requests.memory)'
  check "$name: keys come from Secrets" holds "$name.json" \
    '[.containers[].env[]? | select(.name | test("_(ACCESS|SECRET)_KEY$"))] | length > 0 and all(.valueFrom.secretKeyRef.name != null)'
done

job=copy-cronjob.json
check "two copies never run at once" is "$(jq -r .spec.concurrencyPolicy $job)" Forbid
check "what was refused is not tried again" is "$(jq -c '[.. | objects | select(.action == "FailJob") | .onExitCodes.values[]]' $job)" '[2,5,6]'
pair nightly
write lesson text
mapfile -t words < <(jq -r '.spec.jobTemplate.spec.template.spec.containers[0] | (.command + .args)[]' $job |
  sed "s/^openedx-uploads$/$src/; s/^openedx-uploads-copy$/$dst/")
# The variables that it sets, with what this test's server has.
mapfile -t environment < <(jq -r '.spec.jobTemplate.spec.template.spec.containers[0].env[].name' $job | while read -r variable; do
  echo "$variable=$(printenv "SEEDBANK_S3_${variable#SEEDBANK_???_S3_}")"
done)
check "its arguments and variables do what it says" exits 0 '"event":"summary","new":1' \
  env -i "${environment[@]}" "PATH=$SEEDBANK_BIN:/usr/bin:/bin" "${words[@]}"
check "the object is in the copy" is "$(s3 get "$dst" lesson)" text
erase lesson
check "a night after an accident is refused" exits 5 'lists nothing' env -i "${environment[@]}" "PATH=$SEEDBANK_BIN:/usr/bin:/bin" "${words[@]}"

# ---- The restore by many pods --------------------------------------------------------------------
job=restore-job.json
check "the pods have numbers" is "$(jq -r .spec.completionMode $job)" Indexed
check "what was refused is not tried again" is "$(jq -c '[.. | objects | select(.action == "FailJob") | .onExitCodes.values[]]' $job)" '[2,5,6]'
check "the rule is about its container" is "$(jq -r '[.. | .onExitCodes? // empty | .containerName] | unique[]' $job)" \
  "$(jq -r '.spec.template.spec.containers[].name' $job)"
check "a pod is started anew by the Job, not in place" is "$(jq -r .spec.template.spec.restartPolicy $job)" Never
fresh restore
for i in $(seq 24); do
  write "k/$i" "was $i"
done
at=$(now)
for i in $(seq 24); do
  write "k/$i" bad
done
pods=$(jq .spec.completions $job)
bucket plan "$b" --at "$at" --shards "$pods" -o restore.plan >/dev/null
# pod INDEX: its command, with the plan where this test has it, and the number in the place that the kubelet puts it
pod() {
  local words
  mapfile -t words < <(jq -r '.spec.template.spec.containers[0] | (.command + .args)[]' $job |
    sed "s|^/plan/||; s/\$(JOB_COMPLETION_INDEX)/$1/")
  env "PATH=$SEEDBANK_BIN:/usr/bin:/bin" "${words[@]}"
}
for ((i = 0; i < pods; i++)); do
  pod $i >pod.$i 2>&1 &
  pids[i]=$!
done
for ((i = 0; i < pods; i++)); do
  wait "${pids[i]}"
  check "pod $i" is $? 0
done
check "together they did what the plan says" exits 0 'Verified: 24 objects' bucket verify "$b" --plan restore.plan
check "a pod that comes again does nothing" exits 0 '"event":"finished"' pod 0
check "a pod beyond the plan is not tried again" exits 2 'has no piece 8' pod "$pods"
