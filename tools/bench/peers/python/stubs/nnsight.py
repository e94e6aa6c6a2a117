"""Stands in for nnsight, whose pinned versions do not fit; dictionary_learning's trainers import it and do not use it."""


class LanguageModel:
    pass
