# What the tests of docs/guides/ share: the configurations of its sections, and how one is run here.
# Sourced after lib.sh. All blocks of a section make one configuration.
# shellcheck shell=bash
guide=$SEEDBANK_ROOT/docs/guides/protect-buckets.md
unique=g$$-$RANDOM

# Each section's blocks, into a folder of its name: "DigitalOcean Spaces" is digitalocean-spaces/main.tf.
# shellcheck disable=SC2034 # for who sources this
sections=$(awk '
  /^## / { folder = tolower(substr($0, 4)); gsub(/[^a-z0-9]+/, "-", folder) }
  /^```terraform$/ { inside = 1; if (!seen[folder]++) { print folder; system("mkdir -p " folder) } next }
  /^```$/ { inside = 0 }
  inside { print > (folder "/main.tf") }' "$guide")

# commands SECTION: its blocks of shell.
commands() {
  awk -v wanted="$1" '
    /^## / { folder = tolower(substr($0, 4)); gsub(/[^a-z0-9]+/, "-", folder) }
    /^```sh$/ { inside = folder == wanted; next }
    /^```$/ { inside = 0 }
    inside' "$guide"
}

# enter SECTION: into a copy that can run here, with names of this test, on the server that the
# environment names.
enter() {
  rm -rf "$WORK/run"
  cp -r "$WORK/$1" "$WORK/run"
  cd "$WORK/run" || exit 1
  uploads=$unique-$1-uploads
  sed -i -E "s/openedx-/$unique-$1-/g; /^ +(endpoint|force_path_style|region) +=/d
    s/s3( *)= \{.*region.*\}/s3 = { force_path_style = true }/; s/^ +s3 = \{$/&\nforce_path_style = true/" main.tf
}
rules() { # BUCKET
  s3 lifecycle "$1" | grep -o '<ID>[^<]*' | sed 's/<ID>//'
}
# protected DAYS LOCK: what the server of the uploads shows.
protected() {
  versioning_is "$uploads" Enabled && is "$(rules "$uploads")" old-versions &&
    says "<NoncurrentDays>$1<" "$(s3 lifecycle "$uploads")" && is "$(s3 lock "$uploads")" "$2"
}
destroys() {
  # shellcheck disable=SC2119 # a function of lib.sh
  destroy && versioning_is "$uploads" Enabled && is "$(rules "$uploads")" ''
}
