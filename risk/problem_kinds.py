"""What can be wrong with a rule pack: a stable code each, and the pieces its texts are put together from.

The words of both languages stand under these codes in ``problem_texts/``. A code is never given another meaning. Pure.
"""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """One kind of problem."""

    # the file
    NOT_UTF8 = "not_utf8"
    SHEET_FOR_PACK = "sheet_for_pack"
    EMPTY_FILE = "empty_file"
    SECOND_DOCUMENT = "second_document"
    NOT_YAML = "not_yaml"
    NOT_TEXT = "not_text"
    KEY_TWICE = "key_twice"
    KEY_NO_WORD = "key_no_word"
    ALIAS = "alias"
    NESTED_TOO_DEEP = "nested_too_deep"
    NOT_A_MAPPING = "not_a_mapping"

    # the type of a value
    UNKNOWN_FIELD = "unknown_field"
    MISSING_FIELD = "missing_field"
    NOT_OF_FORM = "not_of_form"
    NOT_A_KNOWN_WORD = "not_a_known_word"
    WRONG_LENGTH = "wrong_length"
    OUT_OF_RANGE = "out_of_range"
    WRONG_TYPE = "wrong_type"
    NOT_A_DATE = "not_a_date"
    NOT_AN_INSTANT = "not_an_instant"
    NOT_A_DECIMAL = "not_a_decimal"
    WRONG_VALUE = "wrong_value"

    # the pack and its rules
    NO_RULES = "no_rules"
    RULE_TWICE = "rule_twice"
    TEXT_UNREAD = "text_unread"
    PAGE_UNDATED = "page_undated"
    ENDS_BEFORE_IT_BEGINS = "ends_before_it_begins"
    AGENCY_NOT_OF_PACK = "agency_not_of_pack"
    NO_SUCH_TEXT = "no_such_text"
    EXAMPLE_NOT_HIT = "example_not_hit"
    EXAMPLE_HIT = "example_hit"

    # where a rule looks
    SCOPE_EMPTY = "scope_empty"
    HS_EMPTY = "hs_empty"
    HS_UNKNOWN = "hs_unknown"
    HS_COVERED = "hs_covered"
    RANGE_WRONG = "range_wrong"
    EXCLUSION_OUTSIDE = "exclusion_outside"
    KEYWORDS_EMPTY = "keywords_empty"
    KEYWORD_SHORT = "keyword_short"
    KEYWORD_STAR = "keyword_star"
    KEYWORD_TWICE = "keyword_twice"
    CERTIFICATES_EMPTY = "certificates_empty"
    EXEMPTION_FROM_NOTHING = "exemption_from_nothing"
    EXEMPTS_ITSELF = "exempts_itself"
    MISSING_AND_PRESENTED = "missing_and_presented"
    BOUND_NO_NUMBER = "bound_no_number"
    BOUND_BEYOND_REASON = "bound_beyond_reason"
    NO_BOUND = "no_bound"
    BOUNDS_EXCLUDE = "bounds_exclude"
    MONEY_WITHOUT_CURRENCY = "money_without_currency"
    CURRENCY_WITHOUT_MONEY = "currency_without_money"
    CURRENCY_UNKNOWN = "currency_unknown"
    LIST_EMPTY = "list_empty"
    CODE_IN_BOTH = "code_in_both"
    COUNTRY_UNKNOWN = "country_unknown"

    # what stands in `when`
    CONDITION_LONG = "condition_long"
    CONDITION_BACKSLASH = "condition_backslash"
    CONDITION_BRACKETS = "condition_brackets"
    CONDITION_UNREADABLE = "condition_unreadable"
    CONDITION_NO_TRUTH = "condition_no_truth"
    CONDITION_PARTS = "condition_parts"
    CONDITION_ASKS_NOTHING = "condition_asks_nothing"
    CONDITION_MONEY = "condition_money"
    CONDITION_FORBIDS = "condition_forbids"
    CONDITION_NO_NUMBER = "condition_no_number"
    CONDITION_REMAINDER = "condition_remainder"
    CONDITION_KINDS_DIFFER = "condition_kinds_differ"
    CONDITION_EMPTY_TEXT = "condition_empty_text"
    CONDITION_NEVER = "condition_never"
    CONDITION_NO_LIST = "condition_no_list"
    CONDITION_LIST_LONG = "condition_list_long"
    CONDITION_VALUE_KIND = "condition_value_kind"
    CONDITION_NO_SUCH_NAME = "condition_no_such_name"
    CONDITION_NO_SUCH_CALL = "condition_no_such_call"
    CONDITION_HAS = "condition_has"
    CONDITION_SIZE = "condition_size"
    CONDITION_NO_SUCH_TEST = "condition_no_such_test"
    CONDITION_TEST_OF_TEXT = "condition_test_of_text"
    CONDITION_NULL = "condition_null"
    CONDITION_VALUE = "condition_value"

    # beside the published rulebooks
    OTHER_RULEBOOK = "other_rulebook"
    OTHER_VERSION = "other_version"
    RULE_OF_ANOTHER = "rule_of_another"
    VERSION_SAYS_OTHERWISE = "version_says_otherwise"

    # the workbook
    NO_WORKBOOK = "no_workbook"
    WORKBOOK_TOO_LARGE = "workbook_too_large"
    NO_SUCH_SHEET = "no_such_sheet"
    SHEET_EMPTY = "sheet_empty"
    ROWS_TOO_MANY = "rows_too_many"
    FIELD_NAMES_MISSING = "field_names_missing"
    COLUMN_TWICE = "column_twice"
    COLUMN_MISSING = "column_missing"
    CELL_MISSING = "cell_missing"
    CELL_FORMULA = "cell_formula"
    CELL_ERROR = "cell_error"
    CELL_TRUTH = "cell_truth"
    CELL_DATE = "cell_date"
    CELL_TIME = "cell_time"
    CELL_PERCENTAGE = "cell_percentage"
    CELL_NUMBER = "cell_number"
    SECOND_PACK = "second_pack"
    TEXT_TWICE = "text_twice"
    NOTHING_TO_HIT = "nothing_to_hit"
    NOTHING_TO_LEAVE = "nothing_to_leave"
    NO_SUCH_RULE = "no_such_rule"
    EXAMPLE_TWICE = "example_twice"
    NOT_AN_ANSWER = "not_an_answer"
    PART_NUMBER = "part_number"
    NO_SUCH_PART = "no_such_part"
    NO_SUCH_EXAMPLE = "no_such_example"


class Piece(StrEnum):
    """A part of a text that is chosen by the case."""

    # what to write for a type
    TEXT = "text"
    WHOLE_NUMBER = "whole_number"
    TRUE_OR_FALSE = "true_or_false"
    DECIMAL_NUMBER = "decimal_number"
    DAY = "day"
    A_LIST = "a_list"
    FIELDS = "fields"
    NOTHING = "nothing"
    ONE_OF = "one_of"
    LIST_OF = "list_of"
    SEE_GUIDE = "see_guide"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"

    # what may have been meant
    DID_YOU_MEAN = "did_you_mean"
    WRITE_ONE_OF = "write_one_of"
    FOR_EXAMPLE = "for_example"
    LOOK_UP_HEADING = "look_up_heading"
    NONE_YET = "none_yet"

    # what may be compared
    WORDS_WITH_WORDS = "words_with_words"
    CODE_WITH_CODE = "code_with_code"
    NUMBER_WITH_NUMBER = "number_with_number"
    SAID_WITH_VALUE = "said_with_value"

    # a place within a cell
    LINE_OF_CELL = "line_of_cell"
    PLACE_IN_CONDITION = "place_in_condition"
