// What the browser does by itself: copy a text, and bring what is new into view.
(() => {
  const said = () => {
    let region = document.getElementById("kosnote-said");
    if (!region) {
      region = document.createElement("div");
      region.id = "kosnote-said";
      region.className = "toast";
      region.setAttribute("role", "status");
      document.body.append(region);
    }
    return region;
  };

  const tell = (words) => {
    const region = said();
    region.textContent = words;
    region.classList.add("shown");
    clearTimeout(region.timer);
    region.timer = setTimeout(() => region.classList.remove("shown"), 1800);
  };

  // Without https a browser lends no clipboard: a hidden field does what it did before there was one.
  const byField = (words) => {
    const field = document.createElement("textarea");
    field.value = words;
    field.className = "unseen";
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  };

  document.addEventListener("click", async (event) => {
    const asked = event.target.closest?.("[data-copy]");
    if (!asked) return;
    const words = asked.dataset.copy;
    try {
      await navigator.clipboard.writeText(words);
    } catch {
      byField(words);
    }
    tell(asked.dataset.copied);
  });

  globalThis.kosnote = {
    look(id) {
      const element = document.getElementById(id);
      if (!element) return;
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      element.scrollIntoView({ block: "center", behavior: still ? "auto" : "smooth" });
      element.tabIndex = -1;
      element.focus({ preventScroll: true });
    },
    reveal(id, smooth) {
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches || !smooth;
      requestAnimationFrame(() => {
        const element = document.getElementById(id);
        element?.scrollIntoView({ block: "start", behavior: still ? "auto" : "smooth" });
        if (element && smooth && document.activeElement === document.body) {
          element.tabIndex = -1; // what had the focus is gone: go on from what is new
          element.focus({ preventScroll: true });
        }
      });
    },
  };
})();
