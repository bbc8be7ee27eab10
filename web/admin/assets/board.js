// The board follows the handoffs: it asks for what has changed, is answered when something has, and shows it in the place of
// what it showed. Without this file the page is the same and is brought up to date by loading it again.

const board = document.querySelector("[data-live]");
const status = document.querySelector("[data-announce]");
const pause = 5000; // milliseconds, after something went wrong

// spoken says how long something has lasted, as the server says it.
function spoken(seconds) {
  const unit = (n, name, more, smaller) => `${n}\u00a0${name}` + (more ? ` ${more}\u00a0${smaller}` : "");
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
  if (seconds < 1) return "less than 1\u00a0s";
  if (days) return unit(days, "d", hours, "h");
  if (hours) return unit(hours, "h", minutes, "min");
  if (minutes) return unit(minutes, "min", seconds % 60, "s");
  return unit(seconds, "s", 0, "");
}

// tick brings every "for so long" up to date. The server's clock counts: this one may be wrong.
function tick() {
  const now = Date.now() + ahead;
  for (const e of document.querySelectorAll("[data-since]")) {
    const text = spoken(Math.max(0, Math.floor((now - Date.parse(e.dataset.since)) / 1000)));
    if (e.textContent !== text) e.textContent = text;
  }
}

let ahead = 0; // milliseconds that the server's clock is ahead of this one
function setClock(response) {
  const date = Date.parse(response.headers.get("Date"));
  if (date) ahead = date - Date.now();
}

const say = text => { if (status.textContent !== text) status.textContent = text; };

const waiting = root => new Map([...root.querySelectorAll('[data-stage="waiting"] [data-handoff]')].map(e => [e.dataset.handoff, e.querySelector(".who")?.textContent ?? ""]));

// show puts the new lists in the place of the old ones. Who was on a link stays on it.
function show(html, tag) {
  const before = waiting(board);
  const focused = document.activeElement?.closest("[data-live]") ? document.activeElement.id : "";
  const fresh = new DOMParser().parseFromString(html, "text/html");
  board.replaceChildren(...fresh.body.childNodes);
  board.dataset.live = tag;
  if (focused) (document.getElementById(focused) ?? board).focus({ preventScroll: true });
  tick();
  const now = waiting(board);
  const came = [...now].filter(([id]) => !before.has(id)).map(([, name]) => name);
  if (came.length === 1) say(`${came[0]} is waiting. ${count(now.size)}`);
  else if (came.length > 1) say(`${came.length} more are waiting. ${count(now.size)}`);
  else if (now.size !== before.size) say(count(now.size));
}

const count = n => n === 0 ? "Nobody is waiting." : n === 1 ? "One is waiting in all." : `${n} are waiting in all.`;

const sleep = ms => new Promise(done => setTimeout(done, ms));
const visible = () => new Promise(done => {
  if (!document.hidden) return done();
  document.addEventListener("visibilitychange", () => done(), { once: true });
});

let stale = false; // the server was out of reach
function reached() {
  if (stale) say("The lists are up to date again.");
  stale = false;
}

async function follow() {
  for (;;) {
    await visible();
    try {
      const address = new URL(location.href);
      address.pathname += "/live";
      const response = await fetch(address, { headers: { "If-None-Match": `"${board.dataset.live}"` }, cache: "no-store", redirect: "manual" });
      if (response.status === 200) {
        setClock(response);
        reached();
        show(await response.text(), (response.headers.get("ETag") ?? "").replaceAll('"', ""));
        continue;
      }
      if (response.status === 304) {
        reached();
        continue;
      }
      if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403) {
        say("You are no longer signed in. Load this page again to sign in.");
        return;
      }
      throw new Error(`status ${response.status}`);
    } catch {
      stale = true;
      say("The server is out of reach; the lists may be old. They will be brought up to date when it is back.");
      await sleep(pause);
    }
  }
}

setInterval(tick, 1000);
if (board) {
  board.tabIndex = -1;
  follow();
}
