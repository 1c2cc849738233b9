// What became of rulebooks: versions that wait for a second person, decisions about one's own, back-tests that ended. Each until read.

import { announce, bi, button, fill, h, problem } from "./dom.js";
import { getIfAny, path, post } from "./http.js";
import { moment } from "./time.js";
import { word } from "./words.js";

const TONES = { rulebook_waits: "wait", rulebook_published: "good", rulebook_retired: "warn", back_test_done: "good", back_test_failed: "bad" };
const MOST = 200;

/** Whether the person writes rules or decides about them. */
export const hearsOfRulebooks = (me) => me.powers.includes("rules") || me.powers.includes("approve");

/** The person's own news of rulebooks as an element; empty where everything was read. */
export async function rulebookNews() {
  const part = h("div", { class: "rulebook-news" });
  await draw(part);
  return part;
}

async function draw(part) {
  const found = (await getIfAny(`/api/v1/notices?channel=INBOX&limit=${MOST}`))?.notices ?? [];
  const news = found.filter((one) => TONES[one.template] && !one.acknowledged_at);
  fill(part, news.length ? h("section", { class: "card inbox", "aria-label": "规则集消息 News of rulebooks" },
    bi([`规则集消息 ${news.length}`, "News of rulebooks"], "h2"), h("ul", {}, news.map((one) => item(one, part)))) : null);
}

function item(one, part) {
  const { rulebook, version, title_zh: zh, title_en: en, until, reason } = one.data;
  const refused = h("div");
  const read = async () => {
    try {
      await post(`${path("/api/v1/notices", one.id)}/acknowledge`);
      announce("已阅");
      await draw(part);
    } catch (fault) {
      fill(refused, problem(fault));
    }
  };
  return h("li", { class: `mail ${TONES[one.template]}`, "data-kind": one.template },
    h("a", { href: `#${path("/rulebooks", rulebook, String(version))}` }, bi(titled(word("inbox", one.template), zh, en), "strong", { class: "stack" }),
      h("span", { class: "number" }, `${rulebook} v${version}`)),
    h("div", { class: "about" },
      until ? bi([`${moment(until)} 起可上线`, "at the earliest"]) : reason ? h("span", {}, reason) : null,
      h("span", { class: "muted" }, moment(one.at))),
    button(["已阅", "Read"], read, { class: "read", "aria-label": `已阅 Read：${rulebook} v${version}` }), refused);
}

const titled = ([zh, en], titleZh, titleEn) => [`${zh}：${titleZh}`, `${en}: ${titleEn}`];
