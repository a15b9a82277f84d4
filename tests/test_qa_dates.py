"""Relative dates: the day a careful reader would tell from the article's date, or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.dates import when, when_in
from ui.text import ENGLISH, FRENCH

# A Thursday.
PUBLISHED = "2020-06-11"


def told(span, sentence=None, published=PUBLISHED):
    found = when(span, sentence or f"C'est arrivé {span}.", published)
    return found and (str(found.start), str(found.end))


def day(iso):
    return (iso, iso)


@pytest.mark.parametrize(
    ("span", "sentence", "expected"),
    [
        ("Mercredi", "Mercredi, Amazon a décidé d'interdire son logiciel.", day("2020-06-10")),
        ("lundi", "IBM avait déjà annoncé lundi suspendre la vente.", day("2020-06-08")),
        ("jeudi", "Il l'a annoncé jeudi.", day("2020-06-11")),
        ("samedi", "Le salon ouvrira ses portes samedi.", day("2020-06-13")),
        ("jeudi soir", "Il sera reçu jeudi soir.", day("2020-06-11")),
        ("à partir de mardi", "Le masque est obligatoire à partir de mardi.", day("2020-06-16")),
        ("jeudi prochain", None, day("2020-06-18")),
        ("jeudi dernier", None, day("2020-06-04")),
        ("mardi 9 juin", None, day("2020-06-09")),
        ("le 15 juin", "Les musées rouvriront le 15 juin.", day("2020-06-15")),
        ("1er avril", "Il est mort le 1er avril.", day("2020-04-01")),
        ("31 décembre", "Il est né le 31 décembre.", day("2019-12-31")),
        ("en janvier", "Google s'était retranché en janvier.", ("2020-01-01", "2020-01-31")),
        ("hier", None, day("2020-06-10")),
        ("avant-hier", None, day("2020-06-09")),
        ("demain", None, day("2020-06-12")),
        ("il y a trois jours", None, day("2020-06-08")),
        ("il y a deux ans", None, ("2018-01-01", "2018-12-31")),
        ("il y a 6 mois", None, ("2019-12-01", "2019-12-31")),
        ("la semaine dernière", None, ("2020-06-01", "2020-06-07")),
        ("le mois prochain", None, ("2020-07-01", "2020-07-31")),
        ("l'année dernière", None, ("2019-01-01", "2019-12-31")),
        ("cette année", None, ("2020-01-01", "2020-12-31")),
    ],
)
def test_a_relative_date_is_told(span, sentence, expected):
    assert told(span, sentence) == expected


@pytest.mark.parametrize(
    ("span", "sentence"),
    [
        ("14 août 2018", None),  # it says its year
        ("pendant un an", None),  # how long, not when
        ("deux semaines", None),
        ("tous les lundis", None),
        ("lundi ou mardi", None),
        ("lundi, mardi et mercredi", None),
        ("du lundi au vendredi", None),
        ("sauf le dimanche", None),
        ("juin et juillet", None),
        ("Avril Lavigne", "Avril Lavigne a chanté."),
        ("Mars", "La sonde a atteint Mars."),
        ("le Champ-de-Mars", None),
        ("Aujourd'hui en France", "selon Aujourd'hui en France"),
        ("du 3 au 5 juin", None),
        ("ce vendredi", "Il arrive ce vendredi."),  # tomorrow, or six days ago
        ("14 août", "Le viaduc s'est écroulé le 14 août."),  # ten months ago: of which year?
        ("en mars", "En 2011, le séisme de mars a tué 18.000 personnes en mars."),
        ("mardi 30 février", None),
        ("Brad Smith", None),
        ("", ""),
    ],
)
def test_in_doubt_there_is_no_date(span, sentence):
    assert told(span, sentence) is None


@pytest.mark.parametrize("published", [None, "", "juin 2020", "2020", "2020-13-45", "0001-01-01"])
def test_without_a_whole_date_of_the_article_nothing_is_told(published):
    assert told("avant-hier", None, published) is None


def test_the_article_s_time_of_day_does_not_matter():
    assert told("hier", None, "2020-06-11T23:30:00+02:00") == day("2020-06-10")


@given(st.text(max_size=60), st.text(max_size=120), st.dates())
def test_no_text_breaks_it(span, before, published):
    text = before + span
    found = when_in(text, len(before), len(text), published.isoformat())
    assert found is None or found.start <= found.end


@pytest.mark.parametrize(
    ("span", "french", "english"),
    [
        ("hier", "Soit le mercredi 10 juin 2020", "That is Wednesday 10 June 2020"),
        ("la semaine dernière", "Soit du 1er juin 2020 au 7 juin 2020", "That is 1 June 2020 to 7 June 2020"),
        ("le mois dernier", "Soit en mai 2020", "That is May 2020"),
        ("l'an dernier", "Soit en 2019", "That is 2019"),
    ],
)
def test_a_period_is_said_in_both_languages(span, french, english):
    period = when(span, "", PUBLISHED)
    assert FRENCH.meant(period).startswith(f"{french}, ")
    assert ENGLISH.meant(period).startswith(f"{english}, ")
    assert FRENCH.meant(None) == ""
