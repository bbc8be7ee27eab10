// composer.js is the place to write: a reply, a new post, or another text for an old line.
import { element } from "./element.js";

const COMMANDS = ["status", "end", "leave", "hand back", "help"];

// makeComposer returns a form. send is called with one text after another and promises whether that went well; a text that
// did not comes back into the field. cancel, when there is one, is called for Escape and for its own button.
export function makeComposer({ app, label, placeholder, text = "", action = "Send", send, cancel }) {
  const mention = `@${app}`;
  const box = element("textarea", { rows: 1, "aria-label": label, placeholder, value: text, enterkeyhint: "send" });
  const hint = element("p", { class: "hint" });
  const commands = element("div", { class: "commands", role: "group", "aria-label": `What ${app} can be told`, hidden: true },
    COMMANDS.map((command) => element("button", { type: "button", onclick: () => write(`${mention} ${command}`) }, command)));
  const submit = element("button", { type: "submit", class: "send" }, action);
  const at = element("button", { type: "button", class: "at", title: `Mention ${app}`, "aria-label": `@ Mention ${app}`, onclick: address }, "@");
  const form = element("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); say(); } },
    element("div", { class: "field" }, box, at, cancel && element("button", { type: "button", onclick: cancel }, "Cancel"), submit),
    commands, hint);

  box.addEventListener("input", look);
  box.addEventListener("focus", look);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && cancel) cancel();
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    say();
  });
  let sent = Promise.resolve();
  look();
  return { form, focus: () => { box.focus(); box.setSelectionRange(box.value.length, box.value.length); } };

  function address() {
    write(box.value.includes(mention) ? box.value : `${mention} ${box.value}`);
  }
  function write(words) {
    box.value = words;
    look();
    box.focus();
  }
  function look() {
    const internal = box.value.trimStart().startsWith("//");
    form.classList.toggle("internal", internal);
    commands.hidden = !box.value.startsWith(mention);
    hint.textContent = internal ? "Stays in the channel: the visitor does not see this line." : "";
    submit.disabled = !box.value.trim();
  }
  function say() {
    const words = box.value.trim();
    if (!words) return;
    box.value = "";
    look();
    sent = sent.then(() => send(words)).then((ok) => {
      if (!ok) box.value = box.value ? `${words}\n${box.value}` : words;
      look();
    });
  }
}
