// What is known of the goods beyond the declaration, and what the merge takes where nobody has said: the lead finds out, and
// records it with the reason and the source before deciding.

import { doing, field, labelled, submit } from "./asking.js";
import { bi, chip, facts, h, section } from "./dom.js";
import { post } from "./http.js";
import { moment } from "./time.js";
import { codes, word } from "./words.js";

const RECORDS = ["coordinate", "superior"];
const OVER = ["CLOSED", "CANCELLED", "SUSPENDED", "SUGGESTED"];
const ISSUED = ["REPORTED", "DISPOSING", "FOLLOW_UP", "REOPENED"];
/** The merge's own values where nothing is recorded, the cautious ones; a test holds them against it. */
const ASSUMED = { separable: false, returnable: true, prohibited: false, release_first: false, rectifiable_at_port: true };

export function goodsFactsPart(data) {
  const { goodsFacts, me, case: one } = data;
  const records = me.powers.some((power) => RECORDS.includes(power)) && !OVER.includes(one.state);
  if (!goodsFacts || !(goodsFacts.length || records)) return null;
  const said = Map.groupBy(goodsFacts, (recorded) => recorded.fact);
  return section(["货物情况", "Facts of the goods"], { class: "goods-facts", "data-key": JSON.stringify([goodsFacts, records, one.state]) },
    h("ul", { class: "points" }, codes("fact").map((fact) => factItem(data, fact, said.get(fact) ?? []))),
    records ? recordForm(data) : null);
}

function factItem(data, fact, recorded) {
  const [latest, ...before] = recorded.toReversed();
  return h("li", { "data-fact": fact },
    h("p", { class: "point" }, bi(word("fact", fact), "strong"), latest ? valueOf(latest)
      : [chip(["未记录", "Not recorded"], "plain"), bi([`处置按“${word("yes", ASSUMED[fact])[0]}”推算`, `taken as “${word("yes", ASSUMED[fact])[1]}”`], "span", { class: "muted" })]),
    latest ? reasonOf(data, latest) : null,
    before.length ? h("details", {}, h("summary", {}, bi([`此前 ${before.length} 次记录`, "Earlier records"])),
      h("ul", { class: "history" }, before.map((one) => h("li", {}, valueOf(one), reasonOf(data, one))))) : null);
}

const valueOf = (one) => chip(word("yes", one.value), "note");

/** Only some people are known here by name; whoever records speaks for the lead. */
const reasonOf = ({ people }, one) => facts([
  [["理由与来源", "Reason and source"], h("span", { class: "observation" }, one.reason), "wide"],
  [["记录", "Recorded"], `${people.get(one.by) ?? "牵头部门"} ${moment(one.at)}`, "wide"],
]);

function recordForm(data) {
  const fact = h("select", { name: "fact" }, codes("fact").map((code) => h("option", { value: code }, word("fact", code).join(" "))));
  const answers = [true, false].map((value) => [value, h("input", { type: "radio", name: "value", value: String(value), required: true })]);
  const reason = h("textarea", { name: "reason", required: true, rows: 2, maxlength: 4000 });
  const refused = h("div");
  const record = doing(data, refused, "已记录货物情况", () => post(`${data.base}/goods-facts`,
    { fact: fact.value, value: answers.find(([, input]) => input.checked)[0], reason: reason.value.trim() }));
  return h("details", { class: "recording" }, h("summary", {}, bi(["记录货物情况", "Record a fact"])),
    h("form", { on: submit(record) }, field(["事项", "Fact"], labelled(fact)),
      h("fieldset", { class: "pair" }, bi(["是否如此", "Is it so"], "legend"),
        answers.map(([value, input]) => h("label", { class: "choice" }, input, bi(word("yes", value))))),
      field(["理由与来源（查验记录、单证、电话核实等）", "Reason and source: a record, a paper, a call"], labelled(reason)),
      ISSUED.includes(data.case.state) ? bi(["记录后综合报告出新版本，处置建议随之重新推算。", "The report gets its next version and the proposal is worked out anew."], "p", { class: "hint" }) : null,
      h("p", { class: "send" }, h("button", { type: "submit", class: "primary" }, bi(["记录", "Record"])))), refused);
}
