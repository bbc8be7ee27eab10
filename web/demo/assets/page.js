// page.js holds the demo's page together: it fetches the channel when it has changed, draws it for the person who is
// played, and carries what that person does to the server.
import { face, makeChannel } from "./channel.js";
import { makeComposer } from "./composer.js";
import { element } from "./element.js";
import { makeStory } from "./story.js";

const find = (selector) => document.querySelector(selector);
const frame = find("iframe"), restart = find("#restart"), news = find("#news"), trouble = find("#trouble");
const tabs = [...document.querySelectorAll("[role=tab]")];

let me = sessionStorage.getItem("demo:me") ?? "";
let picture = null;

const acts = {
  say: (thread, text) => act("messages", { thread, text }),
  press: (thread, message, verb) => act("press", { thread, message, verb }),
  edit: (thread, message, text) => act("edit", { thread, message, text }),
  remove: (thread, message) => act("delete", { thread, message }),
};
const tagline = find(".brand p"), opening = tagline.textContent;
const story = makeStory(find(".steps"), (side) => {
  tagline.textContent = side ? opening : "Done. Now try // or the other specialist.";
  tabs.forEach((tab) => { tab.querySelector(".dot").hidden = tab.getAttribute("aria-controls") !== side || tab.ariaSelected === "true"; });
});
const drawChannel = makeChannel(find(".threads"), find(".newer"), acts, (line) => { news.textContent = line; });

// Doing something.

async function act(what, deed) {
  try {
    const answer = await call(`channel/${what}`, { user: me, ...deed });
    if (answer.heard === false) complain(`Your message stands in the channel, but ${picture.app} could not be told of it.`);
    await refresh();
    return true;
  } catch (problem) {
    complain(problem.message);
    await refresh();
    return false;
  }
}

async function call(path, body) {
  const post = body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(path, { cache: "no-store", ...post }).catch(() => { throw new Error("The demo does not answer. Is it still running?"); });
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw Object.assign(new Error(answer.detail ?? "That did not work."), { code: answer.code });
  return answer;
}

let settles;
function complain(sentence) {
  trouble.textContent = sentence;
  trouble.hidden = !sentence;
  clearTimeout(settles);
  settles = setTimeout(() => { trouble.hidden = true; }, 8000);
}

// Seeing what happens. One fetch is under way at a time; what changes meanwhile is fetched behind it.

let fetching = null, stale = false;
function refresh() {
  stale = true;
  return fetching ??= catchUp().finally(() => { fetching = null; });
}

async function catchUp() {
  while (stale) {
    stale = false;
    try {
      draw(await call(`channel?user=${encodeURIComponent(me)}`));
    } catch (problem) {
      if (problem.code === "unknown_person" && me) { me = ""; stale = true; } else complain(problem.message);
    }
  }
}

function draw(next) {
  if (me && next.me !== me) return; // somebody else is played by now, and that picture is on its way
  me = next.me;
  picture = next;
  drawPeople();
  compose.disabled = restart.disabled = false;
  drawChannel(picture);
  story.read(picture);
}

const changes = new EventSource("channel/events");
changes.addEventListener("changed", (event) => { if (JSON.parse(event.data).version !== picture?.version) refresh(); });

// The parts of the page.

function drawPeople() {
  const set = find(".people");
  if (set.querySelector("input")) return;
  set.append(...picture.people.map((person) => element("label", {},
    element("input", { type: "radio", name: "me", value: person.id, checked: person.id === me, onchange: () => become(person.id) }),
    element("span", { class: "who" }, face({ from: person }), nameOf(person)))));
}

// nameOf sets the first name apart, which is all that a narrow screen has room for.
function nameOf({ name }) {
  const [first, ...rest] = name.split(" ");
  return element("span", {}, first, element("span", { class: "rest" }, rest.length ? ` ${rest.join(" ")}` : ""));
}

function become(id) {
  me = id;
  sessionStorage.setItem("demo:me", id);
  refresh();
}

const post = find("#post"), compose = find("#compose");
let newPost = null;
compose.addEventListener("click", () => showPost(post.hidden));
function showPost(open) {
  newPost ??= makeComposer({
    app: picture.app, label: "New post in the channel", placeholder: "Start a new post", action: "Post",
    send: sendPost, cancel: () => showPost(false),
  });
  if (!newPost.form.isConnected) post.append(newPost.form);
  post.hidden = !open;
  compose.setAttribute("aria-expanded", String(open));
  (open ? newPost : compose).focus();
}
async function sendPost(text) {
  const done = await acts.say("", text);
  if (done) showPost(false);
  return done;
}

find("#reload").addEventListener("click", () => frame.contentWindow.location.reload());
restart.addEventListener("click", () => {
  Object.keys(localStorage).filter((key) => key.startsWith("docket:")).forEach((key) => localStorage.removeItem(key));
  story.restart(picture);
  frame.contentWindow.location.reload();
});

function choose(tab, focus) {
  for (const one of tabs) {
    one.setAttribute("aria-selected", String(one === tab));
    one.tabIndex = one === tab ? 0 : -1;
    document.getElementById(one.getAttribute("aria-controls")).classList.toggle("chosen", one === tab);
  }
  tab.querySelector(".dot").hidden = true;
  if (focus) tab.focus();
}
tabs.forEach((tab, i) => {
  tab.addEventListener("click", () => choose(tab));
  tab.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") choose(tabs[(i + 1) % tabs.length], true);
  });
});
choose(tabs[0]);

story.watch(frame);
refresh();
