"""What is healthy though unusual."""

from __future__ import annotations

from . import faults
from .faults import Fault, of

QUIRKS = (
    Fault("dropout 0.5", (), of("colour-cnn", "mlp", "series-cnn"), {"dropout": 0.5}),
    Fault("backbone frozen on purpose", (), of("bn-cnn"), {"backbone": "trunk"}),
    Fault("sparse ReLU", (), of("mlp", "colour-cnn"), {"penalty": "activity", "strength": 1e-3}),
    Fault(
        "unbalanced classes",
        (),
        of("mlp", "bn-cnn", "series-cnn"),
        {"targets": "unbalanced"},
        shown=faults.mostly_one,
    ),
    Fault("short training, fair score", (), of("bn-cnn", "siamese", "series-cnn"), {"epochs": 3}),
    Fault("no targets", (), of("colour-cnn", "transformer", "unet", "vae"), given=False),
    Fault("generator, no targets", (), of("generator"), given=False),
    Fault("one class shown", (), of("colour-cnn", "mlp", "series-cnn"), shown=faults.one_class),
    Fault("SGD", (), of("colour-cnn", "series-cnn", "mlp"), {"optimizer": "sgd", "rate": 0.03}),
    Fault("tanh everywhere", (), of("colour-cnn", "mlp", "locator"), {"activation": "tanh"}),
    Fault(
        "L2 as usual", (), of("bn-cnn", "mlp", "colour-cnn"), {"penalty": "l2", "strength": 1e-4}
    ),
    Fault(
        "logits, and said so",
        (),
        of("mlp", "colour-cnn", "unet"),
        {"head": "linear", "logits": True},
    ),
    Fault("one-hot labels", (), of("lstm", "mlp", "colour-cnn"), {"loss": "categorical"}),
    Fault(
        "Rescaling and bytes",
        (),
        of("colour-cnn", "locator", "unet"),
        {"rescaling": True, "scale": "bytes"},
    ),
    Fault("standardised pictures", (), of("colour-cnn", "tagger", "unet"), {"scale": "standard"}),
    Fault("leaky ReLU", (), of("locator", "regression", "tagger"), {"activation": "leaky_relu"}),
    Fault("GELU", (), of("series-cnn", "resnet", "mlp"), {"activation": "gelu"}),
    Fault(
        "slow averages, long training", (), of("resnet", "bn-cnn"), {"momentum": 0.99, "epochs": 25}
    ),
    Fault("some overfitting", (), of("bn-cnn", "regression"), {"samples": 700, "epochs": 40}),
    Fault("not compiled", (), of("bn-cnn", "mlp", "unet", "gru"), compiled=False),
)
