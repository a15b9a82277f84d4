"""What kind of answer is asked for, and which spans are of it."""

import pytest

from qa.kinds import fits, wants_short
from qa.reader import Reading, Span
from tests.test_qa_reading import JUDGE, hit


@pytest.mark.parametrize(
    ("question", "span", "kind"),
    [
        ("Combien de morts ?", "vingt-deux personnes", 1.0),
        ("Combien de morts ?", "à Bruxelles", -1.0),
        ("à quelle date a-t-il été élu ?", "le 3 août", 1.0),
        ("Quand part-il ?", "Rekognition", -1.0),
        ("When did it start?", "mercredi", 1.0),
        ("Quand le service a-t-il fermé ?", "pendant deux mois", -1.0),
        ("Quand le service a-t-il fermé ?", "il y a deux mois", 1.0),
        ("Quand le service a-t-il fermé ?", "le 2 mars", 1.0),
        ("Depuis quand ferme-t-il ?", "deux mois", 1.0),
        ("Combien de temps a-t-il fermé ?", "deux mois", 1.0),
        ("Combien de temps a-t-il fermé ?", "mercredi", -1.0),
        ("Qui parle ?", "Brad Smith", 0.0),
        ("Quel jour ferme-t-il ?", "Microsoft", -1.0),
        ("En quels mois ferme-t-il ?", "juin", 1.0),
        ("Quand l'art naît-il ?", "aux XIXe et XXe siècles", 1.0),
        ("Quand naît-il ?", "au XIVe siècle", 1.0),
        ("À quelle heure part-il ?", "21 heures", 1.0),
        ("Quand part-il ?", "dès la mort du roi", 1.0),
        ("Quand ferme-t-il ?", "pendant près de deux semaines", -1.0),
        ("Quand part-il ?", "des lions", -1.0),
        ("Combien d'enfants a-t-il ?", "« trentaine »", 1.0),
        ("Où était-il quand il a parlé ?", "à Beyrouth", 0.0),
        ("Quel film a-t-il vu quand il est venu ?", "The Collector", 0.0),
        ("Where was he when he spoke?", "dans le Finistère", 0.0),
        ("Quand et où est-il né ?", "Melbourne", 0.0),
    ],
)
def test_fits(question, span, kind):
    assert fits(question, span) == kind


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("Quand ?", True),
        ("Qui parle ?", True),
        ("À qui parle-t-il ?", True),
        ("Où est-il ?", True),
        ("ou est il", True),
        ("Dans quel pays est-il ?", True),
        ("Pourquoi part-il ?", False),
        ("Pourquoi les gens qui partent ont-ils tort ou raison ?", False),
    ],
)
def test_wants_short(question, short):
    assert wants_short(question) is short


def test_how_long_hands_its_lead_to_when_where_when_is_asked():
    text = "Mercredi, Amazon a tout interdit pendant un an."
    spans = (Span(33, 46, 4.0), Span(0, 8, -4.0), Span(10, 16, -5.0))
    verdict = JUDGE.decide("Quand ?", [hit(0, text)], [Reading(spans, 0.0)])
    rows = {each.text: each.row[1] for each in verdict.candidates}
    assert rows == {"pendant un an": 4.0, "Mercredi": 0.0, "Amazon": -5.0}
    # Neither for another kind of question nor over any distance.
    other = JUDGE.decide("Combien de temps ?", [hit(0, text)], [Reading(spans, 0.0)])
    assert {each.row[1] for each in other.candidates} == {4.0, -4.0, -5.0}
    apart = JUDGE.decide("Quand ?", [hit(0, text)], [Reading((spans[0], Span(0, 8, -7.0)), 0.0)])
    assert {each.row[1] for each in apart.candidates} == {4.0, -7.0}
