"""What TensorFlow keeps of functions that a traced graph calls. It is private there."""

from __future__ import annotations

from typing import Any


def body_of(call: Any) -> Any:
    """The graph that an operation runs as a function of its own; None where it cannot be had.

    From 2.16 on a ``FuncGraph`` gives its functions by their names (``_get_function``). Keras
    compiles grouped convolutions into such functions, for instance.

    Parameters
    ----------
    call : tf.Operation
        A ``PartitionedCall`` or the like.

    Returns
    -------
    FuncGraph or None
        With ``inputs`` in the order of the operation's own, and ``outputs``.
    """
    function = call.graph._get_function(call.get_attr("f").name)
    return getattr(function, "graph", None)
