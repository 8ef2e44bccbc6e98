// What is shown instead of data.

import { useToken } from "./api.js";
import { element } from "./dom.js";

// problem explains an error in a sentence and offers what can be done about it.
// again() is called when the reader wants another try.
export function problem(error, again) {
  const box = element("section", { class: "problem", role: "alert" }, element("p", {}, sentence(error)));
  if (error.kind === "token") box.append(tokenForm(again));
  else box.append(element("button", { type: "button", onclick: again }, error.kind === "signin" ? "Sign in" : "Try again"));
  return box;
}

// sentence is for people. A mistake of the page itself is shown as it is, and
// in the console too.
export function sentence(error) {
  if (error.kind) return error.message;
  console.error(error);
  return "This page made a mistake: " + error.message;
}

// tokenForm asks for a bearer token, which browsers have no dialog for.
function tokenForm(again) {
  const input = element("input", { type: "password", id: "token", autocomplete: "off", required: true });
  return element("form", {
    class: "token",
    onsubmit: (event) => {
      event.preventDefault();
      useToken(input.value);
      again();
    },
  },
  element("label", { for: "token" }, "Access token"), input,
  element("button", { type: "submit" }, "Use it"),
  element("p", { class: "hint" }, "It is kept until this page is closed or loaded again, and sent to this registry only."));
}

// note is a sentence where there is nothing wrong, and nothing to show.
export function note(...parts) {
  return element("p", { class: "note" }, ...parts);
}
