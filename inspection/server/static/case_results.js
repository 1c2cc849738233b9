// What came of the case: findings with their photos, conclusions, the disposition and its papers.

import { bi, chip, facts, h, section } from "./dom.js";
import { photoButton } from "./photos.js";
import { moment } from "./time.js";
import { tone, word, words } from "./words.js";

export function findingsPart({ base, findings, evidence, requests, case: one }) {
  if (!findings?.length && !evidence?.length && !one.sessions.length) return null;
  const known = new Map((evidence ?? []).map((piece) => [piece.id, piece]));
  const attached = new Set([...(findings ?? []).flatMap((finding) => finding.evidence), ...(requests?.minutes ?? []).map((minutes) => minutes.evidence)]);
  const loose = (evidence ?? []).filter((piece) => !attached.has(piece.id));
  return section([`查验发现 ${findings?.length ?? 0}`, "Findings"], { class: "findings" },
    findings?.length ? h("ul", { class: "finding-list" }, findings.map((finding) => h("li", { class: `finding ${tone(finding.grade)}` },
      h("p", { class: "point" }, chip(word("grade", finding.grade), tone(finding.grade)), bi(word("agency", finding.agency), "strong"), h("span", { class: "where" }, `第 ${finding.line} 项${finding.component ? ` ${finding.component}` : ""}`), bi(word("check", finding.kind))),
      h("p", { class: "observation" }, finding.observation),
      photos(base, finding.evidence.map((id) => known.get(id) ?? { id, state: "HIDDEN" })),
      h("p", { class: "muted" }, `${moment(finding.captured_at)} `, bi(["现场记录", "on site"]),
        finding.admission !== "admitted" ? chip(word("admission", finding.admission), "warn") : null,
        finding.label ? chip(word("label", finding.label), "note") : null))))
      : bi(["还没有查验发现", "Nothing found yet"], "p", { class: "empty" }),
    loose.length ? h("div", {}, bi(["未关联发现的证据", "Evidence not attached to a finding"], "h3"), photos(base, loose)) : null);
}

/** Small pictures, or links for what is none. */
export function photos(base, pieces) {
  return pieces.length ? h("ul", { class: "photos" }, pieces.map((piece) => h("li", {}, shown(base, piece)))) : null;
}

function shown(base, piece) {
  if (piece.state === "HIDDEN") return chip(["保密证据", "Withheld"], "secret");
  if (piece.state !== "STORED") return chip(["等待上传", "Its bytes follow"], "wait");
  if (piece.media_type.startsWith("image/")) return photoButton(base, piece.id, piece);
  return h("a", { href: `${base}/evidence/${piece.id}/bytes`, download: true }, piece.file_name);
}

export function conclusionsPart({ conclusions, case: one }) {
  const standing = (conclusions ?? []).filter((conclusion) => !conclusion.superseded);
  if (!standing.length) return null;
  const goods = new Map(one.declaration_document.lines.map((line) => [line.no, line.name]));
  return section(["部门结论", "Conclusions"], { class: "conclusions" }, standing.map((conclusion) =>
    h("div", { class: "conclusion", "data-agency": conclusion.agency },
      h("h3", {}, bi(word("agency", conclusion.agency)),
        conclusion.version > 1 ? chip([`第 ${conclusion.version} 版`, `v${conclusion.version}`], "note") : null,
        conclusion.late ? chip(["逾期", "Late"], "bad") : null),
      h("ul", { class: "points" }, conclusion.lines.map((line) => h("li", {},
        h("p", { class: "point" }, h("span", { class: "where" }, line.line ? `第 ${line.line} 项` : "全部商品项"),
          chip(word("verdict", line.verdict), tone(line.verdict)), line.line ? h("span", {}, goods.get(line.line) ?? "") : null,
          line.basis ? bi(word("verdict", line.basis), "span", { class: "muted" }) : null),
        asked(line), line.note ? h("p", { class: "quote" }, line.note) : null))),
      h("p", { class: "muted" }, `${moment(conclusion.submitted_at)} `, bi(["提交", "submitted"])))));
}

function asked(line) {
  const wanted = [...(line.measures ?? []), ...(line.conditions ?? [])];
  return wanted.length ? h("p", {}, bi(["要求", "Asks for"], "span", { class: "label" }), bi(words("disposition", wanted))) : null;
}

export function dispositionPart({ disposition, report, case: one }) {
  if (!disposition) return null;
  const merged = new Map((report?.merged?.lines ?? []).map((line) => [line.line, line]));
  const goods = new Map(one.declaration_document.lines.map((line) => [line.no, line.name]));
  const vetoers = [...new Set([...merged.values()].flatMap((line) => line.vetoed_by))];
  const kind = disposition.type ? word("disposition", disposition.type) : ["待决定", "To be decided"];
  return section(["处置", "Disposition"], { class: `disposition ${tone(disposition.type)}` },
    h("p", { class: "verdict" }, chip(kind, tone(disposition.type)), chip(word("outcome", disposition.state), tone(disposition.state)),
      disposition.automatic ? chip(["系统自动办结", "By the system"], "note") : null),
    vetoers.length ? h("p", { class: "veto" }, chip(["一票否决", "Vetoed"], "bad"),
      bi([`${words("agency", vetoers)[0]} 否决，只有该部门可以解除`, `by ${words("agency", vetoers)[1]}; only they can lift it`])) : null,
    h("ul", { class: "points" }, disposition.lines.map((line) => h("li", {}, h("p", { class: "point" },
      h("span", { class: "where" }, `第 ${line.line} 项`), h("span", {}, goods.get(line.line) ?? ""),
      chip(line.type ? word("disposition", line.type) : ["未定", "Open"], line.type ? tone(line.type) : "wait"),
      bi(words("disposition", [...(line.conditions ?? []), ...(line.queued ?? [])]), "span", { class: "muted" }))))),
    facts([
      [["理由", "Reason"], disposition.reason],
      [["依据报告", "By report"], report ? h("span", { class: "number" }, report.number) : null],
      [["提出", "Proposed"], moment(disposition.proposed_at)],
      [["批准", "Approved"], disposition.approved_at ? moment(disposition.approved_at) : null],
    ]));
}

export function papersPart({ base, sheet, report }) {
  if (!sheet && !report) return null;
  const paper = (href, pair, number) => h("li", {}, h("a", { href, target: "_blank", rel: "noopener" }, bi(pair), " ",
    h("span", { class: "number" }, number)));
  return section(["文书", "Papers"], { class: "papers" }, h("ul", {},
    sheet ? paper(`${base}/task-sheet.pdf`, ["任务单 PDF", "Task sheet"], sheet.document.number) : null,
    report ? paper(`${base}/report.pdf`, ["综合报告 PDF", "Joint report"], report.number) : null));
}
