// The little the page does by itself: permalink, copying, the article in a dialog. No network but our own.
(() => {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  document.documentElement.lang = one('meta[name="rep-lang"]')?.content || "fr";

  // Whoever shares the address shares the question.
  let asked = null;
  const follow = () => {
    const turn = one("#rep-answers .rep-turn");
    if (!turn || turn.dataset.question === asked) return;
    asked = turn.dataset.question;
    const address = new URL(location.href);
    address.searchParams.set("q", asked);
    address.hash = "";
    history.replaceState(null, "", address);
    const other = one(".rep-lang");
    if (other) {
      const link = new URL(other.href);
      link.searchParams.set("q", asked);
      other.href = link.href;
    }
  };

  // While an answer is on its way, and when none comes.
  let waiting = null;
  const wait = (question) => {
    if (!question.trim()) return;
    clearTimeout(waiting?.timer);
    waiting = { question, set: one("#rep-answers .rep-turns")?.dataset.set, timer: setTimeout(lost, 45000) };
    card(".rep-unreachable", null);
    card(".rep-pending", question);
    one("#rep-answers")?.setAttribute("aria-busy", "true");
  };
  const card = (selector, question) => {
    const element = one("#rep-wait " + selector);
    if (!element) return;
    element.hidden = question === null;
    one(".rep-asked", element).textContent = question ?? "";
  };
  const settle = () => {
    if (!waiting || one("#rep-answers .rep-turns")?.dataset.set === waiting.set) return;
    done();
  };
  const done = () => {
    clearTimeout(waiting?.timer);
    waiting = null;
    card(".rep-pending", null);
    one("#rep-answers")?.removeAttribute("aria-busy");
  };
  const lost = () => {
    if (!waiting) return;
    const { question } = waiting;
    done();
    card(".rep-unreachable", question);
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing && event.target.closest?.("#rep-box")) wait(event.target.value);
  }, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#rep-ask")) wait(one("#rep-box input, #rep-box textarea")?.value || "");
    const example = event.target.closest?.("#rep-examples button");
    if (example) wait(example.textContent);
  }, true);

  // What Gradio's own markup leaves out for a screen reader.
  const label = () => {
    const live = one("#rep-live");
    if (live && !live.hasAttribute("role")) {
      live.setAttribute("role", "status");
      live.setAttribute("aria-live", "polite");
    }
    const meta = one('meta[name="rep-lang"]');
    if (meta && document.documentElement.lang !== meta.content) document.documentElement.lang = meta.content;
    const box = one("#rep-box textarea, #rep-box input");
    if (box && !box.hasAttribute("aria-label")) {
      box.setAttribute("aria-label", one("#rep-box").dataset.label || box.placeholder);
      box.setAttribute("enterkeyhint", "search");
      box.setAttribute("autocomplete", "off");
      if (document.activeElement === document.body) box.focus({ preventScroll: true });
    }
  };
  let due = false;
  new MutationObserver(() => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      label();
      follow();
      settle();
      // Gradio tells of a request that failed by a notice, and by nothing else.
      if (waiting && one(".toast-body.error")) lost();
    });
  }).observe(document.documentElement, { childList: true, subtree: true });

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Plain http on a host other than this machine has no clipboard interface.
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };

  const open = (href, title, close) => {
    const dialog = document.createElement("dialog");
    dialog.className = "rep-dialog";
    dialog.setAttribute("aria-label", title);
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: close });
    const frame = Object.assign(document.createElement("iframe"), { src: href, title });
    button.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener("close", () => dialog.remove());
    dialog.append(button, frame);
    document.body.append(dialog);
    dialog.showModal();
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (button) {
      await copy(button.dataset.copy);
      const before = button.textContent;
      button.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = before; }, 2000);
      return;
    }
    const link = event.target.closest?.("a[data-see]");
    if (link && event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      const title = link.closest(".rep-passage")?.querySelector("cite")?.textContent || link.textContent;
      open(link.href, title, one('meta[name="rep-close"]')?.content || "Fermer");
    }
  });

  // "/" brings the cursor back to the question, as on most sites that are for searching.
  document.addEventListener("keydown", (event) => {
    const typing = /^(input|textarea|select)$/i.test(event.target.tagName || "") || event.target.isContentEditable;
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const box = one("#rep-box textarea, #rep-box input");
    if (box) { event.preventDefault(); box.focus(); box.select(); }
  });
})();
