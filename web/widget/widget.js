// The chat widget: <script src="https://host/widget.js" data-agent="marketing" async></script> is all a page needs.
// Optional: data-identity (a signed token), data-open, data-position="left", data-accent, data-title.
(() => {
"use strict";

const script = document.currentScript || document.querySelector("script[data-agent][src*='widget.js']");
const { agent, identity, open: openAtOnce, position, accent, title } = script.dataset;
const server = new URL(script.src).origin;
const MAX_TEXT = 4000, MAX_FILE = 10 << 20, DAY = 864e5, PATIENCE = 5000;
const GONE = "Your earlier conversation is not open any more, so this is a new one.";
const BLOCKED = "The chat is not available on this page right now.";

// ---- What outlives a reload. Lines that wait have a key each, so that two tabs never overwrite each other's.

const keep = (() => {
  try {
    localStorage.setItem("docket", "");
    localStorage.removeItem("docket");
    return localStorage;
  } catch { // blocked: the conversation lasts as long as the page
    const m = new Map();
    return {
      getItem: (k) => m.get(k) ?? null, setItem: (k, v) => m.set(k, v), removeItem: (k) => m.delete(k),
      key: (i) => [...m.keys()][i], get length() { return m.size; },
    };
  }
})();
const root = `docket:${server}:${agent}`;
const load = (name) => {
  try { return JSON.parse(keep.getItem(root + name)); } catch { return null; }
};
const save = (name, value) => {
  try {
    if (value) keep.setItem(root + name, JSON.stringify(value));
    else keep.removeItem(root + name);
  } catch { /* full: this page still has it */ }
};
const keptLines = () => Array.from({ length: keep.length }, (_, i) => keep.key(i))
  .filter((k) => k?.startsWith(root + ":line:"))
  .map((k) => load(k.slice(root.length)))
  .filter(Boolean)
  .sort((a, b) => a.at - b.at);

let talk = load(""); // {id, token, at, read, rated, open}
const remember = (change) => save("", (talk = { ...load(""), ...talk, ...change }));

// ---- What is known now.

let facts = { name: title || "Chat", greeting: "", files: false, available: true };
let state = "agent", specialist = null, ratable = null, asking = false;
let blocked = "", unheard = ""; // why the chat is of no use now
let place = "", lastSeq = 0, history = 0; // events up to history are the past, and no news
let failures = 0, following = null, flushing = false, beginning = null;
const entries = new Map(); // messages by id; lines that wait by client_id

const newID = () => crypto.randomUUID?.() ?? String(crypto.getRandomValues(new Uint32Array(4)));
const sleepers = new Set();
const sleep = (ms) => new Promise((done) => {
  const wake = () => { sleepers.delete(wake); done(); };
  sleepers.add(wake);
  setTimeout(wake, ms);
});
const hurry = () => sleepers.forEach((wake) => wake());
const backOff = (n) => Math.min(30000, 500 * 2 ** n) * (0.5 + Math.random() / 2);

// ---- The server.

const REFUSALS = { // what its codes mean to a visitor; its own details are for programs and their makers
  rate_limited: "That was a lot at once. Please wait a moment.",
  message_too_long: "This message is too long.",
  file_too_large: "This file is too large: a file may have at most 10 MB, and all files of a conversation together 50 MB.",
  body_too_large: "This is too large to be sent.",
  body_too_slow: "Sending took too long. Please try again.",
  file_type_refused: "This kind of file cannot be sent. Pictures, PDF, text and Office documents can.",
  files_off: "Files cannot be sent here.",
  handoff_under_way: "A person has been asked already.",
  no_handoff: "The conversation with a person has ended already.",
  nothing_to_rate: "There is no conversation to rate.",
  too_many_waiting: "Many people are waiting right now. Please try again in a few minutes.",
};
const REFUSED = "That did not work. Please try again.";
const TROUBLE = "The chat has a problem right now. Please try again in a moment.";

async function call(method, path, body, { headers = {}, signal, raw, open } = {}) {
  if (talk?.token && !open) headers.Authorization = "Bearer " + talk.token;
  if (body && !(body instanceof FormData)) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(body);
  }
  const res = await fetch(server + path, { method, body, headers, signal, credentials: "omit", cache: "no-store" });
  if (res.ok) return raw ? res : res.json();
  const { detail, code } = await res.json().catch(() => ({}));
  throw Object.assign(new Error(REFUSALS[code] || (res.status < 500 ? REFUSED : TROUBLE)), {
    status: res.status, code, detail, wait: 1000 * (res.headers.get("Retry-After") || 0),
  });
}
const path = (rest = "") => `/v1/conversations/${talk.id}${rest}`;
const passing = (e) => !e.status || e.status >= 500 || e.status === 429 || e.status === 408;
const isGone = (e) => e.code === "unknown_conversation" || e.code === "conversation_closed";

async function learn() {
  try {
    Object.assign(facts, { next_open: "" }, await call("GET", `/v1/agents/${agent}/widget`, null, { open: true }));
    if (title) facts.name = title;
    blocked = unheard = "";
  } catch (e) { // a page that may not carry the widget cannot tell a refusal from a server that is away
    if (passing(e)) unheard = "The chat cannot be reached right now. What you write is kept and sent when it can.";
    else blocked = BLOCKED;
    console.warn(`docket: ${e.detail || e.message} (is ${location.origin} among the allowed origins of agent "${agent}"?)`);
  }
  draw();
}

async function begin() { // a conversation is made when it is first needed
  const other = load("");
  if (!talk?.id && other?.id) adopt(other); // another tab was first
  if (talk?.id) return;
  beginning ??= call("POST", "/v1/conversations", {
    agent, identity,
    page: { url: location.href.split("#")[0], title: document.title, referrer: document.referrer },
  }, { open: true }).finally(() => { beginning = null; });
  const c = await beginning;
  if (talk?.id) return;
  history = c.last_seq;
  log.ariaLive = "polite";
  remember({ id: c.id, token: c.visitor_token, at: Date.now(), read: 0 });
  follow();
}

function adopt(other) {
  talk = other;
  history = Infinity;
  follow();
}

function forget() { // the server does not know the conversation: go on in a new one, and say so
  following?.abort();
  drop((e) => e.id);
  save("", null);
  talk = { open: talk?.open };
  state = "agent";
  specialist = ratable = null;
  place = "";
  lastSeq = history = 0;
  notice(GONE);
}

function drop(which) {
  entries.forEach((e, key) => which(e) && entries.delete(key));
}

// ---- Hearing: one stream replays what was missed and goes on live. Where no stream is to be had, messages are fetched.

async function follow() {
  if ((following && !following.signal.aborted) || !talk?.id) return;
  const mine = following = new AbortController();
  while (!mine.signal.aborted) {
    let pause = 0;
    try {
      if (history === Infinity) await catchUp();
      pause = await listen(mine.signal);
    } catch (e) {
      if (mine.signal.aborted) break;
      if (isGone(e)) { forget(); break; }
      if (!passing(e)) { blocked = BLOCKED; break; }
      if (e.status === 429) await poll().catch(() => {});
      else failures++;
      pause = e.wait;
    }
    draw();
    await sleep(pause || backOff(failures));
  }
  if (following === mine) following = null;
  draw();
}

async function catchUp() { // learn where the past ends, so that it is not announced
  const c = await call("GET", path());
  history = c.last_seq;
  const h = c.handoff;
  if (h?.ended && h.specialist && !h.rated && Date.now() - new Date(h.ended_at) < DAY) ratable = h;
  if (!history) log.ariaLive = "polite";
}

async function listen(signal) {
  const own = new AbortController(), stop = () => own.abort();
  signal.addEventListener("abort", stop);
  let silence, retry = 0, rest = "";
  const alive = () => { clearTimeout(silence); silence = setTimeout(stop, 50000); };
  try {
    alive();
    const headers = place ? { "Last-Event-ID": place } : {};
    const res = await call("GET", path("/events"), null, { raw: true, signal: own.signal, headers });
    failures = 0;
    if (unheard) learn();
    hurry();
    flush();
    const reader = res.body.getReader(), text = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return retry || 1000 * Math.random();
      alive();
      const frames = (rest + text.decode(value, { stream: true })).split("\n\n");
      rest = frames.pop();
      for (const frame of frames) {
        const f = Object.fromEntries(frame.split("\n").map((line) => line.split(/: (.*)/)));
        if (f.retry) retry = +f.retry;
        if (f.event) hear(f.event, f.id, JSON.parse(f.data));
      }
      draw();
    }
  } finally {
    clearTimeout(silence);
    signal.removeEventListener("abort", stop);
  }
}

function hear(event, id, data) {
  if (event === "reset") { // another life of the store: everything follows again
    drop((e) => e.seq);
    lastSeq = 0;
    return;
  }
  if (event === "typing") return hearTyping(data.from);
  const seq = +String(id).split(".").pop();
  if (seq <= lastSeq) return;
  if (seq) [lastSeq, place] = [seq, id];
  const live = seq > history, about = entries.get(data.message);
  if (event.startsWith("message")) take(data, live);
  if (event === "handoff" || data.from?.kind === "specialist") writer = "";
  if (event === "message" && data.from.kind === "visitor" && state !== "agent") expectDelivery(entries.get(data.id), live);
  if (event === "handoff") change(data, live);
  if (event === "delivery" && about) about.delivery = data.state;
  if (event === "reaction" && about) {
    (about.reactions ??= new Map())[data.removed ? "delete" : "set"](data.by + data.type, data.type);
  }
  if (live) remember({ at: Date.now() });
  else if (seq === history) setTimeout(() => { log.ariaLive = "polite"; }, 100);
}

let writer = "", stopped; // who is writing, until a moment after the last word of it

function hearTyping({ name }) {
  if (state !== "joined") return;
  writer = name;
  clearTimeout(stopped);
  stopped = setTimeout(() => { writer = ""; draw(); }, 6000);
}

function expectDelivery(entry, live) { // people have it when the channel says so
  entry.expected = live ? Date.now() : 1;
  setTimeout(draw, PATIENCE + 50);
}

function change(data, live) {
  if (data.state !== "agent") ratable = null;
  else if (live && specialist) ratable = { id: data.handoff, specialist };
  state = data.state;
  specialist = state === "joined" ? data.specialist : null;
  if (live) learn();
}

async function poll() {
  const c = await call("GET", path());
  const newest = Math.max(0, ...[...entries.values()].map((e) => e.seq || 0));
  const { messages } = await call("GET", path(`/messages?limit=200&after=${newest}`));
  messages.forEach((m) => take(m, true));
  state = c.state;
  specialist = state === "joined" ? c.handoff?.specialist : null;
  failures = 0;
}

function take(m, live) { // a message of the log; perhaps a line of ours whose answer is still on its way
  let entry = entries.get(m.id);
  if (!entry && live && m.from.kind === "visitor") {
    entry = [...entries.values()].find((e) => waits(e) && !e.failed && e.text.trim() === m.text);
    if (entry) entries.delete(entry.client_id);
  }
  entries.set(m.id, Object.assign(entry || {}, m));
}

// ---- Saying: a line is kept under its client_id until the server has it. The same one twice is one message.

const waits = (e) => e.client_id && !e.id;
const pend = (line) => entries.set(line.client_id, { ...line, from: { kind: "visitor" } });

function say(text, attachments = []) {
  const line = { client_id: newID(), text, attachments, at: Date.now() };
  save(":line:" + line.client_id, line);
  pend(line);
  draw();
  flush();
}

async function flush() {
  if (flushing) return;
  flushing = true;
  let tries = 0, line;
  while ((line = [...entries.values()].find((e) => e.client_id && !e.failed && !e.sent))) {
    try {
      await begin();
      settle(line, await deliver(line));
      tries = 0;
    } catch (e) {
      if (isGone(e)) forget();
      else if (passing(e)) {
        line.late = true;
        if (e.status) notice(e.message);
        else failures++;
        draw();
        await sleep(e.wait || backOff(tries++));
      } else {
        line.failed = true;
        const { client_id, text, attachments, at, failed } = line;
        save(":line:" + client_id, { client_id, text, attachments, at, failed });
        notice(e.message);
      }
    }
    draw();
  }
  flushing = false;
}

const deliver = ({ client_id, text, attachments }) => call("POST", path("/messages"), { client_id, text, attachments });

function settle(line, { id, seq }) {
  save(":line:" + line.client_id, null);
  entries.delete(line.client_id);
  line.sent = true;
  failures = 0;
  if (!entries.has(id)) entries.set(id, Object.assign(line, { id, seq }));
}

function again(entry) {
  if (entry.failed) {
    entry.failed = false;
    flush();
  } else { // the channel refused it: say it anew
    entry.resent = true;
    say(entry.text, entry.attachments);
  }
  draw();
}

async function attempt(what) { // an action whose failure is a sentence
  try {
    await what();
  } catch (e) {
    if (isGone(e)) forget();
    else notice(e.status ? e.message : "That did not work. Please check your connection and try again.");
  }
  draw();
}

const askForPerson = () => attempt(async () => {
  asking = true;
  draw();
  try {
    await begin();
    const answer = await call("POST", path("/handoff"), {}, { headers: { "Idempotency-Key": newID() } });
    if (answer.state === "unavailable") Object.assign(facts, { available: false, next_open: answer.next_open });
  } finally {
    asking = false;
  }
});

const sendFile = (file) => attempt(async () => {
  if (file.size > MAX_FILE) return notice("A file may have at most 10 MB.");
  notice(`Sending ${file.name}…`);
  await begin();
  const form = new FormData();
  form.append("file", file);
  say("", [await call("POST", path("/attachments"), form)]);
  notice("");
});

// ---- The page.

const ICONS = {
  chat: "M5 5h14a2 2 0 012 2v8a2 2 0 01-2 2h-8l-5 4v-4H5a2 2 0 01-2-2V7a2 2 0 012-2z",
  close: "M6 6l12 12M18 6L6 18",
  send: "M5 12h13M12 5l7 7-7 7",
  clip: "M19 11l-7.5 7.5a4.2 4.2 0 01-6-6L13 5a2.8 2.8 0 014 4l-7.5 7.5a1.4 1.4 0 01-2-2L14 8",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  spark: "M12 4l2 6 6 2-6 2-2 6-2-6-6-2 6-2z",
  down: "M6 10l6 6 6-6",
};

function icon(name) {
  const make = (tag) => document.createElementNS("http://www.w3.org/2000/svg", tag);
  const svg = make("svg"), line = make("path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", ICONS[name]);
  svg.append(line);
  return svg;
}

function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [k, v] of Object.entries(props)) {
    if (k === "test") node.dataset.testid = v;
    else if (k in node) node[k] = v;
    else node.setAttribute(k, v);
  }
  node.append(...children);
  return node;
}

const button = (test, label, onclick, glyph) => glyph
  ? el("button", { type: "button", test, onclick, ariaLabel: label, title: label, className: "glyph" }, icon(glyph))
  : el("button", { type: "button", test, onclick }, label);

const host = el("div", { id: "docket-widget", lang: "en" });
const shadow = host.attachShadow({ mode: "open" });
const phone = matchMedia("(max-width: 480px)");
const badge = el("span", { className: "badge", hidden: true });
const launcher = button("launcher", "Open chat", () => show(panel.hidden), "chat");
const face = el("span", { className: "face" });
const who = el("h2", { id: "who" });
const role = el("p", { className: "tag", test: "owner" });
const menu = el("div", { className: "menu", hidden: true });
const more = button("menu", "More", () => toggleMenu(menu.hidden), "more");
const closer = button("close", "Close chat", () => show(false), "close");
const log = el("div", { className: "log", role: "log", ariaLabel: "Messages", ariaLive: "off", tabIndex: 0, test: "log" });
const status = el("p", { className: "notice", role: "status", test: "notice" });
const writing = el("p", { className: "writing", role: "status", test: "writing" });
const asks = el("div", { className: "asks", role: "group", ariaLabel: "Question" });
const talkButton = button("talk", "", () => talkButton.ariaDisabled === "true" || askForPerson());
const why = el("p", { id: "why", test: "why" });
const offer = el("div", { className: "offer" }, talkButton, why);
const count = el("p", { className: "count", id: "count", role: "status" });
const clip = button("attach", "Send a file", () => picker.click(), "clip");
const picker = el("input", { type: "file", hidden: true });
const box = el("textarea", { rows: 1, placeholder: "Write a message", ariaLabel: "Message", "aria-describedby": "count", test: "composer" });
const send = button("send", "Send", submit, "send");
const panel = el("section", { role: "dialog", hidden: true, test: "panel", tabIndex: -1, "aria-labelledby": "who" },
  el("header", {}, face, el("div", {}, who, role), more, closer, menu),
  log, writing, status, asks, offer, count, el("div", { className: "write" }, clip, picker, box, send));
launcher.append(badge);
talkButton.setAttribute("aria-describedby", "why");

function draw() {
  const focused = shadow.activeElement, byKey = focused?.matches(":focus-visible"), shown = focused?.offsetParent;
  drawAll();
  if (!shown || focused.offsetParent || panel.hidden) return;
  (byKey && !box.disabled ? box : panel).focus(); // what had the focus is gone; a finger would not want the keyboard for it
}

function drawAll() {
  drawHead();
  drawMessages();
  drawAsks();
  drawComposer();
  drawUnread();
  const trouble = !navigator.onLine ? "You are offline. What you write is kept and sent when you are back."
    : failures > 1 ? "The connection is being made again. What you write is kept." : unheard;
  const text = blocked || trouble || said, hand = writer && `${writer} is writing…`;
  if (writing.textContent !== hand) writing.textContent = hand; // as long as it stays the same, a screen reader says it once
  if (status.textContent !== text) status.textContent = text;
  status.hidden = !text;
}

function drawHead() {
  const kind = state === "joined" && specialist ? "specialist" : state;
  who.textContent = kind === "specialist" ? specialist.name : facts.name;
  role.textContent = { specialist: "Person", waiting: "Waiting for a person" }[kind] || "AI agent";
  role.dataset.kind = kind;
  if (face.dataset.who !== kind + who.textContent) {
    face.dataset.who = kind + who.textContent;
    face.dataset.kind = kind;
    face.replaceChildren(kind === "specialist" ? portrait(specialist) : icon("spark"));
  }
  more.hidden = state === "agent";
  if (more.hidden) toggleMenu(false);
}

function portrait({ name, photo }) {
  const words = name.trim().split(/\s+/), ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  const initials = el("span", {}, ends.map((w) => [...w][0] || "").join("").toUpperCase());
  if (!/^(https:|data:image\/|\/)/.test(photo || "")) return initials;
  const img = el("img", { alt: "", referrerPolicy: "no-referrer", src: new URL(photo, server).href });
  img.onerror = () => img.replaceWith(initials);
  return img;
}

const greeting = { from: { kind: "agent" }, at: 0, seq: 0 };
const nameOf = ({ kind, name }) => (kind === "visitor" ? "You" : name || facts.name);
const when = (at) => {
  const today = new Date(at).toDateString() === new Date().toDateString();
  const day = today ? {} : { weekday: "short", day: "numeric", month: "short" };
  return new Date(at).toLocaleString([], { ...day, hour: "2-digit", minute: "2-digit" });
};

function drawMessages() {
  const all = [...entries.values()].sort((a, b) => (a.seq || Infinity) - (b.seq || Infinity) || a.at - b.at);
  greeting.text = facts.greeting;
  if (greeting.text) all.unshift(greeting);
  const newest = all.findLast((e) => e.from.kind === "visitor");
  all.forEach((entry, i) => {
    const before = all[i - 1];
    const first = !before || before.from.kind !== entry.from.kind || nameOf(before.from) !== nameOf(entry.from)
      || new Date(entry.at) - new Date(before.at) > 300000;
    drawMessage(entry, first, entry === newest);
    if (log.children[i] !== entry.el) log.insertBefore(entry.el, log.children[i] || null);
  });
  while (log.children.length > all.length) log.lastChild.remove();
  scroll();
}

let atEnd = true; // and stays there, whatever comes or changes its height

function scroll(toEnd = atEnd) {
  if (toEnd) log.scrollTop = log.scrollHeight;
}

function deliveryOf(e, newest) {
  if (e.from.kind !== "visitor") return "";
  if (e.failed || e.delivery === "failed") return "Not delivered";
  if (waits(e)) return e.late ? "Not delivered yet" : "Sending…";
  if (e.delivery === "uncertain") return "It may not have arrived";
  if (e.expected && !e.delivery) return Date.now() - e.expected < PATIENCE ? "Sending…" : "Not delivered yet";
  return newest ? "Sent" : "";
}

function drawMessage(entry, first, newest) {
  const { from, text, deleted, seq, resent } = entry;
  const delivery = deliveryOf(entry, newest), edited = entry.edited_at && !deleted;
  const marks = [...new Set(entry.reactions?.values())].map((type) => REACTIONS[type] || type).join(" ");
  const node = entry.el ??= el("div", { test: "message" }), tail = entry.tail ??= el("div", { className: "tail" });
  const [look, end] = [[first, from, text, deleted, facts.name, entry.attachments], [resent, delivery, edited, marks, entry.written_at]].map((l) => JSON.stringify(l));
  node.className = first ? "msg first" : "msg";
  Object.assign(node.dataset, { kind: from.kind, seq: seq || "", state: delivery });
  if (entry.look !== look) {
    node.replaceChildren(
      labelOf(entry, first),
      deleted ? el("p", { className: "bubble gone" }, "This message was deleted.")
        : el("div", { className: "bubble", dir: "auto" }, ...words(text, from.kind), ...(entry.attachments || []).map(file)),
      tail,
    );
  }
  if (entry.end !== end) { // alone, so that a screen reader does not say the whole line again
    const foot = [entry.written_at && "Written " + when(entry.written_at), edited && "Edited", delivery].filter(Boolean).join(" · ");
    tail.replaceChildren(
      ...(marks ? [el("p", { className: "foot" }, marks)] : []),
      ...(foot ? [el("p", { className: "foot" }, foot)] : []),
      ...(delivery === "Not delivered" && !resent ? [button("retry", "Retry", () => again(entry))] : []),
    );
  }
  Object.assign(entry, { look, end });
}

const REACTIONS = { like: "👍", heart: "❤️", laugh: "😆", surprised: "😮", sad: "🙁", angry: "😠" };

function labelOf({ from, at }, first) {
  if (from.kind === "system") return "";
  if (!first) return el("span", { className: "sr" }, nameOf(from) + ": ");
  const tag = { agent: "AI agent", specialist: "Person" }[from.kind];
  return el("p", { className: "label" }, el("b", {}, nameOf(from)),
    tag ? el("span", { className: "tag", "data-kind": from.kind }, tag) : "",
    at ? el("time", { dateTime: new Date(at).toISOString() }, when(at)) : "");
}

function words(text, kind) { // web addresses as links, everything else as it is
  if (kind === "visitor") return [text];
  return text.split(/(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]}'])/).map((part, i) => i % 2
    ? el("a", { href: part, target: "_blank", rel: "noopener noreferrer nofollow" }, part) : part);
}

const files = new Map(); // an element for each address, so that no redraw fetches again

function file(a) {
  if (files.has(a.url)) return files.get(a.url);
  const read = async () => URL.createObjectURL(await (await call("GET", a.url, null, { raw: true })).blob());
  const size = a.size ? ` (${Math.ceil(a.size / 1024)} KB)` : "";
  const node = button("file", a.name + size, () => attempt(async () => {
    el("a", { href: await read(), download: a.name }).click();
  }));
  node.className = "file";
  files.set(a.url, node);
  if (/^image\/(png|jpeg|gif|webp)/.test(a.type)) read().then((src) => {
    node.ariaLabel = "Save " + a.name;
    node.replaceChildren(el("img", { alt: a.name, src, onload: () => scroll() }));
  }, () => {});
  return node;
}

// ---- Questions to the visitor: whether to end, and how it was.

let confirming = false;

function drawAsks() {
  if (state === "agent") confirming = false;
  const rate = ratable && talk?.rated !== ratable.id;
  const key = confirming ? "end " + state : rate ? "rate " + ratable.id : "";
  offer.hidden = state !== "agent" || !!blocked || !!key;
  talkButton.ariaDisabled = String(asking || !facts.available);
  talkButton.textContent = asking ? "Asking…" : "Talk to a person";
  why.textContent = facts.available ? "" : "Nobody is available right now." + backAt(facts.next_open);
  if (asks.dataset.key === key) return;
  asks.dataset.key = key;
  asks.hidden = !key;
  asks.replaceChildren(...(confirming ? confirmEnd() : rate ? rating() : []));
}

const backAt = (t) => t ? ` Back ${new Date(t).toLocaleString([], { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" })}.` : "";

function confirmEnd() {
  const done = () => { confirming = false; draw(); box.focus(); };
  const end = () => { done(); attempt(() => call("POST", path("/end"))); };
  const [question, yes] = state === "waiting" ? ["Stop waiting for a person?", "Stop waiting"]
    : [`End the conversation with ${specialist.name}? ${facts.name}, the AI agent, takes over again.`, "End it"];
  const ok = button("end-confirm", yes, end);
  setTimeout(() => ok.focus());
  return [el("p", {}, question), el("div", { className: "row" }, ok, button("end-cancel", "Go on", done))];
}

function rating() {
  const { id, specialist: { name } } = ratable;
  const done = () => { remember({ rated: id }); ratable = null; draw(); box.focus(); };
  const comment = el("textarea", { rows: 2, maxLength: 1000, hidden: true, ariaLabel: "Comment", placeholder: "Would you like to add anything?", test: "rate-comment" });
  const ok = button("rate-send", "Send rating", () => attempt(async () => {
    await call("POST", path("/rating"), { score: +scores.querySelector(":checked").value, comment: comment.value });
    done();
    notice("Thank you for telling us.");
  }));
  ok.hidden = true;
  const scores = el("div", { className: "row scores", role: "radiogroup", ariaLabel: "1 is poor, 5 is very good" },
    ...[1, 2, 3, 4, 5].map((n) => el("label", {}, el("input", { type: "radio", name: "score", value: n, test: "score-" + n }), el("span", {}, n))));
  scores.onchange = () => { ok.hidden = comment.hidden = false; };
  return [el("p", {}, `How was talking with ${name}? 1 is poor, 5 is very good.`), scores, comment,
    el("div", { className: "row" }, ok, button("rate-skip", "Not now", done))];
}

function toggleMenu(open) {
  if (menu.hidden === !open) return;
  menu.hidden = !open;
  more.ariaExpanded = String(open);
  if (!open) return;
  const label = state === "waiting" ? "Stop waiting for a person" : "End conversation with " + specialist.name;
  const end = button("end", label, () => { toggleMenu(false); confirming = true; draw(); });
  menu.replaceChildren(end);
  end.focus();
}

// ---- Small things.

let said = "", quiet;

function notice(text) {
  said = text;
  clearTimeout(quiet);
  quiet = setTimeout(() => { said = ""; draw(); }, 8000);
  draw();
}

function drawComposer() {
  const left = MAX_TEXT - [...box.value].length;
  count.textContent = left < 0 ? `${-left} characters too many` : left < 400 ? `${left} characters left` : "";
  count.dataset.bad = left < 0;
  box.disabled = clip.disabled = !!blocked;
  clip.hidden = !facts.files;
  send.disabled = !box.value.trim() || left < 0 || box.disabled;
}

function drawUnread() {
  const heard = [...entries.values()].filter((e) => e.seq && e.from.kind !== "visitor").map((e) => e.seq);
  const newest = Math.max(0, ...heard), seen = talk?.read || 0;
  if (!panel.hidden && !document.hidden && talk?.id && newest > seen) remember({ read: newest });
  const n = panel.hidden ? heard.filter((seq) => seq > seen).length : 0;
  badge.hidden = !n;
  badge.textContent = n > 9 ? "9+" : n;
  launcher.ariaLabel = !panel.hidden ? "Close chat" : n ? `Open chat, ${n} new message${n > 1 ? "s" : ""}` : "Open chat";
  launcher.title = launcher.ariaLabel;
  launcher.ariaExpanded = String(!panel.hidden);
}

function submit() {
  if (send.disabled) return;
  const text = box.value.trim();
  box.value = "";
  grow();
  say(text);
  scroll(true);
}

function grow() {
  box.style.height = "auto";
  box.style.height = Math.min(box.scrollHeight, 132) + "px";
}

function show(open, focus = true) {
  panel.hidden = !open;
  panel.ariaModal = String(open && phone.matches);
  host.classList.toggle("open", open);
  remember({ open });
  if (open) {
    learn();
    follow();
    grow();
  }
  draw();
  scroll(open);
  launcher.querySelector("path").setAttribute("d", ICONS[open ? "down" : "chat"]);
  if (focus) (!open ? launcher : phone.matches ? panel : box).focus();
}

function onKey(e) {
  if (e.key === "Escape") {
    e.stopPropagation();
    if (menu.hidden) return show(false);
    toggleMenu(false);
    more.focus();
  }
  if (e.key !== "Tab" || !phone.matches) return; // full screen: what lies behind stays out of reach
  const stops = [...panel.querySelectorAll("button, textarea, input, a, [tabindex='0']")].filter((n) => n.offsetParent && !n.disabled);
  const [from, to] = e.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
  if (shadow.activeElement !== from && (shadow.activeElement !== panel || !e.shiftKey)) return;
  e.preventDefault();
  to.focus();
}

log.onscroll = () => { atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 90; };
new ResizeObserver(() => scroll()).observe(log);
box.oninput = () => { grow(); drawComposer(); };
box.onkeydown = (e) => {
  if (e.key !== "Enter" || e.shiftKey || e.isComposing || e.keyCode === 229) return;
  e.preventDefault();
  submit();
};
picker.onchange = () => { if (picker.files[0]) sendFile(picker.files[0]); picker.value = ""; };
panel.onkeydown = onKey;
shadow.addEventListener("click", (e) => menu.contains(e.target) || more.contains(e.target) || toggleMenu(false));
addEventListener("online", () => { hurry(); draw(); });
addEventListener("offline", draw);
document.addEventListener("visibilitychange", () => { if (!document.hidden) { hurry(); draw(); } });
addEventListener("pagehide", () => following?.abort()); // a page that is kept for going back would keep its stream
addEventListener("pageshow", (e) => { if (e.persisted) follow(); });
addEventListener("storage", () => { const other = load(""); if (!talk?.id && other?.id) adopt(other); });

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
:host { all: initial; position: fixed; right: 20px; bottom: 20px; z-index: 2147483000; color-scheme: light dark;
  --accent: #3450d2; --on-accent: #fff; --bg: #fff; --text: #1b2030; --soft: #5a6275; --line: #e3e6ee;
  --agent: #f1f3f9; --agent-ink: #43479b; --agent-tag: #e7e8fa; --person: #e7f4ec; --person-ink: #17603c; --person-tag: #d5ecdf;
  --wait-ink: #7d4d00; --wait-tag: #fbefd9; --bad: #b3261e; --shadow: 0 12px 40px #1b203033, 0 2px 8px #1b20301f;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
:host(.left) { right: auto; left: 20px; }
@media (prefers-color-scheme: dark) { :host { --accent: #4c66ea; --bg: #161920; --text: #e9ebf1; --soft: #a4acbf; --line: #2b303c;
  --agent: #222732; --agent-ink: #bcc0f8; --agent-tag: #2e3254; --person: #18352a; --person-ink: #93dfb6; --person-tag: #1f4735;
  --wait-ink: #f2ca80; --wait-tag: #44361c; --bad: #ff9f96; --shadow: 0 12px 40px #000a; } }
* { box-sizing: border-box; margin: 0; font: inherit; color: inherit; letter-spacing: inherit; }
[hidden] { display: none !important; }
:focus-visible { outline: 2px solid var(--text); outline-offset: 2px; }
button { min-height: 44px; padding: 0 16px; border: 1px solid var(--line); border-radius: 22px; background: none; cursor: pointer; }
button:hover { background: var(--agent); }
svg { width: 22px; height: 22px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.glyph { flex: none; display: grid; place-items: center; width: 44px; padding: 0; border: 0; }
.tag { width: fit-content; padding: 0 8px; border-radius: 10px; font-size: 12px; line-height: 20px; font-weight: 600; background: var(--agent-tag); color: var(--agent-ink); }
.tag[data-kind=specialist] { background: var(--person-tag); color: var(--person-ink); }
.tag[data-kind=waiting] { background: var(--wait-tag); color: var(--wait-ink); }
[data-testid=launcher] { position: relative; width: 56px; height: 56px; margin-left: auto; border-radius: 50%; background: var(--accent); color: var(--on-accent); box-shadow: var(--shadow); transition: transform .15s; }
[data-testid=launcher]:hover { background: var(--accent); transform: translateY(-2px); }
[data-testid=menu] svg { stroke-width: 3; }
[data-testid=launcher] svg { width: 26px; height: 26px; }
:host(.left) [data-testid=launcher] { margin-left: 0; }
.badge { position: absolute; top: -4px; right: -4px; min-width: 22px; padding: 0 6px; border: 2px solid var(--bg); border-radius: 12px; background: #b3261e; color: #fff; font-size: 12px; line-height: 18px; font-weight: 700; }
[role=dialog] { display: flex; flex-direction: column; width: 384px; height: min(640px, calc(100vh - 116px)); margin-bottom: 16px; overflow: hidden;
  border: 1px solid var(--line); border-radius: 18px; background: var(--bg); color: var(--text); box-shadow: var(--shadow); animation: rise .18s ease-out; outline: 0; }
@keyframes rise { from { opacity: 0; transform: translateY(8px); } }
header { position: relative; display: flex; align-items: center; gap: 12px; padding: 12px 8px 12px 16px; border-bottom: 1px solid var(--line); }
header > div:not(.menu) { flex: 1; min-width: 0; }
h2 { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 650; line-height: 22px; }
.face { flex: none; display: grid; place-items: center; width: 40px; height: 40px; overflow: hidden; border-radius: 12px; background: var(--agent-tag); color: var(--agent-ink); font-weight: 650; pointer-events: none; }
.face[data-kind=specialist] { border-radius: 50%; background: var(--person-tag); color: var(--person-ink); }
.face img { width: 100%; height: 100%; object-fit: cover; }
.menu { position: absolute; top: 56px; right: 12px; z-index: 1; padding: 6px; border: 1px solid var(--line); border-radius: 14px; background: var(--bg); box-shadow: var(--shadow); }
.menu button { border: 0; border-radius: 10px; text-align: left; }
.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 4px 16px 16px; }
.log:focus-visible { outline-offset: -3px; }
.msg { display: flex; flex-direction: column; align-items: flex-start; margin-top: 4px; }
.msg.first { margin-top: 16px; }
.msg[data-kind=visitor] { align-items: flex-end; }
.label { display: flex; flex-wrap: wrap; align-items: center; gap: 2px 8px; margin-bottom: 5px; font-size: 13px; }
.label b { font-weight: 650; }
time, .foot, .count, #why { font-size: 12px; color: var(--soft); }
.bubble { max-width: 86%; padding: 9px 14px; border-radius: 16px; background: var(--agent); white-space: pre-wrap; overflow-wrap: anywhere; }
.first .bubble { border-top-left-radius: 5px; }
[data-kind=specialist] .bubble { background: var(--person); }
[data-kind=visitor] .bubble { border-top-left-radius: 16px; background: var(--accent); color: var(--on-accent); }
[data-kind=visitor].first .bubble { border-top-right-radius: 5px; }
[data-kind=system] .bubble { align-self: center; background: none; color: var(--soft); font-size: 13px; text-align: center; }
.msg .bubble.gone { background: none; border: 1px dashed var(--line); color: var(--soft); font-style: italic; }
.bubble a { text-decoration: underline; text-underline-offset: 2px; }
.foot { margin-top: 3px; }
.tail { display: contents; }
[data-state="Not delivered"] .foot { color: var(--bad); }
[data-state="Not delivered yet"] .foot, [data-state="It may not have arrived"] .foot { color: var(--wait-ink); }
.file { display: block; max-width: 100%; padding: 8px 14px; border-color: currentColor; border-radius: 12px; text-align: left; overflow-wrap: anywhere; }
.file:hover { background: none; text-decoration: underline; }
.file:has(img) { padding: 0; border: 0; }
.file img { display: block; max-width: 100%; max-height: 240px; border-radius: 10px; }
.notice { padding: 8px 16px; background: var(--wait-tag); color: var(--wait-ink); font-size: 13px; }
.writing { padding: 0 16px 8px; color: var(--soft); font-size: 13px; }
.writing:empty { padding: 0; }
.asks { display: grid; gap: 10px; max-height: 65%; overflow-y: auto; padding: 14px 16px; border-top: 1px solid var(--line); background: var(--bg); }
.row { display: flex; gap: 8px; }
.row > button:first-child { border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600; }
.scores label { position: relative; flex: 1; }
.scores input { position: absolute; inset: 0; width: 100%; height: 100%; opacity: 0; cursor: pointer; }
.scores span { display: grid; place-items: center; height: 44px; border: 1px solid var(--line); border-radius: 12px; }
.scores input:checked + span { border-color: var(--accent); background: var(--accent); color: var(--on-accent); }
.scores input:focus-visible + span { outline: 2px solid var(--text); outline-offset: 2px; }
.offer { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 12px; padding: 4px 16px 10px; }
.offer button { font-size: 14px; }
.offer [aria-disabled=true] { color: var(--soft); cursor: not-allowed; }
#why { flex: 1 1 180px; }
#why:empty { display: none; }
.count { padding: 0 20px; text-align: right; }
.count[data-bad=true] { color: var(--bad); }
.write { display: flex; align-items: flex-end; gap: 4px; padding: 8px; border-top: 1px solid var(--line); }
textarea { flex: 1; min-width: 0; min-height: 44px; padding: 9px 12px; border: 1px solid transparent; border-radius: 14px; background: var(--agent); font-size: 16px; line-height: 24px; resize: none; }
textarea:focus-visible { outline: 2px solid var(--accent); outline-offset: -1px; }
::placeholder { color: var(--soft); opacity: 1; }
[data-testid=send] { border-radius: 50%; background: var(--accent); color: var(--on-accent); }
[data-testid=send]:hover { background: var(--accent); }
[data-testid=send]:disabled { background: var(--agent); color: var(--soft); cursor: default; }
@media (max-width: 480px) {
  [role=dialog] { position: fixed; inset: 0; width: auto; height: 100dvh; margin: 0; border: 0; border-radius: 0; padding: env(safe-area-inset-top) 0 env(safe-area-inset-bottom); }
  :host(.open) [data-testid=launcher] { display: none; }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
`);
shadow.adoptedStyleSheets = [sheet];
shadow.append(panel, launcher);
host.classList.toggle("left", position === "left");

function paint() { // the website's colour, with ink that can be read on it
  if (!CSS.supports("color", accent || "")) return;
  host.style.setProperty("--accent", accent);
  const [r, g, b] = getComputedStyle(launcher).backgroundColor.match(/[\d.]+/g)
    .map((v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  if (0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179) host.style.setProperty("--on-accent", "#111");
}

function start() {
  document.body.append(host);
  paint();
  keptLines().forEach(pend);
  if (talk?.id) history = Infinity;
  if (Date.now() - talk?.at < DAY) follow();
  flush();
  const wanted = openAtOnce !== undefined && openAtOnce !== "false";
  if (talk?.open ? !phone.matches : wanted && talk?.open !== false) show(true, false);
  draw();
}
if (document.body) start();
else addEventListener("DOMContentLoaded", start);
})();
