// The little the page does by itself: permalink, copying, the article in a dialog. No network but our own.
(() => {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  document.documentElement.lang = one('meta[name="rep-lang"]')?.content || "fr";

  // Whoever shares the address shares the question.
  let followed = null;
  const follow = () => {
    const turn = one("#rep-answers .rep-turn");
    const set = one("#rep-answers .rep-turns")?.dataset.set;
    if (!turn || set === followed) return;
    followed = set;
    keep(turn.dataset.question);
  };
  const keep = (question) => {
    const asked = question.replaceAll("\u00a0", " ");
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
    say(one("#rep-wait .rep-waiting")?.textContent ?? "");
    one("#rep-answers")?.setAttribute("aria-busy", "true");
  };
  // As typography.py has it.
  const typeset = (text) => text.replace(/ (?=[?!:;»])/g, "\u00a0").replace(/« /g, "«\u00a0");
  const card = (selector, question) => {
    const element = one("#rep-wait " + selector);
    if (!element) return;
    element.hidden = question === null;
    one(".rep-asked", element).textContent = typeset(question ?? "");
  };
  const settle = () => {
    if (!waiting || one("#rep-answers .rep-turns")?.dataset.set === waiting.set) return;
    done();
    refocus();
  };
  // A narrow screen hides the examples below an answer: the keyboard would start at the top of the page again.
  // Not after a touch: a keyboard on the screen would cover the answer.
  let touched = false;
  document.addEventListener("pointerdown", (event) => { touched = event.pointerType === "touch"; }, true);
  document.addEventListener("keydown", () => { touched = false; }, true);
  const refocus = () => {
    const focused = document.activeElement;
    if (touched || (focused && focused !== document.body && focused.getClientRects().length)) return;
    one("#rep-box textarea, #rep-box input")?.focus({ preventScroll: true });
  };
  const done = () => {
    clearTimeout(waiting?.timer);
    waiting = null;
    card(".rep-pending", null);
    say("");
    one("#rep-answers")?.removeAttribute("aria-busy");
  };
  const lost = () => {
    if (!waiting) return;
    const { question } = waiting;
    done();
    card(".rep-unreachable", question);
    // Gradio loads the page anew once the server is back: it finds the question there, and asks it again.
    keep(question);
  };
  // Whoever comes with a question in the address sees that it is being answered.
  let arrived = false;
  const arrive = () => {
    if (arrived || !one("#rep-wait .rep-pending") || !one("#rep-answers")) return;
    arrived = true;
    const question = new URL(location.href).searchParams.get("q");
    if (question && !waiting && !one("#rep-answers .rep-turn")) wait(question);
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing && event.target.closest?.("#rep-box")) wait(event.target.value);
  }, true);
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#rep-ask")) wait(one("#rep-box input, #rep-box textarea")?.value || "");
    const example = event.target.closest?.("#rep-examples button");
    if (example) wait(example.textContent);
  }, true);

  // To a screen reader: what changes without the focus moving there.
  const say = (text) => {
    const said = one("#rep-said");
    if (said && said.textContent !== text) said.textContent = text;
  };

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
      arrive();
      follow();
      settle();
      // Gradio tells of a request that failed by a notice, and by nothing else.
      if (waiting && one(".toast-body.error")) lost();
    });
  }).observe(document.documentElement, { childList: true, subtree: true });

  const copy = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Plain http on a host other than this machine has no clipboard interface.
      const focused = document.activeElement;
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      const copied = document.execCommand("copy");
      area.remove();
      focused?.focus({ preventScroll: true });
      return copied;
    }
  };

  // A button says what came of it for a moment, however often it is pressed meanwhile.
  const told = new WeakMap();
  const tell = (button, text) => {
    const { word = button.textContent, timer } = told.get(button) ?? {};
    clearTimeout(timer);
    button.textContent = text;
    say(text);
    const back = () => {
      told.delete(button);
      button.textContent = word;
      say("");
    };
    told.set(button, { word, timer: setTimeout(back, 2000) });
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
      tell(button, (await copy(button.dataset.copy)) ? button.dataset.done : button.dataset.failed);
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
