// A detention: its statutory clock, what was excluded from it and given on top; the next act of who detains, an approver's extension.

import { doing, field, labelled, reasonForm, withReason } from "./asking.js";
import { bi, chip, facts, h } from "./dom.js";
import { path, post } from "./http.js";
import { countdown, moment } from "./time.js";
import { word } from "./words.js";

const DAY = 86_400;
const OPEN = ["RUNNING", "PAUSED"];
const STANDING = { PAUSED: [["送检中，期限暂停", "At the laboratory: it stands"], "wait"], REACHED: [["法定期限已满", "The time is up"], "bad"], MET: [["已解除", "Ended"], "plain"] };

/** The clock of a detention among the deadlines of the case. */
const clockOf = ({ deadlines }, item) => (deadlines ?? []).find((one) => one.type === "detention" && one.subject.endsWith(`/${item.id}`));

/** Whole days: how many count already, of how many. */
function daysOf(clock) {
  const given = Number.parseInt(clock.budget, 10);
  return { given, gone: Math.min(given, Math.floor(clock.consumed_seconds / DAY)) };
}

function daysLine(clock) {
  const { given, gone } = daysOf(clock);
  const standing = STANDING[clock.state];
  return h("p", { class: "ask" }, bi([`已计 ${gone} 天，共 ${given} 天`, `${gone} of ${given} days`], "strong"),
    standing ? chip(...standing) : null, clock.state === "RUNNING" ? countdown(clock.due) : null,
    clock.provisional && OPEN.includes(clock.state) ? chip(["暂定日期", "Provisional"], "note") : null);
}

/** Where the clock stands, for everybody in the case; null while none runs. */
export function detentionClock(data, item) {
  const clock = clockOf(data, item);
  if (!clock) return null;
  const { given, gone } = daysOf(clock);
  return h("div", { class: "detention" }, daysLine(clock),
    h("progress", { max: given, value: gone, "aria-label": `扣留期限 Detention ${gone}/${given}` }),
    facts([
      [["起算", "Since"], moment(clock.started_at)],
      [["最迟届满", "Ends at the latest"], clock.state === "PAUSED" ? moment(clock.due) : null],
      [["检测期间（不计入期限）", "Tested meanwhile, not counted"], clock.pauses.length ? list(clock.pauses, tested) : null, "wide"],
      [["经批准延长", "Extended with approval"], clock.extensions.length ? list(clock.extensions, extended) : null, "wide"],
    ]));
}

const list = (entries, shown) => h("ul", {}, entries.map((one) => h("li", {}, shown(one))));
const tested = (pause) => [moment(pause.since), " – ", pause.until ? moment(pause.until) : bi(["至今", "until now"])];
const extended = (one) => [bi([`${one.amount} 天`, `${one.amount} days`]), ` ${moment(one.at)} `, h("span", { class: "quote" }, one.reason)];

const ACTS = {
  test: { verb: "testing", pair: ["货物送检，暂停计算", "To the laboratory"], done: "已送检，期限暂停", said: (why) => ({ running: true, why }) },
  back: { verb: "testing", pair: ["检测结束，恢复计算", "It is back: the clock runs"], done: "已恢复计算期限", said: (why) => ({ running: false, why }) },
  release: { verb: "register", pair: ["解除扣留", "End the detention"], done: "已解除扣留", said: (reason) => ({ reason }) },
};

/** What comes next, the likeliest first: goods are tested, come back, and are decided on. */
function nextActs(clock) {
  if (clock?.state === "PAUSED") return ["back", "release"];
  if (clock?.state !== "RUNNING" || clock.allowed.pause_seconds_left <= 0) return ["release"];
  return clock.pauses.length ? ["release", "test"] : ["test", "release"];
}

/** The agency that detains: one act as a button with its reason, the other folded below it. */
export function detentionCard(data, item) {
  const [refused, clock] = [h("div"), clockOf(data, item)];
  const work = (act) => (said) => doing(data, refused, act.done, () => post(at(data, item, act.verb), act.said(said)))();
  const [next, ...others] = nextActs(clock).map((name) => ACTS[name]);
  return h("div", { class: "action", "data-kind": keyOf("detention", item, clock) }, head(["扣留中的货物", "Detained goods"], item), clock ? daysLine(clock) : null,
    reasonForm(next.pair, work(next)), others.map((act) => withReason(act.pair, act.pair, work(act), { danger: act === ACTS.release })), refused);
}

/** An approver may extend while the clock runs: `pressing` are those with a warning behind them, the others can wait. */
export function extensionCards(data, pressing) {
  const held = (data.followUps ?? []).filter((item) => item.kind === "DETAIN").map((item) => [item, clockOf(data, item)]);
  return held.filter(([, clock]) => OPEN.includes(clock?.state) && clock.allowed.extension_left > 0 && warned(clock) === pressing)
    .map(([item, clock]) => extensionCard(data, item, clock, pressing));
}

const warned = (clock) => clock.rungs.some((rung) => rung.claimed);

function extensionCard(data, item, clock, pressing) {
  const [refused, left] = [h("div"), clock.allowed.extension_left];
  const days = h("input", { name: "days", type: "number", min: 1, max: left, value: left, required: true });
  const act = ["批准延长扣留", "Extend the detention"];
  const work = (reason) => doing(data, refused, "已批准延长", () => post(at(data, item, "extend"), { days: Number(days.value), reason }))();
  const more = [field([`延长天数（最多 ${left} 天）`, `Days, ${left} at most`], labelled(days))];
  return h("div", { class: "action", "data-kind": keyOf("extend", item, clock) }, head(["扣留期限", "Time of detention"], item), daysLine(clock),
    pressing ? reasonForm(act, work, { more }) : withReason(act, act, work, { more }), refused);
}

const at = (data, item, verb) => `${path(`${data.base}/follow-ups`, item.id)}/${verb}`;
const keyOf = (name, item, clock) => [name, item.id, clock?.state, clock?.due, clock?.pauses.length].join("-");
const head = (pair, item) => h("p", { class: "ask" }, bi([`${pair[0]}：${word("agency", item.agency)[0]}`, `${pair[1]}: ${word("agency", item.agency)[1]}`], "strong"),
  bi([`第 ${item.lines.join("、")} 项`, `line ${item.lines.join(", ")}`]));
