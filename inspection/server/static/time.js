// Instants are shown in the port's zone, whatever zone the device is in. The platform's clock is the one that decides: the page
// learns how far the device's own clock is off.

import { h } from "./dom.js";

const ZONE = "Asia/Shanghai";
const format = (options) => new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, hour12: false, ...options });
const CLOCK = format({ hour: "2-digit", minute: "2-digit" });
const DAY = format({ month: "long", day: "numeric", weekday: "short" });
const ENGLISH = new Intl.DateTimeFormat("en-GB", {
  timeZone: ZONE, hour12: false, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit",
});
const DATE = format({ year: "numeric", month: "2-digit", day: "2-digit" });

let ahead = 0;

/** The server has just said what time it is. */
export function serverSaid(instant) {
  const at = Date.parse(instant ?? "");
  if (!Number.isNaN(at)) ahead = at - Date.now();
}

/** The platform's present, milliseconds since 1970. */
export const now = () => Date.now() + ahead;

/** `09:30` */
export const clock = (at) => CLOCK.format(new Date(at));
/** `11月20日 周五` */
export const day = (at) => DAY.format(new Date(at)).replace(/(周|星期)/, " $1");
/** `20 Nov 09:30` */
export const english = (at) => ENGLISH.format(new Date(at)).replace(",", "");
/** `2026-11-20` */
export const date = (at) => DATE.format(new Date(at)).replaceAll("/", "-");

/** `11月20日 周五 09:30`; the year only when it is another one. */
export function moment(at) {
  const year = date(at).slice(0, 4);
  return `${year === date(now()).slice(0, 4) ? "" : `${year}年`}${day(at)} ${clock(at)}`;
}

/** The port keeps one offset all year. */
const OFFSET = { hours: 8, text: "+08:00" };
/** The present as a field for local time holds it, at the port: `2026-11-20T09:30`. */
export const localNow = () => new Date(now() + OFFSET.hours * 3_600_000).toISOString().slice(0, 16);
/** The instant that such a field names. */
export const instantOf = (local) => `${local.slice(0, 16)}:00${OFFSET.text}`;

/** How long until `due`: words in both languages, and how urgent it is. */
export function remaining(due) {
  const left = Date.parse(due) - now();
  const [zh, en] = span(Math.abs(left));
  if (left < 0) return { zh: `已逾期 ${zh}`, en: `${en} overdue`, tone: "bad" };
  return { zh: `还剩 ${zh}`, en: `${en} left`, tone: left < 30 * 60_000 ? "warn" : "plain" };
}

function span(milliseconds) {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes >= 2 * 24 * 60) return [`${Math.floor(minutes / 1440)} 天`, `${Math.floor(minutes / 1440)} d`];
  if (minutes >= 60) {
    const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
    return [`${hours} 小时 ${rest} 分`, `${hours} h ${rest} min`];
  }
  const seconds = Math.floor(milliseconds / 1000) % 60;
  return minutes > 9 ? [`${minutes} 分`, `${minutes} min`] : [`${minutes} 分 ${seconds} 秒`, `${minutes} min ${seconds} s`];
}

/** When something is due, and a countdown that runs by itself. */
export function countdown(due) {
  const element = h("span", { class: "countdown", "data-due": due });
  tick(element);
  return h("span", { class: "due" }, h("time", { datetime: due }, moment(due)), element);
}

function tick(element) {
  const left = remaining(element.dataset.due);
  element.className = `countdown ${left.tone}`;
  element.replaceChildren(left.zh, " ", h("span", { class: "en", lang: "en" }, left.en));
}

setInterval(() => {
  for (const element of document.querySelectorAll("[data-due]")) tick(element);
}, 1000);
