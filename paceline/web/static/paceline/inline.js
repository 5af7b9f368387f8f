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

// Once the value is kept, or left, the row is put anew: the focus stays on it.
let leaving = null;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt.closest(".value-form")) leaving = event.detail.elt.closest("tr")?.id;
});
document.addEventListener("htmx:afterSettle", () => {
  const row = leaving && document.getElementById(leaving);
  if (!row || row.querySelector(".value-form")) return;
  leaving = null;
  if (document.activeElement === document.body) row.querySelector('[data-focus="value"]')?.focus();
});
