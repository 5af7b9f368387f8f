// A form that shows what belongs to its method: what is only for one has the class only-METHOD.
document.addEventListener("change", (event) => {
  const field = event.target.closest("[data-methods] [name=method]");
  if (field) field.form.className = `method-${field.value}`;
});
