"use strict";
(() => {
  const form = document.getElementById("filter");
  if (!form) return;
  const items = [...document.querySelectorAll(".case")].map((node) => ({
    node, text: node.textContent.toLowerCase(), rules: node.dataset.rules.split(" "), outcomes: node.dataset.outcomes.split(" "),
  }));
  const count = document.getElementById("count");
  const search = form.elements.q;
  const fields = ["q", "state", "theme", "rule", "outcome", "split"];
  const accepts = {
    q: (item, value) => value.toLowerCase().split(/\s+/).every((part) => item.text.includes(part)),
    state: (item, value) => item.node.dataset.state === value,
    theme: (item, value) => item.node.dataset.theme === value,
    rule: (item, value) => item.rules.includes(value),
    outcome: (item, value) => item.outcomes.includes(value),
    split: (item, value) => item.node.dataset.split === value,
  };

  const chosen = () => fields.map((name) => [name, form.elements[name].value.trim()]).filter(([, value]) => value);

  function apply() {
    const wanted = chosen();
    let shown = 0;
    for (const item of items) {
      const fits = wanted.every(([name, value]) => accepts[name](item, value));
      item.node.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    count.textContent = `显示 ${shown} / ${items.length} 例`;
    return wanted;
  }

  function remember() {
    const state = new URLSearchParams(apply()).toString();
    history.replaceState(null, "", state ? `#filter?${state}` : "#cases");
  }

  function reveal(id) {
    let node = id && document.getElementById(id);
    if (!node) return;
    const target = node;
    for (; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") node.open = true;
      if (node.hidden && node.classList.contains("case")) fill(new URLSearchParams());
    }
    target.scrollIntoView();
  }

  function fill(state) {
    for (const name of fields) form.elements[name].value = state.get(name) || "";
    apply();
  }

  function follow() {
    const hash = location.hash.slice(1);
    if (!hash.startsWith("filter?")) return reveal(hash);
    fill(new URLSearchParams(hash.slice("filter?".length)));
    document.getElementById("cases").scrollIntoView();
  }

  form.hidden = false;
  form.addEventListener("input", remember);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(remember));
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !typing) event.preventDefault(), search.focus();
    if (event.key === "Escape" && document.activeElement === search) search.value = "", remember();
  });
  let closed = [];
  window.addEventListener("beforeprint", () => {
    const told = (node) => { const item = node.closest(".case"); return !item || item.open; };
    closed = [...document.querySelectorAll("details:not([open])")].filter(told);
    for (const node of closed) node.open = true;
  });
  window.addEventListener("afterprint", () => { for (const node of closed) node.open = false; });
  window.addEventListener("hashchange", follow);
  apply();
  follow();
})();
