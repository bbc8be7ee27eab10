#!/usr/bin/env bash
# Microsoft 365 Agents Playground beside docket: a local stand-in for Teams with the card renderer of the real one.
#
#   1. scripts/playground.sh
#   2. DOCKET_INSECURE_NO_BOT_AUTH=true DOCKET_BOT_SERVICE_HOSTS=127.0.0.1:18850 DOCKET_API_KEY=… docket serve
#   3. Open http://127.0.0.1:18850, go to the channel Website handoffs and write: @Docket hello
#
# The Playground delivers only messages that mention the bot, so mention @Docket in every reply.
# It runs in the foreground; Ctrl+C ends it. It is kept on this machine: no telemetry, nothing but loopback.
#
#   PORT    where it listens       18850 (below 32768: those above are handed to outgoing connections)
#   BOT     the messaging endpoint http://127.0.0.1:3978/api/messages
#   FOLDER  its context and log    build/playground
#
# https://learn.microsoft.com/microsoft-365/agents-sdk/test-with-toolkit-project
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
port=${PORT:-18850}
bot=${BOT:-http://127.0.0.1:3978/api/messages}
folder=${FOLDER:-$root/build/playground}
playground=$root/checks/node_modules/@microsoft/m365agentsplayground

fail() { printf 'playground: %s\n' "$*" >&2; exit 1; }

command -v node >/dev/null || fail 'Node.js 20 or newer is needed'
if [[ ! -d $playground ]]; then
  command -v npm >/dev/null || fail 'npm is needed to fetch the Playground'
  (cd "$root/checks" && npm ci)
fi
# It would move to another port in silence.
if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then fail "port $port is taken; choose another by PORT"; fi

# context writes whom the Playground plays: a team with two channels and six people, with ids of the shapes that Teams uses.
context() {
  cat <<'YAML'
version: "0.1.1"
tenantId: 11111111-1111-4111-8111-111111111111
bot: {id: "28:22222222-2222-4222-8222-222222222222", name: Docket}
personalChat: {id: "a:1personal"}
groupChat: {id: "19:group0000@thread.v2", name: Everybody}
team:
  id: 19:sales000@thread.tacv2
  name: Sales
  aadGroupId: 44444444-4444-4444-8444-444444444444
  channels:
    - {id: "19:handoffs@thread.tacv2", name: Website handoffs}
currentUser:
YAML
  person '  ' ana Ana Silva 1
  echo 'users:'
  local i=2 given family
  while read -r given family; do
    person '  - ' "${given,,}" "$given" "$family" "$i"
    i=$((i + 1))
  done <<<$'Marek Novak\nIngrid Berg\nTunde Okafor\nMei Tanaka\nPaolo Ricci'
}

person() {
  printf '%s{id: "29:%s", name: %s %s, userPrincipleName: %s@example.com, aadObjectId: 33333333-3333-4333-8333-00000000000%s, givenName: %s, surname: %s, email: %s@example.com}\n' \
    "$1" "$2" "$3" "$4" "$2" "$5" "$3" "$4" "$2"
}

mkdir -p "$folder"
context >"$folder/context.yml"

export M365_AGENTS_PLAYGROUND_CONFIG_PATH=$folder/context.yml
export M365_AGENTS_PLAYGROUND_LOGFILE=$folder/playground.log
export TEAMSAPPTESTER_BROWSER=none            # opens no browser by itself
export APPLICATION_INSIGHTS_NO_STATSBEAT=1    # --disable-telemetry alone still looks for a cloud to report to
export NODE_OPTIONS="--require=$root/checks/loopback.cjs"
unset HTTP_PROXY HTTPS_PROXY http_proxy https_proxy

printf 'The Playground opens at http://127.0.0.1:%s and talks to %s\n' "$port" "$bot"
exec node "$playground/cli.js" start -p "$port" -e "$bot" --service-url "http://127.0.0.1:$port/_connector" \
  --channel-id msteams --disable-telemetry
