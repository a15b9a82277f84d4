// Before the first paint: the theme, and whether a dialog frames us. After it: the passage in the middle; Escape
// closes the dialog, which does not see the keys pressed in here.
(() => {
  "use strict";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const theme = () => document.documentElement.classList.toggle("dark", dark.matches);
  theme();
  dark.addEventListener("change", theme);
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") frameElement?.closest("dialog")?.close();
  });
  addEventListener("DOMContentLoaded", () => {
    if (parent !== window) document.body.classList.add("rep-framed");
    document.getElementById("passage")?.scrollIntoView({ block: "center" });
  });
})();
