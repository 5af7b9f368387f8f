// A wall screen: one board after the other, each for a while, and all of it again every some hours.
const SHOWN_MILLISECONDS = 12_000;
const ANEW_MILLISECONDS = 6 * 3_600_000;
let at = 0;

function show() {
  const panels = [...document.querySelectorAll(".wall-panel")];
  if (panels.length) at %= panels.length;
  panels.forEach((panel, place) => { panel.hidden = place !== at; });
}

setInterval(() => { at += 1; show(); }, SHOWN_MILLISECONDS);
setTimeout(() => location.reload(), ANEW_MILLISECONDS);
document.addEventListener("htmx:afterSettle", show);
document.querySelector("[data-full-screen]")?.addEventListener("click", () => document.documentElement.requestFullscreen());
show();
