// The beginning: reads the data that stands in the page, and starts it. What cannot be read is said in one line.

import { App } from "./app.mjs";
import { byId } from "../shared/dom.mjs";
import { TermList } from "./list.mjs";
import { say } from "./words.mjs";

const language = navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
try {
  const list = new TermList(JSON.parse(byId("data").textContent));
  const app = new App(list, list.language ?? language);
  app.start();
  window.termmineReview = app;
  byId("list").focus();
  performance.mark("termmine-ready");
} catch (error) {
  byId("status").classList.add("error");
  byId("status").textContent = say(language, "bad_page", { reason: error.message });
}
