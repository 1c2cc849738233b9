// The list of cases: what is late before all others, then the newest; of each its state, whom everybody waits for, until when.

import { keepsChecklists } from "./checklists.js";
import { bi, chip, fill, h } from "./dom.js";
import { get } from "./http.js";
import { HandedOver } from "./handed_over.js";
import { Inbox } from "./inbox.js";
import { keepsRights } from "./rights_registry.js";
import { hearsOfRulebooks, rulebookNews } from "./rulebook_news.js";
import { countdown, moment, serverSaid } from "./time.js";
import { codes, parties, tone, word } from "./words.js";

const EVERY = 15_000;
const URGENCY = ["red", "orange", "yellow"];

export async function casesView(page, me, query) {
  const search = h("input", { type: "search", id: "q", name: "q", value: query.get("q") ?? "", placeholder: "JC-… / 5316…" });
  const state = h("select", { id: "state", name: "state" }, h("option", { value: "" }, "全部状态 All states"),
    codes("case").map((code) => h("option", { value: code, selected: query.get("state") === code }, word("case", code).join(" "))));
  const list = h("ul", { class: "cases", "aria-label": "协同查验案件 Joint cases" });
  const late = h("div", { class: "late-part" });
  const [inbox, handed] = [new Inbox(me), new HandedOver(me)];
  const more = h("div");
  const news = hearsOfRulebooks(me) ? await rulebookNews() : null;
  const filter = () => {
    const asked = new URLSearchParams([["q", search.value.trim()], ["state", state.value]].filter(([, value]) => value));
    location.hash = `#/${asked.size ? `?${asked}` : ""}`;
  };
  fill(page, h("div", { class: "cases-view" }, bi(["协同查验案件", "Joint cases"], "h1"), deskPart(me), late, handed.element, inbox.element, news,
    h("form", { class: "filter", role: "search", on: { submit: (event) => { event.preventDefault(); filter(); } } },
      h("label", { for: "q" }, bi(["案件或报关单号", "Case or declaration"])), search,
      h("label", { for: "state" }, bi(["状态", "State"])), state,
      h("button", { type: "submit" }, bi(["查找", "Search"]))),
    list, more));
  state.addEventListener("change", filter);

  const asked = new URLSearchParams({ limit: "50", ...Object.fromEntries(query) });
  const everything = !query.get("q") && !query.get("state");
  const reads = !me.powers.includes("audit");
  let beyond = false;
  const look = async () => {
    const [found, urgent] = await Promise.all([
      get(`/api/v1/cases?${asked}`), everything ? get("/api/v1/cases?late=true&limit=50") : { items: [] }, reads ? inbox.refresh() : null, handed.refresh()]);
    serverSaid(found.as_of);
    const first = urgent.items.filter((one) => one.level).sort(byUrgency);
    fill(late, first.length ? lateSection(first, me) : null);
    if (beyond) return;
    const above = new Set(first.map((one) => one.no));
    const rest = found.items.filter((one) => !above.has(one.no));
    fill(list, rest.length ? rest.map((one) => row(one, me)) : h("li", { class: "empty" },
      bi(first.length ? ["没有其他案件", "No other case"] : ["没有案件", "No case"])));
    fill(more, found.cursor ? moreButton(found.cursor) : null);
  };
  const moreButton = (cursor) => h("button", { type: "button", class: "more", on: { click: async () => {
    beyond = true; // the list has grown beyond its first page: it no longer refreshes under the reader
    const next = await get(`/api/v1/cases?${new URLSearchParams({ ...Object.fromEntries(asked), cursor })}`);
    list.append(...next.items.map((one) => row(one, me)));
    fill(more, next.cursor ? moreButton(next.cursor) : null);
  } } }, bi(["更多", "More"]));
  await look();
  const timer = setInterval(() => look().catch(lost), EVERY);
  const unwatch = reads ? inbox.watch(lost) : () => {};
  return () => { clearInterval(timer); unwatch(); };
}

/** What the person's unit keeps for every case; null for whoever keeps nothing. */
function deskPart(me) {
  const kept = [keepsRights(me) ? ["#/rights-registry", ["权利人与预确权", "Rights registry"]] : null,
    keepsChecklists(me) ? ["#/checklists", ["查验清单", "Checklists"]] : null].filter(Boolean);
  return kept.length ? h("nav", { class: "desk", "aria-label": "本部门登记 Kept by our desk" }, bi(["本部门登记", "Our desk"], "span", { class: "label" }),
    kept.map(([href, pair]) => h("a", { href }, bi(pair)))) : null;
}

function lost(fault) {
  if (fault.status === 401) window.dispatchEvent(new Event("signed-out"));
}

/** The worst first, among equals what was due first. */
const byUrgency = (a, b) => URGENCY.indexOf(a.level) - URGENCY.indexOf(b.level) || Date.parse(a.due ?? a.opened_at) - Date.parse(b.due ?? b.opened_at);

function lateSection(cases, me) {
  const counted = URGENCY.map((level) => [level, cases.filter((one) => one.level === level).length]).filter(([, number]) => number);
  return h("section", { class: "late", "aria-label": "时限预警 Late" },
    h("div", { class: "late-head" }, bi(["时限预警", "Late"], "h2"),
      counted.map(([level, number]) => levelChip(level, ` ${number}`))),
    h("ul", { class: "cases" }, cases.map((one) => row(one, me))));
}

/** A colour of the ladder, said in words as well. */
export function levelChip(level, more = "") {
  const [zh, en] = word("level", level);
  return h("span", { class: `chip level ${level}` }, bi([`${zh}${more}`, en]));
}

function row(one, me) {
  const mine = one.awaited.includes(me.agency);
  return h("li", {}, h("a", { class: `card row${mine ? " mine" : ""}${one.level ? ` ${one.level}` : ""}`, href: `#/cases/${encodeURIComponent(one.no)}` },
    h("span", { class: "number" }, one.no), chip(word("case", one.state), tone(one.state)),
    h("span", { class: "owner" }, one.trader_name, h("span", { class: "muted number" }, one.declaration)),
    h("span", { class: "awaited" }, one.awaited.length
      ? [bi(mine ? ["待本部门", "Waiting for us"] : ["等待", "Waiting for"], "span", { class: "label" }), bi(parties(one.awaited), "strong")]
      : bi(["无待办", "Nothing left to do"], "span", { class: "muted" })),
    h("span", { class: "until" },
      one.level || one.provisional || one.paused ? h("span", { class: "marks" }, one.level ? levelChip(one.level) : null,
        one.provisional ? chip(["暂定日期", "Provisional"], "note") : null, one.paused ? chip(["暂停计时", "Clock paused"], "note") : null) : null,
      one.due ? countdown(one.due)
        : h("span", { class: "muted" }, one.closed_at ? `${moment(one.closed_at)} 办结` : `${moment(one.opened_at)} 立案`))));
}
