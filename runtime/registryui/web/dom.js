// Making elements. Children are elements or texts; texts become text nodes,
// whatever is in them.

// element makes <name> with attributes. A value of null or false leaves the
// attribute out, true sets an empty one, a function is a listener ("onclick").
export function element(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export const byId = (id) => document.getElementById(id);

// announce tells people who cannot see the page what happened.
export function announce(text) {
  byId("announce").textContent = text;
}

// copy puts text into the clipboard. Pages from plain HTTP have no clipboard
// object, but may still copy what is selected.
export async function copy(text) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Refused; the other way may still work.
    }
  }
  const area = element("textarea", { class: "hidden", readonly: true });
  area.value = text;
  document.body.append(area);
  const focused = document.activeElement;
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return done;
}

// copyButton copies what text() returns and says so.
export function copyButton(label, text) {
  const button = element("button", { type: "button" }, label);
  button.addEventListener("click", async () => {
    const done = await copy(text());
    button.textContent = done ? "Copied" : "Select the text to copy it";
    announce(button.textContent);
    setTimeout(() => { button.textContent = label; }, 2000);
  });
  return button;
}
