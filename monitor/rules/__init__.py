"""The rule language: say which articles you mean, and learn which words made them match. Pure.

compile_rule    text -> Rule, or a RuleError with line, column, what and mend
read_document   an article's fields -> Document, an index of its words
find            Rule x Document -> the hits, or None
RuleSet         many rules, asked of a document together; those whose words are absent are never asked
vocabulary      Rule -> the words it could match on

    strik*  "pay offer*"  =May                        a word, a prefix, a phrase, exact case and accents
    a b   a AND b   a OR b   NOT a   -a   (a OR b)     juxtaposition is AND
    a NEAR/6 b   a ONEAR/6 b                           within six words; ONEAR in this order
    a SAME b SAME c                                    in one sentence
    ATLEAST/3 a                                        at least three times
    title:a   lead:"a b"   url:(a OR b)                lead: the first 80 words; bare terms: title and text
    published:2023-11-02..2023-11-06                   either end may be left open, or one day
    /regular expression/                               case is ignored, accents are not
    {label: a OR b}   @other   # comment               hits carry the label; @other is a rule given by name

NOT binds tighter than NEAR and SAME, these tighter than AND, AND tighter than OR. Operators are upper case
only. Words are compared as `monitor.text.fold` leaves them: Zürich = zurich; a hyphen parts two words.
"""

from __future__ import annotations

from monitor.rules.describe import Rule, vocabulary
from monitor.rules.document import Document, read_document
from monitor.rules.match import Hit, find
from monitor.rules.parse import compile_rule
from monitor.rules.ruleset import RuleSet

__all__ = ["Document", "Hit", "Rule", "RuleSet", "compile_rule", "find", "read_document", "vocabulary"]
