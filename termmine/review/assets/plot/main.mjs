// The picture at work: a click, a search or an arrow key chooses a point, and its sentences are shown beside it.

import { byId, element, isolated } from "../shared/dom.mjs";
import { named, nearest } from "../shared/nearest.mjs";

const REACH = 14; // pixels of the picture: how far from a point a click may be
const WORDS = {
  en: {
    search: "Find a term", hint: "Click a point, find a term, or go through them by ↑ and ↓.",
    freq: "in the domain", background: "in the background", term: "term of the list", general: "general word",
    none: "No sentence is in this file.", missing: "No such term in the picture.",
  },
  zh: {
    search: "查找术语", hint: "点击一个点，查找术语，或用 ↑ ↓ 逐个查看。",
    freq: "领域中出现", background: "背景中出现", term: "词表中的术语", general: "一般词语",
    none: "本文件中没有例句。", missing: "图中没有此术语。",
  },
};

const data = JSON.parse(byId("data").textContent);
const language = data.language ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");
const words = WORDS[language];
const points = data.points.map(([name, kind, freq, background, x, y, sentences]) => ({ name, kind, freq, background, x, y, sentences }));
let chosen = -1;

document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
const pictures = [...document.querySelectorAll(".picture")];
const picture = pictures.find((one) => one.lang === document.documentElement.lang) ?? pictures[0];
for (const other of pictures) other.hidden = other !== picture;
const svg = picture.querySelector("svg");
const ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
for (const [name, value] of Object.entries({ r: 8, fill: "none", stroke: "#c2185b", "stroke-width": 2.5, "pointer-events": "none" })) {
  ring.setAttribute(name, value);
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

/** Show a point: its ring, its figures, its sentences. */
function choose(i) {
  chosen = i;
  const { name, kind, freq, background, x, y, sentences } = points[i];
  ring.setAttribute("cx", x);
  ring.setAttribute("cy", y);
  svg.append(ring);
  const figures = `${words[kind]} · ${words.freq} ${freq.toLocaleString("en")} · ${words.background} ${background.toLocaleString("en")}`;
  const list = sentences.length
    ? element("ol", {}, ...sentences.map(sentenceItem))
    : element("p", { class: "faint" }, words.none);
  byId("shown").replaceChildren(element("h2", {}, isolated(name)), element("p", { class: "faint" }, figures), list);
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
  if (!by) return;
  event.preventDefault();
  step(by);
});

byId("search").placeholder = words.search;
byId("search").setAttribute("aria-label", words.search);
byId("hint").textContent = words.hint;
