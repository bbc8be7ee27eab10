// channel.js draws the threads of a channel as one person sees them, and draws again only what has changed: what somebody
// is typing, the focus and the place on the page stay.
import { drawCard, headingOf } from "./card.js";
import { makeComposer } from "./composer.js";
import { element } from "./element.js";

const BURST = 5 * 60 * 1000; // lines of one person within this time share a name
const REACTIONS = { like: "👍", heart: "❤️", laugh: "😆", surprised: "😮", sad: "🙁", angry: "😠" };

// makeChannel returns a function that draws a picture of the channel into root. acts are what a person may do: say, press,
// edit and remove. tell is called with a sentence for each line that is new, for those who cannot see it arrive.
export function makeChannel(root, newer, acts, tell) {
  const threads = new Map(); // by id: what is drawn of a thread
  const read = new Map(); // by message and person: how many notices were there when they last pressed
  let picture = null, pinned = true; // to the end, which stays in sight when the room for it changes
  root.addEventListener("scroll", () => {
    pinned = atEnd(root);
    if (pinned) newer.hidden = true;
  });
  new ResizeObserver(() => { if (pinned) toEnd(); }).observe(root);
  newer.addEventListener("click", toEnd);
  return draw;

  function draw(next) {
    const first = !picture, added = [];
    picture = next;
    forget(next.threads);
    for (const thread of next.threads) {
      if (!threads.has(thread.id)) threads.set(thread.id, makeThread(thread.id));
      added.push(...drawThread(threads.get(thread.id), thread));
    }
    const foreign = added.filter((m) => !m.mine);
    if (pinned || added.some((m) => m.mine)) toEnd();
    else if (foreign.length) newer.hidden = false;
    if (!first) foreign.forEach((m) => tell(`${m.from.name}: ${m.card ? "a card" : plain(m)}`));
  }

  // forget takes away what is not there any more, as when the demo was started anew.
  function forget(present) {
    const ids = new Set(present.map((thread) => thread.id));
    for (const [id, { node }] of threads) {
      if (ids.has(id)) continue;
      node.remove();
      threads.delete(id);
    }
  }

  function toEnd() {
    root.scrollTop = root.scrollHeight;
    pinned = newer.hidden = true;
  }

  function makeThread(id) {
    const list = element("div", { class: "messages" });
    const composer = makeComposer({
      app: picture.app, label: "Reply in this thread", placeholder: "Reply in this thread", action: "Reply",
      send: (text) => acts.say(id, text),
    });
    const node = element("article", { class: "thread" }, list, composer.form);
    root.append(node);
    return { node, list, messages: new Map() };
  }

  // drawThread returns the messages that were not there before.
  function drawThread(drawn, thread) {
    const added = [];
    drawn.node.setAttribute("aria-label", `Thread: ${titleOf(thread.messages[0])}`);
    thread.messages.forEach((message, i) => {
      const before = thread.messages[i - 1];
      const follows = i > 1 && before.from.id === message.from.id && !before.card && new Date(message.sent) - new Date(before.sent) < BURST;
      const look = JSON.stringify([message, follows, noticeOf(message)]), known = drawn.messages.get(message.id);
      if (known?.look === look) return;
      if (!known) added.push(message);
      const node = drawMessage(thread.id, message, { root: i === 0, follows });
      if (known) replaceKeepingFocus(known.node, node);
      else drawn.list.append(node);
      drawn.messages.set(message.id, { node, look });
    });
    return added;
  }

  function drawMessage(thread, m, { root: isRoot, follows }) {
    const internal = !m.app && plain(m).startsWith("//"), notice = noticeOf(m);
    const words = drawWords(m, internal);
    const body = element("div", { class: "said" }, drawBy(m), (m.deleted || m.text.length > 0) && words,
      m.pictures > 0 && element("p", { class: "words gone" }, m.pictures === 1 ? "A picture" : `${m.pictures} pictures`),
      m.card && drawCard(m.card, (action) => press(thread, m, action)),
      notice && element("p", { class: "notice" }, element("span", { class: "only" }, "Only you see this"), notice),
      m.reactions.length > 0 && element("p", { class: "reactions" }, m.reactions.map(drawReaction)));
    const classes = ["message", isRoot && "root", follows && "follows", m.mine && "mine", internal && "internal"];
    const node = element("div", { class: classes.filter(Boolean).join(" "), "data-message": m.id }, face(m), body);
    if (m.mine && !m.deleted) body.append(drawTools(thread, m, node, words));
    return node;
  }

  // noticeOf is what the newest press told. It goes with the next one.
  function noticeOf(m) {
    return m.notices.length > (read.get(m.id + picture.me) ?? 0) ? m.notices.at(-1) : "";
  }

  function press(thread, m, action) {
    read.set(m.id + picture.me, m.notices.length);
    return acts.press(thread, m.id, action.verb);
  }

  // drawTools are what somebody can do with a line of their own.
  function drawTools(thread, m, node, words) {
    const edit = () => {
      const close = () => { composer.form.replaceWith(words); node.classList.remove("editing"); change.focus(); };
      const composer = makeComposer({
        app: picture.app, label: "Another text for this line", text: plain(m), action: "Save", cancel: close,
        send: async (text) => {
          const done = await acts.edit(thread, m.id, text);
          if (done && node.isConnected) close(); // otherwise another drawing of the line has taken its place
          return done;
        },
      });
      node.classList.add("editing");
      words.replaceWith(composer.form);
      composer.focus();
    };
    const change = element("button", { type: "button", "data-tool": "edit", onclick: edit }, "Edit");
    return element("div", { class: "line-tools", role: "group", "aria-label": "Your line" }, change,
      element("button", { type: "button", "data-tool": "delete", onclick: () => acts.remove(thread, m.id) }, "Delete"));
  }
}

function drawBy(m) {
  const sent = new Date(m.sent).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return element("p", { class: "by" }, element("b", {}, m.from.name), m.app && element("span", { class: "tag" }, "App"),
    element("time", { datetime: m.sent }, sent), m.shared && element("span", { class: "only" }, "Only you see this"));
}

function drawWords(m, internal) {
  if (m.deleted) return element("p", { class: "words gone" }, "This message was deleted.");
  return element("div", { class: "words" },
    m.text.map((piece) => (piece.mention ? element("span", { class: "mention" }, piece.text) : piece.text)),
    m.edited && !m.app && element("span", { class: "edited" }, " edited"),
    internal && [" ", element("span", { class: "stays" }, "not sent to the visitor")]);
}

const drawReaction = ({ type, by }) => element("span", { title: by.join(", ") }, `${REACTIONS[type] ?? type} ${by.length}`);

const titleOf = (m) => (m.card && headingOf(m.card)) || plain(m) || m.from.name;

const plain = (m) => m.text.map((piece) => piece.text).join("").trim();

const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 60;

// face is a round sign for who speaks. The colour belongs to the person, not to the moment.
export function face({ from, app }) {
  const words = from.name.trim().split(/\s+/);
  const initials = app ? "" : [words[0], words.length > 1 ? words.at(-1) : ""].map((w) => [...w][0] ?? "").join("").toUpperCase();
  const hue = [...from.id].reduce((sum, c) => (sum * 31 + c.codePointAt(0)) % 997, 7) % 6;
  return element("span", { class: app ? "face app" : `face hue-${hue}`, "aria-hidden": "true" }, initials);
}

// replaceKeepingFocus puts a newer drawing in the place of an older one. A button that had the focus has it again if it is
// still there; if not, the next one has it or the message, so that nobody is thrown back to the top of the page.
function replaceKeepingFocus(old, node) {
  const held = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(node);
  if (!held) return;
  const name = ["verb", "tool"].find((key) => held.dataset[key]);
  const again = name && node.querySelector(`[data-${name}="${CSS.escape(held.dataset[name])}"]`);
  const next = again ?? node.querySelector(".action, [data-tool=edit]") ?? node;
  if (next === node) node.tabIndex = -1;
  next.focus({ preventScroll: true });
}
