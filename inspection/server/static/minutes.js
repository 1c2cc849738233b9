// Minutes of consultations about a finding: filed by the agency that found it, with who took part and the signed paper; never edited.

import { doing, field, labelled, submit } from "./asking.js";
import { photos } from "./case_results.js";
import { bi, facts, h, section } from "./dom.js";
import { filesInput, sendFile } from "./files.js";
import { SENDS } from "./follow_ups.js";
import { path, put, uuid } from "./http.js";
import { ownFindings } from "./requests.js";
import { instantOf, localNow, moment } from "./time.js";
import { word } from "./words.js";

export function minutesPart({ base, requests, findings, evidence }) {
  if (!requests?.minutes.length) return null;
  const about = new Map((findings ?? []).map((finding) => [finding.id, finding]));
  const known = new Map((evidence ?? []).map((piece) => [piece.id, piece]));
  return section([`会商纪要 ${requests.minutes.length}`, "Minutes of consultations"], { class: "minutes" },
    h("ul", { class: "points" }, requests.minutes.map((one) => h("li", { "data-minutes": one.id },
      h("p", { class: "point" }, h("strong", {}, moment(one.held_at)), about.has(one.finding) ? bi(finding(about.get(one.finding)), "span", { class: "muted" }) : null),
      h("p", { class: "observation" }, one.text),
      facts([
        [["参加人", "Present"], one.participants.map(present).join("、")],
        [["提交", "Filed by"], [`${one.by} `, bi(word("agency", one.agency)), ` ${moment(one.at)}`]],
      ]),
      one.evidence ? photos(base, [known.get(one.evidence) ?? { id: one.evidence, state: "HIDDEN" }]) : null))));
}

const finding = (one) => [`第 ${one.line} 项发现：${one.observation.slice(0, 40)}`, `on a finding of line ${one.line}`];
const present = (one) => (one.agency ? `${one.name}（${word("agency", one.agency)[0]}）` : one.name);

/** Filing minutes about a finding of one's own agency. */
export function minutesCard(data) {
  const own = ownFindings(data);
  if (!own.length) return null;
  const refused = h("div");
  const filed = data.requests?.minutes.length ?? 0;
  return h("div", { class: "action", "data-kind": `minutes-${own.map((one) => one.id)}-${filed}` },
    h("details", {}, h("summary", {}, bi(["提交会商纪要", "File minutes"])), filingForm(data, own, refused)), refused);
}

function filingForm(data, own, refused) {
  const about = h("select", { name: "finding" }, own.map((one) => h("option", { value: one.id }, finding(one)[0])));
  const held = h("input", { name: "held_at", type: "datetime-local", required: true, value: localNow() });
  const people = peopleOf(data).map(([id, one]) => [one, h("input", { type: "checkbox", name: "present", checked: id === data.me.id })]);
  const others = h("input", { name: "others", maxlength: 500 });
  const text = h("textarea", { name: "text", rows: 4, required: true, maxlength: 4000 });
  const file = data.me.powers.some((power) => SENDS.includes(power)) ? filesInput({ multiple: false, name: "file" }) : null;
  const took = () => [...people.filter(([, box]) => box.checked).map(([one]) => one),
    ...others.value.split(/[,，、;；]+/).map((name) => name.trim()).filter(Boolean).map((name) => ({ name }))];
  const id = uuid();
  const send = doing(data, refused, "已提交会商纪要", async () => {
    const said = { held_at: instantOf(held.value), participants: took(), text: text.value.trim() };
    const paper = file?.files.length ? { evidence: await sendFile((one) => `${path("/field/v1/cases", data.no, "evidence")}/${one}`, file.files[0]) } : {};
    await put(`${path(`${data.base}/findings`, about.value)}/minutes/${id}`, { ...said, ...paper });
  });
  return h("form", { on: submit(send) },
    field(["所议查验发现", "About the finding"], labelled(about)), field(["会商时间", "Held at"], labelled(held)),
    h("fieldset", { class: "send" }, bi(["参加人（至少两名）", "Who took part, two at least"], "legend"),
      people.map(([one, box]) => h("label", { class: "choice" }, box, present(one)))),
    field(["其他参加人（以顿号分隔）", "Others"], labelled(others)), field(["会商结果", "What came of it"], labelled(text)),
    file ? field(["签字原件照片或录像（选填）", "The signed paper or a recording, if any"], labelled(file)) : null,
    h("p", { class: "send" }, h("button", { type: "submit", class: "primary" }, bi(["提交纪要", "File them"]))));
}

/** Whoever is known to have been at it: officers of the sessions, experts who came, oneself. */
function peopleOf({ case: one, me }) {
  const experts = one.invitations.filter((invitation) => invitation.state === "ACCEPTED")
    .flatMap((invitation) => invitation.experts.map((expert) => [expert.person, { name: expert.name, agency: invitation.agency }]));
  const officers = one.sessions.flatMap((session) => session.officers.map((officer) => [officer.person, { name: officer.name, agency: officer.agency }]));
  return [...new Map([...experts, ...officers, [me.id, { name: me.name, agency: me.agency }]])];
}
