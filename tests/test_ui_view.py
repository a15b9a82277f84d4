"""Answers to segments, words and HTML: nothing lost, nothing unescaped."""

import re
from dataclasses import replace
from html import unescape
from urllib.parse import unquote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.document import Source
from index.sentences import around
from qa.answer import Abstention, Answer, Evidence, Reason, Timings
from qa.question import LONGEST
from tests.ui_support import AMAZON, HOSTILE, FakeAnswerer, document, evidence
from ui.cards import problem_card, read_out, turn_card, waiting_card
from ui.problems import PROBLEMS
from ui.text import ENGLISH, FRENCH, lang_of, words
from ui.view import byline, elsewhere, quotation, segments, supporting


def make(text, start=None, end=None, offset=0, **more):
    span = (None, None) if start is None else (start + offset, end + offset)
    values = {"document_id": "d", "sha256": "0" * 64, "title": "T", "source": "", "date": None, **more}
    return Evidence(
        **values,
        start=offset,
        end=offset + len(text),
        text=text,
        score=1.0,
        answer_start=span[0],
        answer_end=span[1],
    )


def answered(passage, answer):
    return Answer("Q ?", answer, 0.9, None, (passage,), Timings(1, 1, 2))


@given(st.text(min_size=1, max_size=200), st.data())
def test_segments_joined_are_the_passage_and_the_answer_is_the_answer(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    pieces = segments(make(text, start, end, offset=37))
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.text for piece in pieces if piece.role == "answer"] == [text[start:end]]


def test_the_whole_sentence_around_the_answer_is_marked_and_no_other():
    passage = evidence(document(), "combien")
    marked = "".join(piece.text for piece in segments(passage) if piece.role != "plain")
    assert marked.startswith("Mercredi, Amazon") and marked.endswith("pendant un an.")


def test_an_answer_across_two_sentences_marks_both():
    text = "Il pleut. Il neige. Il vente."
    assert around(text, 3, 15) == (0, len("Il pleut. Il neige."))


def test_a_passage_without_answer_is_one_plain_segment():
    assert [piece.role for piece in segments(make("abc"))] == ["plain"]


def test_quotation_has_the_sentence_between_french_marks_and_its_source():
    quoted = quotation(evidence(document(source="Le Monde"), "combien"), FRENCH)
    assert quoted.startswith("«\u00a0Mercredi, Amazon a décidé")
    assert quoted.endswith("un an.\u00a0» — Amazon et la police · 11 juin 2020 · Le Monde")


@pytest.mark.parametrize(
    ("iso", "french", "english"),
    [
        ("2020-06-11", "11 juin 2020", "11 June 2020"),
        ("2021-08-01T10:00:00Z", "1er août 2021", "1 August 2021"),
        ("hier", "hier", "hier"),
        (None, "", ""),
    ],
)
def test_dates_are_written_as_people_write_them(iso, french, english):
    assert (FRENCH.dated(iso), ENGLISH.dated(iso)) == (french, english)


@pytest.mark.parametrize(("confidence", "word"), [(0.95, "sûre"), (0.6, "probable"), (0.1, "vérifier")])
def test_confidence_is_said_in_words(confidence, word):
    assert word in FRENCH.sure(confidence)


def test_counts_agree_with_their_nouns():
    assert FRENCH.counted(1, 10) == "1 article · 10 passages"
    assert FRENCH.counted(1200, 0) == "1\u202f200 articles · 0 passage"
    assert ENGLISH.counted(0, 1) == "0 articles · 1 passage"


@pytest.mark.parametrize(
    ("header", "asked", "lang"),
    [
        (None, None, "fr"),
        ("en-GB,en;q=0.9,fr;q=0.8", None, "en"),
        ("de,en;q=0.5", None, "en"),
        ("de", None, "fr"),
        ("en", "fr", "fr"),
        ("fr", "xx", "fr"),
    ],
)
def test_language_is_the_one_asked_for_then_the_browsers_then_french(header, asked, lang):
    assert lang_of(header, asked) == lang


def test_every_reason_has_its_sentence_in_both_languages():
    for said in (FRENCH, ENGLISH):
        assert set(said.abstained) == set(Reason)
        assert words(said.lang) is said


@pytest.mark.parametrize("place", ["text", "title", "source", "date", "document_id", "also_in", "question"])
def test_what_an_article_or_a_visitor_wrote_never_becomes_markup(place):
    more = (
        {place: (Source("x", HOSTILE, "", None),) if place == "also_in" else HOSTILE}
        if place not in {"text", "question"}
        else {}
    )
    text = HOSTILE if place == "text" else AMAZON
    passage = make(text, 0, 8, **more)
    question = HOSTILE if place == "question" else "Q ?"
    answer = Answer(question, text[0:8], 0.9, None, (passage,), Timings(1, 1, 2))
    html = turn_card(answer, FRENCH) + turn_card(abstained(question, passage), ENGLISH)
    assert not re.search(r"<(script|img)", html)
    assert 'onerror="' not in html
    assert re.search(r"&lt;script|%3Cscript", html)


def abstained(question, *passages):
    said = Abstention(Reason.NOTHING_CLOSE, "…")
    return Answer(question, None, 0.1, said, passages, Timings(1, 1, 2))


@pytest.mark.parametrize(
    "source",
    ["javascript:alert(1)", "data:text/html,x", "//evil.example", "http://", "http://[", "C:\\a.txt"],
)
def test_only_web_addresses_become_links(source):
    card = turn_card(answered(make("abc", 0, 1, source=source), "a"), FRENCH)
    assert not re.search(r'<a href="(?!article\?)', card)


def test_a_web_address_becomes_a_link_to_its_host():
    card = turn_card(answered(make("abc", 0, 1, source='https://a.fr/x?y="z'), "a"), FRENCH)
    assert 'href="https://a.fr/x?y=%22z"' in card and ">a.fr</a>" in card


def test_a_card_shows_answer_sentence_source_and_date():
    answer = FakeAnswerer().ask("Pendant combien de temps ?")
    card = turn_card(answer, FRENCH)
    # In a language of its own: a screen reader must not read a French article with an English voice.
    for own in ('<p class="rep-short" lang="">un an</p>', '<blockquote lang="">', '<cite lang="">'):
        assert own in card
    assert '<span lang="">un an</span>' in read_out(answer, ENGLISH)
    assert "<mark>un an</mark>" in card and "11 juin 2020" in card and "Réponse sûre" in card
    assert "Sure answer" in turn_card(answer, ENGLISH)
    assert unescape(re.sub(r"<[^>]+>", "", card)).count(AMAZON) == 1


def test_an_abstention_says_so_shows_what_is_nearest_and_how_to_ask():
    card = turn_card(FakeAnswerer().ask("Qui ?"), FRENCH)
    assert FRENCH.no_answer in card and FRENCH.nearest in card and FRENCH.rephrase[0] in card
    assert "<mark>" not in card
    assert read_out(FakeAnswerer().ask("Qui ?"), FRENCH).startswith(FRENCH.no_answer)


@pytest.mark.parametrize("reason", list(Reason))
def test_how_to_ask_otherwise_is_told_only_where_it_may_help(reason):
    answer = Answer("Q ?", None, 0.1, Abstention(reason, "…"), (make("abc"),), Timings(1, 1, 2))
    card = unescape(turn_card(answer, FRENCH))
    helps = reason in {Reason.NOTHING_CLOSE, Reason.NO_ANSWER_IN_PASSAGES}
    assert (f">{FRENCH.hints}</h3>" in card) == helps == (FRENCH.rephrase[0] in card)
    assert (FRENCH.no_answer in card) == helps == (FRENCH.no_answer in read_out(answer, FRENCH))
    assert FRENCH.abstained[reason] in card and FRENCH.abstained[reason] in read_out(answer, FRENCH)
    assert (f">{FRENCH.nearest}<" in card) == (reason is not Reason.NO_READER)


def test_a_visitors_question_does_not_break_before_its_mark_and_is_kept_as_asked():
    card = turn_card(replace(answered(make("abc", 0, 1), "a"), understood="Et « ça » ?"), FRENCH)
    assert ">Q\u00a0?</h2>" in card and "Et «\u00a0ça\u00a0»\u00a0?</p>" in card
    assert 'data-question="Et « ça » ?"' in card


def test_an_answered_card_has_its_own_permalink_of_what_was_understood_and_no_other_card_has():
    asked = replace(answered(make("abc", 0, 1), "a"), question='Qui a dit «\u00a0"oui" & <non>\u00a0»\u00a0?')
    for answer, question in (
        (asked, 'Qui a dit « "oui" & <non> » ?'),
        (replace(asked, understood="Et ça ?"), "Et ça ?"),
    ):
        link = re.search(
            r'<a class="[^"]*rep-permalink" href="\?q=([^"]+)">Lien permanent</a>', turn_card(answer, FRENCH)
        )
        assert unquote_plus(unescape(link[1])) == question
        assert ">Permalink</a>" in turn_card(answer, ENGLISH)
    for card in (
        turn_card(abstained("Q ?"), FRENCH),
        problem_card("Q", PROBLEMS["busy"], FRENCH, 7),
        waiting_card(FRENCH),
    ):
        assert "rep-permalink" not in card


def test_a_question_that_is_too_long_is_kept_too_long():
    card = problem_card("x" * (LONGEST + 500), PROBLEMS["long-question"], FRENCH)
    assert f'data-question="{"x" * (LONGEST + 1)}"' in card


def test_waiting_and_failing_have_their_cards():
    assert FRENCH.pending in waiting_card(FRENCH) and FRENCH.unreachable[0] in waiting_card(FRENCH)
    card = problem_card("Q", PROBLEMS["busy"], ENGLISH, 7)
    assert "Try again in 7 s." in card


def test_supporting_is_the_passage_that_holds_the_answer():
    without, with_it = make("abc"), make("abc", 0, 1)
    answer = Answer("Q ?", "a", 0.9, None, (without, with_it), Timings(1, 1, 2))
    assert supporting(answer) is with_it
    assert byline(with_it, FRENCH) == "T"


@pytest.mark.parametrize(
    ("named", "total", "french", "english"),
    [
        (0, 0, "", ""),
        (1, 1, "Aussi dans\u00a0: T0 (11 juin 2020)", "Also in: T0 (11 June 2020)"),
        (4, 4, "T2 (11 juin 2020), T3 (11 juin 2020)", "T2 (11 June 2020), T3 (11 June 2020)"),
        (5, 5, "T2 (11 juin 2020) et 2 autres", "T2 (11 June 2020) and 2 more"),
        (50, 812, "T2 (11 juin 2020) et 809 autres", "T2 (11 June 2020) and 809 more"),
    ],
)
def test_other_articles_that_hold_a_passage_are_named_and_the_rest_counted(named, total, french, english):
    others = tuple(Source(f"d{n}", f"T{n}", "", "2020-06-11") for n in range(named))
    passage = make("abc", also_in=others, also_in_total=total)
    assert elsewhere(passage, FRENCH).endswith(french) and elsewhere(passage, ENGLISH).endswith(english)
    card = turn_card(abstained("Q ?", passage), FRENCH)
    assert unescape(card).count("Aussi dans") == bool(named)


def test_another_article_without_a_title_is_named_by_its_source():
    others = (Source("a", "", "agence.txt", None), Source("b", "", "", None))
    assert elsewhere(make("abc", also_in=others), ENGLISH) == "Also in: agence.txt, Untitled"
