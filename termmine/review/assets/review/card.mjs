// One term with all that is known of it. In: a list, a row, decisions. Out: elements, and what somebody writes into
// the fields. Which term comes next is not decided here.

import { element, isolated, textButton } from "../shared/dom.mjs";
import { kwicLines, sortKwic } from "./kwic.mjs";
import { reasons } from "./why.mjs";

const GROUPING = ["group", "group_name", "subgroup", "groups", "representative", "variants", "variant_of"]; // shown beside the term
const MOST_LINKS = 12;
export const SIDES = ["right", "left", "place"];

/** Fills the card with a row; `context` has list, decisions, say, side, write(field, row, text), go(row), search(text). */
export function fillCard(card, row, context) {
  const { list, say } = context;
  const parts = [heading(row, context), ...grouping(row, context), fields(row, context), sentences(row, context)];
  if (list.occurrences(row).length) parts.push(occurrences(row, context));
  parts.push(why(row, context), relatives(row, context), ownColumns(row, context));
  card.replaceChildren(...parts.filter((part) => part !== null));
  card.setAttribute("aria-label", `${say("card")}: ${list.term(row)}`);
}

function heading(row, { list, decisions, say }) {
  const verdict = decisions.get("verdict", row);
  const badge = element("span", { class: `badge verdict-${verdict || "open"}` }, say(`verdict_${verdict}`));
  return element("div", { class: "heading" }, element("h2", {}, isolated(list.term(row))), badge);
}

/** The columns of groups and variants; a click searches for what shares them. */
function grouping(row, { list, search }) {
  return GROUPING.filter((name) => list.has(name) && list.cell(row, name) !== "").map((name) => {
    const texts = list.cell(row, name).split(/\s*[|;；、\n]\s*/).filter((text) => text !== "");
    const relation = texts.length === 1 ? "=" : ":";
    const chips = texts.map((text) => textButton(text, name + relation + text, () => search(`${name}${relation}"${text}"`)));
    return element("p", { class: "grouping" }, element("span", { class: "label" }, name), ...chips);
  });
}

function fields(row, context) {
  return element("div", { class: "fields" }, field("translation", row, context), field("note", row, context));
}

function field(name, row, { list, decisions, say, write }) {
  const input = element("textarea", {
    id: `field-${name}`,
    rows: "1",
    spellcheck: "false",
    autocomplete: "off",
    on: { input: (event) => write(name, row, event.target.value) },
  });
  input.value = decisions.get(name, row);
  const label = element("span", { class: "label", title: list.fieldNames[name] }, say(name));
  return element("label", { class: "field" }, label, input);
}

/** A sentence with the term in it marked. */
function marked({ text, begin, end }) {
  const mark = end > begin ? element("mark", {}, text.slice(begin, end)) : "";
  return element("bdi", {}, text.slice(0, begin), mark, text.slice(end));
}

function sentences(row, { list, say }) {
  const items = list
    .examples(row)
    .map((one) => element("li", {}, marked(one), element("span", { class: "place" }, isolated(one.place))));
  const body = items.length ? element("ol", { class: "sentences" }, ...items) : element("p", { class: "faint" }, say("no_sentences"));
  return element("section", {}, element("h3", {}, say("sentences")), body, capped(list, say));
}

function capped({ sentences: { held, found, limit } }, say) {
  return held < found ? element("p", { class: "faint" }, say("capped", { held, found, limit })) : null;
}

function occurrences(row, context) {
  const { list, say } = context;
  const lines = kwicLines(list.occurrences(row));
  const body = element("div", { class: "kwic", role: "list", "aria-label": say("occurrences") });
  const fill = (side) => body.replaceChildren(...sortKwic(lines, side).map(kwicRow));
  const choose = element("select", { id: "side", "aria-label": say("occurrence_order") });
  for (const side of SIDES) choose.append(element("option", { value: side, selected: side === context.side }, say(`sort_${side}`)));
  choose.addEventListener("change", () => {
    context.setSide(choose.value);
    fill(choose.value);
  });
  fill(context.side);
  const count = say("occurrences_of", { shown: lines.length, freq: list.found(row) ?? lines.length });
  const title = element("div", { class: "line" }, element("h3", {}, say("occurrences")), choose, element("span", { class: "faint" }, count));
  return element("section", {}, title, body);
}

/** A line of the concordance; the term lies in the middle, whatever stands beside it. */
function kwicRow({ left, match, right, place }) {
  return element(
    "div",
    { role: "listitem", title: place },
    element("span", { class: "left" }, isolated(left)),
    element("mark", {}, isolated(match)),
    element("span", { class: "right" }, isolated(right)),
    element("span", { class: "place" }, isolated(place)),
  );
}

function why(row, { list, say, language }) {
  const items = reasons(list, row, say).map((text) => element("li", {}, text));
  const [before, after] = list.neighbours(row);
  const neighbours = [neighbourLine("before", before, say), neighbourLine("after", after, say)];
  return element(
    "section",
    {},
    element("h3", {}, say("why")),
    element("ul", { class: "reasons" }, ...items),
    ...neighbours,
    figureTable(row, list, say, language),
  );
}

function neighbourLine(key, pairs, say) {
  if (!pairs.length) return null;
  const shown = pairs.flatMap(([text, n]) => [isolated(text || say("edge")), element("small", {}, ` ${n}  `)]);
  return element("p", { class: "neighbours" }, element("span", { class: "label" }, say(key)), ...shown);
}

function figureTable(row, list, say, language) {
  const figures = list.figures.filter((name) => list.cell(row, name) !== "");
  if (!figures.length) return null;
  const head = ["figure", "value", "place_in_list"].map((key) => element("th", { scope: "col" }, say(key)));
  const rows = figures.map((name) => {
    const percent = Math.floor(100 * list.share(row, name));
    const meter = element("meter", { min: "0", max: "100", value: String(percent), "aria-label": say("place_in_list") });
    return element(
      "tr",
      {},
      element("th", { scope: "row", title: name }, list.label(name, language)),
      element("td", { class: "figure" }, list.cell(row, name)),
      element("td", {}, meter, ` ${percent} %`),
    );
  });
  return element("table", { class: "figures" }, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows));
}

/** Longer terms that hold this one, and terms that it holds. */
function relatives(row, { list, say, go }) {
  const links = (rows) => rows.slice(0, MOST_LINKS).map((other) => textButton(list.term(other), list.term(other), () => go(other)));
  const line = (key, rows) =>
    rows.length
      ? element("p", { class: "grouping" }, element("span", { class: "label" }, say(key)), ...links(rows))
      : null;
  const lines = [line("longer", list.parents[row]), line("shorter", list.children[row])];
  return lines.some((one) => one !== null) ? element("section", {}, ...lines.filter((one) => one !== null)) : null;
}

/** The columns of the list that are shown nowhere else. */
function ownColumns(row, { list, say }) {
  const elsewhere = new Set(["term", ...Object.values(list.fieldNames), ...list.figures, ...GROUPING, ...list.sentenceColumns]);
  const names = list.columns.map(({ name }) => name).filter((name) => !elsewhere.has(name) && list.cell(row, name) !== "");
  if (!names.length) return null;
  const items = names.flatMap((name) => [element("dt", {}, name), element("dd", {}, isolated(list.cell(row, name)))]);
  return element("section", {}, element("h3", {}, say("columns")), element("dl", {}, ...items));
}
