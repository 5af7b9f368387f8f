// A wall screen: one board after the other, each for a while, and all of it again every some hours.
const SHOWN_MILLISECONDS = 12_000;
const ANEW_MILLISECONDS = 6 * 3_600_000;
const RETRY_MILLISECONDS = 60_000;
let at = 0;

function show() {
  const panels = [...document.querySelectorAll(".wall-panel")];
  if (panels.length) at %= panels.length;
  panels.forEach((panel, place) => { panel.hidden = place !== at; });
}

// Nobody stands by to press reload where the service was away at that moment: the old page stays until it answers.
async function anew() {
  try {
    const answer = await fetch(location.href, { credentials: "same-origin", cache: "no-store" });
    if (answer.ok) return location.reload();
  } catch { /* It is away. */ }
  setTimeout(anew, RETRY_MILLISECONDS);
}

setInterval(() => { at += 1; show(); }, SHOWN_MILLISECONDS);
setTimeout(anew, ANEW_MILLISECONDS);
document.addEventListener("htmx:afterSwap", show);
document.querySelector("[data-full-screen]")?.addEventListener("click", () => document.documentElement.requestFullscreen());
show();
