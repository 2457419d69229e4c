#!/usr/bin/env bash
# Judges a class in Docker, with one container for each student, and joins the results. The same command goes on where it
# was interrupted. First build the image, as docs/src/Dockerfile says. Then, as a user who may use Docker:
#
#   docs/src/hosts/docker/judge-each.sh HANDED_IN RESULTS SEED LESSON…
#
# HANDED_IN holds a folder or an archive of each student. ROSTER and POINTS may name files, as --roster and --points do.
# What the containers left lies in RESULTS.parts.
set -euo pipefail

image=${IMAGE:-socket-lab}
jobs=${JOBS:-2}       # students at once;
limit=${LIMIT:-3600}  # seconds for each, should even the runner be stopped;
memory=${MEMORY:-4g}  # for each, with what it builds in /tmp;
room=${ROOM:-2g}      # of that for /tmp;
cpus=${CPUS:-2}       # for each.

if [ $# -lt 4 ]; then
  echo "type: $0 HANDED_IN RESULTS SEED LESSON…" >&2
  exit 2
fi
handed_in=$(cd "$1" && pwd) seed=$3
mkdir -p "$2" "$2.parts"
results=$(cd "$2" && pwd) parts=$(cd "$2.parts" && pwd)

# Nobody in a container is root. Results belong to who calls this, unless that is root.
user=$(id -u):$(id -g)
own() { [ "$(id -u)" != 0 ] || chown "$user" "$1"; }
[ "$(id -u)" != 0 ] || user=65534:65534

# container NAME MOUNT… -- WORD…: runs the runner with these words, and lets it see these files.
container() {
  local name=$1 options=()
  shift
  while [ "$1" != -- ]; do
    options+=(--mount "$1")
    shift
  done
  shift
  docker run --rm --init --name "$name" --user "$user" --network none --read-only \
    --tmpfs "/tmp:rw,exec,nosuid,nodev,mode=1777,size=$room" --memory "$memory" --memory-swap "$memory" \
    --cpus "$cpus" --pids-limit 1024 --cap-drop ALL --security-opt no-new-privileges \
    --sysctl net.ipv6.conf.all.disable_ipv6=0 "${options[@]}" "$image" "$@"
}

# mount FROM TO [readonly]: the words of --mount. They are fields of CSV, so a name may hold commas and quotes.
mount() { printf 'type=bind,"source=%s","target=%s"%s' "${1//\"/\"\"}" "${2//\"/\"\"}" "${3:+,$3}"; }

# Sets `student` to whose this is: its name, without the ending of an archive. Fails where it is nobody's hand-in.
whose() {
  student=${1##*/}
  [ ! -L "$1" ] || return 1
  [ ! -d "$1" ] || return 0
  case $student in
    *.[tT][aA][rR].[gG][zZ]) student=${student%.*.*} ;;
    *.[tT][gG][zZ] | *.[tT][aA][rR] | *.[zZ][iI][pP]) student=${student%.*} ;;
    *) return 1 ;;
  esac
}

# Judges the student in a container that sees what this student handed in, and nothing of others.
judge_one() {
  local one=$1 name="socket-lab-$$" mounts=() path said status=0
  shift
  for path in "$handed_in"/*; do
    if whose "$path" && [ "$student" = "$one" ]; then
      mounts+=("$(mount "$path" "/handed-in/${path##*/}" readonly)")
    fi
  done
  mkdir -p "$parts/$one"
  own "$parts/$one"
  export -f container
  export user room memory cpus image
  # In the foreground, so that Ctrl-C reaches the runner in the container.
  said=$(timeout --foreground --kill-after 30 "$limit" bash -c 'container "$@"' - "$name" \
    "${mounts[@]}" "$(mount "$parts/$one" /results)" -- \
    judge /handed-in /results "$@" --seed "$seed" --jobs 1 2>&1) || status=$?
  # 3 says that somebody must look; the joined results say so again.
  case $status in
    0 | 3) sed -n 's|^\[1/1\] ||p' <<<"$said" >&2 ;;
    *) printf '%s\n' "$one:" "$said" >&2 ;;
  esac
  # What did not end at its limit goes on without the command that started it.
  if [ "$status" = 124 ] || [ "$status" = 137 ]; then docker kill "$name" >/dev/null 2>&1 || true; fi
}

if [ "${JUDGE_ONE+set}" ]; then
  judge_one "$JUDGE_ONE" "${@:4}"
  exit 0
fi

students=()
for path in "$handed_in"/*; do
  if whose "$path"; then
    students+=("$student")
  else
    echo "note: neither folder nor archive, so not judged: ${path##*/}" >&2
  fi
done
if [ ${#students[@]} = 0 ]; then
  echo "error: there is no hand-in in $handed_in: it must hold a folder or an archive of each student" >&2
  exit 3
fi
printf '%s\0' "${students[@]}" | sort -zu |
  xargs -0 -P "$jobs" -I STUDENT env JUDGE_ONE=STUDENT "$BASH" "$0" "$@" || true

status=0 mounts=("$(mount "$results" /results)") words=()
while IFS= read -r -d '' student; do
  if [ -f "$parts/$student/class.json" ]; then
    mounts+=("$(mount "$parts/$student" "/parts/$student" readonly)")
    words+=("/parts/$student")
  else
    echo "no results: $student" >&2
    status=3
  fi
done < <(printf '%s\0' "${students[@]}" | sort -zu)
[ ${#words[@]} -gt 0 ] || exit "$status"
for option in "roster=${ROSTER:-}" "points=${POINTS:-}"; do
  if [ -n "${option#*=}" ]; then
    mounts+=("$(mount "$(realpath "${option#*=}")" "/${option%%=*}" readonly)")
    words+=("--${option%%=*}" "/${option%%=*}")
  fi
done
own "$results"
# In a container, too: students' programs may have written what is read here.
said=$(container "socket-lab-$$" "${mounts[@]}" -- judge --merge /results "${words[@]}" 2>&1) || status=$?
# The paths there are the container's.
sed -E '/^(table|page|reports|anew): /d' <<<"$said"
echo "table:    $results/grades.csv"
echo "page:     $results/class.html"
echo "anew:     remove $parts/STUDENT, and the same command judges that student again"
exit "$status"
