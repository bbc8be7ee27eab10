import "./copy.js"; // the snippet can be copied

// Fills a field from an example. Without this script the example can be copied by hand.
for (const button of document.querySelectorAll("[data-fill]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.fill);
    field.value = document.getElementById(button.dataset.from).textContent;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
}

// Enter in a question's field asks it. Without this script it would press the form's first button, which saves.
for (const field of document.querySelectorAll("[data-enter]")) {
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    document.getElementById(field.dataset.enter).click();
  });
}

// The names of time zones to choose from, with this browser's own to begin with. Without this script they are typed.
const zones = document.getElementById("zones");
if (zones && Intl.supportedValuesOf) {
  zones.append(...Intl.supportedValuesOf("timeZone").map((name) => new Option(name, name)));
  const field = document.getElementById("time_zone");
  if (!field.value && !field.matches(":disabled, :focus")) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
}

// Who writes hours wants them to count. Without this script saving says so.
const anyTime = document.querySelector("[name=when][value=any]");
if (anyTime) {
  for (const field of document.querySelectorAll(".week-fields input, #closed, #open")) {
    field.addEventListener("input", () => {
      if (anyTime.checked && field.value.trim()) document.querySelector("[name=when][value=hours]").checked = true;
    });
  }
}

// Shows what a text will read like, while it is typed.
const form = document.querySelector("[data-slots]");
if (form) {
  const slots = JSON.parse(form.dataset.slots);
  form.addEventListener("input", (event) => {
    const shown = document.querySelector(`[data-preview="${event.target.name}"]`);
    if (!shown) return;
    const text = event.target.value.trim().replace(/\{[^{}\s]*\}/g, (slot) => slots[slot] ?? slot);
    shown.textContent = text || "(nothing is said)";
  });
}
