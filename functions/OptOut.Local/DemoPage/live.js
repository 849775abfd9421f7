// Keeps the parts marked data-live up to date, and lets the buttons work without leaving the page. The page also works without this file.
"use strict";

const shown = new Map();
const live = root => root.querySelectorAll("[data-live]");

for (const part of live(document)) shown.set(part.id, part.innerHTML);

// Open <details> and the focus are kept when their part is replaced.
function replace(part, fresh) {
  const focused = part.contains(document.activeElement) ? document.activeElement.id : "";
  for (const details of fresh.querySelectorAll("details[id]")) {
    const old = document.getElementById(details.id);
    if (old) details.open = old.open;
  }
  part.className = fresh.className;
  part.replaceChildren(...fresh.childNodes);
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

function show(html) {
  for (const fresh of live(new DOMParser().parseFromString(html, "text/html"))) {
    const part = document.getElementById(fresh.id);
    if (!part) return location.reload();
    const text = fresh.innerHTML;
    if (shown.get(fresh.id) === text && part.className === fresh.className) continue;
    shown.set(fresh.id, text);
    replace(part, fresh);
  }
}

// The part of the address that selects the person; a fragment does not count.
const person = () => location.pathname + location.search;
let here = person();

// Responses to requests made before the last press are outdated: only the latest request is shown.
let latest = 0;
let busy = false;
let fastPolls = 0;

async function load(address, options) {
  const mine = ++latest;
  const answer = await fetch(address, { cache: "no-store", credentials: "omit", ...options });
  const html = await answer.text();
  document.body.classList.remove("unreachable");
  if (mine !== latest) return null;
  if (answer.ok) show(html);
  return answer;
}

document.addEventListener("submit", async event => {
  const form = event.target;
  if (!form.hasAttribute("data-press")) return;
  event.preventDefault();
  const button = form.querySelector("button");
  button.setAttribute("aria-busy", "true");
  busy = true;
  try {
    const answer = await load(form.action, { method: "POST" });
    if (answer?.ok) history.replaceState(null, "", new URL(answer.url).pathname + new URL(answer.url).search);
    else if (answer) location.reload();
    here = person();
  } catch {
    document.body.classList.add("unreachable");
  } finally {
    button.removeAttribute("aria-busy");
    busy = false;
    fastPolls = 20;
  }
});

document.addEventListener("click", async event => {
  const link = event.target.closest("a[data-choose]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  busy = true;
  try {
    if ((await load(link.href))?.ok) history.pushState(null, "", link.href);
    here = person();
  } catch {
    document.body.classList.add("unreachable");
  } finally {
    busy = false;
  }
});

window.addEventListener("popstate", () => {
  if (person() !== here) location.reload();
});

// Polls every second; after a press, every quarter of a second for the next 20 polls.
async function poll() {
  if (!document.hidden && !busy) {
    try {
      await load(person());
    } catch {
      document.body.classList.add("unreachable");
    }
  }
  setTimeout(poll, fastPolls-- > 0 ? 250 : 1000);
}

document.body.classList.add("live");
setTimeout(poll, 1000);
