// The list of cases: number, state, goods' owner, whom everybody waits for, and until when.

import { bi, chip, fill, h } from "./dom.js";
import { get, getIfAny } from "./http.js";
import { countdown, moment, serverSaid } from "./time.js";
import { codes, tone, word, words } from "./words.js";

const EVERY = 15_000;
const INBOX = {
  invitation: ["新的协同邀请", "New invitation"], joint_suggestion: ["协同查验建议", "Joint inspection suggested"],
  task_sheet: ["任务单已签发", "Task sheet issued"], task_sheet_amended: ["任务单已改版", "Task sheet amended"],
  report_issued: ["综合报告已签发", "Report issued"],
  disposition: ["处置已决定", "Disposition decided"], recall: ["召回", "Recall"], schedule_proposed: ["请确认查验时间", "Confirm the window"],
  schedule_confirmed: ["查验时间已定", "Inspection scheduled"], schedule_changed: ["查验时间变更", "Window changed"],
  schedule_refused: ["部门不能到场", "An agency cannot come"], schedule_cancelled: ["查验预约取消", "Booking ended"],
  schedule_hold_expired: ["预约保留已过", "A hold ran out"], no_show_recorded: ["未到场", "Somebody did not come"],
  preferred_windows: ["企业期望时段", "Windows the enterprise prefers"],
  invitation_lapsed: ["逾期未应", "Not answered in time"],
};

export async function casesView(page, me, query) {
  const search = h("input", { type: "search", id: "q", name: "q", value: query.get("q") ?? "", placeholder: "JC-… / 5316…" });
  const state = h("select", { id: "state", name: "state" }, h("option", { value: "" }, "全部状态 All states"),
    codes("case").map((code) => h("option", { value: code, selected: query.get("state") === code }, word("case", code).join(" "))));
  const list = h("ul", { class: "cases", "aria-label": "协同查验案件 Joint cases" });
  const inbox = h("div");
  const more = h("div");
  const filter = () => {
    const asked = new URLSearchParams([["q", search.value.trim()], ["state", state.value]].filter(([, value]) => value));
    location.hash = `#/${asked.size ? `?${asked}` : ""}`;
  };
  fill(page,
    h("div", { class: "page-head" }, bi(["协同查验案件", "Joint cases"], "h1"),
      h("form", { class: "filter", role: "search", on: { submit: (event) => { event.preventDefault(); filter(); } } },
        h("label", { for: "q" }, bi(["案件或报关单号", "Case or declaration"])), search,
        h("label", { for: "state" }, bi(["状态", "State"])), state,
        h("button", { type: "submit" }, bi(["查找", "Search"])))),
    inbox, list, more);
  state.addEventListener("change", filter);

  const asked = new URLSearchParams({ limit: "50", ...Object.fromEntries(query) });
  let beyond = false;
  const look = async () => {
    const found = await get(`/api/v1/cases?${asked}`);
    if (beyond) return;
    serverSaid(found.as_of);
    fill(list, found.items.length ? found.items.map((one) => row(one, me)) : h("li", { class: "empty" }, bi(["没有案件", "No case"])));
    fill(more, found.cursor ? moreButton(found.cursor) : null);
    if (!me.powers.includes("audit")) await showInbox(inbox);
  };
  const moreButton = (cursor) => h("button", { type: "button", class: "more", on: { click: async () => {
    beyond = true; // the list has grown beyond its first page: it no longer refreshes under the reader
    const next = await get(`/api/v1/cases?${new URLSearchParams({ ...Object.fromEntries(asked), cursor })}`);
    list.append(...next.items.map((one) => row(one, me)));
    fill(more, next.cursor ? moreButton(next.cursor) : null);
  } } }, bi(["更多", "More"]));
  await look();
  const timer = setInterval(() => look().catch(lost), EVERY);
  return () => clearInterval(timer);
}

function lost(fault) {
  if (fault.status === 401) window.dispatchEvent(new Event("signed-out"));
}

function row(one, me) {
  const awaited = words("agency", one.awaited);
  const mine = one.awaited.includes(me.agency);
  return h("li", {}, h("a", { class: `card row${mine ? " mine" : ""}`, href: `#/cases/${encodeURIComponent(one.no)}` },
    h("span", { class: "number" }, one.no), chip(word("case", one.state), tone(one.state)),
    h("span", { class: "owner" }, one.trader_name, h("span", { class: "muted number" }, one.declaration)),
    h("span", { class: "awaited" }, one.awaited.length
      ? [bi(mine ? ["待本部门", "Waiting for us"] : ["等待", "Waiting for"], "span", { class: "label" }), bi(awaited, "strong")]
      : bi(["无待办", "Nothing left to do"], "span", { class: "muted" })),
    h("span", { class: "until" }, one.due ? countdown(one.due)
      : h("span", { class: "muted" }, one.closed_at ? `${moment(one.closed_at)} 办结` : `${moment(one.opened_at)} 立案`))));
}

async function showInbox(inbox) {
  const items = (await getIfAny("/api/v1/inbox")) ?? [];
  const open = inbox.firstElementChild?.open ?? false;
  fill(inbox, items.length ? h("details", { class: "card inbox", open },
    h("summary", {}, bi([`待阅 ${items.length} 件`, "To be read"], "h2")),
    h("ul", {}, items.slice(0, 20).map((item) => {
      const [kind, agency] = item.kind.split(" ");
      const [zh, en] = INBOX[kind] ?? [kind, ""];
      const who = kind === "invitation_lapsed" ? word("agency", agency)[0] : "";
      return h("li", {}, h("a", { href: `#/cases/${encodeURIComponent(item.case)}` }, bi([who + zh, en]), " ",
        h("span", { class: "number" }, item.case)), " ", h("span", { class: "muted" }, moment(item.at)));
    }))) : null);
}
