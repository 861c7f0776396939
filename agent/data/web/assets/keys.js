// Keys of a page: an element with data-key is clicked by that key, j and k walk along elements with data-row.
// Nothing happens while somebody types or a dialog is open; there Ctrl+Enter sends.
// From a decision until the next page is there no key counts, and that is said: it would be meant for another note.
(() => {
  const GOING = "kosnote.going"; // what a key is refused with, kept for the page that follows
  const REFUSED = "kosnote.refused"; // whether one was
  const QUIET_MS = 800; // whoever was refused goes on typing for a while
  const LONGEST_MS = 15000;
  let going = null;

  const say = (words) => {
    going.said.textContent = words;
  };

  const begin = (words, refusal) => {
    stay();
    document.activeElement?.blur?.();
    const veil = document.createElement("div");
    veil.className = "keys-going";
    const said = document.createElement("div");
    said.setAttribute("role", "status");
    veil.append(said);
    going = { veil, said, refusal, refusedAt: 0, arriving: false, timer: setTimeout(stay, LONGEST_MS) };
    if (words) say(words);
    else veil.classList.add("open");
    if (words) document.body.append(veil);
    sessionStorage.setItem(GOING, refusal);
  };

  const stay = () => {
    sessionStorage.removeItem(GOING);
    sessionStorage.removeItem(REFUSED);
    if (!going) return;
    clearTimeout(going.timer);
    going.veil.remove();
    going = null;
  };

  // The page that follows is open once it has keys of its own, and whoever was refused has paused.
  const isOpen = () => {
    const paused = !going.refusedAt || performance.now() - going.refusedAt > QUIET_MS;
    return going.arriving && paused && document.querySelector("[data-key]") !== null;
  };

  const refuse = (event) => {
    if (!going || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isOpen()) return stay();
    event.preventDefault();
    event.stopImmediatePropagation();
    going.refusedAt = performance.now();
    sessionStorage.setItem(REFUSED, "yes");
    say(going.refusal);
    if (!going.veil.isConnected) document.body.append(going.veil);
  };

  const arrive = () => {
    if (!going) return;
    if (isOpen()) stay();
    else setTimeout(arrive, 50);
  };

  document.addEventListener("click", (event) => {
    const asked = event.target.closest?.("[data-going]:not([disabled])");
    if (asked) begin(asked.dataset.going, asked.dataset.refused);
  });
  addEventListener("keydown", refuse, true);
  globalThis.kosnoteKeys = { stay };

  const kept = sessionStorage.getItem(GOING);
  if (kept) {
    const refused = sessionStorage.getItem(REFUSED);
    begin("", kept);
    going.arriving = true;
    if (refused) {
      going.refusedAt = performance.now();
      say(kept);
      document.body.append(going.veil);
    }
    arrive();
  }
})();

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
