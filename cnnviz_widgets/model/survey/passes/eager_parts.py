"""What a batch says of each layer's channels, by NumPy, of a model that runs as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....analysis.arrays import Floats
from ....analysis.survey.batch_parts import Asked, BatchParts, batch_parts
from ...layers.layer_info import LayerInfo, output_suffix, to_float32
from ...reading.call_recorder import Interruption, Recorder
from ...reading.calls.layer_call import Key, LayerCall
from ...reading.passes.eager_pass import forward, is_concrete_scope
from ...reading.record_reader import channels_last


class EagerParts:
    """A model's forward pass that hands over the parts of chosen layers.

    Parameters
    ----------
    model : keras.Model
    infos : mapping of str to LayerInfo
    names : mapping of key to str
        The calls' paths.
    """

    def __init__(
        self, model: Any, infos: Mapping[str, LayerInfo], names: Mapping[Key, str]
    ) -> None:
        self._model = model
        self._infos = infos
        self._names = names

    def parts(
        self, inputs: Any, draws: Floats, asked: Mapping[str, Asked]
    ) -> dict[str, BatchParts]:
        """The parts of a batch.

        Parameters
        ----------
        inputs : array, list or dict of array
        draws : ndarray, shape (B, m)
        asked : mapping of str to Asked

        Raises
        ------
        ModelCallError
            The model's call raises.
        """
        parts: dict[str, BatchParts] = {}

        def observe(call: LayerCall) -> None:
            for place, tensor in call.outputs:
                path = call.path + output_suffix(place)
                if path not in self._infos:
                    continue
                try:
                    values = channels_last(self._infos[path], to_float32(tensor))
                    parts[path] = batch_parts(values, draws, asked[path])
                except BaseException as error:
                    raise Interruption(error) from error

        recorder = Recorder(self._model, observe, in_scope=is_concrete_scope, names=self._names)
        try:
            forward(self._model, inputs, recorder)
        except Interruption as stop:
            raise stop.original from None
        return {path: parts[path] for path in self._infos if path in parts}
