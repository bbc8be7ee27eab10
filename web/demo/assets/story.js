// story.js ticks off the four steps of the story. It looks where a person would look: at the widget on the website for the
// first, at the cards of the channel for the others.

const STEPS = ["ask", "call", "join", "end"];
const SIDE = { ask: "website", call: "website", join: "channel", end: "channel" };

// makeStory returns functions: read takes a picture of the channel, watch the frame with the website in it. point is
// called with the side on which the next step happens, or with null when the story is told.
export function makeStory(list, point) {
  const items = new Map([...list.children].map((item) => [item.dataset.step, item]));
  let asked = false, reached = 0, before = 0; // threads that belong to an earlier telling
  draw();
  return { read, watch, restart };

  function read(picture) {
    reached = stageOf(picture.threads.slice(before));
    draw();
  }

  // restart begins the story anew: what is in the channel by now counts no more.
  function restart(picture) {
    asked = false;
    before = picture.threads.length;
    read(picture);
  }

  // watch follows the widget from page to page: each load of the frame has a document of its own.
  function watch(frame) {
    let ends = () => {};
    const follow = () => {
      ends();
      const page = frame.contentDocument;
      const observer = new MutationObserver(() => look(page, observer));
      ends = () => observer.disconnect();
      observer.observe(page, { childList: true, subtree: true });
      look(page, observer);
    };
    frame.addEventListener("load", follow);
    if (frame.contentDocument?.readyState === "complete") follow();
  }

  function look(page, observer) {
    const inside = page.getElementById("docket-widget")?.shadowRoot;
    if (!inside) return;
    observer.observe(inside, { childList: true, subtree: true });
    const lines = [...inside.querySelectorAll("[data-testid=message]")].map((m) => m.dataset.kind);
    const first = lines.indexOf("visitor");
    const now = first >= 0 && lines.indexOf("agent", first) > first;
    if (now === asked) return;
    asked = now;
    draw();
  }

  function draw() {
    const done = reached || (asked ? 1 : 0);
    const next = STEPS[done];
    for (const [step, item] of items) {
      const is = STEPS.indexOf(step) < done ? "done" : step === next ? "now" : "later";
      item.className = is;
      if (is === "now") item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
      item.querySelector(".tick").textContent = is === "done" ? "✓" : STEPS.indexOf(step) + 1;
    }
    list.classList.toggle("told", !next);
    point(next ? SIDE[next] : null);
  }
}

// stageOf counts the steps that the newest handoff among the threads has behind it; 0 when there is none.
function stageOf(threads) {
  for (const { messages: [root] } of threads.toReversed()) {
    const card = root?.shared ?? root?.card;
    if (!root?.app || !card) continue;
    const verbs = (card.actions ?? []).map((action) => action.verb);
    return verbs.includes("handoff.join") ? 2 : verbs.includes("handoff.end") ? 3 : 4;
  }
  return 0;
}
