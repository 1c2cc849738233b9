// The one demand an enterprise gets: what each agency asks for, which materials, where, until when, whom to ask; and handing it in.

import { field, labelled, submit } from "./asking.js";
import { announce, bi, chip, facts, fill, h, problem, section } from "./dom.js";
import { filesInput, sendFile } from "./files.js";
import { path, post } from "./http.js";
import { countdown, moment } from "./time.js";
import { word, words } from "./words.js";

/** What the enterprise begins itself; the rest is done by others, and it only learns of it. */
const BEGUN_BY_US = ["SECURITY", "DOCUMENT_BY", "RECTIFY", "RETURN", "DESTROY", "MOVE_TO_SAFE_SITE"];
const OPEN = ["QUEUED", "APPEALABLE", "NOTIFIED", "HANDED_OVER", "IN_EXECUTION"];
const OTHERS = ["由部门办理，请等待", "With the agencies"];

/** `again` reads everything anew after something was handed in. */
export function demandPart(number, items, again) {
  if (!items?.length) return null;
  const base = path("/api/v1/declarations", number, "follow-ups");
  const open = items.filter((one) => OPEN.includes(one.state));
  const ours = items.filter((one) => one.yours);
  const first = ours.filter((one) => one.due).sort((a, b) => Date.parse(a.due) - Date.parse(b.due))[0];
  const { demand } = open[0] ?? items[0];
  return section(ours.length ? [`请办理 ${ours.length} 项`, `${ours.length} to be done by you`] : open.length ? waiting(open) : ["后续事项已办结", "All done"],
    { class: `demand${ours.length ? " actions" : ""}` },
    facts([
      [["最早时限", "First due"], ours.length > 1 && first ? countdown(first.due) : null, "wide"],
      [["提交渠道", "Where"], bi([demand.channel_zh, demand.channel_en], "span", { class: "stack" }), "wide"],
      [["费用", "Cost"], bi([demand.cost_zh, demand.cost_en], "span", { class: "stack" }), "wide"],
    ]),
    h("ol", { class: "demands" }, items.map((one) => item(path(base, one.id), one, again))));
}

const waiting = (open) => (open.every((one) => one.state === "APPEALABLE")
  ? ["异议期满后办理，现可提出异议", "To be done once nobody may object; you may now"] : ["办理中，请等待部门办理", "With the agencies"]);

function item(base, one, again) {
  const { demand } = one;
  const returned = one.yours ? one.entries.filter((entry) => entry.action === "send_back").at(-1) : null;
  return h("li", { "data-kind": one.kind, "data-agency": one.agency },
    h("h3", {}, bi(word("disposition", one.kind)), chip(one.state === "NOTIFIED" && !one.yours ? OTHERS : word("follow_up", one.state), one.yours ? "warn" : OPEN.includes(one.state) ? "wait" : "good"),
      one.overdue ? chip(["已逾期", "Overdue"], "bad") : null),
    h("p", { class: "observation" }, demand.what),
    returned ? h("div", { class: "problem" }, bi(["复核未通过，请补充：", "Sent back:"], "strong"), ` ${returned.text}`) : null,
    demand.materials.length ? h("div", {}, bi(["需提交的材料", "Materials"], "span", { class: "label" }),
      h("ul", { class: "materials" }, demand.materials.map((material) => h("li", {}, material)))) : null,
    facts([
      [["提出部门", "Asked by"], bi(word("agency", one.agency))],
      [["商品项", "Lines"], one.lines.length ? `第 ${one.lines.join("、")} 项` : null],
      [["联系", "Contact"], demand.contact],
      [["时限", "Due"], one.due && OPEN.includes(one.state) ? [countdown(one.due), one.provisional ? chip(["暂定日期", "Provisional"], "note") : null] : null],
    ]),
    history(base, one.entries),
    BEGUN_BY_US.includes(one.kind) && (one.yours || one.state === "IN_EXECUTION") ? proofForm(base, one, again) : null);
}

/** What was done about a follow-up, oldest first; `base` is where its files lie. */
export function history(base, entries) {
  return entries.length ? h("ul", { class: "history" }, entries.map((entry) => h("li", {},
    h("p", {}, h("time", { class: "muted", datetime: entry.at }, moment(entry.at)), " ", bi(word("follow_up_act", entry.action)),
      entry.party !== "enterprise" && word("agency", entry.party)[1] ? [" · ", bi(word("agency", entry.party), "span", { class: "muted" })] : null),
    entry.text ? h("p", { class: "quote" }, entry.text) : null,
    entry.documents.length ? h("ul", { class: "materials" }, entry.documents.map((document) => h("li", {}, named(base, document)))) : null))) : null;
}

function named(base, document) {
  const text = [document.name, document.number ? ` ${document.number}` : ""];
  return document.file ? h("a", { href: `${path(`${base}/files`, document.file)}/bytes`, target: "_blank", rel: "noopener" }, text)
    : [text, " ", bi(["（交窗口）", "(handed to the desk)"], "span", { class: "muted" })];
}

function proofForm(base, one, again) {
  const text = h("textarea", { name: "text", rows: 3, required: true, maxlength: 4000 });
  const number = h("input", { name: "number", maxlength: 200 });
  const files = filesInput({ name: "files" });
  const [refused, going] = [h("div"), h("p", { class: "muted", role: "status" })];
  const sendButton = h("button", { type: "submit", class: "primary" }, bi(["提交材料", "Hand in"]));
  const send = async () => {
    fill(refused);
    sendButton.disabled = true;
    try {
      const documents = [];
      for (const file of files.files) {
        fill(going, bi([`正在上传 ${documents.length + 1}/${files.files.length}：${file.name}`, "Sending"]));
        const attached = { name: file.name.slice(0, 200), file: await sendFile((id) => `${base}/files/${id}`, file) };
        documents.push(number.value.trim() && !documents.length ? { ...attached, number: number.value.trim() } : attached);
      }
      if (!documents.length && number.value.trim()) documents.push({ name: one.demand.materials[0] ?? words("disposition", [one.kind])[0], number: number.value.trim() });
      await post(`${base}/proof`, { text: text.value.trim(), documents });
      announce("材料已提交");
      await again();
    } catch (fault) {
      fill(refused, problem(fault));
      fill(going);
    } finally {
      sendButton.disabled = false;
    }
  };
  return h("details", { open: one.yours, class: "proof" }, h("summary", {}, bi(one.yours ? ["提交材料", "Hand in your proof"] : ["补充材料", "Add to it"])),
    h("form", { on: submit(send) },
      field(["办理情况说明", "What you have done"], labelled(text)),
      field(["附件（照片、视频或 PDF，可多选）", "Files: photos, videos, PDF"], labelled(files)),
      field(["首份文件的编号（如有）", "Number of the (first) paper, if any"], labelled(number)),
      h("p", { class: "send" }, sendButton), going), refused);
}
