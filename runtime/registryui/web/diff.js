// Two versions of a subject side by side, line by line.

import { copyButton, element } from "./dom.js";
import { compareLines, hunks } from "./lines.js";
import { note } from "./problem.js";
import { pretty } from "./pretty.js";
import { address } from "./router.js";
import { heading, picker, schemaOf, versionsOf } from "./subject.js";

const maxRows = 5000; // More lines than that are not drawn.

// diffView compares the versions that the route names.
export async function diffView(route, signal) {
  const { subject, from, to } = route;
  const [versions, before, after] = await Promise.all([
    versionsOf(subject, signal), schemaOf(subject, from, signal), schemaOf(subject, to, signal),
  ]);
  const { rows, exact } = compareLines(pretty(before.schemaType, before.schema), pretty(after.schemaType, after.schema));
  const count = (kind) => rows.filter((row) => row.kind === kind).length;
  const added = count("added"), removed = count("removed");
  const go = (change) => { location.hash = address({ ...route, ...change }); };
  return element("article", {},
    heading(subject),
    element("div", { class: "tools" },
      picker("from", "From version", versions, from, (n) => go({ from: n })),
      picker("to", "to version", versions, to, (n) => go({ to: n })),
      element("button", { type: "button", id: "swap", onclick: () => go({ from: to, to: from }) }, "Swap"),
      copyButton("Copy", () => asText(rows)),
      element("a", { href: address({ view: "subject", subject, version: to }), class: "back" }, `Back to version ${to}`)),
    element("p", { id: "diff-summary" }, summary(added, removed)),
    exact ? null : note("The texts are too long and too different to match their lines: what changed is shown as removed and added whole."),
    added + removed ? table(rows, from, to) : null);
}

function summary(added, removed) {
  const lines = (n) => (n === 1 ? "1 line" : `${n} lines`);
  if (!added && !removed) return "Both versions have the same text.";
  return `${lines(added)} added, ${lines(removed)} removed.`;
}

const signs = { same: " ", added: "+", removed: "−" };

function asText(rows) {
  return rows.map((row) => (row.kind === "removed" ? "-" : signs[row.kind]) + row.text).join("\n");
}

function table(rows, from, to) {
  const body = element("tbody");
  let left = maxRows;
  for (const group of hunks(rows)) {
    if (group.folded) {
      body.append(fold(group.folded));
      continue;
    }
    body.append(...group.shown.slice(0, left).map(line));
    left -= group.shown.length;
    if (left <= 0) {
      body.append(element("tr", { class: "fold" }, element("td", { colspan: 4 }, `Only the first ${maxRows} lines are shown; copy to get all.`)));
      break;
    }
  }
  return element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Changed lines" },
    element("table", { class: "diff", id: "diff" },
      element("caption", { class: "hidden" }, `Lines of version ${from} and version ${to}`),
      element("thead", { class: "hidden" }, element("tr", {}, ...[`Line in version ${from}`, `Line in version ${to}`, "Change", "Text"].map((name) => element("th", { scope: "col" }, name)))),
      body));
}

function line(row) {
  return element("tr", { class: row.kind },
    element("td", { class: "number" }, row.before === null ? "" : String(row.before)),
    element("td", { class: "number" }, row.after === null ? "" : String(row.after)),
    element("td", { class: "sign", "aria-label": row.kind === "same" ? "unchanged" : row.kind }, signs[row.kind]),
    element("td", { class: "text" }, row.text));
}

// fold stands for equal lines until somebody wants to see them.
function fold(rows) {
  const tr = element("tr", { class: "fold" }, element("td", { colspan: 4 },
    element("button", { type: "button", onclick: () => tr.replaceWith(...rows.slice(0, maxRows).map(line)) }, `Show ${rows.length} equal lines`)));
  return tr;
}
