// What is asked of the person who looks, and nothing else: answer an invitation, rule on one, take a window, approve.

import { doing, submit, withReason } from "./asking.js";
import { bi, button, chip, fill, h, problem, section } from "./dom.js";
import { costCard } from "./costs.js";
import { extensionCards } from "./detention.js";
import { disagreementCards, reopenCard } from "./disagreement.js";
import { demandsCard, followUpCards } from "./follow_ups.js";
import { get, getIfAny, path, post } from "./http.js";
import { minutesCard } from "./minutes.js";
import { askCard, requestCards } from "./requests.js";
import { rightsCard } from "./rights_asked.js";
import { admitCard, deadlinesCard, declineCard, silenceCard } from "./rulings.js";
import { clock, countdown, moment, now } from "./time.js";
import { codes, parties, word } from "./words.js";
import { yardAgainCard, yardCards } from "./yard.js";

/** The next actions and, folded below, what this person may do besides; null when there is neither. */
export function actionsFor(data) {
  const may = (power, card) => (data.me.powers.includes(power) ? card(data) : null);
  const extensions = (pressing) => may("approve", () => extensionCards(data, pressing)) ?? [];
  const asked = [
    may("dispatch", answerCard), may("coordinate", declineCard), may("coordinate", admitCard), may("dispatch", agreeCard),
    may("coordinate", windowCard), may("approve", approveCard), silenceCard(data),
    ...extensions(true), ...yardCards(data), ...disagreementCards(data), ...followUpCards(data), ...requestCards(data),
  ].filter(Boolean);
  const besides = [may("dispatch", replaceCard), may("coordinate", moveCard), may("coordinate", deadlinesCard), may("approve", reopenCard), ...extensions(false),
    may("coordinate", costCard), demandsCard(data), askCard(data), minutesCard(data), rightsCard(data), yardAgainCard(data)].filter(Boolean);
  if (!asked.length && !besides.length) return null;
  return h("div", { "data-key": [...asked, "|", ...besides].map((card) => card.dataset?.kind ?? card).join() },
    asked.length ? section(asked.every((card) => "waiting" in card.dataset) ? ["等待答复", "Waiting for others"] : ["待您办理", "For you to do"],
      { class: "actions" }, asked) : null,
    besides.length ? h("details", { class: "card besides" }, h("summary", {}, bi(["其他操作", "Other acts"])), besides) : null);
}

function answerCard(data) {
  const { case: one, me, base } = data;
  const mine = one.invitations.filter((invitation) => invitation.agency === me.agency).at(-1);
  if (!mine || !["PENDING", "LAPSED", "ESCALATED", "BLOCKED"].includes(mine.state) || mine.offer) return null;
  const refused = h("div");
  // Once the goods were opened a late answer counts when the lead admits it.
  const frozen = one.sessions.some((session) => session.state !== "PLANNED");
  const invitation = path(`${base}/invitations`, me.agency);
  const experts = h("input", { id: "experts", name: "experts", required: true, autocapitalize: "none", spellcheck: "false",
    value: me.powers.includes("expert") ? me.login : "", placeholder: "mei, bo" });
  const reason = h("select", { id: "reason", name: "reason" }, codes("decline").map((code) => h("option", { value: code }, word("decline", code).join(" "))));
  const text = h("input", { id: "reason-text", name: "text" });
  const accept = doing(data, refused, "已接受邀请", () =>
    post(`${invitation}/${frozen ? "late" : "accept"}`, { experts: experts.value.split(/[\s,，、]+/).filter(Boolean) }));
  const decline = doing(data, refused, "已谢绝邀请", () => post(`${invitation}/decline`, { reason: reason.value, text: text.value }));
  return h("div", { class: "action", "data-kind": `answer-${mine.state}-${mine.round}` },
    h("p", { class: "ask" }, bi(["请答复协同邀请", "Answer the invitation"], "strong"), mine.due ? countdown(mine.due) : null),
    h("form", { on: submit(accept) },
      h("label", { for: "experts" }, bi(["指派专家（登录名，可填多人）", "Experts to send (logins)"])),
      h("div", { class: "line" }, experts, h("button", { type: "submit", class: "primary" }, bi(["接受邀请", "Accept"])))),
    mine.state !== "PENDING" ? null : h("details", {}, h("summary", {}, bi(["谢绝", "Decline"])),
      h("form", { on: submit(decline) },
        h("label", { for: "reason" }, bi(["谢绝理由", "Reason"])), reason,
        h("label", { for: "reason-text" }, bi(["说明", "In words"])),
        h("div", { class: "line" }, text, h("button", { type: "submit", class: "danger" }, bi(["谢绝邀请", "Decline"]))))),
    refused);
}

/** An agency that is asked about a window says yes, or says why not. */
function agreeCard(data) {
  const { case: one, me, base } = data;
  const asked = one.bookings.find((booking) => ["PROPOSED", "CHANGED"].includes(booking.state));
  const mine = asked?.answers.find((answer) => answer.agency === me.agency);
  if (!mine || mine.confirmed_at) return null;
  const refused = h("div");
  const seen = { booking: asked.id, version: asked.version };
  return h("div", { class: "action", "data-kind": `agree-${asked.id}-${asked.version}` },
    h("p", { class: "ask" }, bi(["请确认查验时间", "Confirm the window"], "strong"), asked.hold_until ? countdown(asked.hold_until) : null),
    h("p", {}, windowText(asked)),
    button(["确认到场", "We will come"], doing(data, refused, "已确认查验时间", () => post(`${base}/schedule/confirm`, seen)), { class: "primary" }),
    withReason(["不能到场", "We cannot come"], ["回复不能到场", "Cannot come"],
      (reason) => doing(data, refused, "已回复", () => post(`${base}/schedule/refuse`, { ...seen, reason }))(), { danger: true }),
    refused);
}

/** A window that stands may be given back; once it has begun, whoever did not come is recorded. */
function moveCard(data) {
  const { case: one, base } = data;
  const held = one.bookings.find((booking) => ["CONFIRMED", "CHANGED"].includes(booking.state));
  if (one.state !== "SCHEDULED" || !held) return null;
  const refused = h("div");
  const begun = Date.parse(held.starts_at) <= now();
  const coming = ["enterprise", one.lead_agency, ...one.invitations.filter((invitation) => invitation.state === "ACCEPTED").map((invitation) => invitation.agency)];
  const party = h("select", { id: "absent", name: "party" }, coming.map((code) => h("option", { value: code }, parties([code]).join(" "))));
  return h("div", { class: "action", "data-kind": `move-${held.id}-${held.version}-${begun}` },
    h("p", {}, windowText(held)),
    begun ? withReason(["登记未到场", "Somebody did not come"], ["登记未到场", "Record it"],
      (reason) => doing(data, refused, "已登记未到场", () => post(`${base}/schedule/no-show`, { party: party.value, reason }))(),
      { danger: true, more: [h("label", { for: "absent" }, bi(["谁未到场", "Who"])), party] }) : null,
    withReason(["取消查验预约", "Give the window back"], ["取消预约", "Cancel"],
      (reason) => doing(data, refused, "已取消预约", () => post(`${base}/schedule/cancel`, { reason }))(), { danger: true }),
    refused);
}

/** Before the goods are opened an agency may send other people, and says why. */
function replaceCard(data) {
  const { case: one, me, base } = data;
  const mine = one.invitations.filter((invitation) => invitation.agency === me.agency).at(-1);
  if (mine?.state !== "ACCEPTED" || !["INVITING", "PREPARING", "SCHEDULED"].includes(one.state)) return null;
  const refused = h("div");
  const experts = h("input", { id: "other-experts", name: "experts", required: true, autocapitalize: "none", spellcheck: "false",
    value: mine.experts.map((expert) => expert.login).join(", ") });
  return h("div", { class: "action", "data-kind": `replace-${mine.experts.map((expert) => expert.login)}` },
    withReason(["更换专家", "Send somebody else"], ["更换", "Replace"],
      (reason) => doing(data, refused, "已更换专家", () =>
        post(`${path(`${base}/invitations`, me.agency)}/replace-experts`, { experts: experts.value.split(/[\s,，、]+/).filter(Boolean), reason }))(),
      { more: [h("label", { for: "other-experts" }, bi(["专家（登录名，可填多人）", "Experts (logins)"])), experts] }),
    refused);
}

function windowText(booking) {
  return `${moment(booking.starts_at)}–${clock(booking.ends_at)} ${booking.zone} ${booking.bay} 台位 ${booking.place} 号位`;
}

function windowCard(data) {
  const { case: one, base } = data;
  if (one.state !== "PREPARING") return null;
  const refused = h("div");
  const held = one.bookings.find((booking) => booking.state === "PROPOSED");
  if (held) {
    const [zh, en] = parties(held.awaited);
    return h("div", { class: "action", "data-waiting": true, "data-kind": `held-${held.id}-${held.version}` },
      h("p", { class: "ask" }, bi([`待${zh}确认查验时间`, `${en} to confirm the window`], "strong"), countdown(held.hold_until)),
      h("p", {}, windowText(held)),
      button(["取消该时段", "Give it back"], doing(data, refused, "已取消", () => post(`${base}/schedule/cancel`, { reason: "另选时段" })), { class: "danger" }),
      refused);
  }
  const offered = h("ul", { class: "slots" }, h("li", {}, bi(["查询可用时段…", "Looking for free windows…"])));
  const offer = async () => {
    const slots = await get(`${base}/slots`);
    fill(offered, slots.length ? slots.map((slot, at) => h("li", {}, button(
      [`${moment(slot.starts_at)}–${clock(slot.ends_at)} ${slot.bay} 台位 ${slot.place} 号位`, `bay ${slot.bay}, place ${slot.place}`],
      doing(data, refused, "已拟定查验时间，待各部门确认", () => post(`${base}/schedule`, slot)), { class: at ? "" : "primary" }),
      h("p", { class: "muted" }, slot.reasons.map((reason) => reason.zh).join("；"))))
      : h("li", {}, bi(["近期没有可用时段", "No free window soon"])));
  };
  // Asked only when the card is really shown.
  queueMicrotask(() => offered.isConnected && offer().catch((fault) => fill(offered, h("li", {}, problem(fault)))));
  return h("div", { class: "action", "data-kind": "window" },
    h("p", { class: "ask" }, bi(["请确定查验时间", "Choose the window of the inspection"], "strong")), offered, refused);
}

function approveCard(data) {
  const { disposition, report, base } = data;
  if (!disposition || !["PROPOSED", "RESOLVED"].includes(disposition.state) || !disposition.type) return null;
  const refused = h("div");
  const kind = word("disposition", disposition.type);
  return h("div", { class: "action", "data-kind": `approve-${disposition.id}-${disposition.type}` },
    h("p", { class: "ask" }, bi(["请审批处置建议", "Approve the proposal"], "strong"), chip(kind, "wait")),
    h("p", {}, "请先阅读 ", h("a", { href: `${base}/report.pdf`, target: "_blank", rel: "noopener" }, `综合报告 ${report?.number ?? ""}`)),
    button([`批准：${kind[0]}`, `Approve: ${kind[1]}`], doing(data, refused, "已批准",
      () => post(`${base}/disposition/approve`, { report_version: disposition.report_version })), { class: "primary" }),
    refused);
}

/** When who answers for an agency opens a case, what the inbox says of it has been read; for an invitation that is its delivery. */
export async function acknowledgeInbox(no, me) {
  if (!me.powers.includes("dispatch") && !me.powers.includes("coordinate")) return;
  const items = (await getIfAny("/api/v1/inbox").catch(() => null)) ?? [];
  const read = items.filter((item) => item.case === no);
  await Promise.all(read.map((item) => post(`${path("/api/v1/inbox", item.id)}/acknowledge`).catch(() => null)));
}
