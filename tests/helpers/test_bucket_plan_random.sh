# shellcheck shell=bash
# seedbank-bucket plan over random histories: what the plan says each key was is what it was. The seed is printed;
# SEED=N repeats a run.
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"

RANDOM=${SEED:=$RANDOM}
echo "# SEED=$SEED"
keys=(a a/b 'a b' 'a+b' 'a%2Fb' ä/ü $'line\nbreak' $'\001' z zz .. ./x 🌱 'q?x=1&y' "it's" '"quoted"')
declare -A content # of each key, now; no member: it is not there
declare -A past    # "moment key" -> the same at that moment
moments=()

remember() {
  local at key
  at=$(now)
  moments+=("$at")
  for key in "${keys[@]}"; do
    [ -z "${content[$key]+there}" ] || past["$at $key"]=${content[$key]}
  done
}

# act N: one of put, overwrite, delete, on a key of any
act() {
  local key=${keys[RANDOM % ${#keys[@]}]}
  if [ $((RANDOM % 3)) = 0 ]; then
    erase "$key"
    unset "content[\$key]"
  else
    write "$key" "content $1"
    content["$key"]="content $1"
  fi
}

# step_of PLAN KEY: its step and the version wanted, or nothing
step_of() {
  jq -r --arg k "$2" 'select(.key == $k) | "\(.step) \(.version // "")"' "$1"
}

# comes_back PLAN AT: each key, with the plan's step done to it, is what it was
comes_back() {
  local key step version got expected wrong=0
  for key in "${keys[@]}"; do
    read -r step version < <(step_of "$1" "$key")
    got=${content[$key]-absent}
    case ${step:-} in
    reveal | copy | purge) got=$(s3 get "$b" "$key" "$version") || return 1 ;;
    hide) got=absent ;;
    esac
    expected=${past["$2 $key"]-absent}
    [ "$got" = "$expected" ] || { wrong=1 && printf '%q: %s makes it "%s", it was "%s"\n' "$key" "${step:-nothing}" "$got" "$expected"; }
    step=''
  done
  [ $wrong -eq 0 ]
}

fresh random
for n in $(seq 160); do
  act "$n"
  [ $((RANDOM % 40)) != 0 ] || [ ${#moments[@]} = 3 ] || remember
done
remember
act last
act 'very last'

n=0
for at in "${moments[@]}"; do
  n=$((n + 1))
  check "moment $n of SEED=$SEED: a plan" bucket plan "$b" --at "$at" --hide-newer -o "$n.plan"
  check "moment $n of SEED=$SEED: brings each key back" comes_back "$n.plan" "$at"
  check "moment $n of SEED=$SEED: a plan without reveals" bucket plan "$b" --at "$at" --hide-newer --keep-history -o "$n.keep.plan"
  check "moment $n of SEED=$SEED: brings each key back, too" comes_back "$n.keep.plan" "$at"
  check "moment $n of SEED=$SEED: a plan that purges" bucket plan "$b" --at "$at" --hide-newer --purge-newer -o "$n.purge.plan"
  check "moment $n of SEED=$SEED: brings each key back, as well" comes_back "$n.purge.plan" "$at"
done
