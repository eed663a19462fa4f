"""Ingredient groups, time-critical classes and reasons: each file holds together, and no name is read in part."""

import pytest

from app.medicines import ingredients, skip_reasons, time_critical


def suggested(name: str, code: str | None = None) -> set[str]:
    return {group.id for group in ingredients.suggested(name, code)}


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("Paracetamol", {"paracetamol"}),
        ("PARACETAMOL 500 mg TABLETS", {"paracetamol"}),
        ("  co-codamol 30mg/500mg   tablets ", {"paracetamol", "opioid"}),
        ("Co-dydramol", {"paracetamol", "opioid"}),
        ("Anadin Extra", {"paracetamol", "aspirin"}),
        ("Nurofen Plus", {"nsaid", "opioid"}),
        ("Methotrexate 2.5mg tablets", {"methotrexate"}),
        ("Sinemet", {"levodopa"}),
        ("Warfarin", {"anticoagulant"}),
        ("Paracetamol Extra Special", set()),
        ("Para", set()),
        ("Not paracetamol", set()),
        ("Dolparacetamol", set()),
        ("", set()),
    ],
)
def test_a_whole_name_suggests_its_groups(name: str, groups: set[str]) -> None:
    assert suggested(name) == groups


def test_a_code_counts_before_the_name() -> None:
    assert suggested("Something unheard of", "90332006") == {"paracetamol"}
    assert suggested("Ibuprofen", "90332006") == {"paracetamol"}
    assert suggested("Ibuprofen", "123") == {"nsaid"}


def test_no_part_of_a_name_suggests_anything() -> None:
    whole = {"".join(name.casefold().split()) for group in ingredients.GROUPS.values() for name in group.names}
    for name in sorted(whole):
        for part in (name[:-1], name[1:], f"{name}x", f"x{name}"):
            assert part in whole or suggested(part) == set()


def test_no_code_without_where_it_was_read() -> None:
    for group in ingredients.GROUPS.values():
        assert group.source
        for code in group.codes:
            assert code.source
            assert code.level in {"VTM", "VMP", "AMP", "VMPP", "AMPP"}
            assert code.code.isdigit()


def test_nobody_has_approved_what_nobody_has_seen() -> None:
    approvals = [group.approved_by for group in ingredients.GROUPS.values()]
    approvals += [critical.approved_by for critical in time_critical.CLASSES.values()]
    assert set(approvals) == {None}
    assert ingredients.VERSION == time_critical.VERSION == skip_reasons.VERSION == "1"


def test_no_group_names_a_medicine_twice() -> None:
    for group in ingredients.GROUPS.values():
        assert len({name.casefold() for name in group.names}) == len(group.names), group.id


def test_parkinsons_is_within_half_an_hour() -> None:
    parkinsons = time_critical.CLASSES["parkinsons"]
    assert (parkinsons.window_minutes, parkinsons.tell_after) == (30, 30)
    assert "[S:PUK]" in parkinsons.source


@pytest.mark.parametrize("critical", time_critical.CLASSES.values(), ids=time_critical.CLASSES)
def test_a_ladder_goes_up_within_its_window(critical: time_critical.TimeCritical) -> None:
    assert 0 < critical.remind_every < critical.window_minutes
    assert 5 <= critical.tell_after <= 240
    assert critical.tell_after >= critical.remind_every
    assert critical.source


def test_the_classes_named_by_the_clinical_design_are_there() -> None:
    named = {
        "parkinsons",
        "epilepsy",
        "diabetes",
        "anticoagulant",
        "immunosuppressant",
        "opioid",
        "antiviral",
        "myasthenia",
    }
    assert set(time_critical.CLASSES) == named


def test_reasons_are_plain_and_end_with_another() -> None:
    assert list(skip_reasons.REASONS)[-1] == "other"
    assert {"side_effects", "forgot", "ran_out", "told_to", "unwell"} <= set(skip_reasons.REASONS)
    words = [reason.words for reason in skip_reasons.REASONS.values()]
    assert len(set(words)) == len(words)
    assert skip_reasons.REASONS["side_effects"].tell_team
