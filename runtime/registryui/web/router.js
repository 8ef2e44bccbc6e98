// The part of the address behind "#": what is shown, and how the list is
// filtered, so that an address can be sent to somebody.
//
//	#/                               the registry
//	#/subjects/S                     newest version of S
//	#/subjects/S/versions/3
//	#/subjects/S/diff/1/3
//	#/ids/7, #/contexts/.eu/ids/7    who holds an id
//
// with ?q=TEXT&context=.eu&deleted=1 behind any of them.

// settings are what stays when another subject is chosen.
export const settings = { search: "", context: "", deleted: false };

// parse reads an address. It returns {route, settings}; the route of an address
// that means nothing is {view: "nowhere"}.
export function parse(hash) {
  const [path, query] = split(hash.replace(/^#/, ""));
  const given = new URLSearchParams(query);
  return {
    route: routeOf(path),
    settings: { search: given.get("q") || "", context: given.get("context") || "", deleted: given.get("deleted") === "1" },
  };
}

function split(text) {
  const at = text.indexOf("?");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function routeOf(path) {
  let parts;
  try {
    parts = path.split("/").slice(1).map(decodeURIComponent);
  } catch {
    return { view: "nowhere" }; // A lone percent sign.
  }
  const number = (text) => (/^[1-9]\d{0,9}$/.test(text || "") ? Number(text) : 0);
  const [kind, name, what, first, second] = parts;
  if (!kind && parts.length < 2) return { view: "home" };
  if (kind === "subjects" && name) {
    if (parts.length === 2) return { view: "subject", subject: name, version: 0 };
    if (what === "versions" && parts.length === 4 && number(first)) return { view: "subject", subject: name, version: number(first) };
    if (what === "diff" && parts.length === 5 && number(first) && number(second)) {
      return { view: "diff", subject: name, from: number(first), to: number(second) };
    }
  }
  if (kind === "ids" && parts.length === 2 && number(name)) return { view: "id", context: ".", id: number(name) };
  if (kind === "contexts" && what === "ids" && parts.length === 4 && number(first)) {
    return { view: "id", context: name, id: number(first) };
  }
  return { view: "nowhere" };
}

// address is the other direction.
export function address(route) {
  const query = new URLSearchParams();
  if (settings.search) query.set("q", settings.search);
  if (settings.context) query.set("context", settings.context);
  if (settings.deleted) query.set("deleted", "1");
  const text = query.toString();
  return "#" + pathOf(route) + (text ? "?" + text : "");
}

function pathOf(route) {
  const subject = "/subjects/" + encodeURIComponent(route.subject);
  switch (route.view) {
    case "subject": return route.version ? `${subject}/versions/${route.version}` : subject;
    case "diff": return `${subject}/diff/${route.from}/${route.to}`;
    case "id": return (route.context === "." ? "" : "/contexts/" + encodeURIComponent(route.context)) + "/ids/" + route.id;
    default: return "/";
  }
}
