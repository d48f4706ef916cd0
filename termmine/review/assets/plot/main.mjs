// The picture: the point that is chosen, its figures and its sentences are shown beside it.

import { byId, element, isolated } from "../shared/dom.mjs";
import { languageOf, makeChoosable, ring, ringsOn, sentenceList } from "../shared/picture.mjs";

const WORDS = {
  en: { freq: "in the domain", background: "in the background", term: "term of the list", general: "general word" },
  zh: { freq: "领域中出现", background: "背景中出现", term: "词表中的术语", general: "一般词语" },
};

const data = JSON.parse(byId("data").textContent);
const language = languageOf(data);
const words = WORDS[language];
const points = data.points.map(([name, kind, freq, background, x, y, sentences]) => ({ name, kind, freq, background, x, y, sentences }));
const pictures = [...document.querySelectorAll(".picture")];
const picture = pictures.find((one) => one.lang === document.documentElement.lang) ?? pictures[0];
for (const other of pictures) other.hidden = other !== picture;
const svg = picture.querySelector("svg");
const rings = ringsOn(svg);
makeChoosable(svg, points, show, language);

/** Show a point: its ring, its figures, its sentences. */
function show(chosen) {
  const { name, kind, freq, background, sentences } = points[chosen];
  rings.replaceChildren(ring(points[chosen], 8, 2.5));
  const figures = `${words[kind]} · ${words.freq} ${freq.toLocaleString("en")} · ${words.background} ${background.toLocaleString("en")}`;
  byId("shown").replaceChildren(element("h2", {}, isolated(name)), element("p", { class: "faint" }, figures), sentenceList(sentences, language));
}
