#!/usr/bin/env bash
# Everything that is tested, with nothing skipped: what `make test` runs.
#
# It installs what it can: Debian's packages when it is root (a C compiler for the race detector, Chromium, Node.js, strace), and the
# npm packages of checks/. What stays missing is named, its tests are skipped by name, and the exit code is not zero.
#
#   DOCKET_TEST_FLAGS       further flags of go test, such as -count=1
#   DOCKET_TEST_SCHEDULES   how many schedules of faults are played; 10000 when it is not set
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

steps=5
at=0
step() { at=$((at + 1)); printf '\n[%d/%d] %s\n' "$at" "$steps" "$*"; }
have() { command -v "$1" >/dev/null 2>&1; }

missing=()
require=()

# apt installs Debian packages when that is possible.
apt() {
  have apt-get && [[ $(id -u) == 0 ]] || return 1
  printf 'installing %s\n' "$*"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

compiler() { have gcc || have clang; }

race=()
provide_compiler() {
  compiler || apt gcc libc6-dev || true
  if compiler; then race=(-race); else missing+=('the race detector: install gcc; the tests run without it'); fi
}

browser() { have chromium || have chromium-browser || have google-chrome; }

# Pictures look the same everywhere with one set of fonts. Where there is no dpkg nobody knows.
fonts() { ! have dpkg || dpkg -s fonts-liberation >/dev/null 2>&1; }

provide_browser() {
  { browser && fonts; } || apt chromium fonts-liberation || true
  if browser; then require+=(browser); else missing+=('browser: install Chromium, on Debian: apt-get install chromium fonts-liberation'); fi
}

node_is_new() { have node && have npm && [[ $(node -p 'parseInt(process.versions.node)') -ge 20 ]]; }

provide_node() {
  node_is_new || apt nodejs npm || true
  if ! node_is_new; then
    missing+=('node, playground: install Node.js 20 or newer with npm')
    return
  fi
  # npm writes the second file when it has installed what the first one lists.
  if [[ checks/node_modules/.package-lock.json -nt checks/package-lock.json ]] || (cd checks && npm ci); then
    require+=(node playground)
  else
    missing+=('node, playground: the npm packages of checks/ could not be installed')
  fi
}

traces() { have strace && strace -f -o /dev/null true 2>/dev/null; }

provide_strace() {
  have strace || apt strace || true
  if traces; then require+=(strace); else missing+=('strace: install it, and let it trace (in a container: the capability SYS_PTRACE)'); fi
}

# mounts says whether a small disk can be made, to be filled.
mounts() {
  local folder
  folder=$(mktemp -d)
  mount -t tmpfs -o size=1m tmpfs "$folder" 2>/dev/null && umount "$folder" && rmdir "$folder"
}

provide_mount() {
  if mounts; then require+=(mount); else missing+=('mount: run as root, with the right to mount (in a container: the capability SYS_ADMIN)'); fi
}

step 'Tools: Go, Chromium, Node.js, strace'
have go || { echo 'Go 1.26 or newer is needed: https://go.dev/dl/'; exit 1; }
provide_compiler
provide_browser
provide_node
provide_strace
provide_mount
go version
if [[ ${#missing[@]} -gt 0 ]]; then printf 'MISSING %s\n' "${missing[@]}"; fi

failed=0
step 'gofmt'
unformatted=$(gofmt -l .)
if [[ -n $unformatted ]]; then printf 'not formatted; run make fmt:\n%s\n' "$unformatted"; failed=1; fi

step 'go vet'
go vet ./... || failed=1

step "go test ${race[*]}"
DOCKET_TEST_REQUIRE=$(IFS=,; echo "${require[*]}")
export DOCKET_TEST_REQUIRE
# shellcheck disable=SC2086 # the flags are words
env -u DOCKET_TEST_SCHEDULES go test -json "${race[@]}" -timeout 10m ${DOCKET_TEST_FLAGS:-} ./... | go run ./scripts/report || failed=1

# One goroutine plays a schedule, so the race detector would only make it seven times slower.
schedules=${DOCKET_TEST_SCHEDULES:-10000}
step "$schedules schedules of faults"
DOCKET_TEST_SCHEDULES=$schedules go test -json -run '^TestSimulation$' -timeout 0 ./handoff | go run ./scripts/report || failed=1

if [[ ${#missing[@]} -gt 0 ]]; then printf 'MISSING %s\n' "${missing[@]}"; failed=1; fi
if [[ $failed == 0 ]]; then echo 'All is well.'; else echo 'Something is wrong; see above.'; fi
exit "$failed"
