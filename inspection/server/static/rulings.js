// What the lead and the approver decide about an invitation that was declined, not answered, or answered too late; and deadlines.

import { bi, button, chip, h } from "./dom.js";
import { doing, field, withReason } from "./asking.js";
import { path, post } from "./http.js";
import { countdown, date, now } from "./time.js";
import { codes, parties, word } from "./words.js";

const SILENT = ["LAPSED", "ESCALATED", "BLOCKED"];
const AHEAD = ["SUGGESTED", "INVITING", "PREPARING", "SCHEDULED", "IN_FIELD", "CONCLUDING"];

/** The latest invitation of each agency. */
const latest = (one) => [...new Map(one.invitations.map((invitation) => [invitation.agency, invitation])).values()];

const name = (invitation) => parties([invitation.agency]);

/** The lead on a decline: it stands, or it does not. */
export function declineCard(data) {
  const open = latest(data.case).filter((one) => one.state === "DECLINED" && !one.decline_confirmed);
  if (!open.length) return null;
  const refused = h("div");
  return h("div", { class: "action", "data-kind": `confirm-${open.map((one) => one.agency)}` }, open.map((one) => {
    const [zh, en] = name(one);
    const base = path(`${data.base}/invitations`, one.agency);
    return h("div", { class: "ruling" },
      h("p", { class: "ask" }, bi([`${zh} 谢绝：${word("decline", one.decline_reason)[0]}`, `${en} declined: ${word("decline", one.decline_reason)[1]}`], "strong"),
        one.decline_text ? h("span", { class: "quote" }, `“${one.decline_text}”`) : null),
      button(["确认其不参加", "Confirm"], doing(data, refused, "已确认", () => post(`${base}/confirm-decline`)), { class: "primary" }),
      withReason(["不同意谢绝，升级处理", "Overrule: superiors settle it"], ["不同意谢绝", "Overrule"],
        (reason) => doing(data, refused, "已升级处理", () => post(`${base}/overrule-decline`, { reason }))(), { danger: true }));
  }), refused);
}

/** The lead on an answer that came after the sheet was frozen. */
export function admitCard(data) {
  const offered = latest(data.case).filter((one) => one.offer);
  if (!offered.length) return null;
  const refused = h("div");
  return h("div", { class: "action", "data-kind": `admit-${offered.map((one) => one.agency)}` }, offered.map((one) => {
    const [zh, en] = name(one);
    return h("div", { class: "ruling" },
      h("p", { class: "ask" }, bi([`${zh} 逾期答复，是否接纳？`, `${en} answered late: admit it?`], "strong"),
        h("span", {}, (one.offer.experts ?? []).map((expert) => expert.name).join("、"))),
      withReason(["接纳逾期答复", "Admit the late answer"], ["接纳", "Admit"],
        (reason) => doing(data, refused, "已接纳", () => post(`${path(`${data.base}/invitations`, one.agency)}/admit`, { reason }))()));
  }), refused);
}

/** What may be done about silence: the lead takes a substitute, an approver waives. Nothing here makes silence a pass. */
export function silenceCard(data) {
  const { me } = data;
  const silent = AHEAD.includes(data.case.state) ? latest(data.case).filter((one) => SILENT.includes(one.state) && !one.offer) : [];
  const [leads, approves] = [me.powers.includes("coordinate"), me.powers.includes("approve")];
  if (!silent.length || !(leads || approves)) return null;
  const refused = h("div");
  return h("div", { class: "action", "data-kind": `silence-${silent.map((one) => `${one.agency}${one.state}`)}` }, silent.map((one) => {
    const [zh, en] = name(one);
    const base = path(`${data.base}/invitations`, one.agency);
    return h("div", { class: "ruling" },
      h("p", { class: "ask" }, bi([`${zh} 未答复`, `${en} has not answered`], "strong"), one.due ? countdown(one.due) : null,
        one.mandatory ? chip(["必须参加，不得放行", "Mandatory: nothing is released"], "bad") : null),
      leads ? substitution(data, base, refused) : null,
      approves ? withReason(["免于参与", "Waive its part"], ["批准免于参与", "Waive"],
        (reason) => doing(data, refused, "已批准", () => post(`${base}/waive`, { reason }))(), { danger: true }) : null);
  }), refused);
}

function substitution(data, base, refused) {
  const value = {};
  const input = (key, attributes = {}) => (id) => h("input", { id, name: key, required: true, ...attributes, on: { input: (event) => { value[key] = event.target.value; } } });
  const select = (key, options, first) => (id) => {
    value[key] = first;
    return h("select", { id, name: key, on: { change: (event) => { value[key] = event.target.value; } } },
      options.map(([code, pair]) => h("option", { value: code }, pair.join(" "))));
  };
  const verdicts = ["PASS", "PASS_AFTER_INTERVENTION", "REFUSE"].map((code) => [code, word("verdict", code)]);
  return withReason(["由机构或互认结果替代", "Somebody stands in"], ["采用替代", "Accept"],
    (reason) => doing(data, refused, "已采用替代", () =>
      post(`${base}/substitute`, { ...value, verdict: value.verdict || null, reason }))(),
    { more: [
      field(["方式", "Kind"], select("kind", codes("substitute").map((code) => [code, word("substitute", code)]), "INSTITUTION")),
      field(["机构名称", "Name"], input("name")), field(["资质或结果编号", "Accreditation or result number"], input("reference")),
      field(["有效期至", "Valid until"], input("valid_until", { type: "date", min: date(now()) })),
      field(["结果（机构可稍后补交）", "Result (an institution's may follow)"], select("verdict", [["", ["稍后", "later"]], ...verdicts], "")),
    ] });
}

/** The lead on the clocks that run: pause, go on, give more, as far as the terms of each allow; a detention's is not the lead's. */
export function deadlinesCard(data) {
  const open = (data.deadlines ?? []).filter((one) => one.type !== "detention" && ["RUNNING", "PAUSED"].includes(one.state) && (one.state === "PAUSED" || mayMove(one)));
  if (!open.length) return null;
  const refused = h("div");
  return h("div", { class: "action", "data-kind": `deadlines-${open.map((one) => one.id + one.state)}` },
    h("details", {}, h("summary", {}, bi(["调整时限", "Deadlines: pause, extend"])), open.map((one) => clockOf(data, one, refused)), refused));
}

const mayMove = (one) => one.allowed.extension_left > 0 || (one.allowed.pause_reasons.length > 0 && one.allowed.pause_seconds_left > 0);

function clockOf(data, one, refused) {
  const base = path(`${data.base}/deadlines`, one.id);
  const agency = one.subject.split("/")[2];
  const [zh, en] = word("deadline", one.type);
  const reason = h("select", { id: `why-${one.id}`, name: "reason" }, one.allowed.pause_reasons.map((code) => h("option", { value: code }, word("pause", code).join(" "))));
  const amount = h("input", { id: `amount-${one.id}`, name: "amount", type: "number", min: 1, max: one.allowed.extension_left, value: 1, required: true });
  return h("div", { class: "ruling" },
    h("p", { class: "ask" }, bi([`${agency ? `${parties([agency])[0]} ` : ""}${zh}`, en], "strong"), countdown(one.due),
      one.state === "PAUSED" ? chip(["暂停计时", "Clock paused"], "note") : null, one.provisional ? chip(["暂定日期", "Provisional"], "note") : null),
    one.state === "PAUSED" ? button(["恢复计时", "Let it run again"], doing(data, refused, "已恢复计时", () => post(`${base}/resume`)), { class: "primary" }) : null,
    one.state === "RUNNING" && one.allowed.pause_reasons.length ? withReason(["暂停计时", "Pause"], ["暂停", "Pause"],
      (why) => doing(data, refused, "已暂停计时", () => post(`${base}/pause`, { reason: reason.value, why }))(),
      { more: [h("label", { for: reason.id }, bi(["事由", "Ground"])), reason] }) : null,
    one.allowed.extension_left ? withReason([`延长（最多 ${one.allowed.extension_left} ${word("basis", one.basis)[0]}）`, "Extend"], ["延长", "Extend"],
      (why) => doing(data, refused, "已延长", () => post(`${base}/extend`, { amount: Number(amount.value), reason: why }))(),
      { more: [h("label", { for: amount.id }, bi(["延长量", "By"])), amount] }) : null);
}
