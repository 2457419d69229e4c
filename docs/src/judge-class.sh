#!/bin/sh
# Judges every folder in HANDED_IN, four at a time and without a network, and leaves a report of each in RESULTS.
# Called from the root of this repository: docs/src/judge-class.sh HANDED_IN RESULTS [LESSON…]; all lessons when none is named.
set -eu
if [ $# -lt 2 ] || [ ! -d "$1" ]; then
  echo "usage: $0 HANDED_IN RESULTS [LESSON…]; HANDED_IN holds a folder for each student" >&2
  exit 2
fi
handed_in=$1 results=$2
shift 2
[ $# -gt 0 ] || set -- --all
mkdir -p "$results"
cargo build --quiet --package xtask --target-dir target
# Fetched once, here; the students' lessons are built without a network.
cargo fetch --quiet --locked
export CARGO_NET_OFFLINE=true
# Each student is named by a folder; what the runner prints for people goes beside the report.
ls "$handed_in" | tr '\n' '\0' | xargs -0 -P 4 -I '{}' sh -c '
  student=$1 handed_in=$2 results=$3
  shift 3
  status=0
  target/debug/xtask run "$@" --lessons "$handed_in/$student" --format json --output "$results/$student.json" \
    > "$results/$student.txt" 2>&1 || status=$?
  printf "%s %s\n" "$status" "$student"
' sh '{}' "$handed_in" "$results" "$@"
