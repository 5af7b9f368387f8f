// Keeps the page as it is on the server. An event names the assignments that moved; then
// - an element with data-live-rows (an address) gets those of its rows (elements with ids a-NUMBER) that moved, and puts
//   them in the place of its own;
// - an element with data-live-part gets the event `moved`, which its hx-trigger waits for: with ids ("12 15") when one of
//   them moved, without ids on any movement.
const sign = document.getElementById("live");
const GATHER_MILLISECONDS = 150;
let moved = new Set();
let everything = false;
let waiting = null;
let busy = false;

function say(words, state) {
  sign.textContent = words;
  sign.dataset.state = state;
}

function gather(data) {
  everything = everything || data.everything;
  data.assignment_ids.forEach((id) => moved.add(id));
  if (!waiting) waiting = setTimeout(refresh, GATHER_MILLISECONDS);
}

async function refresh() {
  waiting = null;
  if (busy) return;
  busy = true;
  const [ids, all] = [moved, everything];
  moved = new Set();
  everything = false;
  try {
    for (const part of document.querySelectorAll("[data-live-part]")) {
      const shown = part.dataset.livePart.split(" ").filter(Boolean);
      if (all || !shown.length || shown.some((id) => ids.has(Number(id)))) htmx.trigger(part, "moved");
    }
    await Promise.all([...document.querySelectorAll("[data-live-rows]")].map((rows) => refreshRows(rows, ids, all)));
  } catch {
    everything = true;
    waiting = setTimeout(refresh, 2000);
  }
  busy = false;
  if (!waiting && (everything || moved.size)) refresh();
}

async function refreshRows(rows, ids, all) {
  const here = [...rows.querySelectorAll('[id^="a-"]')].map((row) => Number(row.id.slice(2)));
  const shown = here.filter((id) => all || ids.has(id));
  for (let at = 0; at < shown.length; at += 400) {
    const url = new URL(rows.dataset.liveRows, location.href);
    url.searchParams.set("ids", shown.slice(at, at + 400).join(","));
    const answer = await fetch(url, { credentials: "same-origin", headers: { "HX-Request": "true" } });
    if (answer.ok) place(await answer.text());
  }
}

function place(text) {
  const made = document.createElement("template");
  made.innerHTML = text;
  for (const row of [...made.content.children]) {
    const old = document.getElementById(row.id);
    if (!old) continue;
    if (old.contains(document.activeElement) && document.activeElement.matches("input:not(.pick), select, textarea")) continue;
    if (old.querySelector(".dropdown-menu.show")) {
      // A menu is not taken away under somebody's hand: the row is asked for again once it is closed.
      old.addEventListener("hidden.bs.dropdown", () => gather({ everything: false, assignment_ids: [Number(old.id.slice(2))] }), { once: true });
      continue;
    }
    keep(old, row);
    if (row.innerHTML === old.innerHTML) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
    old.replaceWith(row);
    htmx.process(row);
    if (focused) row.querySelector(`[data-focus="${focused}"]`)?.focus();
    flash(row);
  }
}

// What the reader has opened stays open.
function keep(old, row) {
  row.className = old.className.replace(/\bs-\w+\b/, row.className.match(/\bs-\w+\b/)?.[0] ?? "");
  for (const [name, value] of Object.entries(old.dataset)) row.dataset[name] ??= value;
  const pick = row.querySelector(".pick[type=checkbox]");
  if (pick) pick.checked = old.querySelector(".pick[type=checkbox]")?.checked ?? false;
  const was = old.querySelector("[aria-expanded]");
  if (was) row.querySelector("[aria-expanded]")?.setAttribute("aria-expanded", was.getAttribute("aria-expanded"));
}

function flash(element) {
  element.classList.add("moved");
  element.addEventListener("animationend", () => element.classList.remove("moved"), { once: true });
}

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.elt.hasAttribute?.("data-live-part") && event.detail.requestConfig?.triggeringEvent?.type === "moved") flash(event.detail.elt);
});

// Only a page that shows something live listens, and only while somebody can see it: a browser has six connections for
// all its windows. Who comes back to it is told what moved meanwhile.
const UNSEEN_MILLISECONDS = 30_000;
const RETRY_MILLISECONDS = 5_000;
let source = null;
let known = document.body.dataset.knownAt;
let leaving = null;

function listen() {
  source = new EventSource(`${document.body.dataset.live}?after=${encodeURIComponent(known)}`);
  source.addEventListener("open", () => say("live", "live"));
  source.addEventListener("error", lost);
  source.addEventListener("progress", (event) => gather(JSON.parse(event.data)));
  for (const kind of ["progress", "heartbeat"]) source.addEventListener(kind, (event) => { known = event.lastEventId; });
}

// The browser tries again by itself, but not where it was refused.
function lost() {
  say("reconnecting", "lost");
  if (source.readyState !== EventSource.CLOSED) return;
  source = null;
  setTimeout(again, RETRY_MILLISECONDS);
}

function again() {
  if (!document.hidden && !source) listen();
}

function leave() {
  source?.close();
  source = null;
}

if (document.querySelector("[data-live-rows], [data-live-part]")) {
  listen();
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      leaving = setTimeout(leave, UNSEEN_MILLISECONDS);
      return;
    }
    clearTimeout(leaving);
    again();
  });
  addEventListener("pageshow", (event) => event.persisted && location.reload());
} else if (sign) {
  sign.hidden = true;
}
