// Keeps those parts of a page up to date that are marked with data-live and have an id. Without this script a reload does it. A part in
// which somebody is at work is left alone.
const every = 2000; // milliseconds

async function look() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(part.id);
    if (now && now.outerHTML !== part.outerHTML && !part.contains(document.activeElement)) part.replaceWith(now);
  }
}

async function go() {
  try {
    if (!document.hidden) await look();
  } catch {
    // the server is away; a later look may find it
  }
  setTimeout(go, every);
}
setTimeout(go, every);
