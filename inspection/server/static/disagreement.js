// Where people disagree: an agency dissents from a departure, the enterprise objects, a superior decides. Each with a reason.

import { doing, field, labelled, submit, withReason } from "./asking.js";
import { bi, chip, fill, h, problem, section } from "./dom.js";
import { get, path, post, uuid } from "./http.js";
import { countdown, moment } from "./time.js";
import { codes, word } from "./words.js";

/** What is asked of this person about a disagreement, card by card. */
export function disagreementCards(data) {
  const may = (power) => data.me.powers.includes(power);
  return [may("dispatch") && dissentCard(data), may("superior") && rulingCard(data), may("superior") && appealCard(data),
    may("coordinate") && secondTestCard(data)].filter(Boolean);
}

function dissentCard(data) {
  const mine = (data.dissents ?? []).filter((one) => one.agency === data.me.agency && one.notified_at).at(-1);
  if (mine?.state !== "OPEN") return null;
  const refused = h("div");
  return h("div", { class: "action", "data-kind": `dissent-${mine.id}` },
    h("p", { class: "ask" }, bi(["处置宽于本部门结论，是否提出不同意见？", "Milder than you concluded: do you dissent?"], "strong"), countdown(mine.due_at)),
    h("p", {}, departed(mine)), h("p", { class: "quote" }, mine.reason),
    withReason(["提出不同意见", "Dissent"], ["提出", "Dissent"],
      (ground) => doing(data, refused, "已提出不同意见", () => post(`${data.base}/dissents`, { ground }))(), { danger: true }),
    refused);
}

function rulingCard(data) {
  const open = (data.dissents ?? []).filter((one) => one.state === "DISSENTED");
  if (!open.length) return null;
  const refused = h("div");
  return h("div", { class: "action", "data-kind": `ruling-${open.map((one) => one.id)}` }, open.map((one) => {
    const decide = (decision, done) => (reason) =>
      doing(data, refused, done, () => post(`${path(`${data.base}/dissents`, one.agency)}/decide`, { decision, reason }))();
    return h("div", { class: "ruling" },
      h("p", { class: "ask" }, bi([`${word("agency", one.agency)[0]}提出不同意见，请裁定`, `${word("agency", one.agency)[1]} dissents: decide`], "strong")),
      h("p", {}, departed(one)), h("p", { class: "quote" }, one.ground),
      withReason(["按部门结论办理", "Follow the conclusion"], ["按结论办理", "Follow"], decide("FOLLOW", "已决定按部门结论办理")),
      withReason(["维持处置", "Uphold the departure"], ["维持", "Uphold"], decide("UPHOLD", "已维持处置"), { danger: true }));
  }), refused);
}

function appealCard(data) {
  const open = (data.appeals ?? []).filter((one) => one.state === "FILED").at(-1);
  if (!open) return null;
  const refused = h("div");
  const act = (what, done, body = {}) => (reason) =>
    doing(data, refused, done, () => post(`${path(`${data.base}/appeals`, open.id)}/${what}`, { ...body, reason }))();
  return h("div", { class: "action", "data-kind": `appeal-${open.id}-${open.suspended}-${open.examined_by}` },
    h("p", { class: "ask" }, bi(["企业提出异议，请裁定", "The enterprise objects: decide"], "strong"),
      open.suspended ? chip(["暂缓执行", "Suspended"], "note") : null,
      open.second_test ? chip(word("second_test", open.second_test), "note") : null),
    h("p", { class: "quote" }, open.ground),
    open.suspended ? null : withReason(["暂缓执行原措施", "Suspend the measure"], ["暂缓", "Suspend"], act("suspend", "已暂缓执行")),
    open.examined_by ? null : withReason(["由其他人员复验", "Others inspect again"], ["复验", "Inspect again"], act("examine", "已决定复验", { by: "OFFICERS" })),
    withReason(["维持原处置", "Uphold"], ["维持", "Uphold"], act("decide", "已维持原处置", { outcome: "UPHOLD" })),
    withReason(["撤销原处置", "Revoke"], ["撤销", "Revoke"], act("decide", "已撤销原处置", { outcome: "REVOKE" }), { danger: true }),
    refused);
}

/** What the other laboratory found is put on record before anything is decided about the objection. */
function secondTestCard(data) {
  const open = (data.appeals ?? []).filter((one) => one.state === "FILED" && one.examined_by === "LABORATORY" && !one.second_test).at(-1);
  if (!open) return null;
  const refused = h("div");
  const result = h("select", { id: "second-test", name: "result" },
    codes("second_test").map((code) => h("option", { value: code }, word("second_test", code).join(" "))));
  const reference = h("input", { id: "second-reference", name: "reference", required: true });
  const note = h("textarea", { id: "second-note", name: "note", required: true, rows: 2 });
  const send = doing(data, refused, "已登记复检结果", () => post(`${path(`${data.base}/appeals`, open.id)}/second-test`,
    { laboratory: open.laboratory, result: result.value, reference: reference.value, note: note.value }));
  return h("div", { class: "action", "data-kind": `second-test-${open.id}` },
    h("p", { class: "ask" }, bi([`请登记复检机构 ${open.laboratory} 的结果`, `Record what ${open.laboratory} found`], "strong")),
    h("form", { on: submit(send) },
      h("label", { for: "second-test" }, bi(["复检结果", "Result"])), result,
      h("label", { for: "second-reference" }, bi(["报告编号", "Number of its report"])), reference,
      h("label", { for: "second-note" }, bi(["结果说明", "What it says"])), note,
      h("button", { type: "submit", class: "primary" }, bi(["登记", "Record"]))),
    refused);
}

/** A closed case is taken up again, with a ground and a reason. */
export function reopenCard(data) {
  if (data.case.state !== "CLOSED") return null;
  const refused = h("div");
  const again = (ground) => (reason) => doing(data, refused, "案件已重新开启", () => post(`${data.base}/reopenings`, { ground, reason }))();
  return h("div", { class: "action", "data-kind": "reopen" },
    withReason(["因新事实重新开启案件", "Take the case up again: new facts"], ["重新开启", "Reopen"], again("NEW_FACTS"), { danger: true }),
    withReason(["因须重新查验重新开启案件", "Take the case up again: inspect again"], ["重新开启", "Reopen"], again("REINSPECTION"), { danger: true }),
    refused);
}

const departed = (one) => one.lines.map((line) =>
  `第 ${line.line} 项：${word("disposition", line.concluded)[0]} → ${word("disposition", line.proposed)[0]}`).join("；");

/** Conclusion, departure, dissent, decision: one entry for each agency departed from. */
export function dissentsPart({ dissents }) {
  const told = (dissents ?? []).filter((one) => one.notified_at || one.state === "PROPOSED");
  if (!told.length) return null;
  return section(["偏离结论与不同意见", "Departure and dissent"], { class: "dissents" }, told.map((one) => h("div", { "data-agency": one.agency },
    h("h3", {}, bi(word("agency", one.agency)), chip(word("departure", one.state), one.state === "DISSENTED" ? "bad" : "note")),
    h("p", {}, departed(one)), h("p", { class: "quote" }, one.reason),
    one.ground ? h("p", {}, bi(["不同意见：", "Dissent:"], "span", { class: "label" }), one.ground) : null,
    one.decided_because ? h("p", {}, bi(["上级决定：", "Decision:"], "span", { class: "label" }), one.decided_because) : null)));
}

/** The enterprise's objections, and the form for one; null when nothing was decided that could be objected to. */
export async function objectionPart(number, code) {
  const base = path("/api/v1/declarations", number, "appeals");
  const filed = await get(base);
  const [refused, element] = [h("div"), h("div")];
  const ground = h("textarea", { name: "ground", required: true, maxlength: 4000, rows: 3 });
  const [title, reference] = [h("input", { name: "title", maxlength: 500 }), h("input", { name: "reference", maxlength: 500 })];
  // One without the other would be lost: whoever names a paper says its number, and the other way round.
  const both = () => { title.required = reference.required = Boolean(title.value.trim() || reference.value.trim()); };
  for (const input of [title, reference]) input.addEventListener("input", both);
  const materials = () => (title.required ? [{ title: title.value.trim(), reference: reference.value.trim() }] : []);
  const send = async () => {
    try {
      await post(base, { id: uuid(), ground: ground.value.trim(), materials: materials() });
      fill(element, bi(["异议已提交，等待上级复核；原措施在此期间有效", "Your objection is filed; the measure stays until the decision"], "p"));
    } catch (fault) {
      fill(refused, problem(fault));
    }
  };
  const open = filed.some((one) => one.state === "FILED");
  const decided = ["RECTIFYING", "NOT_RELEASED", "DETAINED", "CONDITIONALLY_RELEASED", "PARTIALLY_RELEASED"].includes(code);
  if (!filed.length && !decided) return null;
  fill(element, filed.map((one) => h("p", {}, `${moment(one.filed_at)} `, chip(one.state === "FILED" ? ["异议处理中", "With a superior"] : word("outcome", one.state), "note"),
    one.decided_because ? h("span", { class: "quote" }, one.decided_because) : null)),
  decided && !open ? h("details", {}, h("summary", {}, bi(["对处置提出异议", "Object to the disposition"])),
    h("form", { on: submit(send) }, field(["理由", "Ground"], labelled(ground)),
      field(["依据材料名称（如有）", "A paper you rely on, if any"], labelled(title)), field(["材料编号", "Its number"], labelled(reference)),
      h("p", { class: "send" }, h("button", { type: "submit", class: "primary" }, bi(["提交异议", "Object"]))))) : null, refused);
  return section(["异议", "Objection"], { class: "objection" }, element);
}
