// The task cabin of a case: the task sheet to take note of, the papers to read, the deliberation; in the yard, the checklists.

import { announce, bi, button, chip, fill, h, problem, section } from "./dom.js";
import { loadTicks, ticksPart } from "./cabin_checklist.js";
import { filingForms } from "./cabin_filing.js";
import { papersPart } from "./cabin_papers.js";
import { readingPart } from "./cabin_reading.js";
import { divisionsPart, messagesPart, sayForm } from "./deliberation.js";
import { get, getIfAny, path, post } from "./http.js";
import { LiveFeed } from "./live.js";
import { moment } from "./time.js";
import { parties, word } from "./words.js";

/** What an event may have changed; the lists are read after the case, whose session they belong to. */
const CHANGED = [
  [/^(CabinPaper|Reading)/, ["cabin"]], [/^Message/, ["thread"]], [/^(Division|TaskSheet)/, ["thread", "sheet", "acknowledged"]],
  [/^Checklist/, ["ticks"]], [/^(Workstream|Session|Invitation|CaseStateChanged)/, ["case", "ticks"]],
];
const MEMBERS = ["coordinate", "approve", "lead_inspect", "inspect", "superior", "dispatch", "expert"];

export async function cabinView(page, no, me) {
  const base = path("/api/v1/cases", no);
  const data = { base, no, me, member: me.powers.some((power) => MEMBERS.includes(power)) };
  const names = ["ticks", "sheet", "papers", "reading", "messages", "divisions"];
  const parts = Object.fromEntries(names.map((name) => [name, h("div", { class: "part" })]));
  const makers = { ticks: ticksPart, sheet: sheetPart, papers: papersPart, reading: readingPart, messages: messagesPart, divisions: divisionsPart };
  const loaders = {
    case: () => get(base), cabin: () => get(`${base}/cabin`), thread: () => get(`${base}/cabin/threads`),
    sheet: () => getIfAny(`${base}/task-sheet`), acknowledged: () => getIfAny(`${base}/task-sheet/acknowledgements`),
  };
  const refresh = async (wanted = [...Object.keys(loaders), "ticks"]) => {
    await Promise.all(wanted.filter((name) => loaders[name]).map(async (name) => { data[name] = await loaders[name](); }));
    if (wanted.includes("ticks")) data.ticks = await loadTicks(data);
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
      h("div", { class: "main" }, parts.ticks, parts.sheet, parts.papers, filingForms(data)),
      h("div", { class: "main" }, parts.reading, parts.divisions, parts.messages, data.member ? sayForm(data) : null)));
  const feed = new LiveFeed(`cases/${encodeURIComponent(no)}`, {
    onFrame: (frame, fresh) => {
      const wanted = CHANGED.filter(([type]) => fresh && type.test(frame.type)).flatMap(([, names]) => names);
      if (wanted.length) refresh([...new Set(wanted)]).catch(() => {});
    },
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
