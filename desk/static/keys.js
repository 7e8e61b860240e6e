// Keys for the desk. Each only presses a button or follows a link that is on the page.
(() => {
  "use strict";
  document.documentElement.classList.add("scripted");
  const one = (selector) => document.querySelector(selector);
  const typing = (node) => node.closest("input, textarea, select, [contenteditable]") !== null;
  const PAGES = { q: "q", l: "l", s: "s", o: "o", u: "u", x: "x" };
  let going = false;

  const items = () => [...document.querySelectorAll("a.item")];
  const move = (step) => {
    const all = items();
    const at = all.indexOf(document.activeElement);
    const from = at >= 0 ? at : all.findIndex((item) => item.hasAttribute("aria-current"));
    const next = all[Math.min(Math.max(from + step, 0), all.length - 1)];
    if (next) { next.focus(); next.scrollIntoView({ block: "nearest" }); }
  };
  const open = () => {
    const item = document.activeElement.closest("a.item") ?? one("a.item[aria-current]") ?? one("a.item");
    item?.click();
  };
  const menu = (details) => {
    details.open = true;
    details.querySelector(".sheet button, .sheet a")?.focus();
  };
  const press = (key) => {
    const target = one(`[data-key="${key}"]`);
    if (!target) return false;
    if (target.matches("summary")) menu(target.parentElement); else target.click();
    return true;
  };
  const close = () => {
    let closed = false;
    for (const details of document.querySelectorAll("details.menu[open]")) {
      details.open = false;
      details.querySelector("summary").focus();
      closed = true;
    }
    return closed;
  };

  const ACTIONS = {
    j: () => move(1), k: () => move(-1), o: open,
    e: () => one("#draft")?.focus(),
    "/": () => { const field = one("[data-search]"); field ? field.select() : one('[data-go="q"]')?.click(); },
    "?": () => one("[data-keys]")?.click(),
    g: () => { going = true; setTimeout(() => { going = false; }, 1200); },
  };

  document.addEventListener("keydown", (event) => {
    const { key } = event;
    if ((event.ctrlKey || event.metaKey) && key === "s" && one("[data-saves]")) {
      event.preventDefault(); one("[data-saves]").click(); return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (key === "Escape") { if (!close()) document.activeElement.blur(); return; }
    if (typing(event.target)) return;
    const digit = /^\d$/.test(key) && one(`details.menu[open] [data-digit="${key}"]`);
    if (digit) { event.preventDefault(); digit.click(); return; }
    if (going) {
      going = false;
      const link = PAGES[key] && one(`[data-go="${PAGES[key]}"]`);
      if (link) { event.preventDefault(); link.click(); }
      return;
    }
    if (ACTIONS[key]) { event.preventDefault(); ACTIONS[key](); }
    else if ("ardublnw".includes(key) && press(key)) event.preventDefault();
  });

  // One menu at a time, and none once the pointer went elsewhere.
  document.addEventListener("click", (event) => {
    for (const details of document.querySelectorAll("details.menu[open]"))
      if (!details.contains(event.target)) details.open = false;
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });
  // The opened case stays in sight in the list, and the post in question in its thread.
  let shown = "";
  const reveal = () => {
    one(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
    one("a.item[aria-current]")?.scrollIntoView({ block: "nearest" });
    const scroll = one(".case .scroll");
    const asked = one(".post.asked");
    if (!scroll || !asked || scroll.id === shown || innerWidth < 721) return;
    shown = scroll.id;
    const below = asked.getBoundingClientRect().top - scroll.getBoundingClientRect().bottom;
    if (below > -80) scroll.scrollTop += below + scroll.clientHeight / 2;
  };
  reveal();
  document.addEventListener("htmx:after:swap", reveal);
})();
