// What is asked of the person who looks, and nothing else: answer an invitation, confirm a decline, take a window, approve.

import { announce, bi, button, chip, fill, h, problem } from "./dom.js";
import { get, getIfAny, path, post } from "./http.js";
import { clock, countdown, moment } from "./time.js";
import { codes, word } from "./words.js";

/** The card of the next actions, or null when nothing is asked of this person. */
export function actionsFor(data) {
  const { me } = data;
  const may = (power) => me.powers.includes(power);
  const cards = [
    may("dispatch") ? answerCard(data) : null, may("coordinate") ? declineCard(data) : null,
    may("dispatch") ? agreeCard(data) : null, may("coordinate") ? windowCard(data) : null, may("approve") ? approveCard(data) : null,
  ].filter(Boolean);
  if (!cards.length) return null;
  return h("section", { class: "card actions", "aria-label": "待您办理 For you to do", "data-key": cards.map((card) => card.dataset.kind).join() },
    bi(["待您办理", "For you to do"], "h2"), cards);
}

/** Does it, and shows a refusal where the person is looking. */
function doing(data, refused, done, work) {
  return async () => {
    fill(refused);
    try {
      await work();
      announce(done);
      document.activeElement?.blur();
      await data.refresh(["sheet", "disposition"]);
    } catch (fault) {
      fill(refused, problem(fault));
    }
  };
}

function answerCard(data) {
  const { case: one, me, base } = data;
  const mine = one.invitations.filter((invitation) => invitation.agency === me.agency).at(-1);
  if (!mine || !["PENDING", "LAPSED", "ESCALATED"].includes(mine.state)) return null;
  const refused = h("div");
  const invitation = path(`${base}/invitations`, me.agency);
  const experts = h("input", { id: "experts", name: "experts", required: true, autocapitalize: "none", spellcheck: "false",
    value: me.powers.includes("expert") ? me.login : "", placeholder: "mei, bo" });
  const reason = h("select", { id: "reason", name: "reason" }, codes("decline").map((code) => h("option", { value: code }, word("decline", code).join(" "))));
  const text = h("input", { id: "reason-text", name: "text" });
  const accept = doing(data, refused, "已接受邀请", () =>
    post(`${invitation}/accept`, { experts: experts.value.split(/[\s,，、]+/).filter(Boolean) }));
  const decline = doing(data, refused, "已谢绝邀请", () => post(`${invitation}/decline`, { reason: reason.value, text: text.value }));
  const submit = (work) => ({ submit: async (event) => { event.preventDefault(); await work(); } });
  return h("div", { class: "action", "data-kind": `answer-${mine.state}-${mine.round}` },
    h("p", { class: "ask" }, bi(["请答复协同邀请", "Answer the invitation"], "strong"), mine.due ? countdown(mine.due) : null),
    h("form", { on: submit(accept) },
      h("label", { for: "experts" }, bi(["指派专家（登录名，可填多人）", "Experts to send (logins)"])),
      h("div", { class: "line" }, experts, h("button", { type: "submit", class: "primary" }, bi(["接受邀请", "Accept"])))),
    h("details", {}, h("summary", {}, bi(["谢绝", "Decline"])),
      h("form", { on: submit(decline) },
        h("label", { for: "reason" }, bi(["谢绝理由", "Reason"])), reason,
        h("label", { for: "reason-text" }, bi(["说明", "In words"])),
        h("div", { class: "line" }, text, h("button", { type: "submit", class: "danger" }, bi(["谢绝邀请", "Decline"]))))),
    refused);
}

function declineCard(data) {
  const { case: one, base } = data;
  const open = one.invitations.filter((invitation) => invitation.state === "DECLINED" && !invitation.decline_confirmed);
  if (!open.length) return null;
  const refused = h("div");
  return h("div", { class: "action", "data-kind": `confirm-${open.map((invitation) => invitation.agency)}` }, open.map((invitation) => h("p", { class: "ask" },
    bi([`${word("agency", invitation.agency)[0]} 谢绝：${word("decline", invitation.decline_reason)[0]}`,
      `${word("agency", invitation.agency)[1]} declined: ${word("decline", invitation.decline_reason)[1]}`], "strong"),
    button(["确认其不参加", "Confirm"], doing(data, refused, "已确认", () => post(`${path(`${base}/invitations`, invitation.agency)}/confirm-decline`)),
      { class: "primary" }))), refused);
}

/** An agency that is asked about a window says yes, or says why not. */
function agreeCard(data) {
  const { case: one, me, base } = data;
  const asked = one.bookings.find((booking) => ["PROPOSED", "CHANGED"].includes(booking.state));
  const mine = asked?.answers.find((answer) => answer.agency === me.agency);
  if (!mine || mine.confirmed_at) return null;
  const refused = h("div");
  const reason = h("input", { id: "refuse-reason", name: "reason", required: true });
  const seen = { booking: asked.id, version: asked.version };
  const refuse = doing(data, refused, "已回复", () => post(`${base}/schedule/refuse`, { ...seen, reason: reason.value }));
  return h("div", { class: "action", "data-kind": `agree-${asked.id}-${asked.version}` },
    h("p", { class: "ask" }, bi(["请确认查验时间", "Confirm the window"], "strong"), asked.hold_until ? countdown(asked.hold_until) : null),
    h("p", {}, windowText(asked)),
    button(["确认到场", "We will come"], doing(data, refused, "已确认查验时间", () => post(`${base}/schedule/confirm`, seen)), { class: "primary" }),
    h("details", {}, h("summary", {}, bi(["不能到场", "We cannot come"])),
      h("form", { on: { submit: async (event) => { event.preventDefault(); await refuse(); } } },
        h("label", { for: "refuse-reason" }, bi(["原因", "Why"])),
        h("div", { class: "line" }, reason, h("button", { type: "submit", class: "danger" }, bi(["回复不能到场", "Cannot come"]))))),
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
    const [zh, en] = [held.awaited.map((code) => word("agency", code)[0]), held.awaited.map((code) => word("agency", code)[1])];
    return h("div", { class: "action", "data-kind": `held-${held.id}-${held.version}` },
      h("p", { class: "ask" }, bi([`待${zh.join("、")}确认查验时间`, `${en.join(", ")} to confirm the window`], "strong"), countdown(held.hold_until)),
      h("p", {}, windowText(held)),
      button(["取消该时段", "Give it back"], doing(data, refused, "已取消", () => post(`${base}/schedule/cancel`, { reason: "另选时段" })), { class: "danger" }),
      refused);
  }
  const offered = h("ul", { class: "slots" }, h("li", {}, bi(["查询可用时段…", "Looking for free windows…"])));
  const offer = async () => {
    const slots = await get(`${base}/slots`);
    fill(offered, slots.length ? slots.map((slot) => h("li", {}, button(
      [`${moment(slot.starts_at)}–${clock(slot.ends_at)}`, `bay ${slot.bay}, place ${slot.place}`],
      doing(data, refused, "已拟定查验时间，待各部门确认", () => post(`${base}/schedule`, slot))),
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
