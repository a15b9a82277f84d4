// Opinions of answers: sent to our own server when a thumb is pressed, and once more with a remark.
(() => {
  "use strict";
  const PLACE = new URL("../api/v1/feedback", document.currentScript.src);
  // By receipt: cards are drawn anew with each question, what was pressed on them is not forgotten.
  const known = new Map();

  const draw = (judge) => {
    const state = known.get(judge.dataset.receipt);
    if (!state) return;
    for (const thumb of judge.querySelectorAll("[data-opinion]")) {
      thumb.setAttribute("aria-pressed", String(thumb.dataset.opinion === state.opinion));
    }
    const form = judge.querySelector("form");
    const hide = !state.opinion || state.sent;
    // What is hidden loses the focus; without one the keyboard would start at the top of the page again.
    if (hide && form.contains(document.activeElement)) judge.querySelector('[aria-pressed="true"]')?.focus();
    form.hidden = hide;
    const remark = form.querySelector("textarea");
    if (remark.value !== state.remark) remark.value = state.remark;
    const said = judge.querySelector(".rep-judged");
    if (said.textContent !== state.said) said.textContent = state.said;
  };

  const send = async (judge, opinion, remark) => {
    const { receipt, thanks, thanksAgain, failed } = judge.dataset;
    const state = known.get(receipt) ?? { opinion: null, remark: "", sent: false, said: "" };
    known.set(receipt, state);
    const number = (state.number = (state.number ?? 0) + 1);
    let said = failed;
    let kept = false;
    try {
      const reply = await fetch(PLACE, {
        method: "POST", credentials: "omit",
        headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang },
        body: JSON.stringify({ receipt, opinion, remark }),
      });
      kept = reply.ok;
      said = kept ? (remark ? thanksAgain : thanks) : [failed, (await reply.json()).detail].filter(Boolean).join(" ");
    } catch { /* said already */ }
    // A later press is already on its way: its outcome counts.
    if (state.number !== number) return;
    state.said = said;
    if (kept) {
      state.opinion = opinion;
      state.sent = Boolean(remark);
    }
    const shown = document.querySelector(`[data-receipt="${CSS.escape(receipt)}"]`);
    if (shown) draw(shown);
  };

  document.addEventListener("click", (event) => {
    const thumb = event.target.closest?.("[data-opinion]");
    const judge = thumb?.closest(".rep-judge");
    if (judge) send(judge, thumb.dataset.opinion, judge.querySelector("textarea").value.trim());
  });
  document.addEventListener("submit", (event) => {
    const judge = event.target.closest?.(".rep-judge");
    if (!judge) return;
    event.preventDefault();
    const state = known.get(judge.dataset.receipt);
    const remark = judge.querySelector("textarea").value.trim();
    if (state?.opinion && remark) send(judge, state.opinion, remark);
  });
  document.addEventListener("input", (event) => {
    const state = known.get(event.target.closest?.(".rep-judge")?.dataset.receipt);
    if (state) state.remark = event.target.value;
  });
  new MutationObserver(() => document.querySelectorAll(".rep-judge").forEach(draw))
    .observe(document.documentElement, { childList: true, subtree: true });
})();
