// The map at work: a click, a search or an arrow key chooses a term; its group and its sentences are shown beside it.

import { byId, element, isolated } from "../shared/dom.mjs";
import { named, nearest } from "../shared/nearest.mjs";

const REACH = 14; // pixels of the picture: how far from a point a click may be
const WORDS = {
  en: {
    search: "Find a term", hint: "Click a point, find a term, or go through them by ↑ and ↓.", group: "Group", family: "family",
    variants: "also", none: "No sentence is in this file.", missing: "No such term on the map.",
  },
  zh: {
    search: "查找术语", hint: "点击一个点，查找术语，或用 ↑ ↓ 逐个查看。", group: "组", family: "大类",
    variants: "又作", none: "本文件中没有例句。", missing: "图中没有此术语。",
  },
};

const data = JSON.parse(byId("data").textContent);
const language = data.language ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");
const words = WORDS[language];
const points = data.points.map(([name, group, variants, x, y, sentences]) => ({ name, group, variants, x, y, sentences }));
let chosen = -1;

document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
const svg = document.querySelector("main svg");
const rings = document.createElementNS("http://www.w3.org/2000/svg", "g");

/** A circle around a point. */
function ring({ x, y }, r, width) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  const look = { cx: x, cy: y, r, fill: "none", stroke: "#c2185b", "stroke-width": width, "pointer-events": "none" };
  for (const [name, value] of Object.entries(look)) made.setAttribute(name, value);
  return made;
}

/** The place of a pointer in the picture's own pixels. */
function placeOf(event) {
  const box = svg.getBoundingClientRect();
  const { width, height } = svg.viewBox.baseVal;
  return [((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height];
}

function sentenceItem([text, begin, end, place]) {
  const mark = end > begin ? element("mark", {}, text.slice(begin, end)) : "";
  const whole = element("bdi", {}, text.slice(0, begin), mark, text.slice(end));
  return element("li", {}, whole, element("span", { class: "place" }, isolated(place)));
}

/** A member of the group as a button that chooses it. */
function member(i) {
  const pressed = { type: "button", "aria-pressed": String(i === chosen), on: { click: () => choose(i) } };
  return element("button", pressed, isolated(points[i].name));
}

/** Show a term: a ring around it and its group, the group's members, its sentences. */
function choose(i) {
  chosen = i;
  const { name, group, variants, sentences } = points[i];
  const members = [...points.keys()].filter((j) => points[j].group === group);
  rings.replaceChildren(...members.map((j) => ring(points[j], j === i ? 8 : 5, j === i ? 2.5 : 1)));
  svg.append(rings);
  const family = data.families[data.family[group]];
  const where = `${words.group} ${group}: ${data.groups[group]} · ${words.family}: ${family}`;
  const also = variants.length ? element("p", { class: "faint" }, `${words.variants} `, isolated(variants.join("; "))) : null;
  const list = sentences.length
    ? element("ol", {}, ...sentences.map(sentenceItem))
    : element("p", { class: "faint" }, words.none);
  byId("shown").replaceChildren(element("h2", {}, isolated(name)), ...(also ? [also] : []), element("p", { class: "faint" }, where),
    element("div", {}, ...members.map(member)), list);
}

function step(by) {
  choose(Math.min(Math.max(chosen + by, 0), points.length - 1));
}

svg.addEventListener("click", (event) => {
  const i = nearest(points, ...placeOf(event), REACH);
  if (i >= 0) choose(i);
});
svg.addEventListener("pointermove", (event) => {
  const i = nearest(points, ...placeOf(event), REACH);
  svg.classList.toggle("over", i >= 0);
  byId("name").textContent = i >= 0 ? points[i].name : "";
});
byId("search").addEventListener("input", (event) => {
  const i = named(points, event.target.value);
  if (i >= 0) choose(i);
  else if (event.target.value) byId("shown").replaceChildren(element("p", { class: "faint" }, words.missing));
});
document.addEventListener("keydown", (event) => {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || points.length === 0) return;
  event.preventDefault();
  step(by);
});

byId("search").placeholder = words.search;
byId("search").setAttribute("aria-label", words.search);
byId("hint").textContent = words.hint;
