// The task cabin of a case, before the yard: the task sheet to take note of, the papers to read, the deliberation.

import { field, labelled, submit } from "./asking.js";
import { announce, bi, button, chip, facts, fill, h, problem, section } from "./dom.js";
import { divisionsPart, messagesPart, sayForm } from "./deliberation.js";
import { filesInput, sendFile } from "./files.js";
import { get, getIfAny, path, post, put, uuid } from "./http.js";
import { LiveFeed } from "./live.js";
import { moment } from "./time.js";
import { parties, word, words } from "./words.js";

const ABOUT = /^(Cabin|Reading|Message|Division|TaskSheet|Checklist)/;
const MEMBERS = ["coordinate", "approve", "lead_inspect", "inspect", "superior", "dispatch", "expert"];
const FILES = ["expert", "inspect", "lead_inspect", "coordinate", "dispatch"];

export async function cabinView(page, no, me) {
  const base = path("/api/v1/cases", no);
  const data = { base, no, me, member: me.powers.some((power) => MEMBERS.includes(power)) };
  const names = ["sheet", "papers", "messages", "divisions"];
  const parts = Object.fromEntries(names.map((name) => [name, h("div", { class: "part" })]));
  const makers = { sheet: sheetPart, papers: papersPart, messages: messagesPart, divisions: divisionsPart };
  const refresh = async () => {
    [data.cabin, data.thread, data.sheet, data.acknowledged] = await Promise.all([
      get(`${base}/cabin`), get(`${base}/cabin/threads`), getIfAny(`${base}/task-sheet`), getIfAny(`${base}/task-sheet/acknowledgements`)]);
    for (const name of names) {
      const made = makers[name](data);
      const shows = made?.dataset.key ?? made?.textContent ?? "";
      if (parts[name].dataset.shows === shows) continue;
      parts[name].dataset.shows = shows;
      fill(parts[name], made);
    }
  };
  /** Does it, draws anew, and says a refusal in `refused`. */
  data.doing = (refused, done, work) => async () => {
    fill(refused);
    try {
      await work();
      announce(done);
      await refresh();
    } catch (fault) {
      fill(refused, problem(fault));
    }
  };
  await refresh();
  fill(page, h("p", { class: "crumb" }, h("a", { href: `#/cases/${encodeURIComponent(no)}` }, bi([`返回案件 ${no}`, "Back to the case"]))),
    bi(["云端任务舱", "Task cabin"], "h1"),
    h("div", { class: "columns cabin" },
      h("div", { class: "main" }, parts.sheet, parts.papers, data.member && me.powers.some((power) => FILES.includes(power)) ? filingForm(data) : null),
      h("div", { class: "main" }, parts.divisions, parts.messages, data.member ? sayForm(data) : null)));
  const feed = new LiveFeed(`cases/${encodeURIComponent(no)}`, {
    onFrame: (frame, fresh) => fresh && ABOUT.test(frame.type) && refresh().catch(() => {}),
    onState: (state) => state === "signed-out" && window.dispatchEvent(new Event("signed-out")),
    onReset: () => {},
  });
  return () => feed.stop();
}

function sheetPart(data) {
  const { acknowledged, sheet, me, base } = data;
  if (!sheet || !acknowledged) return null;
  const refused = h("div");
  const mine = data.member && acknowledged.awaited.includes(me.agency);
  return section(["任务单", "Task sheet"], { class: mine ? "actions" : "", "data-key": `${acknowledged.version}-${acknowledged.state}-${acknowledged.awaited}` },
    h("p", {}, h("a", { href: `${base}/task-sheet.pdf`, target: "_blank", rel: "noopener" }, h("span", { class: "number" }, sheet.document.number))),
    acknowledged.awaited.length ? h("p", {}, bi(["待签收", "To be acknowledged by"], "span", { class: "label" }), bi(parties(acknowledged.awaited), "strong"))
      : h("p", {}, chip(["各部门均已签收", "Everybody has acknowledged"], "good")),
    h("ul", { class: "history" }, acknowledged.acknowledged.map((one) => h("li", {}, bi(word("agency", one.agency)), ` 第 ${one.version} 版 · ${one.name} · ${moment(one.at)}`))),
    mine ? h("p", { class: "send" }, button([`签收第 ${acknowledged.version} 版`, `Acknowledge v${acknowledged.version}`],
      data.doing(refused, "已签收", () => post(`${base}/task-sheet/acknowledge`, { version: acknowledged.version })), { class: "primary" })) : null, refused);
}

function papersPart(data) {
  const { cabin, base } = data;
  const newest = cabin.papers.filter((paper) => paper.newest);
  const toRead = new Set(cabin.to_read.map((one) => `${one.paper}/${one.version}`));
  const refused = h("div");
  return section([`资料 ${newest.length}`, "Papers"], { class: toRead.size ? "actions papers" : "papers", "data-key": JSON.stringify([newest, cabin.to_read, cabin.receipts.length]) },
    newest.length ? h("ul", { class: "points" }, newest.map((paper) => paperItem(data, paper, toRead)))
      : bi(["还没有资料", "No paper yet"], "p", { class: "empty" }),
    toRead.size ? h("p", { class: "send" }, button([`确认已阅 ${toRead.size} 份`, `I have read ${toRead.size}`],
      data.doing(refused, "已确认阅读", () => post(`${base}/cabin/read-receipts`, { papers: cabin.to_read })), { class: "primary" })) : null, refused);
}

function paperItem({ base, cabin }, paper, toRead) {
  const read = cabin.receipts.filter((one) => one.paper === paper.id && one.version === paper.version);
  const { content } = paper;
  return h("li", { "data-paper": paper.id },
    h("p", { class: "point" }, bi(word("paper", paper.kind), "span", { class: "where" }),
      content.evidence ? h("a", { href: `${base}/evidence/${encodeURIComponent(content.evidence)}/bytes`, target: "_blank", rel: "noopener" }, paper.title) : h("strong", {}, paper.title),
      paper.version > 1 ? chip([`第 ${paper.version} 版`, `v${paper.version}`], "note") : null,
      toRead.has(`${paper.id}/${paper.version}`) ? chip(["请阅读", "To be read"], "warn") : null,
      paper.label ? chip(word("label", paper.label), "note") : null, paper.for_enterprise ? chip(["企业可见", "Shown to the enterprise"], "note") : null),
    content.number ? h("p", {}, `${content.number} ${content.clause ?? ""}`) : null,
    content.entries ? h("ul", { class: "materials" }, content.entries.map((entry) => h("li", {}, `${entry.code} `, bi([entry.zh, entry.en ?? ""])))) : null,
    facts([
      [["部门", "Agency"], bi(word("agency", paper.agency))], [["必读部门", "Required of"], paper.required_of.length ? bi(words("agency", paper.required_of)) : null],
      [["已阅", "Read by"], read.map((one) => one.name).join("、")],
    ]));
}

/** A document of the person's own agency, whose bytes go the way of evidence. */
function filingForm(data) {
  const { me } = data;
  const [title, file] = [h("input", { name: "title", required: true, maxlength: 300 }), filesInput({ multiple: false, required: true, name: "file" })];
  const shown = h("input", { type: "checkbox", name: "for_enterprise" });
  const required = Object.keys(Object.fromEntries([[me.agency, true], ...(data.sheet?.document.focus_points ?? []).map((point) => [point.agency, true])]))
    .map((agency) => [agency, h("input", { type: "checkbox", name: "required", value: agency })]);
  const refused = h("div");
  const form = h("form", { on: submit(data.doing(refused, "已存入资料", async () => {
    const evidence = await sendFile((id) => `/field/v1/cases/${encodeURIComponent(data.no)}/evidence/${id}`, file.files[0]);
    await put(`${data.base}/cabin/documents/${uuid()}`, { version: 1, title: title.value.trim(), evidence, for_enterprise: shown.checked,
      required_of: required.filter(([, box]) => box.checked).map(([agency]) => agency) });
    form.reset();
  })) },
  field(["名称", "Title"], labelled(title)), field(["文件", "File"], labelled(file)),
  h("fieldset", { class: "send" }, bi(["必读部门", "Required of"], "legend"), required.map(([agency, box]) => h("label", { class: "choice" }, box, bi(word("agency", agency))))),
  h("label", { class: "choice" }, shown, bi(["企业可见", "Shown to the enterprise"])),
  h("p", { class: "send" }, h("button", { type: "submit", class: "primary" }, bi(["存入", "File it"]))));
  return h("details", { class: "card besides part" }, h("summary", {}, bi(["存入资料", "File a document"])), form, refused);
}
