// After issue: what was let go and is called back, and how the versions of the report differ.

import { doing, withReason } from "./asking.js";
import { bi, chip, facts, h, section } from "./dom.js";
import { path, post } from "./http.js";
import { countdown, moment } from "./time.js";
import { word } from "./words.js";

const AWAITED = ["OPEN", "ANSWERED"];

export function afterIssuePart(data) {
  const { recalls, versions } = data;
  const later = (versions ?? []).filter((one) => one.version > 1 || one.void_reason);
  if (!recalls?.length && !later.length) return null;
  return section(["签发之后", "After issue"], { class: "after-issue" },
    (recalls ?? []).map((one) => recallCard(data, one)),
    later.length ? h("ul", { class: "points" }, later.map(versionItem)) : null);
}

function recallCard(data, one) {
  const refused = h("div");
  const may = (power) => data.me.powers.includes(power);
  const act = (outcome, done) => (reason) => doing(data, refused, done,
    () => post(`${path(`${data.base}/recalls`, one.report_version)}/close`, { outcome, reason }))();
  const open = AWAITED.includes(one.state);
  return h("div", { class: "ruling", "data-kind": `recall-${one.report_version}-${one.state}` },
    h("p", { class: "ask" }, bi([`召回第 ${one.lines.join("、")} 项`, `Recall of line ${one.lines.join(", ")}`], "strong"),
      chip(one.outcome ? word("recalled", one.outcome) : one.overdue ? ["逾期未交回", "Overdue"] : ["等待交回", "Awaited"], open ? "bad" : "note"),
      open ? countdown(one.due) : null),
    facts([
      [["原处置", "Let go as"], bi(word("disposition", one.released_as))],
      [["现要求", "Asked for now"], one.now_asked ? bi(word("disposition", one.now_asked)) : null],
      [["交回期限", "Back by"], moment(one.due)],
      [["企业答复", "The enterprise says"], one.answer],
      [["办结理由", "Ended because"], one.closing_reason],
    ]),
    open && may("coordinate") ? [
      withReason(["货物已交回", "The goods are back"], ["办结", "Close"], act("RETURNED", "召回已办结")),
      withReason(["货物已销毁", "The goods are destroyed"], ["办结", "Close"], act("DESTROYED", "召回已办结")),
      withReason(["货物未能收回", "They cannot be recovered"], ["办结", "Close"], act("NOT_RECOVERED", "召回已办结"), { danger: true }),
    ] : null,
    open && may("approve") ? withReason(["解除召回", "Lift the recall"], ["解除", "Lift"], act("LIFTED", "召回已解除"), { danger: true }) : null,
    refused);
}

function versionItem(one) {
  return h("li", {}, h("p", { class: "point" }, h("span", { class: "number" }, one.number), one.reason),
    h("ul", {}, one.conclusions.map((change) => h("li", {}, bi(word("agency", change.agency)), " ",
      change.line ? `第 ${change.line} 项 ` : "", change.before ? word("verdict", change.before)[0] : "—", " → ",
      change.after ? word("verdict", change.after)[0] : "—"))),
    one.void_reason ? h("p", {}, chip(["已作废", "Void"], "bad"), one.void_reason) : null);
}
