// One case on one screen: where it stands, what is asked of me now, who takes part, what was found, what was decided, live.

import { bi, fill, h } from "./dom.js";
import { actionsFor, acknowledgeInbox } from "./actions.js";
import { agenciesPart, focusPart, goodsPart, headPart, isFieldOnly, sessionPart } from "./case_parts.js";
import { afterIssuePart } from "./after_issue.js";
import { conclusionsPart, dispositionPart, findingsPart, papersPart } from "./case_results.js";
import { costsPart } from "./costs.js";
import { dissentsPart } from "./disagreement.js";
import { followUpsPart } from "./follow_ups.js";
import { goodsFactsPart } from "./goods_facts.js";
import { get, getIfAny, path } from "./http.js";
import { LiveFeed } from "./live.js";
import { minutesPart } from "./minutes.js";
import { photoButton } from "./photos.js";
import { requestsPart } from "./requests.js";
import { rightsPart } from "./rights_asked.js";
import { Timeline } from "./timeline.js";

const PAUSE = 250;
/** What an event may have changed, besides the case itself. */
const CHANGED = [
  [/^(Finding|Evidence)/, ["findings", "evidence"]],
  [/^Conclusion/, ["conclusions"]],
  [/^(Report|Disposition|Released|Recall)/, ["report", "disposition", "recalls", "versions", "costs"]],
  [/^(Departure|Dissent|Appeal|Measure|Reexamination)/, ["dissents", "appeals", "report", "disposition"]],
  [/^TaskSheet|^SessionOpened/, ["sheet"]],
  [/^(FollowUp|DemandStated|TestingExcluded)/, ["followUps", "disposition", "deadlines"]],
  [/^CostRecorded/, ["costs"]],
  [/^Rights/, ["rights"]],
  [/^GoodsFact/, ["goodsFacts"]],
  [/^(InfoRequest|FindingMinutes|Minutes)/, ["requests"]],
  [/^(Invitation|Deadline|SessionClosed)/, ["deadlines"]],
  [/^CaseStateChanged/, ["sheet", "findings", "evidence", "conclusions", "report", "disposition", "recalls", "versions", "followUps", "requests", "rights", "costs", "goodsFacts"]],
];
const ORDER = ["SUGGESTED", "INVITING", "PREPARING", "SCHEDULED", "IN_FIELD", "CONCLUDING", "REPORTED"];

/** Whether a case in `state` has come as far as `stage`; whatever is not on the way there (closed, suspended …) may have. */
const reached = (state, stage) => !ORDER.includes(state) || ORDER.indexOf(state) >= ORDER.indexOf(stage);

export async function caseView(page, no, me) {
  const base = path("/api/v1/cases", no);
  const data = { base, no, me };
  // What cannot be there yet is not asked for.
  const from = (stage, what) => () => (reached(data.case.state, stage) ? getIfAny(`${base}/${what}`) : null);
  const loaders = {
    sheet: from("PREPARING", "task-sheet"), findings: from("IN_FIELD", "findings"), evidence: from("IN_FIELD", "evidence"),
    deadlines: () => getIfAny(`${base}/deadlines`), conclusions: from("IN_FIELD", "conclusions"), report: from("REPORTED", "report.json"), disposition: from("REPORTED", "disposition"),
    dissents: from("REPORTED", "dissents"), appeals: from("REPORTED", "appeals"),
    followUps: from("REPORTED", "follow-ups"), requests: from("IN_FIELD", "info-requests"), rights: from("PREPARING", "rights-confirmations"),
    goodsFacts: from("PREPARING", "goods-facts"),
    recalls: from("REPORTED", "recalls"), versions: from("REPORTED", "report/versions"), costs: from("PREPARING", "costs"),
  };
  const load = async (names) => {
    data.case = await get(base);
    const found = await Promise.all(names.map((name) => loaders[name]()));
    names.forEach((name, at) => { data[name] = found[at]; });
  };
  await load(Object.keys(loaders));
  const people = new Map();
  data.people = people;
  const timeline = new Timeline(people, (id) => photoButton(base, id));
  const parts = partsOf(data, (names) => refresh(names));
  fill(page, h("p", { class: "crumb" }, h("a", { href: "#/" }, bi(["全部案件", "All cases"]))),
    parts.head, parts.actions,
    h("div", { class: "columns" },
      h("div", { class: "main" }, orderFor(data).map((name) => parts[name])),
      h("aside", { class: "side" }, timeline.element)));
  draw(parts, data, people);
  acknowledgeInbox(no, me);

  const refresh = async (names) => {
    await load(names);
    draw(parts, data, people);
  };
  const later = gathered(refresh);
  const feed = new LiveFeed(`cases/${encodeURIComponent(no)}`, {
    onFrame: (frame, fresh) => {
      timeline.add(frame, fresh);
      if (fresh) later(CHANGED.filter(([type]) => type.test(frame.type)).flatMap(([, names]) => names));
    },
    onState: (state) => {
      timeline.setState(state);
      if (state === "signed-out") window.dispatchEvent(new Event("signed-out"));
      // What refused us may be the end of the session: a plain request says so.
      if (state === "lost") get("/api/v1/me").catch((fault) => fault.status === 401 && window.dispatchEvent(new Event("signed-out")));
    },
    onReset: () => timeline.clear(),
  });
  return () => { feed.stop(); later.stop(); };
}

/** Whoever works at the goods first wants what to look at; whoever leads, who takes part and what was found; whoever decides, what by. */
function orderFor({ me, case: one }) {
  const yard = isFieldOnly(me) ? ["focus", "findings", "requests", "minutes", "rights", "agencies"]
    : ["agencies", "findings", "requests", "minutes", "rights", "conclusions", "costs", "focus"];
  const deciding = reached(one.state, "CONCLUDING") ? ["goodsFacts"] : [];
  return [...new Set(["disposition", ...deciding, "followUps", "after", "dissents", ...yard, "conclusions", "costs", "goodsFacts", "session", "goods", "papers"])];
}

/** Several events in one breath cause one reading. */
function gathered(refresh) {
  let waiting = new Set();
  let timer = null;
  const later = (names) => {
    names.forEach((name) => waiting.add(name));
    timer ??= setTimeout(async () => {
      const all = [...waiting];
      [waiting, timer] = [new Set(), null];
      // A reading that fails now is repeated by the next event; the timeline has shown what happened in any case.
      await refresh(all).catch(() => {});
    }, PAUSE);
  };
  later.stop = () => clearTimeout(timer);
  return later;
}

const PARTS = {
  head: headPart, actions: actionsFor, disposition: dispositionPart, goodsFacts: goodsFactsPart, followUps: followUpsPart, after: afterIssuePart, dissents: dissentsPart, agencies: agenciesPart, findings: findingsPart, requests: requestsPart, minutes: minutesPart, rights: rightsPart,
  conclusions: conclusionsPart, costs: costsPart, focus: focusPart, session: sessionPart, goods: goodsPart, papers: papersPart,
};

function partsOf(data, refresh) {
  data.refresh = refresh;
  return Object.fromEntries(Object.keys(PARTS).map((name) => [name, h("div", { class: `part part-${name}` })]));
}

/** Draws a part again when what it shows has changed; one with a form says by its key when that is, never under the fingers. */
function draw(parts, data, people) {
  learnNames(people, data);
  for (const [name, part] of Object.entries(PARTS)) {
    const made = part(data);
    const shows = made?.dataset.key ?? made?.textContent ?? "";
    if (parts[name].shows === shows) continue;
    parts[name].shows = shows;
    fill(parts[name], made);
  }
}

function learnNames(people, data) {
  people.set(data.me.id, data.me.name);
  for (const invitation of data.case.invitations) for (const one of invitation.experts) people.set(one.person, one.name);
  for (const session of data.case.sessions) for (const one of session.officers) people.set(one.person, one.name);
}
