// The map: the term that is chosen, its group and its sentences are shown beside it.

import { byId, element, isolated } from "../shared/dom.mjs";
import { languageOf, makeChoosable, ring, ringsOn, sentenceList } from "../shared/picture.mjs";

const WORDS = { en: { group: "Group", family: "family", variants: "also" }, zh: { group: "组", family: "大类", variants: "又作" } };

const data = JSON.parse(byId("data").textContent);
const language = languageOf(data);
const words = WORDS[language];
const points = data.points.map(([name, group, variants, x, y, sentences]) => ({ name, group, variants, x, y, sentences }));
const svg = document.querySelector("main svg");
const rings = ringsOn(svg);
const choose = makeChoosable(svg, points, show, language);

/** Show a term: a ring around it and its group, the group's members, its sentences. */
function show(chosen) {
  const { name, group, variants, sentences } = points[chosen];
  const members = [...points.keys()].filter((i) => points[i].group === group);
  rings.replaceChildren(...members.map((i) => ring(points[i], i === chosen ? 8 : 5, i === chosen ? 2.5 : 1)));
  const family = data.families[data.family[group]];
  const where = `${words.group} ${group}: ${data.groups[group]} · ${words.family}: ${family}`;
  const also = variants.length ? element("p", { class: "faint" }, `${words.variants} `, isolated(variants.join("; "))) : "";
  const buttons = members.map((i) => memberButton(i, i === chosen));
  byId("shown").replaceChildren(element("h2", {}, isolated(name)), also, element("p", { class: "faint" }, where),
    element("div", {}, ...buttons), sentenceList(sentences, language));
}

/** A member of the group as a button that chooses it. */
function memberButton(i, isChosen) {
  const pressed = { type: "button", "aria-pressed": String(isChosen), on: { click: () => choose(i) } };
  return element("button", pressed, isolated(points[i].name));
}
