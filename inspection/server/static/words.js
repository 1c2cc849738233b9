// The words of the screens: Chinese first, English second. Codes are the interface's; an unknown one is shown as it is.

const WORDS = {
  case: {
    SUGGESTED: ["建议协同", "Suggested"], INVITING: ["邀请中", "Inviting"], PREPARING: ["待排期", "To be scheduled"],
    SCHEDULED: ["已排查验", "Scheduled"], IN_FIELD: ["查验中", "In the field"], CONCLUDING: ["待出结论", "Concluding"],
    REPORTED: ["已出报告", "Reported"], DISPOSING: ["处置中", "Disposing"], FOLLOW_UP: ["后续处置", "Follow-up"],
    CLOSED: ["已办结", "Closed"], REOPENED: ["重新开启", "Reopened"], SUSPENDED: ["已中止", "Suspended"],
    CANCELLED: ["已取消", "Cancelled"],
  },
  invitation: {
    DRAFT: ["未发出", "Draft"], PENDING: ["待答复", "Pending"], ACCEPTED: ["已接受", "Accepted"],
    DECLINED: ["已谢绝", "Declined"], LAPSED: ["逾期未应", "Lapsed"], ESCALATED: ["升级督办", "Escalated"],
    WAIVED: ["经批准免于参与", "Waived"], SUBSTITUTED: ["由第三方替代", "Substituted"],
    DEEMED_NO_OBJECTION: ["视为无异议", "Deemed"], BLOCKED: ["不得放行", "Blocked"], WITHDRAWN: ["已撤回", "Withdrawn"],
  },
  booking: {
    PROPOSED: ["待确认", "To be confirmed"], CONFIRMED: ["已确认", "Confirmed"], CHANGED: ["变更待确认", "Changed, to be confirmed"],
    IN_PROGRESS: ["进行中", "In progress"], DONE: ["已完成", "Done"], NO_SHOW: ["未到场", "No-show"], CANCELLED: ["已取消", "Cancelled"],
  },
  yard: {
    OUTSIDE: ["场外", "Outside"], WAITING: ["待查区", "Waiting zone"], INSPECTION: ["查验区", "Inspection zone"],
    PENDING: ["待处置区", "Pending zone"],
  },
  agency: {
    customs: ["海关", "Customs"], market_regulation: ["市场监管", "Market regulation"], ip: ["知识产权", "IP"],
    environment: ["生态环境", "Environment"], agriculture: ["农业农村", "Agriculture"], drug: ["药品监管", "Drug"],
    emergency: ["应急管理", "Emergency"],
  },
  party: {
    enterprise: ["企业", "The enterprise"], port: ["口岸（等候时段）", "The port (for the window)"], laboratory: ["检测机构", "Laboratory"],
    rights_holder: ["权利人", "The rights holder"],
  },
  level: {
    yellow: ["时限过半", "Half gone"], orange: ["时限将到", "Nearly due"], red: ["已逾期", "Overdue"],
  },
  pause: {
    awaiting_enterprise_documents: ["等待企业补充材料", "Awaiting the enterprise's documents"],
    laboratory: ["等待检测结果", "Awaiting a test"], force_majeure: ["不可抗力", "Force majeure"],
  },
  deadline: {
    invitation: ["答复邀请", "Answer to the invitation"], conclusion: ["提交结论", "Conclusion"], dissent: ["不同意见", "Dissent"],
    info_request: ["协查答复", "Answer to an information request"], report: ["综合报告", "Report"],
    rectification: ["整改", "Rectification"], rights_holder_reply: ["权利人答复", "Rights holder's reply"],
    ip_determination: ["侵权认定", "IP determination"], detention: ["扣留期限", "Detention"],
    follow_up: ["后续任务", "Follow-up"], appeal: ["企业异议", "Objection"], recall: ["召回", "Recall"], inquiry: ["征询答复", "Inquiry"],
  },
  substitute: {
    INSTITUTION: ["认可机构", "Accredited institution"], RECOGNISED_RESULT: ["互认结果", "Recognised result"],
  },
  inbox: {
    invitation: ["新的协同邀请，请答复", "New invitation: please answer"], invitation_lapsed: ["逾期未应", "Not answered in time"],
    invitation_escalated: ["邀请升级督办", "Invitation escalated"], invitation_deemed: ["视为无异议", "Deemed: no objection"],
    invitation_waived: ["经批准免于参与", "Taking part was waived"], invitation_substituted: ["由第三方替代", "Somebody stands in"],
    late_answer_offered: ["逾期答复，请决定是否接纳", "A late answer: admit it or not"],
    points_claimed: ["查验要点被其他部门认领", "Another agency claims the points"],
    joint_suggestion: ["协同查验建议", "Joint inspection suggested"], task_sheet: ["任务单已签发", "Task sheet issued"],
    division_proposed: ["请确认分工方案", "Agree to the division of work"], task_sheet_amended: ["任务单已变更，请重新确认", "Task sheet amended: read it again"],
    schedule_proposed: ["请确认查验时间", "Confirm the window"], schedule_confirmed: ["查验时间已定", "Inspection scheduled"],
    schedule_changed: ["查验时间变更，请确认", "Window changed: confirm it"], schedule_refused: ["部门不能到场", "An agency cannot come"],
    schedule_cancelled: ["查验预约取消", "Booking ended"], schedule_hold_expired: ["预约保留已过，请重新选择", "A hold ran out: choose again"],
    no_show_recorded: ["有人未到场", "Somebody did not come"], booking_expert_taken: ["专家时间冲突", "An expert is taken elsewhere"],
    case_followed: ["案件已转入新版申报", "The case is on the new version"], case_cancelled: ["案件已取消", "Case cancelled"],
    declaration_waits: ["新版申报待现场查验结束", "A new version waits for the session"],
    invitation_withdrawn: ["邀请已撤回，无须参加", "Invitation withdrawn"],
    preferred_windows: ["企业提出期望时段", "The enterprise prefers certain windows"],
    info_request: ["请答复协查请求", "Answer an information request"], info_request_answered: ["协查请求已答复", "A request was answered"],
    info_request_declined: ["协查请求被谢绝", "A request was declined"], info_request_overdue: ["协查请求逾期未答复", "A request is overdue"],
    rights_holder_replied: ["权利人已答复", "The rights holder has replied"],
    rights_holder_silent: ["权利人逾期未答复，请自行认定", "The rights holder is silent: decide yourselves"],
    report_issued: ["综合报告已签发", "Report issued"], disposition: ["处置已决定", "Disposition decided"],
    departure: ["拟偏离本部门结论，可提出不同意见", "Your conclusion is departed from: you may dissent"], dissent: ["提出不同意见，待上级决定", "dissents: a superior decides"],
    case_reopened: ["案件重新开启", "Case taken up again"],
    appeal_filed: ["企业提出异议，待上级决定", "The enterprise objects: a superior decides"],
    dissent_decided: ["不同意见已有决定", "Your dissent was decided"], recall: ["放行被召回", "Release recalled"],
    recall_overdue: ["召回逾期未交回", "Recall overdue"], recall_answered: ["企业已答复召回", "The enterprise answered the recall"],
    follow_up: ["有后续任务由本部门负责", "A follow-up is yours"], follow_up_proof: ["企业已提交材料，请复核", "Proof sent: check it"],
    follow_up_result: ["目的地检查已有结果", "Result from the destination"], follow_up_overdue: ["后续任务逾期", "A follow-up is overdue"],
    detention_extended: ["扣留期限已延长", "Detention extended"],
    rulebook_waits: ["规则集待核对上线", "A rulebook waits for a second person"],
    rulebook_published: ["规则集已上线", "Put in force"], rulebook_retired: ["规则集已停用", "Retired"],
    back_test_done: ["回测已完成", "Back-test done"], back_test_failed: ["回测未能完成", "Back-test failed"],
  },
  request: {
    SUPPLIER_HISTORY: ["供应商进口记录", "import history of the supplier"], PATENT_STATUS: ["相关专利状态", "status of the patent"],
    PERMIT_VALIDITY: ["许可证件有效性", "validity of the permit"], OTHER: ["其他", "other"],
  },
  requested: {
    OPEN: ["待答复", "Open"], ANSWERED: ["已答复", "Answered"], DECLINED: ["已谢绝", "Declined"], WITHDRAWN: ["已撤回", "Withdrawn"],
  },
  rights: {
    OPEN: ["待权利人答复", "Awaiting the rights holder"], GENUINE: ["真品", "Genuine"], COUNTERFEIT: ["侵权假冒", "Counterfeit"],
    UNKNOWN: ["无法确认", "Cannot tell"], LAPSED: ["逾期未答复", "No reply"], WITHDRAWN: ["已撤回", "Withdrawn"],
  },
  silence: {
    AGENCY_DECIDES: ["由本部门自行认定", "The agency concludes by itself"],
    DETERMINATION: ["由本部门在侵权认定期限内认定", "The agency concludes within the time of its determination"],
  },
  authorisation: {
    VALID: ["有效", "In force"], COMING: ["尚未生效", "Not in force yet"], EXPIRED: ["已过期", "Expired"], REVOKED: ["已撤销", "Revoked"],
  },
  language: { "zh-CN": ["中文", "Chinese"], en: ["英文", "English"] },
  decline: {
    OUT_OF_SCOPE: ["不属于本部门职责", "Out of scope"], NO_QUALIFIED_EXPERT: ["无合格专家", "No qualified expert"],
    ALREADY_COVERED: ["已有互认结果", "Already covered"], CONFLICT_OF_INTEREST: ["回避", "Conflict of interest"],
    DUPLICATE: ["重复邀请", "Duplicate"], OTHER: ["其他", "Other"],
  },
  basis: {
    CLOCK_HOURS: ["自然小时", "clock hours"], WORKING_HOURS: ["工作小时", "working hours"],
    WORKING_DAYS: ["工作日", "working days"], CALENDAR_DAYS: ["自然日", "calendar days"],
  },
  check: {
    DOC: ["单证", "Documents"], IDENTITY: ["货证", "Identity"], PHYSICAL: ["实货", "Physical"],
    MARKING: ["标识", "Marking"], LICENCE: ["许可授权", "Licence"], SAMPLE: ["取样", "Sample"],
  },
  grade: {
    CONFORMS: ["相符", "Conforms"], MINOR: ["轻微", "Minor"], MAJOR: ["严重", "Major"], CRITICAL: ["重大", "Critical"],
  },
  verdict: {
    PASS: ["合格", "Pass"], PASS_AFTER_INTERVENTION: ["处理后合格", "Pass after intervention"],
    CONDITIONAL: ["附条件合格", "Conditional"], RECTIFY: ["整改", "Rectify"], REFUSE: ["不合格", "Refuse"],
    PENDING_TEST: ["待检测", "Pending test"], INCONCLUSIVE: ["无法判定", "Inconclusive"],
    TESTED: ["检验检测", "Tested"], DOCUMENT: ["单证审核", "Document"], RECOGNISED: ["结果互认", "Recognised"],
    DEROGATION: ["免予检验", "Derogation"], CARRIED_OVER: ["沿用前次", "Carried over"],
    CONFIRMED_BY_RIGHTS_HOLDER: ["权利人确认", "Confirmed by rights holder"], SUBSTITUTED: ["替代", "Substituted"],
    DEEMED: ["视为无异议", "Deemed"],
  },
  recalled: {
    RETURNED: ["货物已交回", "the goods are back"], DESTROYED: ["货物已销毁", "the goods are destroyed"],
    NOT_RECOVERED: ["货物未能收回", "the goods could not be recovered"], LIFTED: ["召回解除", "lifted"],
  },
  disposition: {
    RELEASE: ["放行", "Release"], CONDITIONAL_RELEASE: ["附条件放行", "Conditional release"], RECTIFY: ["整改", "Rectify"],
    RETURN: ["退运", "Return"], DESTROY: ["销毁", "Destroy"], DETAIN: ["扣留", "Detain"], CASE_FILING: ["立案", "Case filing"],
    MOVE_TO_SAFE_SITE: ["先提离、后处置", "Move to safe site"], SAMPLE_AND_HOLD: ["取样待检", "Sample and hold"],
    SPLIT: ["分票处置", "Split"], RECALL: ["召回", "Recall"],
    DESTINATION_SAMPLING: ["目的地取样", "Destination sampling"],
    SECURITY: ["提供担保", "Security"], DESTINATION_INSPECTION: ["目的地查验", "Destination inspection"],
    NO_SALE_UNTIL_RESULT: ["结果出具前不得销售使用", "No sale until result"], DOCUMENT_BY: ["限期补交单证", "Document by date"],
  },
  departure: {
    PROPOSED: ["待审批", "To be approved"], OPEN: ["可提出不同意见", "The agency may dissent"], DISSENTED: ["有不同意见，待上级决定", "Dissent: a superior decides"],
    UNOPPOSED: ["期限内无不同意见", "Nobody dissented"], UPHELD: ["上级维持处置", "Upheld by a superior"],
    FOLLOWED: ["上级决定按部门结论办理", "The conclusion is followed"], WITHDRAWN: ["原处置建议已被替代", "The proposal was replaced"],
  },
  outcome: {
    PROPOSED: ["拟处置，待批准", "Proposed, to be approved"], CONFLICT: ["处置冲突，待决定", "Conflict, a person decides"],
    RESOLVED: ["冲突已解决", "Resolved"], APPROVED: ["已批准", "Approved"], NOTIFIED: ["已通知", "Notified"],
    APPEALED: ["异议处理中", "Appealed"], UPHELD: ["异议后维持", "Upheld"], VARIED: ["异议后变更", "Varied"],
    REVOKED: ["异议后撤销", "Revoked"], IN_EXECUTION: ["执行中", "In execution"], VERIFIED: ["已核验", "Verified"],
    CLOSED: ["已办结", "Closed"], RECALLED: ["已召回", "Recalled"], AUTOMATIC: ["自动办结", "Automatic"],
    WAIT: ["等待结论", "Waiting"], LEAD: ["由牵头部门决定", "The lead decides"],
  },
  second_test: { CONFIRMS: ["与首次检测一致", "Same as the first test"], DIFFERS: ["与首次检测不一致", "Differs from the first test"] },
  reopening: {
    NEW_FACTS: ["出现新事实", "New facts"], RECALL: ["放行后召回", "Recall"], REINSPECTION: ["重新查验", "Inspection again"],
  },
  follow_up: {
    QUEUED: ["待前项办结", "Queued"], APPEALABLE: ["异议期内，期满后办理", "Open to objection"], NOTIFIED: ["待办理", "To be done"], HANDED_OVER: ["已移交，待接收", "Handed over"],
    IN_EXECUTION: ["已办理，待复核", "Done, to be verified"], VERIFIED: ["已核验", "Verified"], CLOSED: ["已办结", "Closed"],
    CANCELLED: ["已取消", "Cancelled"],
  },
  recorded: {
    amount: ["金额", "Amount"], currency: ["币种", "Currency"], reference: ["编号", "Number"], reason: ["理由", "Reason"],
    outcome: ["检测结果", "Result"], place: ["地点", "Place"], method: ["方式", "Method"], witnesses: ["见证人", "Witnesses"],
    CONFORMS: ["合格", "Conforms"], FAILS: ["不合格", "Fails"],
  },
  follow_up_act: {
    submit: ["企业提交材料", "Proof sent"], send_back: ["复核未通过，退回补充", "Sent back"], verify: ["复核通过", "Verified"],
    hand_over: ["移交目的地", "Handed over"], acknowledge: ["目的地已接收", "Taken over"], register: ["已登记", "Registered"],
  },
  fact: {
    separable: ["可分票", "separable"], returnable: ["可退运", "returnable"], prohibited: ["禁止进境", "prohibited"],
    release_first: ["货物先放、案件后办", "goods first, case later"], rectifiable_at_port: ["可在口岸整改", "rectifiable at the port"],
  },
  yes: { true: ["是", "Yes"], false: ["否", "No"] },
  missing: {
    NOT_SUBMITTED: ["未提交", "Not submitted"], LAPSED: ["逾期未应", "Lapsed"], WAIVED: ["经批准免于参与", "Waived"],
    WITHDRAWN: ["已撤回", "Withdrawn"], PENDING_TEST: ["待检测", "Pending test"], INCONCLUSIVE: ["无法判定", "Inconclusive"],
  },
  attendance: {
    ATTENDED: ["企业到场", "Enterprise attended"], DELEGATED: ["委托代理人到场", "Attended by delegate"],
    WAIVED: ["企业放弃到场", "Attendance waived"], ABSENT_WITH_WITNESS: ["未到场，有见证人（径行开验）", "Absent, with a witness"],
  },
  session: {
    PLANNED: ["计划中", "Planned"], CHECK_IN: ["已到场签到", "Checked in"], OPEN: ["查验进行中", "Open"],
    PAUSED: ["暂停", "Paused"], CLOSING: ["收尾中", "Closing"], CLOSED: ["已结束", "Closed"],
  },
  cost: {
    LIFTING: ["吊装", "Lifting"], MOVING: ["移位", "Moving"], UNPACKING: ["开拆包装", "Unpacking"], STORAGE: ["仓储", "Storage"],
    LABORATORY: ["检测", "Laboratory"], TRANSPORT: ["运输", "Transport"], DISPOSAL: ["处置", "Disposal"], OTHER: ["其他", "Other"],
  },
  cause: {
    INSPECTION: ["查验产生", "The inspection"], MEASURE: ["处置措施产生", "A measure"],
    LATE_ATTENDANCE: ["企业迟到", "The enterprise came late"], LATE_PICK_UP: ["企业迟提", "The enterprise collected late"],
  },
  bearer: { ENTERPRISE: ["企业承担", "The enterprise pays"], WAIVED: ["免除", "Waived"], UNDECIDED: ["待定", "Not decided yet"] },
  field: {
    amount: ["金额", "Amount"], currency: ["币种", "Currency"], note: ["说明", "Note"], days: ["天数", "Days"], reason: ["理由", "Reason"], why: ["理由", "Reason"],
    held_at: ["会商时间", "Held at"], participants: ["参加人", "Who took part"], text: ["内容", "Text"], evidence: ["附件", "File"],
    name: ["名称", "Name"], email: ["电子邮箱", "E-mail"], brands: ["品牌", "Brands"], brand: ["品牌", "Brand"], trader: ["企业代码", "Trader's code"],
    reference: ["文号", "Reference"], valid_from: ["起始日期", "From"], valid_until: ["截止日期", "Until"], title: ["名称", "Title"], code: ["编号", "Code"],
    zh: ["中文内容", "In Chinese"], en: ["英文内容", "In English"], entries: ["清单事项", "Entries"], number: ["编号", "Number"], clause: ["条款", "Clause"],
    required_of: ["必读部门", "Required of"], for_enterprise: ["企业可见", "Shown to the enterprise"], login: ["登录名", "Login"],
    officers: ["到场人员", "Who is on site"], seals_before: ["原封志号", "Seals before"], seals_after: ["新施封志号", "Seals put on"],
  },
  paper: { DOCUMENT: ["文件", "Document"], STANDARD: ["标准", "Standard"], CHECKLIST: ["查验清单", "Checklist"] },
  tick: { DONE: ["已完成", "Done"], NOT_APPLICABLE: ["不适用", "Not applicable"] },
  workstream: { RUNNING: ["进行中", "Running"], COMPLETE: ["已完成", "Complete"], EXCUSED: ["经主检免予", "Excused"] },
  admission: {
    admitted: ["", ""], late_sync: ["补传", "Late sync"], quarantined: ["隔离，待牵头部门决定", "Quarantined"],
  },
  priority: {
    HAZARD: ["危险货物", "Hazard"], PERISHABLE: ["鲜活易腐", "Perishable"],
    LARGE_COMPLETE_EQUIPMENT: ["大型成套设备", "Large complete equipment"], HIGH_TECH_MATERIAL: ["高新技术物料", "High-tech"],
    AGRI_FOOD: ["农食产品", "Agri-food"], AEO: ["高级认证企业", "AEO"], NORMAL: ["普通", "Normal"],
  },
  rulebook: {
    DRAFT: ["草稿", "Draft"], SHADOW: ["影子运行", "Shadow"], ACTIVE: ["已上线", "Active"], RETIRED: ["已停用", "Retired"],
  },
  backTest: {
    QUEUED: ["排队中", "Queued"], RUNNING: ["进行中", "Running"], DONE: ["已完成", "Done"], CANCELLED: ["已取消", "Cancelled"],
    FAILED: ["未能完成", "Failed"],
  },
  policy: { graded: ["分级处置", "Graded"], veto: ["一票否决", "Veto"], veto_strict: ["一票否决（从严）", "Strict veto"] },
  label: {
    ENTERPRISE_SECRET: ["企业商业秘密", "Enterprise secret"], IP_SECRET: ["知识产权秘密", "IP secret"],
    LAW_ENFORCEMENT: ["执法秘密", "Law enforcement"],
  },
  declaration: {
    RECEIVED: ["已接收", "Received"], VALIDATED: ["已校验", "Validated"], REJECTED: ["校验未通过", "Rejected"],
    SCREENED: ["已筛查", "Screened"], NO_INTERVENTION: ["无需协同查验", "No joint inspection"],
    UNDER_JOINT_CASE: ["协同查验中", "Under joint case"], RELEASED: ["已放行", "Released"],
    PARTIALLY_RELEASED: ["部分放行", "Partially released"], NOT_RELEASED: ["不予放行", "Not released"],
    SUPERSEDED: ["已被新版本替代", "Superseded"], CANCELLED: ["已撤销", "Cancelled"],
  },
};

/** [zh, en] of a code of a group. */
export const word = (group, code) => WORDS[group]?.[code] ?? [String(code ?? ""), ""];

/** Every code of a group. */
export const codes = (group) => Object.keys(WORDS[group]);

/** [zh, en] of several codes, joined. */
export function words(group, list) {
  const pairs = (list ?? []).map((code) => word(group, code));
  return [pairs.map(([zh]) => zh).join("、"), pairs.map(([, en]) => en).filter(Boolean).join(", ")];
}

/** Whoever a case may wait for: an agency, or one of those that are none. */
const PARTIES = { ...WORDS.agency, ...WORDS.party };

/** [zh, en] of the parties awaited, joined. */
export function parties(list) {
  const pairs = (list ?? []).map((code) => PARTIES[code] ?? [code, ""]);
  return [pairs.map(([zh]) => zh).join("、"), pairs.map(([, en]) => en).filter(Boolean).join(", ")];
}

const TONES = {
  PENDING: "wait", ACCEPTED: "good", DECLINED: "warn", LAPSED: "bad", ESCALATED: "bad", BLOCKED: "bad",
  CONFORMS: "good", MINOR: "warn", MAJOR: "bad", CRITICAL: "bad",
  PASS: "good", PASS_AFTER_INTERVENTION: "good", CONDITIONAL: "warn", RECTIFY: "warn", REFUSE: "bad",
  PENDING_TEST: "wait", INCONCLUSIVE: "wait", RELEASE: "good", CONDITIONAL_RELEASE: "warn", RETURN: "bad", DESTROY: "bad",
  DETAIN: "bad", SPLIT: "warn", SAMPLE_AND_HOLD: "warn", CLOSED: "plain", COMPLETE: "good", RUNNING: "wait",
  SHADOW: "wait", ACTIVE: "good", RETIRED: "plain", QUEUED: "wait", FAILED: "bad", DONE: "good",
  PROPOSED: "wait", CONFLICT: "bad", RECALLED: "bad", AUTOMATIC: "good", VALID: "good", COMING: "wait", EXPIRED: "warn",
};

/** How a state is shown: good, warn, bad, wait, plain. */
export const tone = (code) => TONES[code] ?? "plain";
