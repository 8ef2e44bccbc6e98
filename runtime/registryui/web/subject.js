// One version of a subject: text, facts, references.

import { ask, contextOf, get, Refusal, segment } from "./api.js";
import { copyButton, element } from "./dom.js";
import { broadFact, fact, inContext, levelWithOrigin, versionLink } from "./home.js";
import { label } from "./list.js";
import { note } from "./problem.js";
import { pretty } from "./pretty.js";
import { address, settings } from "./router.js";

// versionsOf lists the versions as {version, deleted}, oldest first; deleted
// ones only when they are to be shown.
export async function versionsOf(subject, signal) {
  // Both flags: all versions in one answer, also when none is left alive.
  const numbers = await get(`subjects/${segment(subject)}/versions`, { deleted: true, deletedAsNegative: true }, signal);
  const versions = numbers.map((n) => ({ version: Math.abs(n), deleted: n < 0 }));
  const visible = versions.filter((v) => settings.deleted || !v.deleted);
  if (!visible.length) {
    throw new Refusal("missing", `The subject ${subject} is deleted. Tick “Show deleted” to see it.`);
  }
  return visible;
}

// schemaOf reads one version.
export function schemaOf(subject, version, signal) {
  return get(`subjects/${segment(subject)}/versions/${version}`, { deleted: true, referenceFormat: "qualified" }, signal);
}

// picker is a labelled list of versions.
export function picker(id, text, versions, chosen, change) {
  const select = element("select", { id, onchange: () => change(Number(select.value)) },
    ...versions.map((v) => element("option", { value: v.version, selected: v.version === chosen }, `${v.version}${v.deleted ? " (deleted)" : ""}`)));
  return element("span", { class: "pick" }, element("label", { for: id }, text), select);
}

// heading shows a subject as the title of the page.
export function heading(subject, ...badges) {
  return element("h1", { tabindex: -1, id: "title" }, ...label(subject), ...badges.flatMap((badge) => (badge ? [" ", badge] : [])));
}

const go = (route) => { location.hash = address(route); };

// subjectView shows a version, or the newest when the route names none.
export async function subjectView(route, signal) {
  const subject = route.subject;
  const versions = await versionsOf(subject, signal);
  // The newest that is alive, else the newest.
  const newest = versions.findLast((v) => !v.deleted) || versions.at(-1);
  const version = route.version || newest.version;
  const listed = versions.some((v) => v.version === version);
  if (!listed) {
    throw new Refusal("missing", `Version ${version} of ${subject} does not exist or is deleted. Deleted versions are listed when “Show deleted” is ticked.`);
  }
  const entry = await schemaOf(subject, version, signal);
  // An alias has settings of its own, which are not those of its subject.
  const [config, mode] = await Promise.all([
    ask(`config/${segment(entry.subject)}`, { defaultToGlobal: true }, signal),
    get(`mode/${segment(entry.subject)}`, { defaultToGlobal: true }, signal),
  ]);
  const others = versions.filter((v) => v.version !== version);
  return element("article", {},
    heading(subject, element("span", { class: "badge" }, entry.schemaType), entry.deleted ? element("span", { class: "badge deleted" }, "deleted") : null),
    entry.subject === subject ? null : note("This name stands for the subject ", versionLink(entry.subject, version), "."),
    element("div", { class: "tools" },
      picker("version", "Version", versions, version, (to) => go({ view: "subject", subject, version: to })),
      others.length ? comparison(subject, version, others) : null),
    facts(entry, config, mode.mode),
    text(entry),
    refersTo(entry),
    await referredBy(entry, signal));
}

// comparison chooses a version to compare with; the older of the two is on the
// left.
function comparison(subject, version, others) {
  const before = others.findLast((v) => v.version < version) || others[0];
  const pick = picker("compare", "Compare with", others, before.version, () => {});
  const button = element("button", {
    type: "button", id: "show-diff",
    onclick: () => {
      const other = Number(pick.querySelector("select").value);
      go({ view: "diff", subject, from: Math.min(version, other), to: Math.max(version, other) });
    },
  }, "Compare");
  return element("span", { class: "pick" }, pick, button);
}

function facts(entry, config, mode) {
  const context = contextOf(entry.subject);
  const { compatibilityLevel: _, ...rest } = config.body;
  const other = Object.entries(rest).map(([name, value]) => `${name}: ${typeof value === "object" ? JSON.stringify(value) : value}`);
  return element("dl", { class: "facts" },
    fact("Schema id", element("a", { href: address({ view: "id", context, id: entry.id }), id: "schema-id" }, String(entry.id))),
    fact("Compatibility", ...levelWithOrigin(config.body, config.headers, context)),
    fact("Mode", mode),
    context === "." ? null : fact("Context", context),
    entry.ts ? fact("Registered", element("time", { datetime: new Date(entry.ts).toISOString() }, new Date(entry.ts).toLocaleString())) : null,
    entry.guid ? broadFact("GUID", element("code", {}, entry.guid)) : null,
    other.length ? broadFact("Other settings", other.join(", ")) : null,
    entry.metadata ? broadFact("Metadata", element("code", {}, JSON.stringify(entry.metadata))) : null);
}

function text(entry) {
  const shown = pretty(entry.schemaType, entry.schema);
  return element("section", { "aria-label": "Schema" },
    element("div", { class: "tools" }, element("h2", {}, "Schema"),
      copyButton("Copy", () => shown),
      shown === entry.schema ? null : copyButton("Copy as stored", () => entry.schema)),
    element("pre", { tabindex: 0, id: "schema", "aria-label": "Text of the schema" }, element("code", {}, shown)));
}

function refersTo(entry) {
  const references = entry.references || [];
  return element("section", {}, element("h2", {}, "Refers to"),
    references.length
      ? element("ul", { class: "links", id: "refers-to" }, ...references.map((r) =>
        element("li", {}, element("code", {}, r.name), " is ", versionLink(r.subject, r.version))))
      : note("Nothing: the schema stands alone."));
}

const atOnce = 20; // Ids that are looked up before the reader asks for more.

// referredBy lists the versions that refer to this one. The registry knows
// them by id; who holds an id is asked for each.
async function referredBy(entry, signal) {
  const path = `subjects/${segment(entry.subject)}/versions/${entry.version}/referencedby`;
  const ids = await get(path, { deleted: settings.deleted }, signal);
  const section = element("section", {}, element("h2", {}, "Referred to by"));
  if (!ids.length) {
    section.append(note("No other schema."));
    return section;
  }
  const list = element("ul", { class: "links", id: "referred-by" });
  const rest = element("button", { type: "button", onclick: () => more() });
  const hidden = note();
  let hiddenIDs = 0, next = 0;

  async function more() {
    const part = ids.slice(next, next + atOnce);
    next += part.length;
    const places = await Promise.all(part.map((id) => holdersOf(id, entry.subject, signal)));
    list.append(...places.flat().map((place) => element("li", {}, versionLink(place.subject, place.version))));
    hiddenIDs += places.filter((found) => !found.length).length;
    hidden.textContent = hiddenIDs ? `${hiddenIDs} more that you may not see.` : "";
    rest.hidden = next >= ids.length;
    rest.textContent = `Show more (${ids.length - next} left)`;
  }
  await more();
  section.append(list, hidden, rest);
  return section;
}

// holdersOf lists who has an id; nobody, if the reader may not know.
async function holdersOf(id, subject, signal) {
  try {
    return await get(`schemas/ids/${id}/versions`, inContext(contextOf(subject), { deleted: settings.deleted }), signal);
  } catch (error) {
    if (error.kind === "missing") return [];
    throw error;
  }
}
