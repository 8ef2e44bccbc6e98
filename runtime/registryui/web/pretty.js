// Indenting JSON without changing it: numbers keep their digits and objects
// their double keys, which parsing and printing again would lose.

const step = "  ";

// pretty returns the text of a schema as it is best read. What is not JSON
// comes back as it is.
export function pretty(type, text) {
  if (type === "PROTOBUF") return text;
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  return indent(text);
}

// indent puts every member and item of valid JSON on a line of its own.
export function indent(text) {
  const out = [];
  let depth = 0;
  const newline = () => out.push("\n", step.repeat(depth));
  for (const token of tokens(text)) {
    switch (token) {
      case "{}": case "[]":
        out.push(token);
        break;
      case "{": case "[":
        out.push(token);
        depth++;
        newline();
        break;
      case "}": case "]":
        depth--;
        newline();
        out.push(token);
        break;
      case ",":
        out.push(token);
        newline();
        break;
      case ":":
        out.push(": ");
        break;
      default:
        out.push(token);
    }
  }
  return out.join("");
}

// tokens yields strings, words, numbers and signs of valid JSON; brackets with
// nothing between them are one token.
function* tokens(text) {
  const pattern = /"(?:[^"\\]|\\.)*"|\{\s*\}|\[\s*\]|[{}[\],:]|[^\s{}[\],:"]+/g;
  for (const [token] of text.matchAll(pattern)) {
    yield /^[{[]\s*[}\]]$/.test(token) ? token[0] + token.at(-1) : token;
  }
}
