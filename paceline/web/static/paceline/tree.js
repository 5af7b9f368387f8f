// A row of a tree opens into those below it, which are fetched when they are first asked for, and closes over them.
// A row has data-path, the ids from the top down to it, each followed by a slash.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[data-below]");
  if (!button) return;
  const row = button.closest("tr");
  const isOpen = button.getAttribute("aria-expanded") === "true";
  button.setAttribute("aria-expanded", String(!isOpen));
  const below = [...row.parentElement.querySelectorAll(`tr[data-path^="${row.dataset.path}"]`)].filter((each) => each !== row);
  if (isOpen) {
    below.forEach((each) => each.remove());
    return;
  }
  button.disabled = true;
  try {
    await htmx.ajax("GET", button.dataset.below, { source: button, target: row, swap: "afterend" });
  } finally {
    button.disabled = false;
    button.focus();
  }
});

// How many rows are chosen, beside what can be done with them.
document.addEventListener("change", (event) => {
  const place = event.target.matches(".pick") && document.querySelector("[data-chosen]");
  if (place) place.textContent = `${document.querySelectorAll(".pick:checked").length} chosen`;
});
