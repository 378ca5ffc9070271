"""The kinds of finding, as they are registered and as their files say."""

from __future__ import annotations

import pytest

from cnnviz_widgets.diagnosis.signs.base import ALL_OF_OUTPUTS, Sign
from cnnviz_widgets.diagnosis.signs.lookup import sign_of, signs
from cnnviz_widgets.diagnosis.signs.registry import SIGNS


@pytest.mark.parametrize("kind", SIGNS)
def test_a_kind_is_a_file_of_its_name(kind: str) -> None:
    sign = sign_of(kind)
    assert sign.kind == kind
    assert type(sign).__module__.rpartition(".")[2] == kind.replace("-", "_")
    assert sign.source
    assert any(
        getattr(type(sign), how) is not getattr(Sign, how)
        for how in ("judge", "findings", "of_network")
    )


def test_titles_tell_the_kinds_apart() -> None:
    assert len({sign.title for sign in signs()}) == len(SIGNS)


@pytest.mark.parametrize("kind", SIGNS)
def test_what_is_explained_exists(kind: str) -> None:
    sign = sign_of(kind)
    assert (sign.explains | sign.spoils) - ALL_OF_OUTPUTS <= SIGNS.keys()


def test_causes_come_before_what_they_explain() -> None:
    order = [*SIGNS]
    # Faint channels may be constant, and constant ones faint: the one that is told first counts.
    mutual = {("constant", "near-zero")}
    for sign in signs():
        for other in sign.explains - ALL_OF_OUTPUTS:
            if (sign.kind, other) not in mutual:
                assert order.index(sign.kind) < order.index(other), (sign.kind, other)


def test_an_unknown_kind_has_no_sign() -> None:
    with pytest.raises(KeyError):
        sign_of("deed")
