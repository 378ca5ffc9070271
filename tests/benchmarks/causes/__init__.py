"""Networks of other families, data and faults than the zoo's, each with the one cause to name.

::

    from tests.benchmarks.causes.members import members

    for member in members([0, 1]):       # each fault in one family a seed, then the healthy ones
        member.name, member.seed          # "mlp, rate of 1e-7", 0
        member.model                      # the Keras model; trained once, then cached
        member.shown                      # inputs and targets; the latter may be None
        member.kinds()                    # ("untrained",): each names the cause; () if healthy

Seeds 0 and 1 are for setting thresholds, 10 and 11 for the figures in RESULTS.md. What training
leaves is kept in ``build/causes``, by recipe, seed and source.

``python -m tests.benchmarks.causes --seeds 0 1 [--only TEXT] [--report FILE] [--jobs N]`` trains,
diagnoses and prints the tables; ``--annex FILE`` prints twelve reports in full.
"""
