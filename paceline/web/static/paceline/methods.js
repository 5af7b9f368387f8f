// A form that shows what belongs to its method: what is only for one has the class only-METHOD.
document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-methods] [name=method]");
  if (field) field.form.className = `method-${field.value}`;
});
// What is chosen is shown before it can be confirmed: the preview that follows brings the button anew.
// A field that is left fires `change` between the press of a button and its click, so that it must not count here.
document.addEventListener("input", (event) => {
  const confirms = event.target.closest("[data-methods]")?.closest("form").querySelector("[data-confirms]");
  if (confirms) confirms.disabled = true;
});
