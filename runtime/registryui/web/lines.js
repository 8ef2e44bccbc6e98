// Which lines of one text are not in the other.

// The table of the longest common subsequence has one cell for each pair of
// lines that differ at first sight; above this the middle is not matched.
const maxCells = 4_000_000;

// compareLines returns {rows, exact}: rows of {kind, text, before, after} with
// the kinds "same", "removed" and "added" and line numbers from 1. exact is
// false when the texts were too long and too different to be matched.
export function compareLines(before, after) {
  const a = before.split("\n"), b = after.split("\n");
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let endA = a.length, endB = b.length;
  while (endA > start && endB > start && a[endA - 1] === b[endB - 1]) { endA--; endB--; }

  const rows = [];
  let i = 0, j = 0;
  const same = () => rows.push({ kind: "same", text: a[i], before: ++i, after: ++j });
  const removed = () => rows.push({ kind: "removed", text: a[i], before: ++i, after: null });
  const added = () => rows.push({ kind: "added", text: b[j], before: null, after: ++j });

  while (i < start) same();
  const n = endA - start, m = endB - start;
  const exact = (n + 1) * (m + 1) <= maxCells;
  if (exact) {
    const common = table(a, b, start, n, m);
    const at = (x, y) => common[(x - start) * (m + 1) + (y - start)];
    while (i < endA || j < endB) {
      if (i < endA && j < endB && a[i] === b[j]) same();
      else if (i < endA && (j === endB || at(i + 1, j) >= at(i, j + 1))) removed();
      else added();
    }
  } else {
    while (i < endA) removed();
    while (j < endB) added();
  }
  while (i < a.length) same();
  return { rows, exact };
}

// table holds at (x, y) how many lines the rests of both texts have in common.
// maxCells keeps the smaller of the two lengths below 2 to the 16.
function table(a, b, start, n, m) {
  const width = m + 1;
  const common = new Uint16Array((n + 1) * width);
  for (let x = n - 1; x >= 0; x--) {
    for (let y = m - 1; y >= 0; y--) {
      common[x * width + y] = a[start + x] === b[start + y]
        ? common[(x + 1) * width + y + 1] + 1
        : Math.max(common[(x + 1) * width + y], common[x * width + y + 1]);
    }
  }
  return common;
}

// hunks groups rows for showing: lists of rows near a change, and between them
// lists of equal ones that may be folded ({folded: rows}).
export function hunks(rows, around = 3) {
  const near = new Uint8Array(rows.length);
  rows.forEach((row, at) => {
    if (row.kind !== "same") near.fill(1, Math.max(0, at - around), at + around + 1);
  });
  const groups = [];
  for (let from = 0; from < rows.length;) {
    let to = from;
    while (to < rows.length && near[to] === near[from]) to++;
    const part = rows.slice(from, to);
    groups.push(near[from] || part.length < 3 ? { shown: part } : { folded: part });
    from = to;
  }
  return groups;
}
