// What is shown while no subject is chosen, and who holds an id.

import { ask, get, Refusal } from "./api.js";
import { element } from "./dom.js";
import { label } from "./list.js";
import { note } from "./problem.js";
import { address, settings } from "./router.js";

// fact is a line of a definition list.
export const fact = (name, ...values) => element("div", {}, element("dt", {}, name), element("dd", {}, ...values));

// broadFact is one whose value is long.
export const broadFact = (...parts) => {
  const line = fact(...parts);
  line.className = "broad";
  return line;
};

// levelWithOrigin is the level that holds, and where it comes from.
export function levelWithOrigin(config, headers, context) {
  const origin = {
    subject: "set for this subject",
    context: `set for the context ${context}`,
    global: "the global level",
    default: "the server's default",
  }[headers.get("X-Plastron-Level-Origin")];
  return [element("strong", { id: "level" }, config.compatibilityLevel), origin ? element("span", { class: "origin", id: "origin" }, ` (${origin})`) : null];
}

// home shows the registry as a whole.
export async function home(signal) {
  // The settings of all subjects may be hidden from people who see some.
  const unlessHidden = (promise) => promise.catch((error) => {
    if (error instanceof Refusal && error.kind === "hidden") return null;
    throw error;
  });
  const [config, mode, types, version, contexts] = await Promise.all([
    unlessHidden(ask("config", {}, signal)), unlessHidden(get("mode", {}, signal)), get("schemas/types", {}, signal),
    get("v1/metadata/version", {}, signal), get("contexts", {}, signal),
  ]);
  const hidden = "not shown to you";
  return element("article", {},
    element("h1", { tabindex: -1 }, "Schema registry"),
    note("Choose a subject from the list, or find one by a part of its name. A number in the search field finds the schema with that id."),
    element("dl", { class: "facts" },
      fact("Compatibility", ...(config ? levelWithOrigin(config.body, config.headers, ".") : [hidden])),
      fact("Mode", mode ? mode.mode : hidden),
      fact("Schema types", types.join(", ")),
      contexts.length > 1 ? fact("Contexts", contexts.map((name) => (name === "." ? "default" : name)).join(", ")) : null,
      fact("Version", version.version)));
}

// holders shows which versions of which subjects have an id.
export async function holders(route, signal) {
  const places = await get(`schemas/ids/${route.id}/versions`, inContext(route.context, { deleted: settings.deleted }), signal);
  const where = route.context === "." ? "" : ` in the context ${route.context}`;
  return element("article", {},
    element("h1", { tabindex: -1 }, `Schema id ${route.id}${where}`),
    places.length
      ? element("ul", { class: "links", id: "holders" }, ...places.map((place) => element("li", {}, versionLink(place.subject, place.version))))
      : note("Every version with this id is deleted. Tick “Show deleted” to see them."));
}

// inContext adds to a query which id space is meant.
export function inContext(context, query) {
  return context === "." ? query : { ...query, subject: `:${context}:` };
}

// versionLink leads to a version of a subject.
export function versionLink(subject, version) {
  return element("a", { href: address({ view: "subject", subject, version }) }, ...label(subject), element("span", { class: "at" }, ` version ${version}`));
}
