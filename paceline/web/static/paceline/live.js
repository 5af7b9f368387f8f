// Keeps the rows of the page as they are on the server: when an event says that some moved, those are fetched anew.
const table = document.getElementById("tree");
const sign = document.getElementById("live");
let moved = new Set();
let everything = false;
let fetching = false;

function say(words, state) {
  sign.textContent = words;
  sign.dataset.state = state;
}

async function refresh() {
  if (fetching || (!everything && moved.size === 0)) return;
  const shown = [...moved].filter((id) => document.getElementById(`a-${id}`));
  const all = everything;
  moved = new Set();
  everything = false;
  if (!all && shown.length === 0) return;
  fetching = true;
  try {
    const query = all ? "" : `?ids=${shown.join(",")}`;
    const answer = await fetch(table.dataset.rows + query, { credentials: "same-origin" });
    if (answer.ok) place(await answer.text());
  } catch {
    everything = true;
  }
  fetching = false;
  refresh();
}

function place(text) {
  const made = document.createElement("tbody");
  made.innerHTML = text;
  for (const row of [...made.children]) {
    const old = document.getElementById(row.id);
    if (!old) continue;
    row.querySelector("th").className = old.querySelector("th").className;
    if (row.innerHTML !== old.innerHTML) {
      old.replaceWith(row);
      row.classList.add("moved");
      row.addEventListener("animationend", () => row.classList.remove("moved"), { once: true });
    }
  }
}

if (table) {
  const source = new EventSource(table.dataset.live);
  source.addEventListener("open", () => say("live", "live"));
  source.addEventListener("error", () => say("reconnecting", "lost"));
  source.addEventListener("progress", (event) => {
    const data = JSON.parse(event.data);
    everything = everything || data.everything;
    data.assignment_ids.forEach((id) => moved.add(id));
    refresh();
  });
} else {
  say("", "none");
}
