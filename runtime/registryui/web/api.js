// Requests to the registry. Everything is read with GET from the folder above
// the page, so the page works behind any prefix.

const base = location.origin + location.pathname.replace(/\/ui\/[^/]*$/, "/");

// The token that the reader typed in, if the registry asks for one. It lives as
// long as the page.
let token = "";
export function useToken(text) {
  token = text.trim();
}

// Refusal is an answer that is not the wanted one. kind is one of: network,
// signin, token, hidden, missing, starting, busy, other.
export class Refusal extends Error {
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

// get returns the parsed body of GET path?query. The signal ends it early, with
// an AbortError.
export async function get(path, query, signal) {
  return (await ask(path, query, signal)).body;
}

// ask is get with the headers of the answer.
export async function ask(path, query, signal) {
  const url = new URL(base + path);
  for (const [name, value] of Object.entries(query || {})) url.searchParams.set(name, value);
  const headers = { Accept: "application/json", "Confluent-Accept-Unknown-Properties": "true" };
  if (token) headers.Authorization = "Bearer " + token;
  let response, text;
  try {
    response = await fetch(url, { headers, signal, credentials: "same-origin" });
    text = await response.text();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal("network", "The registry cannot be reached. Is it running, and is the network up?");
  }
  if (!response.ok) throw refusal(response, text);
  try {
    return { body: JSON.parse(text), headers: response.headers };
  } catch {
    throw new Refusal("other", "The answer was not what a registry sends. Is there a proxy in between?");
  }
}

function refusal(response, text) {
  let message = "";
  try {
    message = JSON.parse(text).message;
  } catch {
    // Something in between answered.
  }
  switch (response.status) {
    case 401:
      if (/^bearer/i.test(response.headers.get("WWW-Authenticate") || "")) {
        return new Refusal("token", token ? "The registry did not accept this token. It may have expired." : "The registry asks for an access token.");
      }
      return new Refusal("signin", "The registry asks for a user name and a password.");
    case 403:
      return new Refusal("hidden", "You are signed in, but you may not see this.");
    case 404:
      return new Refusal("missing", "There is no such thing here, or you may not see it.");
    case 429:
      return new Refusal("busy", "The registry is busy checking passwords. Try again in a moment.");
    case 503:
      return new Refusal("starting", "The registry is not ready yet: it may still be reading its topic. Try again in a moment.");
    default:
      return new Refusal("other", `The registry answered with status ${response.status}` + (message ? `: ${message}` : "."));
  }
}

// segment is a subject as a part of a path. Browsers take "." and ".." for
// folders even when encoded; with the name of their context they are subjects.
export function segment(subject) {
  return encodeURIComponent(subject === "." || subject === ".." ? ":.:" + subject : subject);
}

const pageSize = 1000;

// pages calls take with each part of a list, until all of it was there.
export async function pages(path, query, signal, take) {
  for (let offset = 0; ; offset += pageSize) {
    const part = await get(path, { ...query, offset, limit: pageSize }, signal);
    take(part);
    if (part.length < pageSize) return;
  }
}

// contextOf is the context of a subject: "." when it names none.
export function contextOf(subject) {
  const match = /^:(\.[^:]*):/.exec(subject);
  return match ? match[1] : ".";
}
