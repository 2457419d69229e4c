#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image of an assignment. Beside it in the zip file lie
# run_autograder and socket-lab.tar.gz (`cargo xtask pack socket-lab.tar.gz`).
set -euo pipefail
autograder=${AUTOGRADER:-/autograder} lab=${LAB:-/opt/socket-lab}

apt-get update
apt-get install -y --no-install-recommends ca-certificates curl gcc libc6-dev python3
curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal
export PATH="${HOME:-/root}/.cargo/bin:$PATH"

mkdir -p "$lab"
tar --no-same-owner --strip-components 1 -xzf "$autograder/source/socket-lab.tar.gz" -C "$lab"
cd "$lab"
# From the archive alone: the sources of all crates are in it.
CARGO_NET_OFFLINE=true cargo build --locked --package xtask --package lab-hash
