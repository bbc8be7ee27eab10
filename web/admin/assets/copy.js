// Copies what stands in an element. Without this script the text can be selected by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const status = button.parentElement.querySelector("[role=status]");
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      status.textContent = "Copied.";
    } catch {
      status.textContent = "The browser does not allow it. Select the text and copy it.";
    }
  });
}
