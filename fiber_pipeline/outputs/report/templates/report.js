(() => {
  "use strict";
  const PAGE_SIZE = 40;
  const root = document.documentElement;

  const mode = document.getElementById("mode");
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.mode || (prefersDark.matches ? "dark" : "light")) === "dark";
  const nameMode = () => { mode.textContent = isDark() ? "Modo claro" : "Modo oscuro"; };
  mode.addEventListener("click", () => { root.dataset.mode = isDark() ? "light" : "dark"; nameMode(); });
  prefersDark.addEventListener("change", nameMode);
  nameMode();
  mode.hidden = false;

  const list = document.getElementById("list");
  if (!list) return;
  const form = document.getElementById("filters");
  const more = document.getElementById("more");
  const shown = document.getElementById("shown");
  const items = [...list.children];
  const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const texts = items.map((item) => fold(item.textContent));
  const number = new Intl.NumberFormat("es-PY");
  let only = null;
  let limit = PAGE_SIZE;

  const matches = (item, place, wanted) => {
    if (only && !only.has(place + 1)) return false;
    for (const [name, value] of wanted) {
      if (!value) continue;
      if (name === "text") {
        if (!texts[place].includes(fold(value))) return false;
      } else if (!(item.dataset[name] || "").split(" ").includes(value)) return false;
    }
    return true;
  };

  const refresh = () => {
    const wanted = [...new FormData(form)];
    let found = 0;
    items.forEach((item, place) => {
      const fits = matches(item, place, wanted);
      found += fits ? 1 : 0;
      item.hidden = !fits || found > limit;
    });
    const visible = Math.min(found, limit);
    shown.textContent = found
      ? `Se muestran ${number.format(visible)} de ${number.format(found)} comentarios de la muestra que coinciden.`
      : "Ningún comentario de la muestra coincide.";
    more.hidden = found <= limit;
  };

  const restart = () => { limit = PAGE_SIZE; refresh(); };
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => { only = null; restart(); });
  form.addEventListener("reset", () => { only = null; setTimeout(restart); });
  more.addEventListener("click", () => {
    const first = items.filter((item) => !item.hidden).length;
    limit += PAGE_SIZE;
    refresh();
    const next = items.filter((item) => !item.hidden)[first];
    if (next) { next.tabIndex = -1; next.focus(); }
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-filter]");
    if (!link) return;
    event.preventDefault();
    form.reset();
    const filter = new URLSearchParams(link.dataset.filter);
    for (const [name, value] of filter) {
      if (form.elements[name]) form.elements[name].value = value;
    }
    // After the reset's own refresh, which forgets the previous choice.
    setTimeout(() => {
      only = filter.has("only") ? new Set(filter.get("only").split(",").map(Number)) : null;
      restart();
      const heading = document.getElementById("comentarios");
      heading.scrollIntoView();
      heading.focus({ preventScroll: true });
    });
  });

  form.hidden = false;
  refresh();
})();
