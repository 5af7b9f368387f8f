// Dark or light before anything is drawn: as the page has to be, as chosen on this browser, else as the system has it.
(() => {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = localStorage.getItem("theme");
    document.documentElement.dataset.bsTheme = document.documentElement.dataset.onlyTheme || chosen || (system.matches ? "dark" : "light");
    document.dispatchEvent(new Event("theme"));
  };
  system.addEventListener("change", apply);
  apply();
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    const next = document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark";
    localStorage.setItem("theme", next);
    apply();
  });
})();
