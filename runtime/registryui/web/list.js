// The list of subjects. Only the rows that can be seen are elements, so ten
// thousand subjects cost what fifty do.

import { contextOf, pages } from "./api.js";
import { byId, element } from "./dom.js";
import { address, settings } from "./router.js";

const rowHeight = 38; // As in style.css.
const spare = 8; // Rows above and below those in sight.

const pane = byId("rows");
const list = byId("row-list");
const count = byId("count");

let all = []; // Names in order
let lower = []; // The same in lower case, for searching
let gone = new Set(); // Names of which every version is deleted
let shown = []; // Names that match
let current = ""; // Subject on the right
let active = 0; // Row that the Tab key reaches
let drawn = new Map(); // Row number to element
let complete = false;

// load reads all subjects anew and shows them as they come.
export async function load(signal) {
  complete = false;
  const names = new Set();
  const deleted = new Set();
  let painted = 0;
  all = []; lower = []; gone = deleted;
  filter();
  if (settings.deleted) {
    await pages("subjects", { deletedOnly: true }, signal, (part) => part.forEach((name) => deleted.add(name)));
  }
  await pages("subjects", settings.deleted ? { deleted: true } : {}, signal, (part) => {
    part.forEach((name) => names.add(name));
    // Sorting after every part would take longer than the parts.
    if (names.size >= 2 * painted) {
      take(names);
      painted = names.size;
    }
  });
  complete = true;
  take(names);
}

function take(names) {
  all = [...names].sort();
  lower = all.map((name) => name.toLowerCase());
  filter();
}

// filter chooses the rows by the search text and the context.
export function filter() {
  const words = settings.search.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = settings.context;
  shown = all.filter((name, at) => words.every((word) => lower[at].includes(word)) && (!wanted || contextOf(name) === wanted));
  active = Math.max(0, shown.indexOf(current));
  list.style.height = shown.length * rowHeight + "px";
  redraw();
  count.textContent = summary();
}

function summary() {
  const number = (n) => n.toLocaleString("en");
  const subjects = all.length === 1 ? "1 subject" : `${number(all.length)} subjects`;
  if (!complete) return all.length ? `Loading… ${subjects} so far` : "Loading…";
  if (!all.length) return settings.deleted ? "There are no subjects yet." : "There are no subjects yet, or none that you may see.";
  if (shown.length === all.length) return subjects;
  return shown.length ? `${number(shown.length)} of ${subjects}` : `None of ${subjects} matches.`;
}

// select marks the subject on the right and brings it into sight.
export function select(subject) {
  current = subject;
  const at = shown.indexOf(subject);
  if (at >= 0) {
    active = at;
    reveal(at);
  }
  redraw();
}

// focus puts the keyboard on the row that Tab would reach.
export function focus() {
  if (!shown.length) return;
  reveal(active);
  draw();
  link(active)?.focus();
}

const link = (at) => drawn.get(at)?.firstChild;

function reveal(at) {
  const top = at * rowHeight;
  if (top < pane.scrollTop) pane.scrollTop = top;
  else if (top + rowHeight > pane.scrollTop + pane.clientHeight) pane.scrollTop = top + rowHeight - pane.clientHeight;
}

// redraw makes all rows anew.
export function redraw() {
  const held = list.contains(document.activeElement);
  drawn.clear();
  list.replaceChildren();
  draw();
  if (held) link(active)?.focus({ preventScroll: true });
}

// draw makes the rows that came into sight and removes those that left it. The
// row with the keyboard stays.
function draw() {
  const first = Math.max(0, Math.floor(pane.scrollTop / rowHeight) - spare);
  const last = Math.min(shown.length, Math.ceil((pane.scrollTop + pane.clientHeight) / rowHeight) + spare);
  for (const [at, row] of drawn) {
    if ((at < first || at >= last) && at !== active) {
      row.remove();
      drawn.delete(at);
    }
  }
  for (let at = first; at < last; at++) if (!drawn.has(at)) add(at);
  if (active < shown.length && !drawn.has(active)) add(active);
}

function add(at) {
  const name = shown[at];
  const row = element("li", { "aria-setsize": shown.length, "aria-posinset": at + 1 },
    element("a", {
      href: address({ view: "subject", subject: name }), title: name, tabindex: at === active ? 0 : -1,
      "aria-current": name === current ? "page" : null,
    }, ...label(name), gone.has(name) ? element("span", { class: "badge deleted" }, "deleted") : null));
  row.style.top = at * rowHeight + "px";
  // In the order of the page too, for people who hear it.
  const next = [...drawn.keys()].filter((other) => other > at).sort((x, y) => x - y)[0];
  list.insertBefore(row, next === undefined ? null : drawn.get(next));
  drawn.set(at, row);
}

// label is the name as it is shown: the context apart from the rest.
export function label(name) {
  const context = contextOf(name);
  const rest = context === "." ? name : name.slice(context.length + 2);
  const parts = [element("span", { class: "name" }, rest || "(no name)")];
  if (context !== ".") parts.push(" ", element("span", { class: "badge" }, context));
  return parts;
}

// move puts the keyboard on another row.
function move(to) {
  const before = link(active);
  active = Math.min(Math.max(to, 0), shown.length - 1);
  before?.setAttribute("tabindex", "-1");
  reveal(active);
  draw();
  link(active)?.setAttribute("tabindex", "0");
  link(active)?.focus({ preventScroll: true });
}

let waiting = false;
pane.addEventListener("scroll", () => {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; draw(); });
});
new ResizeObserver(() => draw()).observe(pane);

list.addEventListener("keydown", (event) => {
  const page = Math.max(1, Math.floor(pane.clientHeight / rowHeight) - 1);
  const to = {
    ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: shown.length - 1,
  }[event.key];
  if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  if (event.key === "ArrowUp" && active === 0) byId("search").focus();
  else move(to);
});
