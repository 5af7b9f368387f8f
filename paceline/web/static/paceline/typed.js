// A part of a form that the server shows anew holds what was sent to it. What was typed or chosen while its answer was
// on the way is kept.
const sent = new WeakMap();

function values(form) {
  return new Map([...form.elements].filter((each) => each.name && each.type !== "file").map((each) => [each.id, state(each)]));
}

function state(field) {
  return field.matches("[type=checkbox], [type=radio]") ? field.checked : field.value;
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.target.closest?.("form");
  if (form) sent.set(event.detail.xhr, values(form));
});

document.addEventListener("htmx:beforeSwap", (event) => {
  const before = sent.get(event.detail.xhr);
  const form = event.detail.target.closest?.("form");
  if (!before || !form || !event.detail.shouldSwap) return;
  const typed = [...values(form)].filter(([id, now]) => id && before.has(id) && before.get(id) !== now);
  if (!typed.length) return;
  form.addEventListener("htmx:afterSwap", () => typed.forEach(([id, now]) => put(form.elements.namedItem(id), now)), { once: true });
});

function put(field, now) {
  if (!field) return;
  if (typeof now === "boolean") field.checked = now;
  else field.value = now;
}
