// What the browser keeps between visits. In: a storage (or none), the identity of a list, decisions. Out: what was kept.
// Where a browser keeps nothing, or has no room, that is said and nothing else happens.

const PREFIX = "termmine-review:";

/** The browser's storage, or null where it has none for this page. */
export function openStorage(window) {
  try {
    const probe = `${PREFIX}probe`;
    window.localStorage.setItem(probe, "1");
    window.localStorage.removeItem(probe);
    return window.localStorage;
  } catch {
    return null;
  }
}

/** Keep what was edited; false where there is no room or no storage. */
export function keep(storage, identity, edits, time) {
  try {
    storage.setItem(PREFIX + identity, JSON.stringify({ time, edits }));
    return true;
  } catch {
    return false;
  }
}

/** The changes that were kept for a list, and when: {time, changes}; null where there are none that make sense. */
export function kept(storage, identity, n, fields) {
  try {
    const { time, edits } = JSON.parse(storage.getItem(PREFIX + identity));
    return { time, changes: Object.entries(edits).flatMap(([row, values]) => changesOf(Number(row), values, n, fields)) };
  } catch {
    return null;
  }
}

function changesOf(row, values, n, fields) {
  if (!Number.isInteger(row) || row < 0 || row >= n || !Array.isArray(values)) return [];
  const isValue = (value, i) => typeof value === "string" && (fields[i] !== "verdict" || ["", "y", "n"].includes(value));
  return fields.map((field, i) => ({ row, field, value: values[i] })).filter(({ value }, i) => isValue(value, i));
}
