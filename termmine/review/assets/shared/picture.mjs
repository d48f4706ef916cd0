// A picture of points at work: a click, a search or an arrow key chooses a point. In: a picture, its points, and a
// function that shows one. Touches what all such pages have: the search, the hint, the name under the pointer, `shown`.

import { byId, element, isolated } from "./dom.mjs";
import { named, nearest } from "./nearest.mjs";

const REACH = 14; // pixels of the picture: how far from a point a click may be
const SVG = "http://www.w3.org/2000/svg";
const WORDS = {
  en: {
    search: "Find a term", hint: "Click a point, find a term, or go through them by ↑ and ↓.",
    none: "No sentence is in this file.", missing: "No such term in the picture.",
  },
  zh: {
    search: "查找术语", hint: "点击一个点，查找术语，或用 ↑ ↓ 逐个查看。",
    none: "本文件中没有例句。", missing: "图中没有此术语。",
  },
};

/** The language of the page, as its data says, else as the browser does: from now on the document's, too. */
export function languageOf(data) {
  const language = data.language ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  return language;
}

/** A circle around a point. */
export function ring({ x, y }, r, width) {
  const made = document.createElementNS(SVG, "circle");
  const look = { cx: x, cy: y, r, fill: "none", stroke: "#c2185b", "stroke-width": width, "pointer-events": "none" };
  for (const [name, value] of Object.entries(look)) made.setAttribute(name, value);
  return made;
}

/** The sentences of a point as a list, or that there are none. */
export function sentenceList(sentences, language) {
  if (sentences.length === 0) return element("p", { class: "faint" }, WORDS[language].none);
  return element("ol", {}, ...sentences.map(sentenceItem));
}

function sentenceItem([text, begin, end, place]) {
  const mark = end > begin ? element("mark", {}, text.slice(begin, end)) : "";
  const whole = element("bdi", {}, text.slice(0, begin), mark, text.slice(end));
  return element("li", {}, whole, element("span", { class: "place" }, isolated(place)));
}

/** A group for the rings, on top of all else in a picture. */
export function ringsOn(svg) {
  return svg.appendChild(document.createElementNS(SVG, "g"));
}

/** Let points be chosen; `show(i)` shows one, and is not called before. Gives the function that chooses. */
export function makeChoosable(svg, points, show, language) {
  const words = WORDS[language];
  let chosen = -1;
  const choose = (i) => show((chosen = i));
  const under = (event) => nearest(points, ...placeIn(svg, event), REACH);
  svg.addEventListener("click", (event) => {
    const i = under(event);
    if (i >= 0) choose(i);
  });
  svg.addEventListener("pointermove", (event) => {
    const i = under(event);
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
    choose(Math.min(Math.max(chosen + by, 0), points.length - 1));
  });
  byId("search").placeholder = words.search;
  byId("search").setAttribute("aria-label", words.search);
  byId("hint").textContent = words.hint;
  return choose;
}

/** The place of a pointer in the picture's own pixels. */
function placeIn(svg, event) {
  const box = svg.getBoundingClientRect();
  const { width, height } = svg.viewBox.baseVal;
  return [((event.clientX - box.left) / box.width) * width, ((event.clientY - box.top) / box.height) * height];
}
