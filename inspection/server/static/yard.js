// At the goods: the lead inspector checks in, opens, pauses and closes; each agency says when its share is complete.

import { doing, field, fresh, labelled, submit, withReason } from "./asking.js";
import { bi, button, chip, h } from "./dom.js";
import { path, post } from "./http.js";
import { codes, tone, word } from "./words.js";

const FIELD = ["expert", "inspect", "lead_inspect"];
/** Before the first opening it is the next thing to do; afterwards the goods are opened once more, for a reason. */
const FIRST = "SCHEDULED";
const AGAIN = ["IN_FIELD", "CONCLUDING", "REOPENED"];
const split = (text) => text.split(/[\s,，、]+/).filter(Boolean);

/** What is next at the goods for whoever looks. */
export const yardCards = (data) => [data.case.state === FIRST ? checkInCard(data) : null, sessionCard(data), shareCard(data)].filter(Boolean);

/** Opening the goods once more. */
export const yardAgainCard = (data) => (AGAIN.includes(data.case.state) ? checkInCard(data) : null);

const running = (one) => one.sessions.find((session) => !["PLANNED", "CLOSED"].includes(session.state));

function checkInCard(data) {
  const { case: one, me, base } = data;
  if (!me.powers.includes("lead_inspect") || running(one)) return null;
  const experts = one.invitations.filter((invitation) => invitation.state === "ACCEPTED").flatMap((invitation) => invitation.experts.map((expert) => expert.login));
  const officers = h("input", { name: "officers", required: true, autocapitalize: "none", spellcheck: "false", value: experts.join(", ") });
  const attendance = h("select", { name: "attendance" }, codes("attendance").map((code) => h("option", { value: code }, word("attendance", code).join(" "))));
  const seals = h("input", { name: "seals", autocapitalize: "characters", spellcheck: "false" });
  const reason = one.openings ? h("input", { name: "reason", required: true, maxlength: 500 }) : null;
  const refused = h("div");
  const checkIn = doing(data, refused, "已到场签到", () => post(`${base}/sessions`, { officers: split(officers.value), attendance: attendance.value,
    seals_before: split(seals.value), ...(reason ? { reason: reason.value.trim() } : {}) }));
  return h("div", { class: "action", "data-kind": `check-in-${one.sessions.length}` },
    h("p", { class: "ask" }, bi(one.openings ? ["再次开验：到场签到", "Open the goods again: check in"] : ["到场签到", "Check in"], "strong")),
    h("form", { on: submit(checkIn) }, field(["到场人员（登录名，海关至少还有一人）", "Who is on site (logins, one more officer of customs at least)"], labelled(officers)),
      field(["企业到场情况", "The enterprise"], labelled(attendance)), field(["原封志号", "Seals before"], labelled(seals)),
      reason ? field(["再次开验的理由", "Why again"], labelled(reason)) : null,
      h("p", { class: "send" }, h("button", { type: "submit", class: "primary" }, bi(["签到", "Check in"])))),
    refused, h("p", { class: "hint" }, bi(["签到前逐人核对必读资料：", "Everybody must have read the mandatory papers:"]), " ",
      h("a", { href: `#/cases/${encodeURIComponent(one.no)}/cabin` }, bi(["云端任务舱", "Task cabin"]))));
}

/** The session that runs, for who leads it. */
function sessionCard(data) {
  const { case: one, me, base } = data;
  const session = running(one);
  if (!me.powers.includes("lead_inspect") || !session) return null;
  const at = path(`${base}/sessions`, session.id);
  const shares = one.workstreams.filter((share) => share.session === session.id);
  const refused = h("div");
  const act = (done, what, body) => doing(data, refused, done, () => post(`${at}/${what}`, body));
  const ways = {
    CHECK_IN: () => button(["开始查验", "Open the goods"], act("查验开始", "open"), { class: "primary" }),
    OPEN: () => [shares.map((share) => shareRow(share, at, (done, what, body) => act(done, what, body)())), closeForm(act),
      withReason(["暂停查验", "Pause"], ["暂停", "Pause"], (reason) => act("已暂停", "pause", { reason })(), { danger: true })],
    PAUSED: () => button(["恢复查验", "Go on"], act("已恢复", "resume"), { class: "primary" }),
  };
  return h("div", { class: "action", "data-kind": `session-${session.id}-${session.state}-${shares.map((share) => share.state)}` },
    h("p", { class: "ask" }, bi(["现场查验", "At the goods"], "strong"), chip(word("session", session.state), tone(session.state))), ways[session.state]?.(), refused);
}

/** An agency that cannot finish is let go by the lead inspector, with a reason. */
const shareRow = (share, at, act) => h("div", { class: "ruling" },
  h("p", {}, bi(word("agency", share.agency)), " ", chip(word("workstream", share.state), tone(share.state))),
  share.state === "RUNNING" ? withReason(["免除该部门分工", "Excuse its share"], ["免除", "Excuse"],
    (reason) => act("已免除", `workstreams/${share.agency}/excuse`, { reason }), { danger: true }) : null);

function closeForm(act) {
  const seals = h("input", { id: fresh("seals"), name: "seals", autocapitalize: "characters", spellcheck: "false" });
  return h("form", { on: submit(() => act("查验结束", "close", { seals_after: split(seals.value) })()) },
    h("label", { for: seals.id }, bi(["新施封志号", "Seals put on"])),
    h("div", { class: "line" }, seals, h("button", { type: "submit", class: "primary" }, bi(["结束查验", "Close the session"]))));
}

/** The own agency's share of the session that runs; whoever ticks a checklist completes it there. */
function shareCard(data) {
  const { case: one, me, base } = data;
  const share = one.workstreams.find((each) => each.session === running(one)?.id && each.agency === me.agency);
  if (share?.state !== "RUNNING" || !me.powers.some((power) => FIELD.includes(power))) return null;
  const refused = h("div");
  return h("div", { class: "action", "data-kind": `share-${share.session}-${share.agency}` },
    completion(doing(data, refused, "本部门查验完毕", () => post(completionAt(base, share)))), refused);
}

export const completionAt = (base, share) => `${path(`${base}/sessions`, share.session, "workstreams", share.agency)}/complete`;

/** Nothing more is ticked or found after it, so it takes two steps. */
export const completion = (work) => h("details", { class: "completion" }, h("summary", {}, bi(["本部门现场查验完毕", "Our share is complete"])),
  bi(["确认后不能撤回，也不能再填写清单。", "It cannot be taken back, and closes our checklist."], "p", { class: "hint" }),
  button(["确认完毕", "Complete it"], work, { class: "primary" }));
