"""The faults with their families."""

from __future__ import annotations

from . import faults
from .faults import Fault, OnPictures, of

INPUTS = (
    Fault(
        "bytes for 0..1",
        ("input-range",),
        of("colour-cnn", "unet", "locator", "tagger"),
        scale="bytes",
    ),
    Fault(
        "bytes, no targets",
        ("input-range",),
        of("colour-cnn", "siamese", "deep-cnn", "efficient"),
        scale="bytes",
        given=False,
    ),
    Fault(
        "divided twice",
        ("input-range",),
        of("efficient", "resnet", "tagger", "unet"),
        shown=OnPictures(faults.divided_again),
    ),
    Fault(
        "-1..1 for 0..1",
        ("input-range",),
        of("locator", "efficient", "colour-cnn", "vae"),
        scale="signed",
    ),
    Fault("0..1 for -1..1", ("input-range",), of("resnet", "gated-cnn", "two-heads"), scale="unit"),
    Fault(
        "0..1 for standardised",
        ("input-range",),
        of("bn-cnn", "colour-cnn", "tagger"),
        {"scale": "standard"},
        scale="unit",
    ),
    Fault(
        "table not standardised",
        ("input-range",),
        of("mlp", "regression", "subclassed"),
        scale="raw",
    ),
    Fault("series in millivolts", ("input-range",), of("series-cnn", "lstm", "gru"), scale="raw"),
    Fault(
        "each picture standardised",
        ("input-range",),
        of("colour-cnn", "efficient", "locator"),
        shown=OnPictures(faults.each_standardised),
    ),
    Fault(
        "BGR for RGB",
        ("channel-order",),
        of("colour-cnn", "resnet", "two-heads", "mobile", "gated-cnn"),
        shown=OnPictures(faults.bgr),
    ),
    Fault(
        "scaled already, Rescaling inside",
        ("input-range",),
        of("mobile", "colour-cnn", "locator", "unet"),
        {"rescaling": True, "scale": "bytes"},
        scale="unit",
    ),
    Fault(
        "NaN in the inputs",
        ("non-finite",),
        of("mlp", "series-cnn", "regression", "locator", "two-heads"),
        shown=faults.with_gaps,
    ),
    Fault(
        "targets in another order",
        ("no-better-than-constant",),
        of("colour-cnn", "regression", "transformer", "unet", "gru", "siamese", "autoencoder"),
        shown=faults.misplaced,
    ),
)
AVERAGES = (
    Fault(
        "momentum 0.999, few steps",
        ("stale-averages",),
        of("resnet", "mobile", "efficient"),
        {"momentum": 0.999, "epochs": 4},
    ),
    Fault(
        "averages never updated",
        ("stale-averages",),
        of("efficient", "mobile", "resnet"),
        plant=faults.never_updated,
    ),
    Fault(
        "averages of other data",
        ("stale-averages",),
        of("mobile", "resnet", "bn-cnn"),
        plant=faults.of_other_data,
    ),
)
HEADS = (
    Fault(
        "softmax, from_logits=True",
        ("loss-head-mismatch",),
        of("colour-cnn", "mlp", "unet"),
        {"logits": True},
        harms=False,
    ),
    Fault(
        "logits, from_logits=False",
        ("loss-head-mismatch",),
        of("mlp", "colour-cnn", "transformer", "bn-cnn", "gru"),
        {"head": "linear"},
        harms=False,
    ),
    Fault(
        "softmax on one unit",
        ("loss-head-mismatch",),
        of("subclassed", "siamese", "reader"),
        {"head": "softmax"},
    ),
    Fault(
        "softmax twice",
        ("loss-head-mismatch",),
        of("lstm", "colour-cnn", "unet", "mlp"),
        {"head": "softmax twice"},
        harms=False,
    ),
    Fault(
        "sigmoid for exclusive classes",
        ("loss-head-mismatch",),
        of("series-cnn", "mlp", "colour-cnn", "gru", "gated-cnn"),
        {"head": "sigmoid", "loss": "categorical"},
        harms=False,
    ),
    Fault(
        "ReLU on logits",
        ("loss-head-mismatch",),
        of("bn-cnn", "mlp", "deep-mlp", "gated-cnn", "series-cnn"),
        {"head": "relu", "logits": True},
        harms=False,
    ),
    Fault(
        "squares of labels",
        ("loss-head-mismatch", "unreachable-targets"),
        of("colour-cnn", "series-cnn", "mlp", "lstm", "gated-cnn"),
        {"loss": "mse"},
    ),
    Fault(
        "tanh for amounts",
        ("unreachable-targets",),
        of("regression"),
        {"head": "tanh"},
    ),
    Fault(
        "sigmoid for signed pictures",
        ("unreachable-targets",),
        of("generator"),
        {"head": "sigmoid"},
    ),
    Fault(
        "ReLU for signed amounts",
        ("unreachable-targets",),
        of("regression", "generator"),
        {"head": "relu"},
    ),
    Fault(
        "too few outputs",
        ("loss-head-mismatch", "unreachable-targets"),
        of("colour-cnn", "mlp", "gru", "gated-cnn", "series-cnn"),
        {"fewer": 1},
        harms=False,
    ),
)
TRAINING = (
    Fault(
        "rate of 1e-7",
        ("untrained",),
        of("colour-cnn", "regression", "transformer", "autoencoder", "reader", "two-heads"),
        {"rate": 1e-7},
    ),
    Fault(
        "one epoch of few steps",
        ("untrained",),
        of("tagger", "unet", "mlp"),
        {"samples": 32, "epochs": 1, "rate": 1e-4},
    ),
    Fault(
        "never trained",
        ("untrained",),
        of("resnet", "lstm", "gated-cnn", "vae", "two-inputs", "reader"),
        {"epochs": 0},
    ),
    Fault(
        "rate far too high, SGD",
        (),
        of("two-inputs", "deep-mlp", "locator"),
        {"optimizer": "sgd", "rate": 10.0},
        diverged=True,
    ),
    Fault(
        "rate far too high, Adam",
        (),
        of("colour-cnn", "mlp", "autoencoder", "deep-cnn", "gated-cnn"),
        {"optimizer": "adam", "rate": 1.0},
        diverged=True,
    ),
    Fault(
        "labels shuffled",
        ("no-better-than-constant",),
        of("colour-cnn", "series-cnn", "bn-cnn", "mlp", "two-inputs", "siamese", "reader"),
        {"targets": "shuffled", "epochs": 4},
        shown=faults.misplaced,
    ),
    Fault(
        "targets unrelated",
        ("no-better-than-constant",),
        of("regression", "locator", "generator"),
        {"targets": "shuffled", "epochs": 4},
        shown=faults.misplaced,
    ),
    Fault(
        "init x0.05, deep", ("vanishing-signal",), of("deep-cnn", "deep-mlp"), {"init_scale": 0.05}
    ),
    Fault(
        "init x5, deep",
        ("exploding-signal",),
        of("deep-mlp", "deep-cnn"),
        {"init_scale": 5.0},
    ),
    Fault(
        "init x20, tanh",
        ("saturated", "wide-uniform-weights"),
        of("mlp", "regression", "locator"),
        {"activation": "tanh", "init_scale": 20.0},
    ),
    Fault(
        "sigmoid, deep",
        ("vanishing-signal",),
        of("deep-cnn", "deep-mlp"),
        {"activation": "sigmoid"},
    ),
    Fault(
        "init of zeros",
        ("constant", "duplicate", "untrained", "dead", "vanishing-signal"),
        of("colour-cnn", "mlp", "series-cnn"),
        {"init": "zeros"},
    ),
    Fault(
        "init all equal",
        ("duplicate",),
        of("mlp", "colour-cnn", "regression"),
        {"init": "ones", "rate": 1e-3},
    ),
    Fault(
        "L2 far too large",
        ("penalty-dominates",),
        of("colour-cnn", "regression", "bn-cnn", "tagger"),
        {"penalty": "l2", "strength": 1.0},
    ),
    Fault(
        "L1 far too large",
        ("penalty-dominates",),
        of("mlp", "locator", "series-cnn", "siamese"),
        {"penalty": "l1", "strength": 0.1},
    ),
    Fault(
        "activity penalty too large",
        ("penalty-dominates",),
        of("mlp", "colour-cnn", "autoencoder"),
        {"penalty": "activity", "strength": 10.0},
    ),
    Fault("KL far too large", ("penalty-dominates",), of("vae"), {"kl": 1.0}),
    Fault(
        "twenty samples, 150 epochs",
        ("memorised",),
        of("bn-cnn", "regression", "mlp", "colour-cnn", "tagger", "gru"),
        {"samples": 20, "epochs": 150, "validated": True, "rate": 1e-3},
    ),
    Fault(
        "generator of one picture",
        ("collapsed-outputs",),
        of("generator"),
        {"targets": "all one", "epochs": 15},
        given=False,
    ),
    Fault(
        "generator deaf to its noise",
        ("collapsed-outputs",),
        {"generator": "unfold"},
        plant=faults.deaf_to_noise,
        given=False,
    ),
    Fault(
        "no activations",
        ("linear-stack",),
        of("mlp", "regression", "colour-cnn", "subclassed"),
        {"activation": "linear"},
        harms=False,
    ),
    Fault(
        "dropout 0.9",
        ("dropout-too-high",),
        of("colour-cnn", "mlp", "series-cnn", "unet", "gru"),
        {"dropout": 0.9},
        harms=False,
    ),
    Fault(
        "a layer of one unit",
        ("bottleneck",),
        {
            name: "narrow"
            for name in ("colour-cnn", "mlp", "transformer", "bn-cnn", "gru", "two-inputs")
        },
        {"narrow": True},
    ),
    Fault(
        "layer left out, with earlier weights",
        ("frozen",),
        {"mlp": "first", "colour-cnn": "corners", "series-cnn": "beats", "resnet": "res2_first"},
        {"frozen": "first"},
        harms=False,
        earlier=True,
    ),
    Fault(
        "layer left out",
        ("frozen",),
        {"regression": "first", "mlp": "first"},
        {"frozen": "first"},
        harms=False,
    ),
)
PLANTED = (
    Fault(
        "low biases",
        ("dead",),
        {
            "colour-cnn": "corners",
            "mlp": "first",
            "locator": "find",
            "tagger": "hidden",
            "two-heads": "shared",
        },
        plant=faults.low_bias,
    ),
    Fault(
        "low shifts",
        ("dead",),
        {"resnet": "stem_bn", "bn-cnn": "trunk_b_bn"},
        plant=faults.low_shift,
    ),
    Fault(
        "units that read nothing",
        ("constant",),
        {"mlp": "second", "colour-cnn": "hidden", "series-cnn": "beats", "two-inputs": "joined"},
        plant=faults.constants,
    ),
    Fault(
        "most units one",
        ("duplicate",),
        {
            "series-cnn": "waves",
            "mlp": "first",
            "colour-cnn": "corners",
            "locator": "find",
            "two-heads": "far",
        },
        plant=faults.twins,
    ),
    Fault(
        "tanh stuck at its ends",
        ("saturated", "constant"),
        {"mlp": "first", "regression": "second", "gru": "hidden"},
        {"activation": "tanh"},
        plant=faults.stuck,
    ),
    Fault(
        "sigmoid stuck at its ends",
        ("saturated", "constant"),
        {"subclassed": "first", "mlp": "second"},
        {"activation": "sigmoid"},
        plant=faults.stuck,
    ),
    Fault(
        "NaN in a weight",
        ("non-finite",),
        {"resnet": "stem", "transformer": "widen1", "siamese": "trunk/forms", "gru": "hidden"},
        plant=faults.not_a_number,
    ),
    Fault(
        "shuffled kernel",
        ("no-better-than-constant", "noisy-weights", "concentrated-forks"),
        {"colour-cnn": "hidden", "mlp": "second", "bn-cnn": "trunk_b", "gated-cnn": "block2"},
        plant=faults.shuffled,
    ),
)
FAULTS = (*INPUTS, *AVERAGES, *HEADS, *TRAINING, *PLANTED)
