// A link with data-dialog opens its page over this one; data-dialog="modal-xl" says how wide.
const dialog = document.getElementById("dialog");
const content = document.getElementById("dialog-content");
let clicked = null;

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-dialog]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  clicked = link;
  const wide = link.dataset.dialog || "modal-lg";
  dialog.firstElementChild.className = `modal-dialog modal-dialog-scrollable modal-fullscreen-md-down ${wide}`;
  await htmx.ajax("GET", link.href, { target: content, swap: "innerHTML" });
});

// So does a form whose answer goes into it. An answer in an open dialog keeps the focus there, so that Escape closes it.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== content || !content.childElementCount) return;
  window.tabler.Modal.getOrCreateInstance(dialog).show();
  if (dialog.classList.contains("show") && !content.contains(document.activeElement)) (content.querySelector(".is-invalid") ?? dialog).focus();
});

dialog?.addEventListener("shown.bs.modal", () => {
  const first = content.querySelector("[autofocus], .modal-body input:not([type=hidden]), .modal-body select, .modal-body textarea, .modal-body button");
  first?.focus();
});
dialog?.addEventListener("hidden.bs.modal", () => {
  content.replaceChildren();
  comeBack();
});

// Who closes it is again where they were: at what opened it, or at the button of the menu that it was in. A row that
// was put anew meanwhile is found by its id.
let opener = null;
dialog?.addEventListener("show.bs.modal", () => {
  const from = clicked ?? document.activeElement;
  const button = from.closest(".dropdown-menu")?.parentElement.querySelector("[data-bs-toggle]") ?? from;
  opener = { button, row: button.closest("tr[id]")?.id, focus: button.dataset.focus };
  clicked = null;
});

function comeBack() {
  const again = () => document.querySelector(`#${opener.row} [data-focus="${opener.focus}"]`);
  (opener?.button.isConnected ? opener.button : opener?.row && again())?.focus();
}

// What the server could not do at all is said, and nothing that was typed is lost.
for (const kind of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(kind, (event) => {
    const words = event.detail.xhr?.responseText;
    const isPlain = event.detail.xhr?.getResponseHeader("Content-Type")?.startsWith("text/plain");
    say(isPlain && words ? words : "The server did not answer. Try again.");
  });
}

function say(words) {
  let place = document.getElementById("said");
  if (!place) {
    place = document.createElement("div");
    place.id = "said";
    place.setAttribute("role", "alert");
    document.body.append(place);
  }
  const box = document.createElement("div");
  box.className = "alert alert-danger shadow";
  box.textContent = words;
  place.append(box);
  setTimeout(() => box.remove(), 8000);
}
