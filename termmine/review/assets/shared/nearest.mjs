// Which point somebody means. In: points with places, a place. Out: the number of a point, or -1. Touches no document.

/** The number of the point nearest to a place, at most `reach` away; of equally near ones the first. */
export function nearest(points, x, y, reach) {
  let [best, least] = [-1, reach * reach];
  points.forEach((point, i) => {
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (distance < least || (distance === least && best < 0)) [best, least] = [i, distance];
  });
  return best;
}

/** The number of the first point whose name holds a text, names that begin with it before others; -1 for none. */
export function named(points, text) {
  const wanted = text.normalize("NFKC").toLowerCase().trim();
  if (wanted === "") return -1;
  const names = points.map(({ name }) => name.normalize("NFKC").toLowerCase());
  const [exact, begins] = [names.indexOf(wanted), names.findIndex((name) => name.startsWith(wanted))];
  return exact >= 0 ? exact : begins >= 0 ? begins : names.findIndex((name) => name.includes(wanted));
}
