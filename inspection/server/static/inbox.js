// The inbox: what the agency has to know, each until somebody has read it. New ones arrive while the page is open.

import { announce, bi, button, fill, h, problem } from "./dom.js";
import { getIfAny, path, post } from "./http.js";
import { LiveFeed } from "./live.js";
import { clock, countdown, moment } from "./time.js";
import { parties, word } from "./words.js";

const SHOWN = { wide: 4, narrow: 3 };
/** What has to be done at once, what went wrong, what is good to know. */
const TONES = {
  invitation: "wait", schedule_proposed: "wait", schedule_changed: "wait", late_answer_offered: "wait", task_sheet_amended: "wait",
  division_proposed: "wait", info_request: "wait", info_request_overdue: "bad", info_request_declined: "warn", info_request_answered: "good",
  rights_holder_silent: "bad", rights_holder_replied: "wait",
  invitation_lapsed: "bad", invitation_escalated: "bad", recall: "bad", recall_overdue: "bad", no_show_recorded: "bad", booking_expert_taken: "warn",
  schedule_refused: "warn", schedule_cancelled: "warn", schedule_hold_expired: "warn", points_claimed: "warn",
  schedule_confirmed: "good", report_issued: "good",
};
const FIRST = ["wait", "bad", "warn"];
/** A window is asked of those who have to confirm it; the others only learn of it. */
const ASKED = { schedule_proposed: ["已拟定查验时间，待部门确认", "Window proposed, agencies to confirm"], schedule_changed: ["查验时间变更，待部门确认", "Window moved, agencies to confirm"] };

/** The inbox as an element; `refresh()` reads it again, and says aloud what is new. */
export class Inbox {
  constructor(me) {
    this.me = me;
    this.element = h("div", { class: "inbox-part" });
    this.known = null;
    this.all = false;
    this.refused = h("div");
  }

  /** Reads it again whenever the platform says that something has come; returns what ends that. */
  watch(lost) {
    const again = () => this.refresh().catch(lost);
    const feed = new LiveFeed("inbox", { onFrame: (frame, fresh) => fresh && again(), onState: () => {}, onReset: again });
    return () => feed.stop();
  }

  async refresh() {
    const rank = (item) => { const at = FIRST.indexOf(this.tone(item)); return at < 0 ? FIRST.length : at; };
    const items = ((await getIfAny("/api/v1/inbox")) ?? []).sort((a, b) => rank(a) - rank(b) || Date.parse(b.at) - Date.parse(a.at));
    const fresh = this.known ? items.filter((item) => !this.known.has(item.id)) : [];
    if (fresh.length) announce(`新消息：${fresh.map((item) => this.words(item)[0]).join("；")}`);
    if (!this.known || fresh.length || items.length !== this.known.size) this.draw(items, new Set(fresh.map((item) => item.id)));
    this.known = new Set(items.map((item) => item.id));
  }

  draw(items, fresh) {
    if (!items.length) {
      fill(this.element, this.known ? h("p", { class: "card inbox-none" }, bi(["没有待阅消息", "Nothing left to read"])) : null);
      return;
    }
    const most = matchMedia("(max-width: 640px)").matches ? SHOWN.narrow : SHOWN.wide;
    const shown = this.all ? items : items.slice(0, most);
    fill(this.element, h("section", { class: "card inbox", "aria-label": "待阅消息 Inbox" },
      bi([`待阅消息 ${items.length}`, "To be read"], "h2"),
      h("ul", {}, shown.map((item) => this.item(item, fresh.has(item.id)))),
      shown.length < items.length
        ? button([`其余 ${items.length - shown.length} 件`, "Show the rest"], () => { this.all = true; this.draw(items, fresh); }, { class: "rest" }) : null,
      this.refused));
  }

  item(item, fresh) {
    const [zh, en] = this.words(item);
    const read = async () => {
      try {
        await post(`${path("/api/v1/inbox", item.id)}/acknowledge`);
        announce("已阅");
        await this.refresh();
      } catch (fault) {
        fill(this.refused, problem(fault));
      }
    };
    const kind = kindOf(item);
    return h("li", { class: `mail ${this.tone(item)}${fresh ? " fresh" : ""}`, "data-kind": kind },
      h("a", { href: `#/cases/${encodeURIComponent(item.case)}` }, bi([zh, en], "strong", { class: "stack" }), h("span", { class: "number" }, item.case)),
      h("div", { class: "about" }, detail(item), h("span", { class: "muted" }, moment(item.at))),
      button(["已阅", "Read"], read, { class: "read", "aria-label": `已阅 Read：${zh} ${item.case}` }));
  }

  /** Whether it only informs this reader. */
  informs(item) {
    return ASKED[kindOf(item)] && !(item.data.awaited ?? []).includes(this.me.agency);
  }

  tone(item) {
    return this.informs(item) ? "plain" : TONES[kindOf(item)] ?? "plain";
  }

  /** [zh, en] of an item: what it is and, where it is about one agency, which. */
  words(item) {
    const kind = kindOf(item);
    const [zh, en] = this.informs(item) ? ASKED[kind] : word("inbox", kind);
    const about = item.data.agency && kind !== "invitation" ? parties([item.data.agency]) : null;
    return about ? [`${about[0]}：${zh}`, `${about[1]}: ${en}`] : [zh, en];
  }
}

const kindOf = (item) => item.kind.split(" ")[0];

/** The one thing one needs to know before opening the case. */
function detail({ kind, data }) {
  if (kind === "invitation" && data.due) return countdown(data.due);
  if (data.starts_at) return h("span", { class: "when" }, `${moment(data.starts_at)}–${clock(data.ends_at)} ${data.bay} 台位`);
  if (data.party) return h("span", {}, parties([data.party])[0]);
  if (data.agencies?.length) return h("span", {}, parties(data.agencies)[0]);
  return data.number ? h("span", { class: "number" }, data.number) : null;
}
