// The documents page: the token stays in a variable of this script; text from documents goes in as text only.
(() => {
  "use strict";
  const one = (selector, root = document) => root.querySelector(selector);
  const words = JSON.parse(one("main").dataset.words);
  const API = new URL("../api/v1/documents", document.currentScript.src);
  const SIZE = 20;
  let token = "";
  let offset = 0;
  let wanted = "";
  let total = 0;
  let asked = 0;

  const make = (tag, attributes = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.append(...children);
    return element;
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const number = (value) => value.toLocaleString(words.lang === "en" ? "en-GB" : "fr-FR");
  const counted = (sentences, count) => fill(sentences[Math.min(count, 2)], { count: number(count) });
  const headers = (more) => ({ Authorization: `Bearer ${token}`, "Accept-Language": words.lang, ...more });
  // The formats that are read stand above already.
  const told = (problem) => [problem.title, !problem.type?.endsWith(":format") && problem.detail].filter(Boolean).join(". ").replace(/\.\. /g, ". ");
  const call = async (address, options) => {
    try {
      const reply = await fetch(address, { credentials: "omit", ...options });
      return { ok: reply.ok, status: reply.status, body: await reply.json() };
    } catch {
      return { ok: false, status: 0, body: { title: words.lost } };
    }
  };

  // An empty list of documents changes nothing, and is taken from whoever has the token.
  one("#door").addEventListener("submit", async (event) => {
    event.preventDefault();
    token = one("#token").value.trim();
    const reply = await call(API, { method: "POST", headers: headers({ "Content-Type": "application/json" }), body: "[]" });
    if (!reply.ok && reply.status !== 409) {
      one("#refusal").textContent = reply.status === 401 ? words.wrong : told(reply.body);
      one("#token").select();
      return;
    }
    one("#token").value = "";
    one("#door").hidden = true;
    one("#desk").hidden = false;
    await list();
    one("#count").focus({ preventScroll: true });
  });

  const list = async () => {
    const turn = ++asked;
    const address = new URL(API);
    address.search = new URLSearchParams({ offset, limit: SIZE, ...(wanted && { q: wanted }) });
    const reply = await call(address, { headers: headers() });
    if (turn !== asked) return;
    if (!reply.ok) {
      one("#told").textContent = told(reply.body);
      return;
    }
    total = reply.body.total;
    if (offset && offset >= total) {
      offset = Math.max(0, (Math.ceil(total / SIZE) - 1) * SIZE);
      await list();
      return;
    }
    one("#count").textContent = counted(wanted ? words.found : words.count, total);
    one("#list").replaceChildren(...reply.body.documents.map(row));
    if (!total && !wanted) one("#list").append(make("li", { class: "rep-empty" }, words.empty));
    const pages = Math.ceil(total / SIZE);
    one("#pages").hidden = pages < 2;
    one("#pages span").textContent = fill(words.page, { page: offset / SIZE + 1, pages });
    one("#previous").disabled = offset === 0;
    one("#next").disabled = offset + SIZE >= total;
  };

  const dated = (iso) => {
    const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)/.exec(iso ?? "") ?? [];
    if (!words.months[month - 1]) return iso ?? "";
    const first = words.lang === "fr" && day === "01" ? "1er" : String(Number(day));
    return `${first} ${words.months[month - 1]} ${year}`;
  };

  const row = (item) => {
    const title = item.title || item.source || item.id;
    const known = [item.id !== title && item.id, dated(item.date), fill(words.characters, { count: number(item.characters) })];
    const read = new URL("../article", API.href.replace(/\/api\/v1\/documents$/, "/static/x"));
    read.search = new URLSearchParams({ id: item.id, lang: words.lang });
    const see = make("a", { href: read.href, target: "_blank", rel: "noopener", "aria-label": `${words.see} ${title}` }, words.see);
    const remove = make("button", { type: "button", "aria-label": `${words.remove} ${title}` }, words.remove);
    remove.addEventListener("click", () => confirm(item.id, title));
    return make("li", {},
      make("div", {}, make("p", { class: "rep-title" }, title), make("p", { class: "rep-known" }, known.filter(Boolean).join(" · "))),
      make("div", { class: "rep-acts" }, see, remove));
  };

  const confirm = (id, title) => {
    const dialog = one("#sure");
    one("#sure-title").textContent = fill(words.sure, { title });
    dialog.returnValue = "no";
    dialog.addEventListener("close", async () => {
      if (dialog.returnValue !== "yes") return;
      const path = id.split("/").map(encodeURIComponent).join("/");
      const reply = await call(`${API}/${path}`, { method: "DELETE", headers: headers() });
      one("#told").textContent = reply.ok ? fill(words.removed, { title }) : told(reply.body);
      await list();
      one("#search").focus();
    }, { once: true });
    dialog.showModal();
  };

  // Files go one after the other: there is one writer of a corpus.
  let last = Promise.resolve();
  const take = (files) => {
    for (const file of files) {
      const bar = make("progress", { max: 100, value: 0, "aria-label": file.name });
      const state = make("span", { class: "rep-state" }, words.waiting);
      one("#queue").prepend(make("li", {}, make("span", { class: "rep-file" }, file.name), state, bar));
      last = last.then(() => send(file, bar, state));
    }
  };

  const send = (file, bar, state) => new Promise((resolve) => {
    const done = (text, good, reason = "") => {
      bar.remove();
      // Why a file cannot be read is said in English by what reads it: for who wants to know more.
      state.title = reason;
      state.textContent = text;
      state.dataset.good = good;
      // Once a file, when it is settled: a screen reader would not get through each percent.
      one("#said").textContent = `${file.name}. ${text}`;
      resolve(good ? list() : undefined);
    };
    if (file.size > words.largest) {
      // One decimal, rounded down: what is said to fit fits.
      done(fill(words.large, { limit: number(Math.floor(words.largest / 104857.6) / 10) }), false);
      return;
    }
    const request = new XMLHttpRequest();
    const address = new URL(API.href + "/file");
    address.searchParams.set("name", file.name);
    request.open("POST", address);
    for (const [name, value] of Object.entries(headers({ "Content-Type": "application/octet-stream" }))) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      const percent = Math.round((100 * event.loaded) / event.total);
      bar.value = percent;
      state.textContent = fill(words.sending, { percent });
    });
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value");
      state.textContent = words.indexing;
    });
    request.addEventListener("error", () => done(file.size ? words.lost : words.folder, false));
    request.addEventListener("load", () => {
      const body = request.response ?? {};
      if (request.status >= 300) done(told(body) || words.lost, false, body.reason);
      else done(outcome(body), true, body.skipped?.[0]?.reason);
    });
    request.send(file);
  });

  const outcome = (report) => {
    const read = report.added + report.updated + report.unchanged;
    if (report.skipped?.length) return fill(words.partly, { read, skipped: report.skipped.length });
    if (report.added) return words.added;
    if (report.updated) return words.updated;
    return report.duplicates ? words.duplicate : words.unchanged;
  };

  one("#files").addEventListener("change", (event) => { take(event.target.files); event.target.value = ""; });
  const drop = one("#drop");
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => { event.preventDefault(); drop.classList.add("rep-over"); });
  }
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("rep-over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); take(event.dataTransfer.files); });
  // Beside the target a dropped file would be opened in place of the page.
  for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());

  let typing;
  one("#search").addEventListener("input", (event) => {
    clearTimeout(typing);
    typing = setTimeout(() => { wanted = event.target.value.trim(); offset = 0; list(); }, 250);
  });
  one("#previous").addEventListener("click", () => { offset = Math.max(0, offset - SIZE); list(); });
  one("#next").addEventListener("click", () => { offset += SIZE; list(); });
})();
