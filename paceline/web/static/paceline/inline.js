// A value that is edited in its place: Escape leaves it as it was, and its text is chosen when it opens.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.target.closest?.(".value-form")?.querySelector("[data-cancel]")?.click();
});
document.addEventListener("htmx:afterSettle", (event) => {
  const field = event.detail.elt.querySelector?.(".value-form input[autofocus]");
  field?.focus();
  field?.select();
});
