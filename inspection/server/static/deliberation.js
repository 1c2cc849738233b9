// The deliberation before the yard: what the agencies say, and the division of work they agree on.

import { labelled, submit, withReason } from "./asking.js";
import { bi, button, chip, h, section } from "./dom.js";
import { path, post, put, uuid } from "./http.js";
import { moment } from "./time.js";
import { parties, word } from "./words.js";

const STATES = { OPEN: ["待各部门表态", "To be agreed"], ADOPTED: ["已采纳", "Adopted"], OUTDATED: ["已被替代", "Outdated"] };
const TONES = { OPEN: "wait", ADOPTED: "good", OUTDATED: "plain" };

export function messagesPart({ thread }) {
  return section([`会商发言 ${thread.messages.length}`, "Deliberation"], { class: "thread" },
    thread.messages.length ? h("ul", { class: "history" }, thread.messages.map((one) => h("li", { "data-message": one.id },
      h("p", {}, bi(word("agency", one.agency), "strong"), ` ${one.name} `, h("time", { class: "muted", datetime: one.at }, moment(one.at))),
      h("p", { class: "observation" }, one.text))))
      : bi(["还没有发言", "Nobody has said anything"], "p", { class: "empty" }));
}

/** Stays while others speak: nothing is redrawn under the fingers. */
export function sayForm(data) {
  const text = h("textarea", { name: "text", required: true, rows: 3, maxlength: 10000 });
  const refused = h("div");
  let id = uuid();
  const say = data.doing(refused, "已发言", async () => {
    await put(`${data.base}/cabin/threads/messages/${id}`, { text: text.value.trim() });
    id = uuid();
    text.value = "";
  });
  labelled(text)("say");
  return h("form", { class: "card part say", on: submit(say) }, h("label", { for: "say" }, bi(["发言", "Say something"])), text,
    h("p", { class: "send" }, h("button", { type: "submit" }, bi(["发送", "Send"]))), refused);
}

export function divisionsPart(data) {
  const { thread, sheet } = data;
  if (!thread.proposals.length && !thread.draft) return null;
  const [latest, ...before] = [...thread.proposals].reverse();
  const refused = h("div");
  return section(["分工方案", "Division of work"], { class: "divisions", "data-key": JSON.stringify([thread.proposals, thread.draft?.sheet_version]) },
    latest ? proposal(data, latest, refused) : bi(["还没有方案", "None proposed yet"], "p", { class: "empty" }),
    before.length ? h("details", {}, h("summary", {}, bi([`此前 ${before.length} 个方案`, "Earlier ones"])), before.map((one) => proposal(data, one, refused))) : null,
    data.member && thread.draft && sheet && latest?.state !== "ADOPTED" ? proposeForm(data, refused) : null, refused);
}

function proposal(data, one, refused) {
  const { me } = data;
  const base = path(`${data.base}/cabin/divisions`, one.id);
  const asked = one.state === "OPEN" && one.awaited.includes(me.agency) && me.powers.some((power) => ["dispatch", "expert"].includes(power));
  const adopts = one.state === "OPEN" && !one.awaited.length && me.powers.includes("coordinate");
  return h("div", { class: "ruling proposal", "data-proposal": one.number },
    h("p", { class: "point" }, bi([`第 ${one.number} 号方案`, `No. ${one.number}`], "strong"), chip(STATES[one.state], TONES[one.state]),
      h("span", { class: "muted" }, `${word("agency", one.agency)[0]} ${one.name} ${moment(one.at)}`)),
    h("ol", { class: "materials" }, one.steps.map((step) => h("li", {}, stepText(data, step)))),
    h("ul", { class: "history" }, one.answers.map((answer) => h("li", {}, bi(word("agency", answer.agency)), " ",
      chip(answer.agrees ? ["同意", "Agrees"] : ["不同意", "Objects"], answer.agrees ? "good" : "bad"), answer.reason))),
    one.state === "OPEN" && one.awaited.length ? h("p", {}, bi(["待表态", "Awaited"], "span", { class: "label" }), bi(parties(one.awaited), "strong")) : null,
    asked ? [button(["同意分工", "We agree"], data.doing(refused, "已同意", () => post(`${base}/agree`)), { class: "primary" }),
      withReason(["不同意", "Object"], ["不同意", "Object"], (reason) => data.doing(refused, "已表态", () => post(`${base}/object`, { reason }))(), { danger: true })] : null,
    adopts ? button(["采纳并更新任务单", "Adopt it: the sheet gets its next version"], data.doing(refused, "已采纳", () => post(`${base}/adopt`)), { class: "primary" }) : null);
}

function stepText({ sheet }, step) {
  const points = sheet?.document.focus_points ?? [];
  const [zh, en] = word("agency", step.agency);
  const joint = (step.jointly_with ?? []).length ? [`（会同${parties(step.jointly_with)[0]}）`, ` with ${parties(step.jointly_with)[1]}`] : ["", ""];
  return [bi([`第 ${step.order} 步 ${zh}${joint[0]}`, `Step ${step.order}, ${en}${joint[1]}`], "span", { class: "where" }), " ",
    step.looks.map((look) => `${points[look.point - 1]?.focus_zh ?? `要点 ${look.point}`}${look.line ? `（第 ${look.line} 项）` : ""}`).join("；"), step.note ? ` ${step.note}` : ""];
}

/** From the plainest division, everybody at its own points: each point may go to another agency that takes part, or come later. */
function proposeForm(data, refused) {
  const { draft } = data.thread;
  const agencies = [...new Set(draft.steps.map((step) => step.agency))];
  const points = data.sheet.document.focus_points.map((point, at) => {
    const number = at + 1;
    const given = draft.steps.find((step) => step.looks.some((look) => look.point === number));
    const label = `${number} ${point.focus_zh}`;
    const who = h("select", { "aria-label": `${label} 部门 agency` }, agencies.map((agency) => h("option", { value: agency, selected: agency === given?.agency }, word("agency", agency).join(" "))));
    const order = h("input", { type: "number", min: 1, max: 100, value: given?.order ?? 1, "aria-label": `${label} 先后 order` });
    labelled(who)(`division-who-${number}`);
    return { number, who, order, row: h("li", {}, h("label", { for: who.id }, label), h("div", { class: "line" }, who, h("label", { class: "step" }, bi(["第几步", "Step"]), order))) };
  });
  const propose = data.doing(refused, "已提出分工方案", () => {
    const steps = new Map();
    for (const { number, who, order } of points) {
      const key = `${order.value}/${who.value}`;
      const step = steps.get(key) ?? { order: Number(order.value), agency: who.value, looks: [] };
      step.looks.push({ point: number });
      steps.set(key, step);
    }
    return put(`${data.base}/cabin/divisions/${uuid()}`, { sheet_version: draft.sheet_version, steps: [...steps.values()] });
  });
  return h("details", {}, h("summary", {}, bi(["提出分工方案", "Propose a division"])),
    h("form", { on: submit(propose) }, h("ol", { class: "points" }, points.map((one) => one.row)),
      h("p", { class: "send" }, h("button", { type: "submit", class: "primary" }, bi(["提出", "Propose"])))));
}
