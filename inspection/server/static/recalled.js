// A recall as the enterprise reads it: which goods have to come back, why, until when; and its answer.

import { field, labelled, submit } from "./asking.js";
import { announce, bi, chip, facts, fill, h, problem, section } from "./dom.js";
import { path, post } from "./http.js";
import { countdown, moment } from "./time.js";
import { word } from "./words.js";

const AWAITED = ["OPEN", "ANSWERED"];

/** `again` reads everything anew after an answer. */
export function recalledPart(number, recalls, again) {
  if (!recalls?.length) return null;
  const open = recalls.filter((one) => AWAITED.includes(one.state));
  return section(["召回", "Recall"], { class: `recalled${open.length ? " actions" : ""}` },
    recalls.map((one) => card(number, one, one === open.at(-1), again)));
}

function card(number, one, answers, again) {
  const open = AWAITED.includes(one.state);
  return h("div", { class: "ruling" },
    h("p", { class: "ask" }, bi([`请交回第 ${one.lines.join("、")} 项货物`, `Bring back line ${one.lines.join(", ")}`], "strong"),
      chip(one.outcome ? word("recalled", one.outcome) : one.overdue ? ["逾期未交回", "Overdue"] : ["等待交回", "Awaited"], open ? "bad" : "note")),
    facts([
      [["交回期限", "Back by"], open ? countdown(one.due) : moment(one.due), "wide"],
      [["原处置", "Let go as"], bi(word("disposition", one.released_as))],
      [["现要求", "Asked for now"], one.now_asked ? bi(word("disposition", one.now_asked)) : null],
      [["您的答复", "Your answer"], one.answer ? [h("p", { class: "observation" }, one.answer), h("span", { class: "muted" }, moment(one.answered_at))] : null, "wide"],
      [["办结理由", "Ended because"], one.closing_reason, "wide"],
    ]),
    answers ? answerForm(number, one, again) : null);
}

function answerForm(number, one, again) {
  const text = h("textarea", { name: "text", rows: 3, required: true, maxlength: 2000 });
  const refused = h("div");
  const send = async () => {
    try {
      await post(path("/api/v1/declarations", number, "recall", "answer"), { text: text.value.trim() });
      announce("答复已提交");
      await again();
    } catch (fault) {
      fill(refused, problem(fault));
    }
  };
  return h("details", { open: !one.answer }, h("summary", {}, bi(one.answer ? ["更新答复", "Say more"] : ["答复召回", "Answer the recall"])),
    h("form", { on: submit(send) },
      field(["货物现在何处、数量、何时交回", "Where the goods are, how many, when they come back"], labelled(text)),
      h("p", { class: "send" }, h("button", { type: "submit", class: "primary" }, bi(["提交答复", "Answer"])))), refused);
}
