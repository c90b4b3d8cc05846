"""An article's sentences, each read by itself: whether it can tell anything of the story. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from monitor.model import ReadSentence, Sentence, Watch
from monitor.rules import RuleSet, compile_rule, read_document
from monitor.stages.classify import Classifier, topics_of
from monitor.stages.details import read_details
from monitor.stages.furniture import added, furniture

_SAYING = re.compile(
    r"\b(?:said|says|told|according to|announced|confirmed|reported|warned|asked|called|accused?|blamed|demanded"
    r"|insisted|quoted|promised|replied|urged|ordered|agreed|claimed|admitted|added)\b",
    re.IGNORECASE,
)
# A capitalised word that does not begin the sentence.
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{2,}")

Telling = Callable[[Sentence], bool]


class Substance:
    """Whether a sentence has any, by a watch: a topic, a figure, a name, a *not*, or somebody saying something."""

    def __init__(self, watch: Watch, classifier: Classifier) -> None:
        self._classifier = classifier
        names = [name for trip in watch.trips for name in trip.people]
        names += [name for trip in watch.trips for stop in trip.stops for name in (stop.place, stop.country)]
        quoted = " OR ".join(f'"{name}"' for name in dict.fromkeys(names) if name)
        # The subject and names, as a set of rules: it looks up the words of a sentence, not each name in it.
        self._story = RuleSet([compile_rule(f"({watch.subject})" + (f" OR {quoted}" if quoted else ""))])

    def __call__(self, sentence: Sentence) -> bool:
        """Whether it tells anything, with its own words alone."""
        text = sentence.text
        if sentence.numbers or _SAYING.search(text) or _NAME.search(text):
            return True
        # What is denied or did not happen is news as much as what did.
        if read_details(text).nots or topics_of(self._classifier, text):
            return True
        return bool(self._story.find_all(read_document({"text": text})))


def everything_tells(sentence: Sentence) -> bool:
    """For `read_each`, where the story does not matter."""
    return True


def read_each(
    sentences: Sequence[Sentence], outlet: str = "", telling: Telling = everything_tells
) -> tuple[ReadSentence, ...]:
    """Each sentence with why it tells nothing, and whether it is about the story."""
    behind, read = added(sentences), []
    for sentence in sentences:
        nothing = behind.get(sentence.index) or furniture(sentence, outlet)
        read.append(ReadSentence(sentence, nothing, not nothing and telling(sentence)))
    return tuple(read)
