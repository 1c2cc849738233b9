// The checklists of one's own unit, published version by version: a case takes those in force when its task sheet issues, and keeps
// them. A version without entries ends a list.

import { field, labelled, submit } from "./asking.js";
import { announce, bi, button, chip, facts, fill, folding, h, problem, section } from "./dom.js";
import { get, path, put } from "./http.js";
import { moment } from "./time.js";
import { word } from "./words.js";

const KEEPS = ["dispatch", "coordinate"];
const CODE = "[A-Za-z0-9][A-Za-z0-9_.\\-]*";

/** Whose power publishes the checklists of the own unit. */
export const keepsChecklists = (me) => Boolean(me.agency) && me.powers.some((power) => KEEPS.includes(power));

export async function checklistsView(page, me) {
  const base = `${path("/api/v1/units", me.port, me.agency)}/checklists`;
  const list = h("div", { class: "registry-list", "aria-live": "polite" });
  const data = { base };
  const show = async () => {
    const codes = Map.groupBy(await get(base), (one) => one.code);
    fill(list, codes.size ? [...codes.values()].map((versions) => checklistCard(data, versions))
      : bi(["还没有查验清单", "No checklist yet"], "p", { class: "card empty" }));
  };
  /** Publishes a version of `code`, and says a refusal in `refused`; whether it went well. */
  data.publish = async (refused, code, version) => {
    fill(refused);
    try {
      await put(path(base, code), version);
      announce("已发布查验清单");
      await show();
      return true;
    } catch (fault) {
      fill(refused, problem(fault));
      return false;
    }
  };
  await show();
  fill(page, h("p", { class: "crumb" }, h("a", { href: "#/" }, bi(["全部案件", "All cases"]))),
    bi(["查验清单", "Checklists"], "h1"), bi(word("agency", me.agency), "p", { class: "muted" }),
    h("div", { class: "columns registry" }, h("div", { class: "main" }, list),
      h("div", { class: "side-forms" }, folding(["新清单", "A new list"], !list.querySelector(".checklist"), { class: "registering" }, checklistForm(data)))));
}

function checklistCard(data, [newest, ...before]) {
  const refused = h("div");
  const next = { version: newest.version + 1, title: newest.title, mandatory: newest.mandatory };
  return section([newest.title, ""], { class: "checklist", "data-code": newest.code },
    h("p", { class: "point" }, h("span", { class: "where" }, newest.code), chip([`第 ${newest.version} 版`, `v${newest.version}`], "note"),
      newest.entries.length ? chip(["现行", "In force"], "good") : chip(["已终止", "Ended"], "plain"),
      newest.mandatory ? chip(["本部门人员必读", "Must be read"], "warn") : null),
    entriesOf(newest), facts([[["发布", "Published"], moment(newest.published_at)]]),
    before.length ? h("details", {}, h("summary", {}, bi([`此前 ${before.length} 版`, "Earlier versions"])),
      h("ul", { class: "history" }, before.map((one) => h("li", {}, `第 ${one.version} 版 ${one.title} ${moment(one.published_at)}`, entriesOf(one))))) : null,
    h("details", {}, h("summary", {}, bi([`编制第 ${next.version} 版`, `Write v${next.version}`])), checklistForm(data, newest)),
    newest.entries.length ? h("details", {}, h("summary", {}, bi(["终止该清单", "End this list"])),
      bi(["以后的案件不再取用；进行中的案件不变。", "Cases to come take it no more; running ones keep theirs."], "p", { class: "hint" }),
      button(["确认终止", "End it"], () => data.publish(refused, newest.code, { ...next, entries: [] }), { class: "danger" })) : null, refused);
}

const entriesOf = ({ entries }) => h("ul", { class: "materials" }, entries.map((entry) => h("li", {}, `${entry.code} `, bi([entry.zh, entry.en ?? ""]), " ",
  entry.mandatory ? bi(["必办", "Mandatory"], "span", { class: "must" }) : null)));

/** A new list, or the next version of one: its code stays, its entries are written anew from what they were. */
function checklistForm(data, before = null) {
  const code = h("input", { name: "code", required: true, maxlength: 40, pattern: CODE, value: before?.code, readonly: Boolean(before), placeholder: "PIPING" });
  const title = h("input", { name: "title", required: true, maxlength: 300, value: before?.title });
  const mandatory = h("input", { type: "checkbox", name: "mandatory", checked: before?.mandatory });
  const rows = h("ol", { class: "entries" });
  const add = (entry) => rows.append(entryRow(entry ?? { code: `${rows.childElementCount + 1}` }));
  (before?.entries.length ? before.entries : [null]).forEach(add);
  const refused = h("div");
  const form = h("form", { on: submit(async () => {
    const entries = [...rows.children].map((row) => row.said());
    const kept = await data.publish(refused, code.value.trim(), { version: (before?.version ?? 0) + 1, title: title.value.trim(), mandatory: mandatory.checked, entries });
    if (kept && !before) {
      form.reset();
      fill(rows);
      add();
    }
  }) },
  field(["清单编号", "Its code"], labelled(code)), field(["名称", "Title"], labelled(title)),
  h("label", { class: "choice" }, mandatory, bi(["到场前本部门人员必读", "Our people must have read it before the check-in"])),
  bi(["清单事项", "Entries"], "h3"), rows, button(["增加一项", "One more"], () => add()),
  h("p", { class: "send" }, h("button", { type: "submit", class: "primary" }, bi(["发布", "Publish"]))), refused);
  return form;
}

function entryRow(entry) {
  const input = (name, more) => h("input", { name, value: entry[name], ...more });
  const code = input("code", { required: true, maxlength: 40, pattern: CODE });
  const zh = input("zh", { required: true, maxlength: 300 });
  const en = input("en", { maxlength: 300 });
  const must = h("input", { type: "checkbox", name: "must", checked: entry.mandatory });
  const cell = (pair, element) => h("div", {}, field(pair, labelled(element)));
  const row = h("li", { class: "entry" }, cell(["编号", "Code"], code), h("label", { class: "choice" }, must, bi(["必办", "Mandatory"])),
    cell(["中文内容", "In Chinese"], zh), cell(["英文内容（可不填）", "In English"], en),
    h("div", {}, button(["删去该项", "Remove it"], () => row.parentElement.childElementCount > 1 && row.remove())));
  row.said = () => ({ code: code.value.trim(), zh: zh.value.trim(), mandatory: must.checked, ...(en.value.trim() ? { en: en.value.trim() } : {}) });
  return row;
}
