"""What is printed for codes: every code of a shipped policy or pack has a Chinese word, and a reason keeps its code beside it."""

from __future__ import annotations

import merge_table
from hypothesis import given
from hypothesis import strategies as st
from merging_strategies import SHIPPED, Input, inputs
from screening_cases import shipped

from inspection.concluding.merge_sentences import Names, because_zh, line_of
from inspection.concluding.merge_trace import told
from inspection.declaring.goods_facts import Fact
from inspection.reporting.printed_words import AGENCIES, CAUSES, CERTIFICATES, GOODS_FACTS, WORDS
from inspection.reporting.spoken_codes import Said, spoken
from risk.pack_files import load_packs
from risk.rule_examples import declaration_of

RULES = [rule for pack in load_packs() for rule in pack.rules]
ENGLISH_OF_THE_CASE = {"joint mandate, article 7"}


def chinese(text: str) -> str:
    return "".join(part.zh for part in spoken(text))


# --- the catalogue --------------------------------------------------------------------------------------------------------


def test_every_code_a_shipped_policy_decides_by_has_a_word() -> None:
    for policy in SHIPPED:
        codes = {verdict.code for verdict in policy.verdicts} | {*policy.strength, *policy.side_measures, *policy.undecided}
        assert codes | {*policy.conditions, policy.name} <= WORDS.keys()


def test_every_fact_of_the_goods_has_its_words() -> None:
    assert {fact.value for fact in Fact} == GOODS_FACTS.keys()


def test_every_certificate_a_shipped_rule_asks_for_has_a_name() -> None:
    asked = [rule.scope.certificates for rule in RULES if rule.scope.certificates is not None]
    types = {one for scope in asked for one in (*scope.missing, *scope.exempting, *scope.recognising, *scope.presented)}
    assert types <= CERTIFICATES.keys()


# --- reasons for machines -------------------------------------------------------------------------------------------------


def test_every_reason_of_a_shipped_rule_is_spoken_without_paths_and_types() -> None:
    reasons = {
        hit.reason.zh
        for rule in RULES
        for example in rule.meta.examples.must_hit
        for hit in shipped().screen(declaration_of(example)).hits
    }
    assert len(reasons) > 30
    for reason in reasons:
        said = chinese(reason)
        assert "line." not in said
        assert "declaration." not in said
        assert "缺少" not in reason or not any(f" {code}" in said for code in CERTIFICATES)


def test_a_path_is_told_in_chinese_and_named_once() -> None:
    assert spoken("嵌入式软件：line.name = 控制软件；line.name = 固件") == (
        Said("嵌入式软件："),
        Said("品名", "line.name"),
        Said("“"),
        Said("控制软件"),
        Said("”"),
        Said("；"),
        Said("品名"),
        Said("“"),
        Said("固件"),
        Said("”"),
    )


def test_a_missing_certificate_is_named_with_its_type_and_what_had_expired() -> None:
    told_of_it = spoken("灯具：line.components[1].certificates: 缺少 CCC | CCC_EXEMPTION (line.certificates[0])")
    assert chinese("灯具：line.components[1].certificates: 缺少 CCC | CCC_EXEMPTION (line.certificates[0])") == (
        "灯具：部件 2 证书缺少强制性产品认证证书 或 免予强制性产品认证证明，已过期：证书 1"
    )
    assert {"CCC", "CCC_EXEMPTION"} <= {part.code for part in told_of_it}


def test_a_cause_and_a_decline_keep_their_code() -> None:
    assert spoken("certificate_invalid") == (Said("证书无效", "certificate_invalid"),)
    assert spoken("OUT_OF_SCOPE：不涉及固体废物") == (Said("不属于本部门职责", "OUT_OF_SCOPE"), Said("：不涉及固体废物"))


@given(st.text(max_size=40))
def test_what_people_wrote_is_printed_as_they_wrote_it(text: str) -> None:
    a_code = text in CAUSES or text.partition("：")[0] in WORDS
    assert chinese(text) == text or a_code or "line." in text or "declaration." in text


# --- reasons of the merge -------------------------------------------------------------------------------------------------


def names_of(one: Input) -> Names:
    rows = (*one.policy.table, *one.policy.exclusions)
    return Names({code: zh for code, (zh, _) in AGENCIES.items()}, {row.text_en: row.text_zh for row in rows})


def assert_chinese(one: Input) -> None:
    for step in one.merged().trace:
        sentence = because_zh(step.rule, step.because, names_of(one))
        assert sentence, f"{step.rule}: {step.because}"
        for known in (*ENGLISH_OF_THE_CASE, one.policy.name, *(c.cause or "" for c in one.conclusions), *("ccc", "pressure")):
            sentence = sentence.replace(known, "")
        assert not any(character.isascii() and character.isalpha() for character in sentence), f"{step.because}: {sentence}"


@given(inputs())
def test_every_step_of_every_merge_has_a_chinese_sentence(one: Input) -> None:
    assert_chinese(one)


def test_every_step_of_the_golden_table_has_a_chinese_sentence() -> None:
    rows = [row for row in merge_table.rows() if "refused" not in row]
    steps = [step for row in rows for step in merge_table.merged(row).trace]
    assert [step for step in steps if not because_zh(step.rule, step.because)] == []


def test_a_sentence_of_another_release_stays_english_and_stops_nothing() -> None:
    assert because_zh("veto", "line 1: by somebody else entirely!") is None
    assert because_zh("rule.of.tomorrow", "line 1: RELEASE") is None
    (stretch,) = told([{"rule": "rule.of.tomorrow", "because": "line 1: RELEASE"}])
    assert (stretch.steps[0].rule, stretch.steps[0].zh, stretch.steps[0].en) == ("rule.of.tomorrow", None, "RELEASE")


def test_a_counted_conclusion_is_told_with_what_it_asks_for_and_why() -> None:
    because = "line 2: market_regulation v1 RECTIFY with RECTIFY on TESTED because of certificate_invalid"
    assert because_zh("select.counted", because) == "市场监管部门第 1 版：整改，要求整改，依据检验检测，原因：证书无效"


@given(inputs())
def test_the_told_trace_keeps_every_reason_of_every_line(one: Input) -> None:
    trace = [{"rule": step.rule, "because": step.because} for step in one.merged().trace]
    untold = [(line, step.rule, step.en) for part in told(trace) for line in (part.lines or (None,)) for step in part.steps]
    assert sorted(untold, key=repr) == sorted((_split(step["because"], step["rule"]) for step in trace), key=repr)


def test_steps_alike_on_many_lines_are_told_once() -> None:
    trace = [{"rule": "outcome.table", "because": f"line {no}: RELEASE"} for no in (1, 2, 3)]
    trace.insert(0, {"rule": "policy", "because": "graded version 1"})
    assert [part.lines for part in told(trace)] == [(), (1, 2, 3)]


def _split(because: str, rule: str) -> tuple[int | None, str, str]:
    line, said = line_of(because)
    return line, rule, said
