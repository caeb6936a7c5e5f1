"""Organizations that may be one and the same, with a score and the reasons for it.

A shared identifier, however it is written, is 1. Names are compared without case, accents, punctuation,
legal forms and usual abbreviations: equal ones score 0.98, the rest by soft TF-IDF (Cohen, Ravikumar and
Fienberg 2003, "A Comparison of String Distance Metrics for Name-Matching Tasks"): words count by their
rarity among the names here, and a word is found again where the Jaro-Winkler similarity (Winkler 1990) is
0.9 or more. Numbers are found again only as they are. Two identifiers of one list that differ say that
there are two organizations: the score is at most `APART`.
"""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import Final

__all__ = ["APART", "Namesakes", "Party", "jaro_winkler", "namesakes", "words_of"]

SAME_NAME: Final = 0.98
CLOSE: Final = 0.9
APART: Final = 0.5
SHORTEST_VALUE: Final = 6
STEM: Final = 4
RAREST: Final = 3
MOST_IN_BLOCK: Final = 40
LEGAL: Final = frozenset(
    {"inc", "incorporated", "llc", "ltd", "limited", "corp", "corporation", "co", "company"}
    | {"plc", "lp", "llp", "pllc", "pc", "na", "nfp"}
)
SMALL_WORDS: Final = frozenset({"the", "of", "and", "for", "a", "an", "in", "at", "de", "la"})
LONG_FORMS: Final = {
    "assn": "association",
    "assoc": "association",
    "center": "centre",
    "cntr": "centre",
    "ctr": "centre",
    "comm": "community",
    "cty": "county",
    "dept": "department",
    "dist": "district",
    "fdn": "foundation",
    "fnd": "foundation",
    "fndn": "foundation",
    "found": "foundation",
    "intl": "international",
    "natl": "national",
    "sch": "school",
    "schs": "schools",
    "univ": "university",
}
WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True)
class Party:
    """An organization by its name and its identifiers, as (list, value)."""

    key: str
    name: str
    identifiers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Namesakes:
    """Two that may be one; `score` is 0 to 1 with two decimals."""

    first: str
    second: str
    score: Decimal
    because: tuple[str, ...]


def words_of(name: str) -> tuple[str, ...]:
    """A name's words as they are compared."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("&", " and "))
    bare = "".join(each for each in plain if not unicodedata.combining(each))
    bare = re.sub(r"(?<=\b\w)\.(?=\w\b)|['’]", "", bare)  # Y.M.C.A., Women's
    found = [LONG_FORMS.get(word, word) for word in WORD.findall(bare)]
    kept = tuple(word for word in found if word not in LEGAL and word not in SMALL_WORDS)
    return kept or tuple(found)


def jaro_winkler(one: str, other: str) -> float:
    """Jaro's similarity with Winkler's bonus of 0.1 for each of up to four equal first letters."""
    if one == other:
        return 1.0
    jaro = _jaro(one, other)
    prefix = 0
    for a, b in zip(one[:4], other[:4], strict=False):
        if a != b:
            break
        prefix += 1
    return jaro + prefix * 0.1 * (1 - jaro)


def _jaro(one: str, other: str) -> float:
    reach = max(0, max(len(one), len(other)) // 2 - 1)
    taken = [False] * len(other)
    matched: list[str] = []
    for i, letter in enumerate(one):
        for j in range(max(0, i - reach), min(len(other), i + reach + 1)):
            if not taken[j] and other[j] == letter:
                taken[j] = True
                matched.append(letter)
                break
    if not matched:
        return 0.0
    there = [letter for letter, is_taken in zip(other, taken, strict=True) if is_taken]
    swapped = sum(a != b for a, b in zip(matched, there, strict=True)) / 2
    m = len(matched)
    return (m / len(one) + m / len(other) + (m - swapped) / m) / 3


def namesakes(parties: Sequence[Party], minimum: Decimal) -> Sequence[Namesakes]:
    """All pairs that reach `minimum` (0 to 1), the surest first.

    Names are compared where they share a word, or the beginning of one, that is rare here.
    """
    known = {each.key: each for each in parties}
    words = {each.key: words_of(each.name) for each in parties}
    weights = _weights(list(words.values()))
    found = []
    for a, b in _candidates(parties, words, weights):
        score, because = _score(known[a], known[b], words, weights)
        rounded = Decimal(score).quantize(Decimal("0.01"))
        if rounded >= minimum and because:
            found.append(Namesakes(a, b, rounded, because))
    return sorted(found, key=lambda each: (-each.score, each.first, each.second))


def _weights(names: Sequence[tuple[str, ...]]) -> Mapping[str, float]:
    """How much a word tells: the logarithm of how seldom a name has it, and never nothing."""
    times = Counter(word for words in names for word in set(words))
    return {word: math.log((len(names) + 1) / count) + 0.1 for word, count in times.items()}


def _candidates(
    parties: Sequence[Party], words: Mapping[str, tuple[str, ...]], weights: Mapping[str, float]
) -> Sequence[tuple[str, str]]:
    blocks: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for each in parties:
        blocks["name", *sorted(words[each.key])].append(each.key)
        for scheme, value in each.identifiers:
            for key in _written(scheme, value):
                blocks["identifier", key].append(each.key)
        rarest = sorted(set(words[each.key]), key=lambda word: (-weights[word], word))[:RAREST]
        for stem in {word[:STEM] for word in rarest}:
            blocks["word", stem].append(each.key)
    pairs = {
        (min(pair), max(pair))
        for kind, members in ((key[0], members) for key, members in blocks.items())
        if kind != "word" or len(members) <= MOST_IN_BLOCK
        for pair in combinations(dict.fromkeys(members[:1000]), 2)
    }
    return sorted(pairs)


def _written(scheme: str, value: str) -> Iterator[str]:
    """The ways in which one identifier may be written: with its list, and the value alone where it is long."""
    bare = "".join(each for each in value.casefold() if each.isalnum())
    yield f"{scheme}:{bare}"
    if len(bare) >= SHORTEST_VALUE:
        yield f"bare:{bare}"


def _score(
    one: Party, other: Party, words: Mapping[str, tuple[str, ...]], weights: Mapping[str, float]
) -> tuple[float, tuple[str, ...]]:
    shared = _shared(one, other)
    name, reason = _names(one, other, words, weights)
    if shared:
        return 1.0, (f"the same identifier: {shared}", *([reason] if reason and name >= CLOSE else []))
    apart = _apart(one, other)
    if apart and reason:
        return min(name, APART), (reason, f"two identifiers of one list: {apart}")
    return name, (reason,) if reason else ()


def _names(
    one: Party, other: Party, words: Mapping[str, tuple[str, ...]], weights: Mapping[str, float]
) -> tuple[float, str]:
    a, b = words[one.key], words[other.key]
    if one.name.casefold().split() == other.name.casefold().split():
        return SAME_NAME, "the same name"
    if sorted(a) == sorted(b):
        return SAME_NAME, "the same name but for case, punctuation, order, legal form or abbreviation"
    alike = min(_soft(a, b, weights), _soft(b, a, weights))
    shown = Decimal(alike).quantize(Decimal("0.01"))
    return min(alike, SAME_NAME - 0.01), f"the names are alike: {shown}" if alike > 0 else ""


def _soft(one: tuple[str, ...], other: tuple[str, ...], weights: Mapping[str, float]) -> float:
    """Soft TF-IDF from one side: the words found again, by their weights, over the lengths of both names."""
    total = 0.0
    for word in set(one):
        near, best = max(((_alike(word, each), each) for each in set(other)), default=(0.0, ""))
        if near >= CLOSE:
            total += near * weights[word] * weights[best]
    return total / (_length(one, weights) * _length(other, weights))


def _length(words: tuple[str, ...], weights: Mapping[str, float]) -> float:
    return math.sqrt(sum(weights[word] ** 2 for word in set(words)))


def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    has_digit = any(each.isdigit() for each in one + other)
    return 0.0 if has_digit else jaro_winkler(one, other)


def _shared(one: Party, other: Party) -> str:
    """The identifier that both have, as the first writes it; a bare value fits that of any list."""
    for scheme, value in one.identifiers:
        for other_scheme, other_value in other.identifiers:
            common = set(_written(scheme, value)) & set(_written(other_scheme, other_value))
            if common and (scheme == other_scheme or "" in (scheme, other_scheme)):
                return f"{scheme}-{value}" if scheme else value
    return ""


def _apart(one: Party, other: Party) -> str:
    """The first list in which both stand, under values of their own."""
    theirs = {scheme for scheme, _ in other.identifiers if scheme}
    return min((scheme for scheme, _ in one.identifiers if scheme in theirs), default="")
