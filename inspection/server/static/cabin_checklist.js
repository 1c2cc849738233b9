// An agency's checklist in the yard: each entry is done, or does not apply for a reason; the agency's share is complete when no
// mandatory entry is open. Every agency reads every list, only its own people answer.

import { withReason } from "./asking.js";
import { bi, button, chip, h, section } from "./dom.js";
import { getIfAny, path, post, put } from "./http.js";
import { moment } from "./time.js";
import { tone, word } from "./words.js";
import { completion, completionAt } from "./yard.js";

const FIELD = ["expert", "inspect", "lead_inspect"];
const TAKES_FINDINGS = ["OPEN", "PAUSED", "CLOSING"];

/** The lists of the session that runs, else of the last one: the own agency's first. */
export async function loadTicks({ base, case: one, me }) {
  const session = one.sessions.find((each) => TAKES_FINDINGS.includes(each.state)) ?? one.sessions.at(-1);
  const shares = one.workstreams.filter((share) => share.session === session?.id)
    .sort((a, b) => (b.agency === me.agency) - (a.agency === me.agency) || a.agency.localeCompare(b.agency));
  const lists = await Promise.all(shares.map((share) => getIfAny(`${path(`${base}/sessions`, session.id, "workstreams", share.agency)}/checklist`)));
  return shares.map((share, at) => ({ ...share, running: TAKES_FINDINGS.includes(session.state) && share.state === "RUNNING", entries: lists[at] ?? [] }))
    .filter((share) => share.entries.length);
}

export function ticksPart(data) {
  const { ticks, me } = data;
  if (!ticks.length) return null;
  const mine = (share) => share.running && share.agency === me.agency && me.powers.some((power) => FIELD.includes(power));
  return section(["查验清单", "Checklists"], { class: ticks.some(mine) ? "actions ticks" : "ticks", "data-key": JSON.stringify(ticks) },
    ticks.map((share) => (mine(share) ? ownList(data, share) : readList(share))));
}

function heading(share) {
  const open = share.entries.filter((entry) => entry.mandatory && !entry.outcome).length;
  const answered = share.entries.filter((entry) => entry.outcome).length;
  return h("p", { class: "point" }, bi(word("agency", share.agency), "strong"), chip(word("workstream", share.state), tone(share.state)),
    bi([`已填 ${answered}/${share.entries.length}`, `${answered} of ${share.entries.length} answered`], "span", { class: "count" }),
    open ? chip([`必办未填 ${open} 项`, `${open} mandatory open`], "warn") : chip(["必办已齐", "Mandatory ones answered"], "good"));
}

function readList(share) {
  return h("details", { "data-agency": share.agency }, h("summary", {}, heading(share)),
    h("ul", { class: "points" }, share.entries.map((entry) => h("li", {}, entryText(entry), answerText(entry)))));
}

function ownList(data, share) {
  const at = path(`${data.base}/sessions`, share.session, "workstreams", share.agency);
  const refused = h("div");
  return h("div", { class: "own-list", "data-agency": share.agency }, heading(share),
    h("ul", { class: "points" }, share.entries.map((entry) => h("li", { "data-entry": entry.entry }, entryText(entry), answerText(entry), answers(data, at, entry)))),
    completion(data.doing(refused, "本部门查验完毕", () => post(completionAt(data.base, share)))), refused);
}

const entryText = (entry) => h("p", { class: "point" }, h("span", { class: "where" }, entry.entry), bi([entry.zh, entry.en], "strong", { class: "stack" }),
  entry.mandatory ? bi(["必办", "Mandatory"], "span", { class: "must" }) : null);

const answerText = (entry) => (entry.outcome ? h("p", {}, chip(word("tick", entry.outcome), tone(entry.outcome)),
  entry.reason ? h("span", { class: "observation" }, `${entry.reason} `) : null, h("span", { class: "muted" }, `${entry.answered_by} ${moment(entry.answered_at)}`)) : null);

/** One may think again until the share is complete: the other answer stays at hand. */
function answers(data, at, entry) {
  const refused = h("div");
  const say = (outcome, reason) => data.doing(refused, "已填写", () => put(`${at}/checklist`, { answers: [{ paper: entry.paper, entry: entry.entry, outcome, ...(reason ? { reason } : {}) }] }))();
  return h("div", { class: "tick" }, entry.outcome === "DONE" ? null : button(word("tick", "DONE"), () => say("DONE"), { class: entry.outcome ? "" : "primary" }),
    withReason(word("tick", "NOT_APPLICABLE"), ["确认不适用", "It does not apply"], (reason) => say("NOT_APPLICABLE", reason)), refused);
}
