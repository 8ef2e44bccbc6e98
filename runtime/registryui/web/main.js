// What the address bar means, and what the controls at the top do.

import { get } from "./api.js";
import { announce, byId, element } from "./dom.js";
import { diffView } from "./diff.js";
import { holders, home } from "./home.js";
import * as list from "./list.js";
import { note, problem, sentence } from "./problem.js";
import { address, parse, settings } from "./router.js";
import { subjectView } from "./subject.js";

const content = byId("content");
const search = byId("search");
const deleted = byId("deleted");
const contexts = byId("context");

let route = { view: "home" };
let showing = new AbortController(); // Ends requests of the view before
let listing = new AbortController(); // Ends requests of the list before

// show draws the view of the route. The keyboard moves to its title when the
// reader went to another thing, and stays where it was otherwise.
async function show({ moved = false } = {}) {
  showing.abort();
  showing = new AbortController();
  const signal = showing.signal;
  content.setAttribute("aria-busy", "true");
  const slow = setTimeout(() => content.replaceChildren(note("Loading…")), 200);
  let node;
  try {
    node = await view(signal);
  } catch (error) {
    if (signal.aborted) return;
    node = problem(error, start);
  } finally {
    clearTimeout(slow);
  }
  if (signal.aborted) return;
  const inside = content.contains(document.activeElement), held = document.activeElement?.id;
  content.replaceChildren(node);
  content.setAttribute("aria-busy", "false");
  const title = content.querySelector("h1");
  const name = title && route.view !== "home" ? (route.subject || title.textContent) + " · " : "";
  document.title = name + "Schema registry";
  if (moved) {
    content.scrollTop = 0;
    (title || content).focus({ preventScroll: true });
    announce(document.title);
  } else if (inside) {
    ((held && byId(held)) || title || content).focus({ preventScroll: true });
  }
}

function view(signal) {
  switch (route.view) {
    case "home": return home(signal);
    case "subject": return subjectView(route, signal);
    case "diff": return diffView(route, signal);
    case "id": return holders(route, signal);
    default: return note("This address leads nowhere. ", element("a", { href: address({ view: "home" }) }, "Go to the start."));
  }
}

// load fills the list, and the choice of contexts if there are several.
async function load() {
  listing.abort();
  listing = new AbortController();
  const signal = listing.signal;
  const box = byId("list-problem");
  box.hidden = true;
  try {
    await list.load(signal);
    chooseContexts(await get("contexts", {}, signal));
  } catch (error) {
    if (signal.aborted) return;
    byId("count").textContent = "";
    // Signing in is asked for on the right.
    box.textContent = sentence(error);
    box.hidden = error.kind === "token" || error.kind === "signin";
  }
}

function chooseContexts(names) {
  const several = names.length > 1;
  byId("context-label").hidden = contexts.hidden = !several;
  const option = (value, text) => element("option", { value, selected: value === settings.context }, text);
  contexts.replaceChildren(option("", "All contexts"), ...names.map((name) => option(name, name === "." ? "Default context" : name)));
}

function start() {
  show();
  load();
}

// follow takes over what the address says.
function follow({ first = false } = {}) {
  const wanted = parse(location.hash);
  if (first) Object.assign(settings, wanted.settings);
  const same = wanted.route.view === route.view && wanted.route.subject === route.subject;
  const toggled = wanted.settings.deleted !== settings.deleted;
  settings.deleted = wanted.settings.deleted;
  route = wanted.route;
  deleted.checked = settings.deleted;
  if (first) search.value = settings.search;
  // Links were made before the last letters were typed.
  history.replaceState(null, "", route.view === "nowhere" ? location.hash : address(route));
  byId("home").setAttribute("href", address({ view: "home" }));
  document.body.dataset.view = route.view;
  list.select(route.subject || "");
  if (first) return start();
  if (toggled) load();
  return show({ moved: !same });
}

// refine redraws the list after the search text or the context has changed.
function refine() {
  history.replaceState(null, "", route.view === "nowhere" ? location.hash : address(route));
  byId("home").setAttribute("href", address({ view: "home" }));
  byId("rows").scrollTop = 0;
  list.filter();
}

addEventListener("hashchange", () => follow());
search.addEventListener("input", () => { settings.search = search.value; refine(); });
contexts.addEventListener("change", () => { settings.context = contexts.value; refine(); });
deleted.addEventListener("change", () => {
  settings.deleted = deleted.checked;
  refine();
  start();
});
byId("search-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (/^\d+$/.test(search.value.trim())) {
    location.hash = address({ view: "id", context: settings.context || ".", id: Number(search.value) });
  } else {
    list.focus();
  }
});
search.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown") return;
  event.preventDefault();
  list.focus();
});
byId("skip").addEventListener("click", (event) => {
  event.preventDefault(); // "#content" would be taken for an address of ours.
  content.focus();
});
addEventListener("keydown", (event) => {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  search.focus();
  search.select();
});

follow({ first: true });
