// A button with data-copy (the id of a field) copies what the field holds, and says so.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Without TLS a browser has no clipboard for pages: the text is selected, for the keyboard to copy.
    field.focus();
    field.select();
    document.execCommand("copy");
  }
  const words = button.querySelector("[data-copied]");
  words.textContent = words.dataset.copied;
});
