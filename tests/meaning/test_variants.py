"""Names of one thing: which are put together, and above all which are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from termmine.meaning.variants import key, short_names, together

SAME = [
    ("变压器油温", "变压器的油温"), ("2型糖尿病", "Ⅱ型糖尿病", "II型糖尿病", "二型糖尿病", "２型糖尿病"),
    ("X射线", "x-射线", "X 射线"), ("GPU加速", "gpu 加速"), ("哈代温伯格定律", "哈代·温伯格定律"),
    ("Ⅲ期临床试验", "3期临床试验", "三期临床试验"),
]  # fmt: skip
APART = [
    ("动脉", "静脉"), ("目的地", "目地"), ("的士", "士"), ("一级", "1级别"), ("统一类型", "统1类型"), ("1-2型", "12型"),
    ("1型糖尿病", "2型糖尿病"), ("真的假的", "真假的"), ("ix", "9"), ("19-9", "199"), ("一期一会", "一会"),
]  # fmt: skip


@pytest.mark.parametrize("spellings", SAME)
def test_spellings_of_one_term_have_one_key(spellings: tuple[str, ...]) -> None:
    assert len({key(term) for term in spellings}) == 1
    names = together(["断路器", *spellings])
    assert [(one.term, len(one.variants)) for one in names] == [(0, 0), (1, len(spellings) - 1 - _doubles(spellings))]


def _doubles(spellings: tuple[str, ...]) -> int:
    """Spellings that are the same in normal form: they are no variants."""
    from termmine.text.normalize import normal_form

    return len(spellings) - len({normal_form(term) for term in spellings})


@pytest.mark.parametrize("terms", APART)
def test_other_terms_stay_apart(terms: tuple[str, ...]) -> None:
    assert len(together(list(terms))) == len(terms)


@given(st.lists(st.text("变压器的油温2Ⅱ二型-a ", min_size=1, max_size=6).filter(str.strip), max_size=12))
def test_every_term_is_in_one_row(terms: list[str]) -> None:
    things = together(terms)
    assert [one.term for one in things] == sorted({[key(t) for t in terms].index(key(term)) for term in terms})
    for term in terms:
        assert key(key(term)) == key(term)
        assert sum(key(terms[one.term]) == key(term) for one in things) == 1


def told(terms: list[str], *lines: str) -> dict[str, list[str]]:
    return short_names(terms, lines)


def test_a_short_name_is_told_twice_and_of_one_term() -> None:
    twice = ["，2型糖尿病（T2DM）是", "患2型糖尿病(type 2 diabetes，T2DM)者"]
    assert told(["2型糖尿病", "糖尿病"], *twice) == {"2型糖尿病": ["T2DM"]}
    assert told(["2型糖尿病"], twice[0]) == {}
    assert told(["2型糖尿病", "1型糖尿病"], *twice, "1型糖尿病（T2DM）", "及1型糖尿病（T2DM）") == {}
    assert told(["磁共振成像"], "磁共振成像（MRI，1973）", "磁共振成像（ MRI ）") == {"磁共振成像": ["MRI"]}
    assert told(["慢性阻塞性肺疾病"], *["慢性阻塞性肺疾病（简称“慢阻肺”，COPD）。"] * 2) == {
        "慢性阻塞性肺疾病": ["COPD", "慢阻肺"]
    }


def test_a_term_that_is_but_the_end_of_the_full_name_gets_none() -> None:
    lines = ["慢性阻塞性肺疾病（COPD）", "有慢性阻塞性肺疾病（COPD）"]
    assert told(["肺疾病"], *lines) == {}
    assert told(["肺疾病", "慢性阻塞性肺疾病"], *lines) == {"慢性阻塞性肺疾病": ["COPD"]}


def test_what_is_no_short_name_is_none() -> None:
    assert told(["单元"], *["的单元（MXU）", "，单元（MXU）"] * 2) == {}  # initials of more words than it can have
    assert told(["变压器", "断路器"], *["变压器（如图2），断路器（Fig）与断路器（2019）、断路器（即开关）"] * 3) == {}


def test_the_end_of_a_longer_name_is_not_what_is_short() -> None:
    """What stands before the term changes, but it never stands alone."""
    gradients = ["用深度确定性策略梯度（DDPG）", "和深度依赖策略梯度（DDPG）", "确定型策略梯度（DDPG）"]
    assert told(["策略梯度"], *gradients) == {}
    assert told(["策略梯度"], *gradients, "。策略梯度（DDPG）") == {"策略梯度": ["DDPG"]}
    assert told(["受体激动剂"], *["，GLP-1 受体激动剂（GLP-1RA）"] * 3) == {}
    assert told(["肌酐比值"], "白蛋白/肌酐比值（ACR）", "尿蛋白/肌酐比值（ACR）") == {}
    assert told(
        ["策略梯度", "确定性策略梯度"], "，策略梯度（PG）", *["，确定性策略梯度（DPG）"] * 2, "的策略梯度（PG）"
    ) == {
        "策略梯度": ["PG"],
        "确定性策略梯度": ["DPG"],
    }


def test_letters_must_support_a_short_name_and_a_list_is_none() -> None:
    assert told(["FMR-1基因", "深度Q网络"], *["，FMR-1基因（CGG）", "，深度 Q 网络（DQN）"] * 2) == {
        "深度Q网络": ["DQN"]
    }
    assert told(["甲状腺功能"], *["，甲状腺功能（FT3、FT4、TSH）"] * 3) == {}
    assert told(["促甲状腺激素"], *["，促甲状腺激素（简称促甲激素、TSH）"] * 2) == {"促甲状腺激素": ["TSH", "促甲激素"]}


def test_a_short_name_of_the_list_goes_into_the_row_of_its_full_name() -> None:
    short = {"慢性阻塞性肺疾病": ["COPD", "慢阻肺"]}
    rows = together(["哮喘", "慢阻肺", "慢性阻塞性肺疾病", "慢性阻塞性肺疾病"], short)
    assert [(one.term, one.variants) for one in rows] == [(0, []), (1, ["慢性阻塞性肺疾病", "COPD"])]
    assert [one.term for one in together(["甲乙", "乙甲"], {"甲乙": ["乙甲"], "乙甲": ["甲乙"]})] == [0]
