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
  sheet.replaceSync(/*STYLE*/ "");

  // In a frame of our own server the origin of what we ask is the server's: the site around it is told apart.
  const SITE = (() => {
    if (parent === window || location.origin !== BASE.origin) return null;
    try { return location.ancestorOrigins?.[0] ?? new URL(document.referrer).origin; } catch { return null; }
  })();

  // Text only ever goes in as text.
  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  // As typography.py has it.
  const typeset = (text) => text.replace(/ (?=[?!:;»])/g, "\u00a0").replace(/« /g, "«\u00a0");
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
      // What is on its way was asked in a form that is no longer there.
      this.#busy?.abort();
      this.#busy = null;
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
      // A canvas writes any opaque colour as #rrggbb.
      const canvas = make("canvas").getContext("2d");
      canvas.fillStyle = accent;
      const hex = /^#[0-9a-f]{6}$/.exec(canvas.fillStyle)?.[0];
      if (!hex) return;
      // Black or white on it, whichever reads better (WCAG relative luminance).
      const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      root.style.setProperty("--on-given", 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff");
    }

    async #ask(question, view) {
      const { words, send, status, results } = view;
      if (!question || this.#busy) return;
      const busy = new AbortController();
      this.#busy = busy;
      const timer = setTimeout(() => busy.abort(), 30000);
      send.setAttribute("aria-disabled", "true");
      status.textContent = words.pending;
      results.replaceChildren(make("p", { class: "wait", "aria-hidden": "true" }, words.pending));
      try {
        const reply = await fetch(new URL("api/v1/ask", BASE), {
          method: "POST", headers: { "Content-Type": "application/json", ...(SITE && { "Repondeur-Site": SITE }) }, credentials: "omit",
          referrerPolicy: "no-referrer", signal: busy.signal,
          body: JSON.stringify({ question, lang: words.lang, k: 4, history: this.#turns }),
        });
        const body = await reply.json();
        if (reply.ok) {
          this.#show(body, view);
          if (body.understood) {
            results.firstElementChild.after(make("p", { class: "understood" }, fill(words.understood, { question: typeset(body.understood) })));
          }
          this.#turns = [...this.#turns, { question: body.understood ?? body.question, answer: body.answer }].slice(-8);
        }
        else this.#say(question, body.title || words.failed, body.detail || "", view);
      } catch {
        this.#say(question, words.failed, words.retry, view);
      } finally {
        clearTimeout(timer);
        if (this.#busy === busy) this.#busy = null;
        send.removeAttribute("aria-disabled");
      }
    }

    #say(question, title, detail, { status, results }) {
      results.replaceChildren(
        make("p", { class: "asked" }, typeset(question)), make("p", { class: "short" }, title),
        ...(detail ? [make("p", { class: "sure" }, detail)] : []));
      status.textContent = [title, detail].filter(Boolean).map((text) => text.replace(/\.?$/, ".")).join(" ");
    }

    #show(answer, view) {
      const { words, status, results } = view;
      if (answer.answer === null) {
        const { reason, message } = answer.abstention;
        const [title, detail] = words.why[reason] ?? [message, ""];
        this.#say(answer.question, title, detail, view);
        const near = answer.passages.slice(0, 2);
        // Without a reader the sentence above announces them.
        if (near.length && reason !== "no_reader") results.append(make("p", { class: "asked" }, words.nearest));
        if (near.length) results.append(this.#list(near, words));
        results.append(...this.#judge(answer.receipt, words));
        return;
      }
      const level = answer.confidence >= SURE ? 0 : answer.confidence >= LIKELY ? 1 : 2;
      const sure = words.confidence[level];
      const main = answer.passages.filter((passage) => passage.answer_start !== null).slice(0, 1);
      const rest = answer.passages.filter((passage) => !main.includes(passage));
      const number = fill(words.number, { percent: Math.round(answer.confidence * 100) });
      results.replaceChildren(
        make("p", { class: "asked" }, typeset(answer.question)), make("p", { class: "short", lang: "" }, answer.answer),
        make("p", { class: "sure", title: number }, sure),
        ...(answer.when ? [make("p", { class: "sure" }, meant(answer.when, words))] : []), this.#list(main, words));
      if (rest.length) results.append(make("details", {}, make("summary", {}, words.more), this.#list(rest, words)));
      results.append(...this.#judge(answer.receipt, words));
      const [before, after] = words.readOut.split("{answer}");
      status.replaceChildren(before, make("span", { lang: "" }, answer.answer.replace(/\.$/, "")), fill(after, { sure }));
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
        const sent = remark.value.trim();
        // What is hidden loses the focus.
        if (sent && form.contains(this.shadowRoot.activeElement)) buttons.find((each) => each.dataset.opinion === which).focus();
        form.style.display = sent ? "none" : "";
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
      link.search = new URLSearchParams({ id: passage.document_id, start: place[0], end: place[1], sha: passage.sha256.slice(0, 16), lang: words.lang });
      link.hash = "passage";
      const by = [passage.title || passage.source || words.untitled, dated(passage.date, words)].filter(Boolean).join(" · ");
      const see = make("a", { class: "see", href: link.href, target: "_blank", rel: "noopener" }, words.see);
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
