// Occurrences one below the other, the term in the middle. In: sentences with the place of the term in each. Out: what
// stands before it, the term as it is written, what stands after it, in an order. Shows nothing.

const WIDTH = 40;
const TEXT = new Intl.Collator(["zh-Hans", "en"]);

/** The lines of a concordance: {left, match, right, place}; each side has at most `WIDTH` characters. */
export function kwicLines(occurrences) {
  return occurrences.map(({ text, begin, end, place }) => ({
    left: [...text.slice(0, begin)].slice(-WIDTH).join(""),
    match: text.slice(begin, end),
    right: [...text.slice(end)].slice(0, WIDTH).join(""),
    place,
  }));
}

/** The characters of a text that tell neighbours apart: letters and digits, the nearest first. */
function nearest(text, side) {
  const letters = [...text].filter((c) => /[\p{L}\p{N}]/u.test(c));
  return (side === "left" ? letters.reverse() : letters).join("");
}

/** Lines in order: by what stands next to the term on the left or right, the nearest character first; or as they come. */
export function sortKwic(lines, side) {
  if (side === "place") return lines.slice();
  const keyed = lines.map((line, i) => ({ line, i, key: nearest(line[side], side) }));
  keyed.sort((a, b) => TEXT.compare(a.key, b.key) || a.i - b.i);
  return keyed.map(({ line }) => line);
}
