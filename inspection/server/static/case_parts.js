// The parts of a case before anything was found: its head, the agencies, what they look at, the yard, the goods.

import { bi, chip, facts, folding, h, section } from "./dom.js";
import { levelChip } from "./cases.js";
import { clock, countdown, moment, now } from "./time.js";
import { tone, word, words } from "./words.js";

const STAGES = ["INVITING", "PREPARING", "SCHEDULED", "IN_FIELD", "CONCLUDING", "DISPOSING", "CLOSED"];
const STAGE_OF = { SUGGESTED: "INVITING", REPORTED: "DISPOSING", FOLLOW_UP: "DISPOSING", REOPENED: "CONCLUDING" };
const AHEAD = ["SUGGESTED", "INVITING", "PREPARING", "SCHEDULED", "IN_FIELD"];
const LIVE_WINDOWS = ["CONFIRMED", "CHANGED", "IN_PROGRESS", "DONE"];

export function headPart({ case: one }) {
  const trader = one.declaration_document.trader;
  const window_ = one.bookings.find((booking) => LIVE_WINDOWS.includes(booking.state));
  return h("div", { class: "case-head" },
    h("div", { class: "title" }, h("h1", { class: "number" }, one.no), chip(word("case", one.state), tone(one.state)),
      one.priority_class !== "NORMAL" ? chip(word("priority", one.priority_class), "note") : null),
    stages(one.state),
    facts([
      [["企业", "Trader"], trader.name || trader.code],
      [["报关单", "Declaration"], h("span", { class: "number" }, one.declaration)],
      [["查验时间地点", "Window"], window_ ? place(window_) : null, "wide"],
      [["开箱次数", "Openings"], one.openings ? String(one.openings) : null],
      [["处置策略", "Policy"], bi(word("policy", one.policy))],
      [["资料、会商与分工", "Papers and deliberation"], one.state === "SUGGESTED" ? null
        : h("a", { class: "to-cabin", href: `#/cases/${encodeURIComponent(one.no)}/cabin` }, bi(["云端任务舱", "Task cabin"]))],
    ]));
}

function place(booking) {
  return h("span", {}, `${moment(booking.starts_at)}–${clock(booking.ends_at)} `,
    bi([`${booking.zone} ${booking.bay} 台位 ${booking.place} 号位`, `bay ${booking.bay}, place ${booking.place}`]));
}

function stages(state) {
  const at = STAGES.indexOf(STAGE_OF[state] ?? state);
  return h("ol", { class: "stages", "aria-label": "进度 Progress" }, STAGES.map((stage, number) =>
    h("li", { class: number < at || state === "CLOSED" ? "done" : number === at ? "now" : "", "aria-current": number === at ? "step" : null },
      bi(word("case", stage)))));
}

export function agenciesPart({ case: one, deadlines }) {
  return section(["参与部门", "Agencies"], { class: "agencies" },
    h("ul", { class: "tiles" },
      h("li", { class: "tile" }, h("h3", {}, bi(word("agency", one.lead_agency))), bi(["牵头部门", "Lead agency"], "p", { class: "muted" }),
        workstream(one, one.lead_agency)),
      one.invitations.map((invitation) => tile(one, invitation, deadlines ?? []))));
}

/** How late an answer or a conclusion is: the last rung of its ladder that was reached. */
function lateness(deadlines, subject) {
  const found = deadlines.find((one) => one.subject === subject && ["RUNNING", "PAUSED", "REACHED"].includes(one.state));
  if (!found) return null;
  const level = found.rungs.filter((rung) => Date.parse(rung.at) <= now()).at(-1)?.level;
  return [level ? levelChip(level) : null, found.state === "PAUSED" ? chip(["暂停计时", "Clock paused"], "note") : null,
    found.provisional ? chip(["暂定日期", "Provisional"], "note") : null];
}

function tile(one, invitation, deadlines) {
  const open = ["PENDING", "LAPSED", "ESCALATED", "BLOCKED"].includes(invitation.state);
  return h("li", { class: `tile ${tone(invitation.state)}`, "data-agency": invitation.agency },
    h("h3", {}, bi(word("agency", invitation.agency)),
      invitation.mandatory ? h("span", { class: "must" }, bi(["必须参加", "Mandatory"])) : null),
    h("p", {}, chip(word("invitation", invitation.state), tone(invitation.state)),
      invitation.late ? chip(["逾期答复", "Answered late"], "bad") : null),
    open && invitation.due ? h("p", { class: "deadline" }, bi(["答复时限", "Answer by"], "span", { class: "label" }),
      lateness(deadlines, `invitation/${one.no}/${invitation.agency}/${invitation.round}`), countdown(invitation.due), invitation.basis
        ? bi(word("basis", invitation.basis), "span", { class: "muted", title: `工作日历 calendar ${invitation.calendar}` }) : null) : null,
    invitation.experts.length
      ? h("p", {}, bi(["专家", "Experts"], "span", { class: "label" }), h("strong", {}, invitation.experts.map((e) => e.name).join("、"))) : null,
    invitation.answered_at ? h("p", { class: "muted" }, `${moment(invitation.answered_at)} `, bi(["答复", "answered"])) : null,
    invitation.state === "PENDING" && invitation.delivered_at
      ? h("p", { class: "muted" }, `${moment(invitation.delivered_at)} `, bi(["已送达", "delivered"])) : null,
    invitation.decline_reason ? declined(invitation) : null,
    workstream(one, invitation.agency));
}

function declined(invitation) {
  return h("p", {}, bi(word("decline", invitation.decline_reason)),
    invitation.decline_text ? h("span", { class: "quote" }, `“${invitation.decline_text}”`) : null,
    chip(invitation.decline_confirmed ? ["已确认", "Confirmed"] : ["待牵头部门确认", "To be confirmed"],
      invitation.decline_confirmed ? "plain" : "warn"));
}

function workstream(one, agency) {
  const share = one.workstreams.filter((stream) => stream.agency === agency).at(-1);
  return share ? h("p", {}, bi(["现场", "On site"], "span", { class: "label" }), chip(word("workstream", share.state), tone(share.state)),
    share.reason ? h("span", { class: "quote" }, share.reason) : null) : null;
}

/** From the task sheet once it has issued, before that from the invitations. */
export function focusPart({ case: one, sheet, me }) {
  const points = sheet?.document.focus_points ?? one.invitations.flatMap((invitation) => invitation.points);
  if (!points.length) return null;
  // One's own first: that is what one came to look at.
  const agencies = [...new Set(points.map((point) => point.agency))].sort((a, b) => (b === me.agency) - (a === me.agency));
  const folded = isFieldOnly(me) && agencies.includes(me.agency) ? agencies.slice(1) : [];
  const list = (agency) => [h("h3", {}, bi(word("agency", agency))),
    h("ul", { class: "points" }, points.filter((point) => point.agency === agency).map(focusPoint))];
  return folding([`查验要点 ${points.length}`, "Focus points"], AHEAD.includes(one.state), { class: "focus" },
    agencies.filter((agency) => !folded.includes(agency)).map((agency) => h("div", {}, list(agency))),
    folded.length ? h("details", { class: "others" }, h("summary", {}, bi(["其他部门的查验要点", "Other agencies' points"])), folded.map(list)) : null);
}

const LEADING = new Set(["coordinate", "approve", "superior", "audit", "lead_inspect"]);

/** Someone who works at the goods for one agency and leads nothing. */
export const isFieldOnly = (me) => !me.powers.some((power) => LEADING.has(power));

function focusPoint(point) {
  const where = point.line ? [`第 ${point.line} 项${point.component ? ` ${point.component}` : ""}`, `line ${point.line}`] : ["全部商品项", "every line"];
  return h("li", {},
    h("p", { class: "point" }, bi(where, "span", { class: "where" }), bi([point.focus_zh, point.focus_en ?? ""], "strong", { class: "stack" })),
    h("p", { class: "muted" }, bi(words("check", point.check_kinds)), point.reason ? ` · ${point.reason}` : ""),
    h("ul", { class: "bases" }, (point.legal_basis ?? []).map((basis) => h("li", {},
      `《${basis.text}》`, basis.number ? ` ${basis.number}` : "", basis.article ? ` ${basis.article}` : "",
      basis.basis_unverified ? [" ", chip(["依据待核实", "Basis unverified"], "warn")] : null))));
}

export function sessionPart({ case: one }) {
  if (!one.sessions.length) return null;
  return section(["现场作业", "On site"], { class: "sessions" }, one.sessions.map((session) => h("div", {},
    h("p", {}, chip(word("session", session.state), tone(session.state)), " ", bi(word("attendance", session.attendance))),
    h("p", {}, bi(["在场人员", "Present"], "span", { class: "label" }),
      session.officers.map((officer) => `${officer.name}（${word("agency", officer.agency)[0]}）`).join("、")))));
}

export function goodsPart({ case: one }) {
  const lines = one.declaration_document.lines;
  return folding([`申报商品 ${lines.length} 项`, "Goods"], AHEAD.includes(one.state), { class: "goods" },
    h("ul", { class: "points" }, lines.map((line) => h("li", {},
      h("p", { class: "point" }, h("span", { class: "where" }, `第 ${line.no} 项`), h("strong", {}, line.name),
        h("span", { class: "number muted" }, line.hs)),
      line.description ? h("p", { class: "long" }, line.description) : null,
      h("p", { class: "muted" }, [
        line.quantity ? `${line.quantity} ${line.unit ?? ""}` : "", line.origin ? `原产 ${line.origin}` : "",
        line.value ? `${line.value} ${line.currency ?? ""}` : "",
        (line.certificates ?? []).map((certificate) => `${certificate.type} ${certificate.number}`).join("、"),
        (line.components ?? []).length ? `部件：${line.components.map((component) => component.name).join("、")}` : "",
      ].filter(Boolean).join(" · "))))));
}
