"""What a layer is, and what of it is shown, in one line."""

from __future__ import annotations

from ...diagnosis.phrases import are
from ...records.layer_record import LayerRecord
from ...records.parameter_record import ParameterRecord


def layer_facts(kind: str, parameters: int, record: LayerRecord) -> str:
    """The line beside the layer's name.

    Parameters
    ----------
    kind : str
        The layer's class.
    parameters : int
        How many parameters it has.
    record : LayerRecord
        What is shown of it.
    """
    inner = " × ".join(str(size) for size in record.shape[1:-1])
    size = f" of {inner}" if inner else ""
    if isinstance(record, ParameterRecord):
        acting = f" as it acts ({record.how})" if record.how else ""
        return (
            f"{kind} {record.name}{acting} · {_counted(record.n_channels, record.outputs)} × "
            f"{_counted(record.n_inputs, record.inputs)}{size}"
            + (" + bias" if record.bias is not None else "")
            + f" · {parameters:,} parameters"
        )
    return (
        f"{kind} · {_counted(record.n_channels, 'channel')}{size} · "
        f"{record.samples or _counted(record.n_samples, 'sample')}"
        + (f" · {parameters:,} parameters" if parameters else "")
    )


def zero_channels(record: LayerRecord) -> str:
    """How many channels are zero throughout, and on which samples, in a sentence; "" for none."""
    dead = int(record.measures.dead.sum())
    if isinstance(record, ParameterRecord):
        have = "has" if dead == 1 else "have"
        some = (
            f"{dead:,} of {_counted(record.n_channels, record.outputs)} {have} weights of 0 only."
        )
        return some if dead else ""
    channels = f"of {_counted(record.n_channels, 'channel')}"
    if record.samples is None:
        return f"{dead:,} {channels} {are(dead)} zero on every sample." if dead else ""
    # What is silent on some samples is called dead where it was so on all of them.
    silent = int((record.measures.zero_share == 1).sum())
    if not silent:
        return ""
    return (
        f"{silent:,} {channels} {are(silent)} zero on these "
        f"{_counted(record.n_samples, 'sample')}; "
        f"{f'{dead:,}' if dead else 'none'} of them {'was' if dead == 1 else 'were'} so on all "
        f"{record.samples.total:,} when these were last looked at."
    )


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
