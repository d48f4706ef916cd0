// Which rows of a long list lie in sight. In: heights in pixels. Out: row numbers and offsets. Touches no document.

export const SPARE = 8; // rows drawn beyond either edge, so that scrolling shows no gap

/** The half-open range of rows to draw, [begin, end). */
export function rowsInSight(top, height, rowHeight, n) {
  const begin = Math.max(Math.floor(top / rowHeight) - SPARE, 0);
  const end = Math.min(Math.ceil((top + height) / rowHeight) + SPARE, n);
  return [Math.min(begin, n), Math.max(end, 0)];
}

/** Where to scroll so that a row lies in sight, moving as little as can be; with some rows of air where there are. */
export function scrollTo(row, top, height, rowHeight, n) {
  const air = height > 6 * rowHeight ? 2 * rowHeight : 0;
  const [first, last] = [row * rowHeight - air, (row + 1) * rowHeight + air];
  const most = Math.max(n * rowHeight - height, 0);
  const wanted = first < top ? first : last > top + height ? last - height : top;
  return Math.min(Math.max(wanted, 0), most);
}
