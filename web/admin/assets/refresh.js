// Keeps those parts of a page up to date that are marked with data-live and have an id. Without this script a reload does it. A part in
// whose form somebody is at work is left alone; whoever is on a link or a button in it stays there.
const every = 2000; // milliseconds
const pause = 5000; // milliseconds, after something went wrong

const status = document.querySelector("[data-announce]");
const say = text => { if (status.textContent !== text) status.textContent = text; };

async function look() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store", redirect: "manual" });
  if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return "You are no longer signed in. Load this page again to sign in.";
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(part.id);
    if (now && (now.innerHTML !== part.innerHTML || now.className !== part.className)) renew(part, now);
  }
  return "";
}

function renew(part, now) {
  const held = part.contains(document.activeElement) && document.activeElement;
  if (held && held.matches("input, select, textarea")) return;
  part.className = now.className;
  part.replaceChildren(...now.childNodes);
  if (!held || held === part) return;
  const same = e => e.textContent === held.textContent && e.getAttribute("href") === held.getAttribute("href");
  const again = [...part.querySelectorAll("a[href], button")].find(same);
  if (!again) part.tabIndex = -1; // what it was on is done with
  (again ?? part).focus({ preventScroll: true });
}

let wrong = false; // the last look failed
async function go() {
  if (!document.hidden) {
    const trouble = await look().catch(() => "The server is out of reach; what stands here may be old.");
    if (trouble) say(trouble);
    else if (wrong) say("This page is up to date again.");
    wrong = trouble !== "";
  }
  setTimeout(go, wrong ? pause : every);
}
setTimeout(go, every);
