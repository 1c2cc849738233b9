// Filing papers in a cabin, for one's own agency: a document whose bytes go the way of evidence, a standard that is cited, and the
// next version of either. A checklist has its own page, where the unit publishes it for every case.

import { field, labelled, submit } from "./asking.js";
import { bi, h } from "./dom.js";
import { filesInput, sendFile } from "./files.js";
import { put, uuid } from "./http.js";
import { word } from "./words.js";

const FILES = ["expert", "inspect", "lead_inspect", "coordinate", "dispatch"];
const PLACES = { DOCUMENT: "documents", STANDARD: "standards" };

/** The two forms; null for whoever files nothing. */
export function filingForms(data) {
  if (!data.member) return null;
  const sends = data.me.powers.some((power) => FILES.includes(power));
  return [sends ? folded(["存入资料", "File a document"], "card besides part", paperForm(data, "DOCUMENT")) : null,
    folded(["引用标准", "Cite a standard"], "card besides part", paperForm(data, "STANDARD"))];
}

/** Only the agency that filed a paper files what follows it. */
export function nextVersionForm(data, paper) {
  const sends = paper.kind === "STANDARD" || data.me.powers.some((power) => FILES.includes(power));
  if (!data.member || !sends || paper.agency !== data.me.agency || !PLACES[paper.kind]) return null;
  return folded([`提交第 ${paper.version + 1} 版`, `File v${paper.version + 1}`], "", paperForm(data, paper.kind, paper));
}

const folded = (pair, look, form) => h("details", { class: look }, h("summary", {}, bi(pair)), form);

function paperForm(data, kind, before = null) {
  const title = h("input", { name: "title", required: true, maxlength: 300, value: before?.title });
  const own = kind === "DOCUMENT" ? fileFields() : standardFields(before);
  const [required, shown] = [requiredBoxes(data, before), shownBox(before)];
  const refused = h("div");
  let id = before?.id ?? uuid();
  const form = h("form", { on: submit(data.doing(refused, "已存入资料", async () => {
    await put(`${data.base}/cabin/${PLACES[kind]}/${id}`, { version: (before?.version ?? 0) + 1, title: title.value.trim(), ...(await own.said(data)),
      ...(before?.label && kind === "STANDARD" ? { label: before.label } : {}), for_enterprise: shown.checked,
      required_of: required.filter(([, box]) => box.checked).map(([agency]) => agency) });
    id = before?.id ?? uuid();
    form.reset();
  })) },
  field(["名称", "Title"], labelled(title)), own.fields,
  h("fieldset", { class: "send" }, bi(["必读部门", "Required of"], "legend"), required.map(([agency, box]) => h("label", { class: "choice" }, box, bi(word("agency", agency))))),
  h("label", { class: "choice" }, shown, bi(["企业可见", "Shown to the enterprise"])),
  h("p", { class: "send" }, h("button", { type: "submit", class: "primary" }, bi(["存入", "File it"]))), refused);
  return form;
}

function fileFields() {
  const file = filesInput({ multiple: false, required: true, name: "file" });
  const said = async ({ no }) => ({ evidence: await sendFile((id) => `/field/v1/cases/${encodeURIComponent(no)}/evidence/${id}`, file.files[0]) });
  return { said, fields: field(["文件", "File"], labelled(file)) };
}

/** A standard is cited by its number with the year and the clause: no address that will be gone. */
function standardFields(before) {
  const number = h("input", { name: "number", required: true, maxlength: 100, placeholder: "GB/T 20801.5-2020", value: before?.content.number });
  const clause = h("input", { name: "clause", maxlength: 200, value: before?.content.clause });
  const note = h("textarea", { name: "note", rows: 2, maxlength: 2000 }, before?.content.note ?? "");
  return { said: () => ({ number: number.value.trim(), clause: clause.value.trim(), note: note.value.trim() }),
    fields: [field(["标准编号（含年号）", "Its number with the year"], labelled(number)), field(["条款", "Clause"], labelled(clause)), field(["说明", "Note"], labelled(note))] };
}

/** A labelled paper is for the agency that files it; any other may be asked of whoever takes part. */
function requiredBoxes({ me, sheet }, before) {
  const others = before?.label ? [] : (sheet?.document.focus_points ?? []).map((point) => point.agency);
  return [...new Set([me.agency, ...others])]
    .map((agency) => [agency, h("input", { type: "checkbox", name: "required", value: agency, checked: before?.required_of.includes(agency) })]);
}

/** What the first version showed the enterprise, the next one shows. */
const shownBox = (before) => h("input", { type: "checkbox", name: "for_enterprise", checked: before?.for_enterprise, disabled: Boolean(before) });
