"""A kept map as it is shown: without the model, and with what is to be known of its moment."""

from __future__ import annotations

from collections.abc import Sequence

from ...comparison.map_changes import map_changes
from ...history.history import History
from ...records.layer_picture import counted
from ...records.map.kept_map import KeptMap
from ...records.map.network_record import NetworkRecord
from ...records.map.station_change import MapChanges
from ...validation.messages import percent
from .drawing.entries import map_entries
from .map_view import MapView
from .weight_story import WeightStory

# Of more maps so many are looked through for what changed first: this is done at each look.
_MOST_COMPARED = 16
# More stations are not named in one line.
_MOST_NAMED = 3


def show_kept(view: MapView, kept: KeptMap, history: History, step: int) -> None:
    """Show a map as it was.

    Parameters
    ----------
    view : MapView
    kept : KeptMap
    history : History
        In which it was kept.
    step : int
        The one that was asked for.
    """
    entries = map_entries(kept.record, kept.patches, WeightStory.of(history, kept.step))
    entries["_weights"] = []
    entries["_notes"] += moment_notes(kept, history)
    facts = f"as it was at step {kept.step:,}"
    if step != kept.step:
        facts += f" (no map was kept at step {step:,})"
    view.show(entries, facts=f"{facts} · {map_facts(kept.record)}")
    tell_moments(view, history, kept.step)


def tell_moments(view: MapView, history: History | None, moment: int) -> None:
    """Tell the page of which steps there are maps, and which of them is shown; −1: the present."""
    with view.hold_sync():
        view.moments = [] if history is None else list(history.maps.steps)
        view.moment = moment


def moment_notes(kept: KeptMap, history: History | None) -> list[str]:
    """What is to be known of a moment's map, each a sentence."""
    notes = []
    if kept.record.effects and kept.effects_step != kept.step:
        measured = kept.effects_step
        when = "before this training" if measured is None else f"at step {measured:,}"
        notes.append(
            f"The lines were measured {when}; groups are "
            "newer, and those that were none of the groups then have none."
        )
    steps = () if history is None else history.maps.steps
    if history is not None and steps and steps[0] < kept.step:
        maps = history.maps.between(0, kept.step - 1, _MOST_COMPARED)
        if maps:
            notes.append(_told(map_changes([*maps, kept])))
    return notes


def map_facts(record: NetworkRecord) -> str:
    """On what a map rests, in words."""
    columns = {
        "classes": f"{len(record.columns)} classes",
        "predicted": f"{len(record.columns)} predicted classes",
        "samples": "samples as columns: there are no classes",
    }[record.column_kind]
    profiles = f"profiles: {record.surveyed:,} surveyed samples · " if record.surveyed else ""
    how = {"one-pass": "all groups silenced in one pass", "one-by-one": "one by one"}
    effects = how.get(record.method, "effects not known")
    return f"{profiles}{counted(record.samples, 'sample')} · {columns} · {effects}"


def _told(changes: MapChanges) -> str:
    changed = [each for each in changes.stations if each.since is not None]
    if not changed:
        return f"Since step {changes.first:,} hardly a channel has changed its group."
    named = _listed(
        [
            f"{each.path} ({percent(each.moved)} of channels in another group, from step "
            f"{each.since:,})"
            for each in changed[:_MOST_NAMED]
        ]
    )
    more = len(changed) - _MOST_NAMED
    rest = f"; then {more} more" if more > 0 else ""
    return f"What changed first since step {changes.first:,}: {named}{rest}."


def _listed(names: Sequence[str]) -> str:
    return ", then ".join(names)
