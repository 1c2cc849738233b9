// What follows a disposition, in the case: whose turn it is, what was handed in; the demanding agency checks, records, states its
// demand; the lead hands over what is done at another port.

import { doing, field, labelled, submit, withReason } from "./asking.js";
import { bi, chip, facts, h, section } from "./dom.js";
import { history } from "./demand.js";
import { detentionCard, detentionClock } from "./detention.js";
import { path, post } from "./http.js";
import { countdown } from "./time.js";
import { parties, tone, word } from "./words.js";

const OPEN = ["QUEUED", "APPEALABLE", "NOTIFIED", "HANDED_OVER", "IN_EXECUTION"];
const DETAIN = "DETAIN";
const CHECKED = ["RECTIFY", "RETURN", "DOCUMENT_BY"];
const ELSEWHERE = ["DESTINATION_INSPECTION", "DESTINATION_SAMPLING"];
/** What a record of each kind cannot do without. */
const RECORD = {
  SECURITY: ["amount", "currency", "reference"], NO_SALE_UNTIL_RESULT: ["outcome", "reference"], SAMPLE_AND_HOLD: ["outcome", "reference"],
  DESTROY: ["place", "method", "witnesses"], CASE_FILING: ["reference", "reason"], MOVE_TO_SAFE_SITE: ["place"],
};
const ACTS = {
  SECURITY: ["登记担保", "Record the security"], CASE_FILING: ["登记立案", "Record the case"],
  DESTROY: ["登记销毁", "Record the destruction"], MOVE_TO_SAFE_SITE: ["登记提离", "Record the move"],
};
const RESULT = ["登记检测结果", "Record the result"];
/** Who sends files of a case, and does what follows for an agency. */
export const SENDS = ["expert", "inspect", "lead_inspect", "coordinate", "dispatch"];

export function followUpsPart(data) {
  const { base, followUps } = data;
  if (!followUps?.length) return null;
  return section(["后续任务", "Follow-ups"], { class: "follow-ups" }, h("ol", { class: "demands" }, followUps.map((one) =>
    h("li", { "data-kind": one.kind, "data-agency": one.agency },
      h("h3", {}, bi(word("disposition", one.kind)), chip(word("follow_up", one.state), OPEN.includes(one.state) ? "wait" : tone(one.state)),
        one.before_release ? chip(["放行前办结", "Before release"], "note") : null, one.overdue ? chip(["已逾期", "Overdue"], "bad") : null),
      h("p", {}, one.demand.what),
      facts([
        [["提出部门", "Asked by"], bi(word("agency", one.agency))],
        [["等待", "Waiting for"], OPEN.includes(one.state) && one.holder ? bi(parties([one.holder])) : null],
        [["移交至", "Handed to"], one.office], [["时限", "Due"], one.due && one.kind !== DETAIN && OPEN.includes(one.state) ? countdown(one.due) : null],
        ...Object.entries(one.record ?? {}).map(([name, value]) => [word("recorded", name), recorded(value)]),
      ]),
      one.kind === DETAIN ? detentionClock(data, one) : null,
      history(path(`${base}/follow-ups`, one.id), one.entries)))));
}

const recorded = (value) => (Array.isArray(value) ? value.join("、") : word("recorded", value)[0]);

/** What the person's agency has to check or record now, and what the lead has to hand over. */
export function followUpCards(data) {
  const { me, case: one } = data;
  if (!me.powers.some((power) => SENDS.includes(power))) return [];
  const mine = (data.followUps ?? []).filter((item) => OPEN.includes(item.state) && item.agency === me.agency);
  const cards = mine.map((item) => {
    if (item.kind === DETAIN) return item.state === "NOTIFIED" ? detentionCard(data, item) : null;
    if (CHECKED.includes(item.kind)) return item.state === "IN_EXECUTION" ? checkCard(data, item) : null;
    return RECORD[item.kind] && ["NOTIFIED", "IN_EXECUTION"].includes(item.state) ? recordCard(data, item) : null;
  });
  const leads = me.powers.includes("coordinate") && me.agency === one.lead_agency;
  const handed = leads ? (data.followUps ?? []).filter((item) => ELSEWHERE.includes(item.kind) && ["NOTIFIED", "HANDED_OVER"].includes(item.state)) : [];
  return [...cards.filter(Boolean), ...handed.map((item) => handOverCard(data, item))];
}

const at = (data, item, verb) => `${path(`${data.base}/follow-ups`, item.id)}/${verb}`;
const title = (pair, item) => h("p", { class: "ask" }, bi([`${pair[0]}：${word("disposition", item.kind)[0]}`, `${pair[1]}: ${word("disposition", item.kind)[1]}`], "strong"),
  item.due ? countdown(item.due) : null);

function checkCard(data, item) {
  const refused = h("div");
  const verify = (passed, done) => (reason) => doing(data, refused, done, () => post(at(data, item, "verify"), { passed, reason }))();
  const sent = item.entries.filter((entry) => entry.action === "submit");
  return h("div", { class: "action", "data-kind": `check-${item.id}-${item.entries.length}` },
    title(["请复核企业材料", "Check what the enterprise sent"], item), h("p", {}, item.demand.what),
    history(path(`${data.base}/follow-ups`, item.id), sent.slice(-1)),
    withReason(["复核通过", "It is enough"], ["通过", "Passed"], verify(true, "已复核通过")),
    withReason(["退回补充", "Send it back"], ["退回", "Send back"], verify(false, "已退回企业补充"), { danger: true }), refused);
}

function recordCard(data, item) {
  const refused = h("div");
  const inputs = Object.fromEntries(RECORD[item.kind].map((name) => [name, name === "outcome"
    ? h("select", { name }, ["CONFORMS", "FAILS"].map((code) => h("option", { value: code }, word("recorded", code).join(" "))))
    : h("input", { name, required: true, maxlength: 200, value: name === "currency" ? "CNY" : "", inputmode: name === "amount" ? "decimal" : null })]));
  const said = () => Object.fromEntries(Object.entries(inputs).map(([name, input]) =>
    [name, name === "witnesses" ? input.value.split(/[,，、;；]+/).map((one) => one.trim()).filter(Boolean) : input.value.trim()]));
  const act = ACTS[item.kind] ?? RESULT;
  return h("div", { class: "action", "data-kind": `record-${item.id}-${item.state}` }, title(act, item),
    h("details", {}, h("summary", {}, bi(act)),
      h("form", { on: submit(doing(data, refused, "已登记", () => post(at(data, item, "register"), said()))) },
        Object.entries(inputs).map(([name, input]) => field(name === "witnesses" ? ["见证人（至少两名，以顿号分隔）", "Witnesses, two at least"] : word("recorded", name), labelled(input))),
        h("p", { class: "send" }, h("button", { type: "submit", class: "primary" }, bi(["登记", "Record"]))))),
    refused);
}

function handOverCard(data, item) {
  const refused = h("div");
  const [port, agency] = [h("input", { name: "port", required: true, pattern: "[0-9A-Z]{4,5}", placeholder: "2248" }), h("input", { name: "agency", required: true, value: "customs" })];
  return h("div", { class: "action", "data-waiting": item.state === "HANDED_OVER", "data-kind": `hand-over-${item.id}-${item.state}-${item.office}` },
    title(["移交目的地办理", "Hand over to the destination"], item),
    item.office ? h("p", {}, bi([`已移交 ${item.office}，待其接收`, `Handed to ${item.office}, to be acknowledged`])) : null,
    withReason(item.office ? ["改移交其他单位", "To another office"] : ["移交", "Hand over"], ["移交", "Hand over"],
      (reason) => doing(data, refused, "已移交", () => post(at(data, item, "hand-over"), { port: port.value.trim(), agency: agency.value.trim(), reason }))(),
      { more: [field(["目的地口岸代码", "Port"], labelled(port)), field(["部门", "Agency"], labelled(agency))] }), refused);
}

/** Whoever demands says exactly what: the enterprise reads it at once. */
export function demandsCard(data) {
  const { me } = data;
  const mine = (data.followUps ?? []).filter((item) => item.agency === me.agency && OPEN.includes(item.state));
  if (!mine.length || !me.powers.some((power) => SENDS.includes(power))) return null;
  const refused = h("div");
  return h("div", { class: "action", "data-kind": `demands-${mine.map((item) => item.id + item.demand.what)}` }, mine.map((item) => {
    const what = h("input", { name: "what", required: true, maxlength: 500, value: item.demand.what });
    const materials = h("textarea", { name: "materials", required: true, rows: 3 }, item.demand.materials.join("\n"));
    const contact = h("input", { name: "contact", maxlength: 500, value: item.demand.contact });
    const said = () => ({ what: what.value.trim(), contact: contact.value.trim() || null, materials: materials.value.split("\n").map((one) => one.trim()).filter(Boolean) });
    return h("details", {}, h("summary", {}, bi([`明确要求：${word("disposition", item.kind)[0]}`, `State the demand: ${word("disposition", item.kind)[1]}`])),
      h("form", { on: submit(doing(data, refused, "已更新要求", () => post(at(data, item, "demand"), said()))) },
        field(["要求", "What is asked"], labelled(what)), field(["材料（每行一项）", "Materials, one a line"], labelled(materials)),
        field(["联系窗口", "Contact (a desk)"], labelled(contact)),
        h("p", { class: "send" }, h("button", { type: "submit", class: "primary" }, bi(["更新要求", "State it"])))));
  }), refused);
}
