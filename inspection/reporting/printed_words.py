"""The words of the printed documents for codes: Chinese first, English second. Pure.

One catalogue for the templates and for the sentences of the merge and of what changed; a code that is not in it is printed as it
is.
"""

from __future__ import annotations

from collections.abc import Mapping

WORDS: Mapping[str, tuple[str, str]] = {
    # modes
    "ON_SITE": ("现场查验", "On site"),
    "REMOTE_VIDEO": ("远程视频查验", "Remote video"),
    "SELF_CHECK_PLUS_REVIEW": ("企业自查＋抽查复核", "Self-check and review"),
    "DESTINATION": ("目的地查验", "At destination"),
    # priority classes
    "HAZARD": ("危险货物", "Hazard"),
    "PERISHABLE": ("鲜活易腐", "Perishable"),
    "LARGE_COMPLETE_EQUIPMENT": ("大型成套设备", "Large complete equipment"),
    "HIGH_TECH_MATERIAL": ("高新技术物料", "High-tech material"),
    "AGRI_FOOD": ("农食产品", "Agri-food"),
    "AEO": ("高级认证企业", "AEO"),
    "NORMAL": ("普通", "Normal"),
    # directions, credit, transport
    "import": ("进口", "Import"),
    "export": ("出口", "Export"),
    "transit": ("过境", "Transit"),
    "aeo": ("高级认证", "AEO"),
    "ordinary": ("一般信用", "Ordinary"),
    "low": ("失信", "Low"),
    "sea": ("海运", "Sea"),
    "air": ("空运", "Air"),
    "road": ("公路", "Road"),
    "rail": ("铁路", "Rail"),
    "post": ("邮运", "Post"),
    # invitation outcomes
    "PENDING": ("待答复", "Pending"),
    "ACCEPTED": ("已接受", "Accepted"),
    "DECLINED": ("已谢绝", "Declined"),
    "LAPSED": ("逾期未应", "Lapsed"),
    "LATE": ("逾时答复", "Answered late"),
    "ESCALATED": ("升级督办", "Escalated"),
    "WAIVED": ("经批准免于参与", "Waived"),
    "SUBSTITUTED": ("由第三方替代", "Substituted"),
    "WITHDRAWN": ("已撤回", "Withdrawn"),
    "BLOCKED": ("暂停", "Blocked"),
    "DEEMED": ("视为无异议", "Deemed"),
    "DEEMED_NO_OBJECTION": ("视为无异议", "Deemed"),
    # decline reasons
    "OUT_OF_SCOPE": ("不属于本部门职责", "Out of scope"),
    "NO_QUALIFIED_EXPERT": ("无合格专家", "No qualified expert"),
    "ALREADY_COVERED": ("已有互认结果", "Already covered"),
    "CONFLICT_OF_INTEREST": ("回避", "Conflict of interest"),
    "DUPLICATE": ("重复邀请", "Duplicate"),
    "OTHER": ("其他", "Other"),
    # check kinds
    "DOC": ("单证", "Documents"),
    "IDENTITY": ("货证", "Identity"),
    "PHYSICAL": ("实货", "Physical"),
    "MARKING": ("标识", "Marking"),
    "LICENCE": ("许可授权", "Licence"),
    "SAMPLE": ("取样", "Sample"),
    # verdicts
    "PASS": ("合格", "Pass"),
    "PASS_AFTER_INTERVENTION": ("处理后合格", "Pass after intervention"),
    "CONDITIONAL": ("附条件合格", "Conditional"),
    "RECTIFY": ("整改", "Rectify"),
    "REFUSE": ("不合格", "Refuse"),
    "PENDING_TEST": ("待检测", "Pending test"),
    "INCONCLUSIVE": ("无法判定", "Inconclusive"),
    "NOT_SUBMITTED": ("未提交", "Not submitted"),
    # bases
    "TESTED": ("检验检测", "Tested"),
    "DOCUMENT": ("单证审核", "Document"),
    "RECOGNISED": ("结果互认", "Recognised"),
    "DEROGATION": ("免予检验", "Derogation"),
    "CARRIED_OVER": ("沿用前次", "Carried over"),
    "CONFIRMED_BY_RIGHTS_HOLDER": ("权利人确认", "Confirmed by rights holder"),
    # outcomes
    "AUTOMATIC": ("自动办结", "Automatic"),
    "PROPOSED": ("拟处置，待批准", "Proposed"),
    "WAIT": ("等待结论", "Waiting"),
    "CONFLICT": ("处置冲突", "Conflict"),
    "LEAD": ("由牵头部门决定", "Lead decides"),
    "APPROVED": ("已批准", "Approved"),
    "NOTIFIED": ("已通知", "Notified"),
    "IN_EXECUTION": ("执行中", "In execution"),
    "VERIFIED": ("已核验", "Verified"),
    "CLOSED": ("已办结", "Closed"),
    "RECALLED": ("已召回", "Recalled"),
    "RESOLVED": ("冲突已解决", "Resolved"),
    "APPEALED": ("异议处理中", "Appealed"),
    "UPHELD": ("异议后维持", "Upheld"),
    "UNOPPOSED": ("期限内无不同意见", "Nobody dissented in time"),
    "DISSENTED": ("有不同意见，待上级决定", "Dissent, a superior decides"),
    "FOLLOWED": ("上级决定按部门结论办理", "The conclusion is followed"),
    "VARIED": ("异议后变更", "Varied"),
    "REVOKED": ("异议后撤销", "Revoked"),
    # versions of a report
    "ISSUED": ("已签发", "Issued"),
    "VOID": ("已作废", "Void"),
    # who answers for what
    "LIABLE_CONCLUSION": ("结论的专业内容", "Technical content of the conclusion"),
    "LIABLE_DEPARTURE": ("处置与结论不一致", "Departure from the conclusion"),
    "LIABLE_LAPSE": ("逾期未应", "No answer, and what followed from it"),
    "LIABLE_NOT_CONCLUDED": ("接受邀请后未作结论", "Accepted, and did not conclude"),
    "LIABLE_DECLINED": ("谢绝参与", "Declined"),
    "LIABLE_NOT_INVITED": ("命中规则而未邀请", "Called for by a rule and not invited"),
    "LIABLE_PROCESS_GAP": ("程序缺口", "Gap in the procedure"),
    "LIABLE_RULE_GAP": ("无规则命中", "No rule called anybody"),
    "LIABLE_AWAITED": ("期限内待答复", "Still within its time"),
    # dispositions and measures
    "RELEASE": ("放行", "Release"),
    "CONDITIONAL_RELEASE": ("附条件放行", "Conditional release"),
    "SAMPLE_AND_HOLD": ("取样待检", "Sample and hold"),
    "RETURN": ("退运", "Return"),
    "DESTROY": ("销毁", "Destroy"),
    "DETAIN": ("扣留", "Detain"),
    "CASE_FILING": ("立案", "Case filing"),
    "MOVE_TO_SAFE_SITE": ("先提离、后处置", "Move to safe site"),
    "SPLIT": ("分票处置", "Split"),
    "RECALL": ("召回", "Recall"),
    # conditions
    "SECURITY": ("提供担保", "Security"),
    "DESTINATION_INSPECTION": ("目的地查验", "Destination inspection"),
    "NO_SALE_UNTIL_RESULT": ("结果出具前不得销售使用", "No sale until result"),
    "DOCUMENT_BY": ("限期补交单证", "Document by date"),
    # information requests, rights holders
    "SUPPLIER_HISTORY": ("供应商进口记录", "Import history of the supplier"),
    "PATENT_STATUS": ("相关专利状态", "Status of the patent"),
    "PERMIT_VALIDITY": ("许可证件有效性", "Validity of the permit"),
    "OPEN": ("待答复", "Open"),
    "ANSWERED": ("已答复", "Answered"),
    "GENUINE": ("真品", "Genuine"),
    "COUNTERFEIT": ("侵权假冒", "Counterfeit"),
    "UNKNOWN": ("无法确认", "Cannot tell"),
    # findings
    "SUBMITTED": ("已提交", "Submitted"),
    "CONFIRMED": ("已确认", "Confirmed"),
    "DISPUTED": ("有争议", "Disputed"),
    "SUPERSEDED": ("已被替代", "Superseded"),
    "CONFORMS": ("相符", "Conforms"),
    "MINOR": ("轻微", "Minor"),
    "MAJOR": ("严重", "Major"),
    "CRITICAL": ("重大", "Critical"),
    # policies
    "graded": ("分级处置", "Graded"),
    "veto": ("一票否决", "Veto"),
    "veto_strict": ("一票否决（从严）", "Strict veto"),
    # what happens when nobody concludes
    "BLOCK": ("不得放行", "Block"),
    "ESCALATE": ("升级督办", "Escalate"),
    "SUBSTITUTE": ("替代", "Substitute"),
}

ATTENDANCE: Mapping[str, str] = {
    "ATTENDED": "企业到场",
    "DELEGATED": "委托代理人到场",
    "WAIVED": "企业放弃到场",
    "ABSENT_WITH_WITNESS": "未到场，有见证人（径行开验）",
}
"""Of the enterprise at an inspection; WAIVED means another thing here than of an agency."""

AGENCIES: Mapping[str, tuple[str, str]] = {
    "customs": ("海关", "Customs"),
    "market_regulation": ("市场监管部门", "Market regulation"),
    "ip": ("知识产权部门", "Intellectual property"),
    "environment": ("生态环境部门", "Environment"),
    "agriculture": ("农业农村部门", "Agriculture"),
    "drug": ("药品监管部门", "Drug regulation"),
    "emergency": ("应急管理部门", "Emergency management"),
}
"""Those that ship; a document brings the names of its own agencies."""

CAUSES: Mapping[str, str] = {
    "certificate_invalid": "证书无效",
    "certificate_expired": "证书过期",
    "certificate_missing": "缺少证书",
    "licence_missing": "缺少授权许可",
    "licence_chain_broken": "授权链不完整",
    "infringement_suspected": "涉嫌侵权",
    "marking_missing": "标识缺失",
    "marking_mismatch": "标识与单证不符",
    "name_mismatch": "品名与申报不符",
    "quantity_mismatch": "数量与申报不符",
    "origin_mismatch": "原产地与申报不符",
    "test_failed": "检测不合格",
    "undeclared_goods": "夹藏或未申报货物",
}
"""Causes of conclusions. Any code may be sent; these are the usual ones."""

GOODS_FACTS: Mapping[str, tuple[str, str]] = {
    "separable": ("可分票", "separable"),
    "returnable": ("可退运", "returnable"),
    "prohibited": ("禁止进境", "prohibited"),
    "release_first": ("货物先放、案件后办", "goods first, case later"),
    "rectifiable_at_port": ("可在口岸整改", "rectifiable at the port"),
}
"""What the lead records of the goods beyond the declaration."""

CERTIFICATES: Mapping[str, str] = {
    "ANABOLIC_EXPORT_PERMIT": "蛋白同化制剂、肽类激素出口准许证",
    "ANABOLIC_IMPORT_PERMIT": "蛋白同化制剂、肽类激素进口准许证",
    "AQUATIC_SEEDLING_PERMIT": "水产苗种进口审批",
    "BATCH_RELEASE": "批签发证明",
    "BATCH_RELEASE_EXEMPTION": "免予批签发批件",
    "CCC": "强制性产品认证证书",
    "CCC_EXEMPTION": "免予强制性产品认证证明",
    "CITES_PERMIT": "濒危物种允许进出口证明书",
    "CLINICAL_URGENCY_APPROVAL": "临床急需进口批件",
    "COPYRIGHT_LICENCE": "著作权许可证明",
    "COSMETIC_INGREDIENT_REGISTRATION": "化妆品新原料注册或备案",
    "COSMETIC_REGISTRATION": "化妆品注册或备案凭证",
    "DEVICE_REGISTRATION": "医疗器械注册证",
    "DRUG_CLEARANCE": "进口药品通关单",
    "EMISSION_DISCLOSURE": "环保信息公开文件",
    "ENERGY_LABEL": "能效标识备案",
    "FEED_REGISTRATION": "进口饲料登记证",
    "FERTILISER_REGISTRATION": "肥料登记证",
    "GERMPLASM_EXPORT_APPROVAL": "对外提供种质资源批准",
    "GI_AUTHORISATION": "地理标志使用证明",
    "GMO_SAFETY_CERTIFICATE": "农业转基因生物安全证书",
    "HEALTH_FOOD_REGISTRATION": "保健食品注册或备案凭证",
    "HUMAN_GENETIC_EXPORT_APPROVAL": "人类遗传资源材料出境证明",
    "INFANT_FORMULA_REGISTRATION": "婴幼儿配方乳粉产品配方注册证书",
    "LIVESTOCK_GENETIC_APPROVAL": "畜禽遗传资源引进批准",
    "MEDICAL_FOOD_REGISTRATION": "特殊医学用途配方食品注册证书",
    "MONITORED_CHEMICAL_LICENCE": "监控化学品进口许可",
    "NARCOTIC_IMPORT_PERMIT": "麻醉药品和精神药品进口准许证",
    "NEW_CHEMICAL_REGISTRATION": "新化学物质环境管理登记",
    "ODS_EXPORT_LICENCE": "消耗臭氧层物质出口许可",
    "ODS_IMPORT_LICENCE": "消耗臭氧层物质进口许可",
    "PATENT_LICENCE": "专利实施许可证明",
    "PATENT_STATEMENT": "专利声明",
    "PATTERN_APPROVAL": "计量器具型式批准证书",
    "PESTICIDE_RELEASE": "农药进口放行通知单",
    "PHYTOSANITARY": "植物检疫证书",
    "PRECURSOR_EXPORT_LICENCE": "易制毒化学品出口许可",
    "PRECURSOR_IMPORT_LICENCE": "易制毒化学品进口许可",
    "PRE_SHIPMENT_INSPECTION": "装运前检验证书",
    "QUARANTINE_PERMIT": "进境动植物检疫许可证",
    "RADIOISOTOPE_IMPORT_LICENCE": "放射性同位素进口许可",
    "RIGHTS_HOLDER_CONFIRMATION": "权利人确认",
    "SEED_IMPORT_APPROVAL": "种子进口审批",
    "SOFTWARE_LICENCE": "软件使用许可",
    "SPECIAL_COSMETIC_REGISTRATION": "特殊化妆品注册证",
    "SPECIAL_SIGN_LICENCE": "特殊标志使用许可",
    "TOXIC_CHEMICAL_RELEASE": "有毒化学品进口放行通知单",
    "TRADEMARK_AUTHORISATION": "商标使用授权",
    "UN38_3": "锂电池运输安全检测报告",
    "VARIETY_LICENCE": "植物新品种许可",
    "VETERINARY_CERTIFICATE": "官方兽医卫生证书",
    "VETERINARY_DRUG_CLEARANCE": "进口兽药通关单",
    "WILDLIFE_INTRODUCTION_APPROVAL": "野生动物引进批准",
}
"""Types of certificates named by the packs that ship."""

FIELDS: Mapping[str, str] = {
    "name": "品名",
    "hs": "商品编码",
    "description": "规格描述",
    "brand": "品牌",
    "model": "型号",
    "origin": "原产国",
    "certificates": "证书",
    "expires": "有效期至",
    "components": "部件",
    "value": "金额",
    "unit_price": "单价",
    "price_per_kg": "每千克单价",
    "quantity": "数量",
    "net_weight": "净重",
    "weight_per_unit": "单件重量",
    "component_count": "部件数",
    "gross_weight": "毛重",
    "line_count": "商品项数",
    "direction": "进出境",
    "transport_mode": "运输方式",
    "port": "口岸",
    "dispatch_country": "启运国",
    "trader": "收发货人",
    "credit": "信用等级",
    "code": "代码",
}
"""Fields of a declaration as the paths of facts name them."""


def word(code: str) -> str:
    """The Chinese word for a code, or the code."""
    return WORDS.get(code, (code, ""))[0]
