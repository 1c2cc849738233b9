// The papers of a case's cabin: every document, standard and checklist in its newest version, what I still have to read, who has
// read it, and what stood there before.

import { bi, button, chip, facts, h, section } from "./dom.js";
import { nextVersionForm } from "./cabin_filing.js";
import { post } from "./http.js";
import { moment } from "./time.js";
import { word, words } from "./words.js";

const key = (paper, version) => `${paper}/${version}`;

export function papersPart(data) {
  const { cabin } = data;
  const newest = cabin.papers.filter((paper) => paper.newest);
  const toRead = new Set(cabin.to_read.map((one) => key(one.paper, one.version)));
  const refused = h("div");
  return section([`资料 ${newest.length}`, "Papers"], { class: toRead.size ? "actions papers" : "papers", "data-key": JSON.stringify([newest, cabin.to_read, cabin.receipts.length]) },
    newest.length ? h("ul", { class: "points" }, newest.map((paper) => paperItem(data, paper, toRead, refused)))
      : bi(["还没有资料", "No paper yet"], "p", { class: "empty" }),
    toRead.size ? h("p", { class: "send" }, confirmButton(data, [`确认已阅 ${toRead.size} 份`, `I have read ${toRead.size}`], cabin.to_read, refused, "primary")) : null, refused);
}

const confirmButton = ({ base, doing }, pair, papers, refused, look) => button(pair,
  doing(refused, "已确认阅读", () => post(`${base}/cabin/read-receipts`, { papers })), { class: look });

function paperItem(data, paper, toRead, refused) {
  const { cabin } = data;
  const unread = toRead.has(key(paper.id, paper.version));
  const earlier = cabin.papers.filter((one) => one.id === paper.id && !one.newest).toReversed();
  return h("li", { "data-paper": paper.id },
    h("p", { class: "point" }, bi(word("paper", paper.kind), "span", { class: "where" }), titleOf(data, paper),
      paper.version > 1 ? chip([`第 ${paper.version} 版`, `v${paper.version}`], "note") : null,
      unread ? chip(["请阅读", "To be read"], "warn") : null,
      paper.label ? chip(word("label", paper.label), "note") : null, paper.for_enterprise ? chip(["企业可见", "Shown to the enterprise"], "note") : null),
    contentOf(paper),
    facts([
      [["提交", "Filed"], `${word("agency", paper.agency)[0]} ${paper.filed_by} ${moment(paper.filed_at)}`],
      [["必读部门", "Required of"], paper.required_of.length ? bi(words("agency", paper.required_of)) : null],
      [["已阅", "Read by"], readersOf(data, paper), "wide"],
    ]),
    unread && toRead.size > 1 ? confirmButton(data, ["已阅此份", "I have read this one"], [{ paper: paper.id, version: paper.version }], refused, "") : null,
    earlier.length ? h("details", {}, h("summary", {}, bi([`此前 ${earlier.length} 版`, "Earlier versions"])), h("ul", { class: "history" }, earlier.map((one) => earlierItem(data, one)))) : null,
    nextVersionForm(data, paper));
}

const titleOf = ({ base }, { title, content }) => (content.evidence
  ? h("a", { href: `${base}/evidence/${encodeURIComponent(content.evidence)}/bytes`, target: "_blank", rel: "noopener" }, title) : h("strong", {}, title));

function contentOf({ content }) {
  return [content.number ? h("p", {}, `${content.number} ${content.clause ?? ""}`) : null,
    content.note ? h("p", { class: "observation" }, content.note) : null,
    content.entries ? h("ul", { class: "materials" }, content.entries.map((entry) => h("li", {}, `${entry.code} `, bi([entry.zh, entry.en ?? ""]), " ",
      entry.mandatory ? bi(["必办", "Mandatory"], "span", { class: "must" }) : null))) : null];
}

const readersOf = ({ cabin }, paper) => cabin.receipts.filter((one) => one.paper === paper.id && one.version === paper.version)
  .map((one) => `${one.name} ${moment(one.read_at)}`).join("、");

const earlierItem = (data, one) => h("li", {}, h("span", { class: "where" }, `第 ${one.version} 版 `), titleOf(data, one), contentOf(one),
  h("p", { class: "muted" }, `${one.filed_by} ${moment(one.filed_at)}`, readersOf(data, one) ? ` · 已阅 ${readersOf(data, one)}` : ""));
