// Why a term is in the list, in sentences. In: a list, a row, and a function that says. Out: texts. The figures are
// those of the list; nothing is computed anew.

const digits = (value) => (Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));

/** Sentences on the figures of a row, those that the list has. */
export function reasons(list, row, say) {
  const of = (name) => list.number(row, name);
  const said = [say("why_rank", { rank: row + 1, n: list.n })];
  if (!Number.isNaN(of("freq"))) said.push(frequency(of, say));
  if (!Number.isNaN(of("log_ratio"))) said.push(contrast(of, say));
  if (!Number.isNaN(of("keyness"))) said.push(say("why_keyness", { value: digits(of("keyness")) }));
  if (!Number.isNaN(of("cohesion"))) {
    said.push(say("why_cohesion", { value: digits(of("cohesion")), times: digits(2 ** of("cohesion")) }));
  }
  if (!Number.isNaN(of("left_entropy")) && !Number.isNaN(of("right_entropy"))) said.push(entropy(of, say));
  if (list.has("known")) said.push(...known(list.cell(row, "known"), say));
  return said;
}

function frequency(of, say) {
  const docs = of("doc_freq");
  return say(Number.isNaN(docs) ? "why_freq" : "why_docs", { freq: of("freq"), docs });
}

function contrast(of, say) {
  const ratio = of("log_ratio");
  const background = Number.isNaN(of("background_freq")) ? "?" : of("background_freq");
  return say(ratio >= 0 ? "why_more" : "why_less", { times: digits(2 ** ratio), background, value: digits(ratio) });
}

function entropy(of, say) {
  const [l, r] = [of("left_entropy"), of("right_entropy")];
  return say("why_entropy", { l: digits(l), r: digits(r), left: digits(2 ** l), right: digits(2 ** r) });
}

function known(cell, say) {
  return cell === "" ? [] : [say(cell === "true" ? "why_known" : "why_unknown")];
}
