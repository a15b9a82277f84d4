// <repondeur-widget lang="fr" title="…" accent="#1c4a8a" mode="bubble|inline">: questions to a Répondeur, on any
// site. One file, no dependency, no cookie, no storage; it asks the server it came from and nobody else.
(() => {
  "use strict";
  const NAME = "repondeur-widget";
  if (customElements.get(NAME)) return;
  const BASE = new URL(".", document.currentScript.src);
  const WORDS = /*WORDS*/ {};
  const [SURE, LIKELY] = /*THRESHOLDS*/ [0.75, 0.45];
  const LONGEST = /*LONGEST*/ 1000;

  // A constructed sheet needs no 'unsafe-inline' on the host's side. !important inside a shadow tree wins over
  // !important outside: a host's style cannot take the widget apart.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
:host { all: initial !important; display: block !important; color-scheme: light dark !important; position: static !important;
  font: 16px/1.5 var(--repondeur-font, system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif) !important; }
:host([hidden]) { display: none !important; }
* { box-sizing: border-box; }
.root { --accent: var(--repondeur-accent, var(--given, #1c4a8a)); --on: var(--repondeur-accent-text, var(--on-given, #fff));
  --paper: var(--repondeur-background, #fff); --ink: var(--repondeur-text, #22201c); --soft: #5d574d; --line: #ddd6c9;
  --mark: var(--repondeur-mark, #ffe08a); --link: var(--repondeur-link, #1c4a8a); --radius: var(--repondeur-radius, 14px);
  color: var(--ink); text-align: start; font-size: 16px; overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) { .root { --paper: var(--repondeur-background, #1e2126); --ink: var(--repondeur-text, #ece8e0);
  --soft: #b3ada2; --line: #40454e; --link: var(--repondeur-link, #8fb7f2); } }
button, input { font: inherit; color: inherit; margin: 0; }
button { cursor: pointer; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.bubble { position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483000; border: 0; border-radius: 32px; padding: 13px 20px;
  background: var(--accent); color: var(--on); font-weight: 600; unicode-bidi: plaintext; box-shadow: 0 4px 18px rgb(0 0 0 / 28%); }
dialog { border: 1px solid var(--line); border-radius: var(--radius); padding: 0; margin: 0; position: fixed; inset: auto; inset-block-end: 20px;
  inset-inline-end: 20px; width: min(420px, calc(100vw - 24px)); max-width: none; max-height: min(640px, calc(100dvh - 40px)); height: auto;
  background: var(--paper); color: var(--ink); box-shadow: 0 12px 48px rgb(0 0 0 / 32%); overflow: auto; }
dialog::backdrop { background: rgb(0 0 0 / 12%); }
.panel { background: var(--paper); padding: 18px; direction: ltr; }
.inline .panel { border: 1px solid var(--line); border-radius: var(--radius); }
.head { display: flex; align-items: center; justify-content: space-between; gap: 12px; margin-block-end: 12px; }
h2 { font-size: 17px; line-height: 1.3; margin: 0; }
.close { border: 0; background: none; padding: 4px 10px; font-size: 22px; line-height: 1; color: var(--soft); border-radius: 8px; }
form { display: flex; gap: 8px; }
input { flex: 1; min-width: 0; border: 1.5px solid var(--line); border-radius: 10px; padding: 10px 12px; background: transparent; }
input::placeholder { color: var(--soft); opacity: 1; }
.send { border: 0; border-radius: 10px; padding: 10px 14px; background: var(--accent); color: var(--on); font-weight: 600; }
.send[aria-disabled="true"] { opacity: .65; cursor: progress; }
.asked { color: var(--soft); font-size: 14px; margin: 16px 0 4px; }
.short { font: 600 20px/1.35 Georgia, "Times New Roman", serif; margin: 0 0 4px; }
.sure { color: var(--soft); font-size: 13px; margin: 0 0 10px; }
ol { list-style: none; margin: 0; padding: 0; }
li { border-block-start: 1px solid var(--line); padding-block: 10px; }
blockquote { margin: 0; font: 15px/1.55 Georgia, "Times New Roman", serif; white-space: pre-line; }
mark { background: var(--mark); color: #2b2100; padding: 1px 0; border-radius: 2px; }
.by { font-size: 13px; color: var(--soft); margin: 6px 0 0; }
a { color: var(--link); text-underline-offset: 2px; }
summary { cursor: pointer; color: var(--link); font-size: 14px; padding: 6px 0; }
.wait { color: var(--soft); margin: 16px 0 0; animation: wait 1.2s infinite alternate; }
@keyframes wait { from { opacity: .5; } to { opacity: 1; } }
.judge { border-block-start: 1px solid var(--line); padding-block-start: 10px; margin-block-start: 4px; font-size: 13px; color: var(--soft); }
.judge > div, .judge form { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-block-start: 6px; }
.judge button { border: 1px solid var(--line); border-radius: 20px; background: none; padding: 5px 14px; min-height: 32px; }
.judge [aria-pressed="true"] { border-color: var(--link); color: var(--link); font-weight: 600; }
.judge input { padding: 6px 10px; flex-basis: 180px; }
.judge p { margin: 6px 0 0; flex-basis: 100%; }
.judge p:empty { margin: 0; }
.understood { border-inline-start: 3px solid var(--line); padding-inline-start: 8px; font-size: 14px; color: var(--soft); margin: 0 0 6px; }
.foot { font-size: 12px; color: var(--soft); margin: 12px 0 0; }
.mute { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: reduce) { .wait { animation: none; } }
@media (max-width: 480px) { dialog { inset: auto 0 0 0; width: 100vw; border-radius: var(--radius) var(--radius) 0 0; max-height: 85dvh; } }
`);

  // Text only ever goes in as text.
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const dated = (iso, words, style = { dateStyle: "long" }) => {
    const date = /^\d{4}-\d\d-\d\d/.test(iso || "") ? new Date(iso.slice(0, 10) + "T00:00:00Z") : null;
    if (!date || isNaN(date)) return iso || "";
    const local = { ...style, timeZone: "UTC" };
    if (words.lang === "en") return date.toLocaleDateString("en-GB", local);
    return date.toLocaleDateString("fr-FR", local).replace(/^1 /, "1er ");
  };
  // As Words.meant says it on the page.
  const meant = ({ start, end }, words) => {
    const [one, several, month, year] = words.days;
    const length = (new Date(end) - new Date(start)) / 864e5;
    const [form, values] = length === 0
      ? [one, { weekday: dated(start, words, { weekday: "long" }), day: dated(start, words) }]
      : length > 300 ? [year, { year: start.slice(0, 4) }]
      : length > 26 ? [month, { month: dated(start, words, { month: "long" }), year: start.slice(0, 4) }]
      : [several, { first: dated(start, words), last: dated(end, words) }];
    return fill(form, values);
  };

  class Widget extends HTMLElement {
    static observedAttributes = ["lang", "title", "accent", "mode"];
    #title = "";
    #busy = null;
    #turns = [];

    connectedCallback() {
      if (!this.shadowRoot) this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
      this.#draw();
    }

    disconnectedCallback() {
      this.#busy?.abort();
    }

    attributeChangedCallback(name, before, after) {
      if (name === "title" && after !== null) {
        // Kept inside: as an attribute it would hang as a tooltip over the whole widget.
        this.#title = after;
        this.removeAttribute("title");
      }
      if (this.isConnected && this.shadowRoot && before !== after) this.#draw();
    }

    get words() {
      return WORDS[(this.lang || "").toLowerCase().startsWith("en") ? "en" : "fr"];
    }

    #draw() {
      const words = this.words;
      const inline = this.getAttribute("mode") === "inline";
      const root = make("div", { class: inline ? "root inline" : "root", lang: words.lang });
      this.#tint(root);
      const title = this.#title || words.title;
      const input = make("input", {
        type: "text", "aria-label": words.question, placeholder: words.placeholder, maxlength: LONGEST,
        enterkeyhint: "search", autocomplete: "off",
      });
      const send = make("button", { class: "send" }, words.ask);
      const form = make("form", {}, input, send);
      const status = make("p", { class: "mute", role: "status", "aria-live": "polite" });
      const results = make("div");
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.#ask(input.value.trim(), { words, send, status, results });
      });
      const head = make("div", { class: "head" }, make("h2", { id: "title" }, title));
      const panel = make("div", { class: "panel" }, head, form, status, results, make("p", { class: "foot" }, words.promise));
      if (inline) {
        panel.setAttribute("role", "region");
        panel.setAttribute("aria-labelledby", "title");
        root.append(panel);
      } else {
        this.#float(root, head, panel, title, input, words);
      }
      this.shadowRoot.replaceChildren(root);
    }

    // A modal <dialog>: the browser keeps the focus inside, closes it on Escape and draws it above everything.
    #float(root, head, panel, title, input, words) {
      const dialog = make("dialog", { "aria-labelledby": "title" }, panel);
      const close = make("button", { class: "close", type: "button", "aria-label": words.close }, "×");
      const bubble = make("button", { class: "bubble", type: "button", "aria-haspopup": "dialog" }, title);
      head.append(close);
      close.addEventListener("click", () => dialog.close());
      dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
      dialog.addEventListener("close", () => bubble.focus());
      bubble.addEventListener("click", () => { dialog.showModal(); input.focus(); });
      root.append(bubble, dialog);
    }

    #tint(root) {
      const accent = this.getAttribute("accent");
      if (!accent || !CSS.supports("color", accent)) return;
      root.style.setProperty("--given", accent);
      const hex = /^#([0-9a-f]{6}|[0-9a-f]{3})$/i.exec(accent)?.[1];
      if (!hex) return;
      // Black or white on it, whichever reads better (WCAG relative luminance).
      const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
      const [r, g, b] = [0, 2, 4].map((at) => parseInt(full.slice(at, at + 2), 16) / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      root.style.setProperty("--on-given", 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff");
    }

    async #ask(question, view) {
      const { words, send, status, results } = view;
      if (!question || this.#busy) return;
      this.#busy = new AbortController();
      const timer = setTimeout(() => this.#busy?.abort(), 30000);
      send.setAttribute("aria-disabled", "true");
      status.textContent = words.pending;
      results.replaceChildren(make("p", { class: "wait", "aria-hidden": "true" }, words.pending));
      try {
        const reply = await fetch(new URL("api/v1/ask", BASE), {
          method: "POST", headers: { "Content-Type": "application/json" }, credentials: "omit",
          referrerPolicy: "no-referrer", signal: this.#busy.signal,
          body: JSON.stringify({ question, lang: words.lang, k: 4, history: this.#turns }),
        });
        const body = await reply.json();
        if (reply.ok) {
          this.#show(body, view);
          if (body.understood) {
            results.firstElementChild.after(make("p", { class: "understood" }, fill(words.understood, { question: body.understood })));
          }
          this.#turns = [...this.#turns, { question: body.understood ?? body.question, answer: body.answer }].slice(-8);
        }
        else this.#say(question, body.title || words.failed, body.detail || "", view);
      } catch {
        this.#say(question, words.failed, words.retry, view);
      } finally {
        clearTimeout(timer);
        this.#busy = null;
        send.removeAttribute("aria-disabled");
      }
    }

    #say(question, title, detail, { status, results }) {
      results.replaceChildren(
        make("p", { class: "asked" }, question), make("p", { class: "short" }, title), make("p", { class: "sure" }, detail));
      status.textContent = `${title}. ${detail}`;
    }

    #show(answer, view) {
      const { words, status, results } = view;
      if (answer.answer === null) {
        const { reason, message } = answer.abstention;
        this.#say(answer.question, words.none, words.why[reason] ?? message, view);
        const near = answer.passages.slice(0, 2);
        if (near.length) results.append(make("p", { class: "asked" }, words.nearest), this.#list(near, words));
        results.append(...this.#judge(answer.receipt, words));
        return;
      }
      const level = answer.confidence >= SURE ? 0 : answer.confidence >= LIKELY ? 1 : 2;
      const sure = words.confidence[level];
      const main = answer.passages.filter((passage) => passage.answer_start !== null).slice(0, 1);
      const rest = answer.passages.filter((passage) => !main.includes(passage));
      const number = fill(words.number, { percent: Math.round(answer.confidence * 100) });
      results.replaceChildren(
        make("p", { class: "asked" }, answer.question), make("p", { class: "short" }, answer.answer),
        make("p", { class: "sure", title: number }, sure),
        ...(answer.when ? [make("p", { class: "sure" }, meant(answer.when, words))] : []), this.#list(main, words));
      if (rest.length) results.append(make("details", {}, make("summary", {}, words.more), this.#list(rest, words)));
      results.append(...this.#judge(answer.receipt, words));
      status.textContent = fill(words.readOut, { answer: answer.answer, sure });
    }

    // Two buttons, and a remark once one of them was pressed.
    #judge(receipt, words) {
      if (!receipt) return [];
      const said = make("p", { role: "status" });
      const remark = make("input", { "aria-label": words.remark, placeholder: words.remark, maxlength: 1000, autocomplete: "off" });
      const form = make("form", {}, remark, make("button", {}, words.send), make("p", {}, words.kept));
      form.style.display = "none";
      let opinion = null;
      const post = async (which) => {
        let kept = false;
        try {
          const reply = await fetch(new URL("api/v1/feedback", BASE), {
            method: "POST", headers: { "Content-Type": "application/json" }, credentials: "omit", referrerPolicy: "no-referrer",
            body: JSON.stringify({ receipt, opinion: which, remark: remark.value.trim() }),
          });
          kept = reply.ok;
        } catch {
          // Told below.
        }
        said.textContent = kept ? words.thanks : words.unkept;
        if (!kept) return;
        opinion = which;
        for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.opinion === which));
        form.style.display = remark.value.trim() ? "none" : "";
      };
      const buttons = [["up", words.up], ["down", words.down]].map(([which, word]) => {
        const button = make("button", { type: "button", "aria-pressed": "false", "data-opinion": which }, word);
        button.addEventListener("click", () => post(which));
        return button;
      });
      form.addEventListener("submit", (event) => { event.preventDefault(); if (remark.value.trim()) post(opinion); });
      return [make("div", { class: "judge" }, words.useful, make("div", { role: "group", "aria-label": words.useful }, ...buttons), form, said)];
    }

    #list(passages, words) {
      return make("ol", {}, ...passages.map((passage) => this.#passage(passage, words)));
    }

    #passage(passage, words) {
      // Offsets count characters; a JavaScript string counts pairs of bytes.
      const letters = Array.from(passage.text);
      const [from, to] = passage.answer_start === null
        ? [0, 0] : [passage.answer_start - passage.start, passage.answer_end - passage.start];
      const cut = (start, end) => letters.slice(start, end).join("");
      const quote = from < to
        ? make("blockquote", { lang: "" }, cut(0, from), make("mark", {}, cut(from, to)), cut(to))
        : make("blockquote", { lang: "" }, passage.text);
      const link = new URL("article", BASE);
      const place = passage.answer_start === null ? [passage.start, passage.end] : [passage.answer_start, passage.answer_end];
      link.search = new URLSearchParams({ id: passage.document_id, start: place[0], end: place[1], lang: words.lang });
      link.hash = "passage";
      const by = [passage.title || passage.source || words.untitled, dated(passage.date, words)].filter(Boolean).join(" · ");
      const see = make("a", { href: link.href, target: "_blank", rel: "noopener" }, words.see);
      return make("li", {}, quote, make("p", { class: "by" }, by + " · ", see, ...this.#source(passage.title && passage.source)));
    }

    #source(source) {
      let address;
      try { address = new URL(source); } catch { return []; }
      if (!/^https?:$/.test(address.protocol)) return [];
      return [" · ", make("a", { href: address.href, target: "_blank", rel: "noopener noreferrer" }, address.host)];
    }
  }

  customElements.define(NAME, Widget);
})();
