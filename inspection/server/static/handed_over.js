// What other ports have handed to this office: to be taken over, then looked at; of the case the office sees this item alone.

import { field, labelled, submit } from "./asking.js";
import { announce, bi, button, chip, facts, fill, h, problem, section } from "./dom.js";
import { getIfAny, path, post } from "./http.js";
import { word } from "./words.js";

const BASE = "/api/v1/handed-over";
const SENDS = ["expert", "inspect", "lead_inspect", "coordinate", "dispatch"];
const OPEN = ["HANDED_OVER", "IN_EXECUTION"];

/** The list as an element; `refresh()` reads it again and draws it when something has changed. */
export class HandedOver {
  constructor(me) {
    this.may = me.powers.some((power) => SENDS.includes(power));
    this.element = h("div", { class: "handed-over-part" });
    this.shows = "";
  }

  async refresh() {
    const items = this.may ? (await getIfAny(BASE)) ?? [] : [];
    const open = items.filter((one) => OPEN.includes(one.state));
    const shows = open.map((one) => one.id + one.state).join();
    if (shows === this.shows) return;
    this.shows = shows;
    fill(this.element, open.length ? section([`其他口岸移交 ${open.length} 项`, "Handed over to this office"], { class: "handed-over actions" },
      h("ol", { class: "demands" }, open.map((one) => this.item(one)))) : null);
  }

  item(one) {
    const refused = h("div");
    const act = (verb, done, body) => async () => {
      fill(refused);
      try {
        await post(`${path(BASE, one.id)}/${verb}`, body?.());
        announce(done);
        await this.refresh();
      } catch (fault) {
        fill(refused, problem(fault));
      }
    };
    return h("li", { class: "action", "data-kind": one.kind },
      h("h3", {}, bi(word("disposition", one.kind)), chip(one.state === "HANDED_OVER" ? ["待接收", "To be taken over"] : ["已接收，待登记结果", "Taken over"], "wait")),
      h("p", { class: "observation" }, one.demand.what),
      facts([
        [["报关单", "Declaration"], h("span", { class: "number" }, one.declaration)], [["移交案件", "Case"], h("span", { class: "number" }, one.case)],
        [["提出部门", "Asked by"], bi(word("agency", one.agency))], [["商品项", "Lines"], `第 ${one.lines.join("、")} 项`], [["联系", "Contact"], one.demand.contact],
      ]),
      one.state === "HANDED_OVER" ? h("p", {}, button(["确认接收", "Take it over"], act("acknowledge", "已接收"), { class: "primary" })) : resultForm(act),
      refused);
  }
}

function resultForm(act) {
  const passed = h("select", { name: "passed" }, [["true", "相符 Conforms"], ["false", "不符 Fails"]].map(([value, text]) => h("option", { value }, text)));
  const reason = h("textarea", { name: "reason", required: true, rows: 2, maxlength: 4000 });
  const record = act("result", "已登记结果", () => ({ passed: passed.value === "true", reason: reason.value.trim() }));
  return h("form", { on: submit(record) }, field(["检查结果", "Result"], labelled(passed)), field(["说明", "In words"], labelled(reason)),
    h("p", { class: "send" }, h("button", { type: "submit", class: "primary" }, bi(["登记结果", "Record the result"]))));
}
