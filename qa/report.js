"use strict";
(() => {
  const root = document.documentElement;
  const flip = document.getElementById("language");
  const english = (on) => {
    root.classList.toggle("en", on);
    root.lang = on ? "en" : "fr";
    flip.textContent = on ? "Français" : "English";
    for (const box of document.querySelectorAll("[data-fr]")) box.placeholder = on ? box.dataset.en : box.dataset.fr;
    for (const cell of document.querySelectorAll("[data-n]")) {
      cell.textContent = on ? cell.dataset.n.replaceAll(",", ".").replaceAll("\u202f%", "%") : cell.dataset.n;
    }
  };
  for (const cell of document.querySelectorAll("td.n, .card b, .range, .pc")) cell.dataset.n = cell.textContent;
  flip.addEventListener("click", () => english(!root.classList.contains("en")));

  const cards = [...document.querySelectorAll(".failure")];
  const buttons = [...document.querySelectorAll("[data-kind-filter]")];
  const search = document.getElementById("search");
  const word = document.getElementById("word");
  const shown = document.getElementById("shown");
  let kind = "";
  const apply = () => {
    const wanted = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const card of cards) {
      const fits = (!kind || card.dataset.kind === kind)
        && (!word.value || card.dataset.word === word.value || card.dataset.style === word.value)
        && wanted.every((each) => card.dataset.text.includes(each));
      card.hidden = !fits;
      count += fits;
    }
    shown.textContent = count;
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      kind = button.dataset.kindFilter;
      for (const each of buttons) each.setAttribute("aria-pressed", String(each === button));
      apply();
    });
  }
  if (search) {
    search.addEventListener("input", apply);
    word.addEventListener("change", apply);
    apply();
  }
})();
