// The live timeline of a case: newest on top, a line per event, photos where they arrived.

import { announce, bi, fill, h } from "./dom.js";
import { sentence } from "./sentences.js";
import { clock, date, day } from "./time.js";

const STATES = {
  connecting: ["连接中", "Connecting"], live: ["实时", "Live"], lost: ["连接中断，正在重连", "Connection lost, coming back"],
  ended: ["实时更新已结束", "No more live updates"], "signed-out": ["登录已失效", "Signed out"],
};

export class Timeline {
  /** `people`: names by id, filled in by the page as it learns them. */
  constructor(people, photo) {
    this.people = people;
    this.photo = photo;
    this.list = h("ol", { class: "timeline" });
    this.state = h("p", { class: "feed", role: "status" });
    this.count = h("span", { class: "count" });
    this.element = h("section", { class: "card live", "aria-labelledby": "timeline-title" },
      h("div", { class: "live-head" }, bi(["案件动态", "What happened"], "h2", { id: "timeline-title" }), this.state), this.list);
    this.setState("connecting");
  }

  setState(state) {
    this.state.dataset.state = state;
    fill(this.state, h("span", { class: "dot", "aria-hidden": "true" }), bi(STATES[state]), this.count);
  }

  clear() {
    this.list.replaceChildren();
  }

  add(frame, fresh) {
    const said = sentence(frame);
    const item = h("li", { class: `event ${said.tone}${fresh ? " fresh" : ""}`, "data-seq": frame.seq, "data-type": frame.type },
      frame.at ? h("time", { datetime: frame.at }, clock(frame.at)) : h("time", {}, "—"),
      h("div", { class: "what" },
        said.tone === "secret" ? h("span", { class: "lock", "aria-hidden": "true" }, "■") : null,
        bi([said.zh, said.en], "p"), this.#by(frame), this.#photos(frame)));
    const dayBefore = this.list.firstElementChild?.dataset.day;
    const today = frame.at ? date(frame.at) : dayBefore;
    if (today && today !== dayBefore) this.list.prepend(h("li", { class: "day", "data-day": today }, day(frame.at)));
    item.dataset.day = today ?? "";
    const heading = this.list.firstElementChild;
    if (heading?.classList.contains("day")) heading.after(item);
    else this.list.prepend(item);
    this.count.textContent = `№ ${frame.seq}`;
    if (fresh) announce(said.zh);
  }

  #by(frame) {
    const name = this.people.get(frame.by);
    return name ? h("span", { class: "by" }, name) : null;
  }

  #photos(frame) {
    const stored = frame.type === "EvidenceStored" && frame.data.media_type?.startsWith("image/");
    return stored ? this.photo(frame.data.evidence) : null;
  }
}
