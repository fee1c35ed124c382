# shellcheck shell=bash
# Content of any size on a real server: put in one or in parts, read back, and moved through this machine.
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"

mib=1048576
fresh content-from
from=$b
fresh content-to
to=$b

# moves BYTES PROVEN [PART-SIZE]: random bytes, of which the copy must have all, and the ETag where it is proven
moves() {
  local version key=k-$1-${3:-0} said
  head -c "$1" /dev/urandom >content
  version=$(s3 put "$from" "$key" content ${3:+"$3"}) || return 1
  s3 get "$from" "$key" | cmp - content || return 1
  said=$(s3 transfer "$from" "$key" "$version" "$to" "$key") || return 1
  s3 get "$to" "$key" | cmp - content && says "	$(sha256sum <content | cut -c 1-64)	$2, write proven" "$said" || return 1
  [ -z "$(s3 uploads "$from" "$key")$(s3 uploads "$to" "$key")" ] || return 1
  [ "$2" != 'read proven' ] || is "$(s3 head "$to" "$key" | grep etag)" "$(s3 head "$from" "$key" | grep etag)"
}

for size in 0 1 4095 $((5 * mib)) $((8 * mib - 1)) $((8 * mib)) $((8 * mib + 1)) $((16 * mib)) $((16 * mib + 1)) \
  $((33 * mib + 7)); do
  check "$size bytes" moves "$size" 'read proven'
done
check "in one what others write in parts" moves $((20 * mib)) 'read proven' $((64 * mib))
check "in parts of 5 MiB" moves $((21 * mib)) 'read proven' $((5 * mib))
check "in parts of a size that Ceph does not tell and nobody uses" moves $((21 * mib + 7)) 'read not proven' $((7 * mib))
plain() {
  s3 make-bucket "$from-plain" && head -c $((9 * mib)) /dev/urandom >content && s3 put "$from-plain" k content &&
    s3 get "$from-plain" k | cmp - content
}
check "a bucket without versions" plain
check "what is not there is told" not s3 get "$from" none
too_small() {
  ! s3 put "$from" small content $mib && ! s3 head "$from" small && [ -z "$(s3 uploads "$from" small)" ]
}
check "a part that is too small is refused, and nothing is left" too_small
