// Who may go to the goods: the people expected of each agency, and who of them has not read what the agency must have read. The
// check-in refuses until they have, or until the lead excuses them with a reason.

import { fresh, withReason } from "./asking.js";
import { bi, chip, h, section } from "./dom.js";
import { post } from "./http.js";
import { moment } from "./time.js";
import { parties } from "./words.js";

const EXCUSES = ["coordinate", "lead_inspect"];
const AHEAD = ["INVITING", "PREPARING", "SCHEDULED", "REOPENED"];

export function readingPart(data) {
  const { cabin, case: one, me } = data;
  const mandatory = cabin.papers.filter((paper) => paper.newest && paper.required_of.length);
  if (!mandatory.length) return null;
  const agencies = [...new Set(mandatory.flatMap((paper) => paper.required_of))];
  const people = expected(data, agencies).map((person) => ({ ...person, left: unread(mandatory, person, [...readBy(cabin, person), ...excusedFrom(cabin, person)]),
    skipped: unread(mandatory, person, readBy(cabin, person)).length }));
  const excuses = AHEAD.includes(one.state) && me.powers.some((power) => EXCUSES.includes(power)) && me.agency === one.lead_agency;
  return section(["到场前必读", "To be read before the check-in"], { class: "reading", "data-key": JSON.stringify([people, cabin.excuses.length, excuses]) },
    h("ul", { class: "points" }, people.map((person) => h("li", { "data-login": person.login },
      h("p", { class: "point" }, bi(parties([person.agency]), "span", { class: "where" }), h("strong", {}, person.name),
        standing(person)),
      person.left.length ? h("p", {}, person.left.map((paper) => paper.title).join("、")) : null))),
    cabin.excuses.length ? h("ul", { class: "history" }, cabin.excuses.map((each) => h("li", {},
      `${each.excused_by} 免予 ${each.name} 必读 ${each.papers.length} 份：${each.reason} `, h("span", { class: "muted" }, moment(each.at))))) : null,
    bi(["主检到场签到时逐人核对；所列海关人员以签到为准。", "The check-in asks everybody on site, officers of customs by who checks in."], "p", { class: "hint" }),
    excuses ? excuseForm(data, people.filter((person) => person.left.length)) : null);
}

/** The experts whom the agencies send, and whoever else has confirmed something: who of the lead comes is told by the check-in. */
function expected({ cabin, case: one }, agencies) {
  const experts = one.invitations.filter((invitation) => invitation.state === "ACCEPTED")
    .flatMap((invitation) => invitation.experts.map(({ login, name }) => ({ login, name, agency: invitation.agency })));
  const readers = cabin.receipts.map(({ login, name, agency }) => ({ login, name, agency }));
  return [...new Map([...readers, ...experts].map((person) => [person.login, person])).values()]
    .filter((person) => agencies.includes(person.agency)).sort((a, b) => a.agency.localeCompare(b.agency) || a.login.localeCompare(b.login));
}

const readBy = (cabin, { login }) => cabin.receipts.filter((one) => one.login === login);
const excusedFrom = (cabin, { login }) => cabin.excuses.filter((one) => one.login === login).flatMap((one) => one.papers);

const unread = (mandatory, { agency }, read) => mandatory.filter((paper) =>
  paper.required_of.includes(agency) && !read.some((one) => one.paper === paper.id && one.version === paper.version));

/** To be excused is not to have read. */
function standing({ left, skipped }) {
  if (left.length) return chip([`未阅 ${left.length} 份`, `${left.length} unread`], "warn");
  return skipped ? chip([`免予必读 ${skipped} 份`, `Excused from ${skipped}`], "note") : chip(["已阅", "Read"], "good");
}

function excuseForm(data, late) {
  const refused = h("div");
  const known = h("datalist", { id: fresh("late") }, late.map((person) => h("option", { value: person.login }, person.name)));
  const login = h("input", { id: fresh("login"), name: "login", required: true, maxlength: 100, autocapitalize: "none", spellcheck: "false",
    list: known.id, value: late.length === 1 ? late[0].login : "" });
  return [withReason(["免予必读", "Excuse somebody"], ["免予必读", "Excuse"],
    (reason) => data.doing(refused, "已免予必读", () => post(`${data.base}/cabin/excuses`, { login: login.value.trim(), reason }))(),
    { danger: true, more: [h("label", { for: login.id }, bi(["人员（登录名）", "Login"])), login, known] }), refused];
}
