// Keys of a page: an element with data-key is clicked by that key, j and k walk along elements with data-row.
// Nothing happens while somebody types or a dialog is open; there Ctrl+Enter sends.
(() => {
  const TYPING = "input, textarea, select, [contenteditable]";
  const STEPS = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };

  const shown = (selector) => [...document.querySelectorAll(selector)].filter((found) => found.getClientRects().length);

  const send = (event) => {
    const button = event.target.closest?.(".q-dialog")?.querySelector("[data-submit]:not([disabled])");
    if (!button) return;
    event.preventDefault();
    button.click();
  };

  const walk = (event, step) => {
    const rows = shown("[data-row]");
    if (!rows.length) return false;
    const here = rows.indexOf(document.activeElement);
    const next = here < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, here + step));
    event.preventDefault();
    rows[next].focus();
    rows[next].scrollIntoView({ block: "nearest" });
    return true;
  };

  const openFirst = (event) => {
    if (document.activeElement && document.activeElement !== document.body) return;
    const [first] = shown("[data-row]");
    if (first) {
      event.preventDefault();
      first.click();
    }
  };

  const nextFinding = (event) => {
    const findings = shown("[data-finding]");
    if (!findings.length) return;
    const here = findings.indexOf(document.activeElement);
    const next = findings[(here + 1) % findings.length];
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };

  const press = (event) => {
    const [asked] = shown(`[data-key="${CSS.escape(event.key)}"]`);
    if (!asked || event.repeat) return;
    event.preventDefault();
    const field = asked.matches(TYPING) ? asked : asked.querySelector(TYPING);
    if (field) field.focus();
    else if (asked.dataset.why && asked.hasAttribute("disabled")) document.getElementById(asked.dataset.why)?.focus();
    else asked.click();
  };

  const leaveFilter = (event) => {
    if (event.key !== "Escape" && event.key !== "Enter") return;
    if (!event.target.closest('[data-key="/"]') && event.target.dataset.key !== "/") return;
    event.target.blur();
    shown("[data-row]")[0]?.focus();
    event.preventDefault();
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") return send(event);
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector(".q-dialog")) return;
    if (event.target.closest?.(TYPING)) return leaveFilter(event);
    if (STEPS[event.key] && walk(event, STEPS[event.key])) return;
    if (event.key.startsWith("Arrow")) return;
    if (event.key === "Enter") return openFirst(event);
    if (event.key === "n") return nextFinding(event);
    press(event);
  });
})();
