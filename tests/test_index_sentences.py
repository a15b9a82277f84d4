"""French sentences: what ends one, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import sentences

NBSP, NNBSP = "\u00a0", "\u202f"


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "M. Smith, MM. Blum et Thorez, Mme. Le Pen et le Dr. Petit sont venus.",
        "Voir art. 5, p. 12, n° 3, fig. II et chap. 4 du vol. 2.",
        "Le prix est passé de 3.076 à 4.664.205 euros, soit 15,6 % de plus.",
        "C. Lagarde et J.-C. Trichet ont parlé à J. D. Vance.",
        "Sur www.example.fr/Page.Suite et Node.JS, écrire à Jean.Dupont@example.fr.",
        "« Pourquoi partir ? » a demandé le ministre.",
        f"« Non{NNBSP}!{NBSP}», a-t-il lancé.",
        '"Nous ne vendons pas. ", a dit M. Smith.',
        "Consternant... mais vrai.",
        "Peut-être… ou pas.",
        "Le 3 avr. 2019, à St. Malo, vers 15 h. env. dix mille personnes.",
        "Une ligne coupée au milieu par un logiciel de courrier assez ancien,\nsuivie de sa fin.",
    ],
)
def test_this_is_one_sentence(text: str) -> None:
    assert split(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Il est venu. Elle est partie.", ["Il est venu.", "Elle est partie."]),
        ("le côté de l'Histoire\".L'autre mastodonte", ["le côté de l'Histoire\".", "L'autre mastodonte"]),
        ('sa vie."Il faut agir", dit-elle.', ["sa vie.", '"Il faut agir", dit-elle.']),
        ('"Il faut agir."Elle a insisté.', ['"Il faut agir."', "Elle a insisté."]),
        ("la police.Consternant... mais vrai.", ["la police.", "Consternant... mais vrai."]),
        ("en avril.En mai, 3.076 contre 4.664.", ["en avril.", "En mai, 3.076 contre 4.664."]),
        ("le prix mondial.IBM a cédé.", ["le prix mondial.", "IBM a cédé."]),
        ("jusqu'en mai.205 personnes sont mortes.", ["jusqu'en mai.", "205 personnes sont mortes."]),
        ("Une œuvre d'art. Le public aime.", ["Une œuvre d'art.", "Le public aime."]),
        ("Né en 40 av. J.-C. Le roi régna.", ["Né en 40 av. J.-C.", "Le roi régna."]),
        ("Des pommes, etc. Puis des poires.", ["Des pommes, etc.", "Puis des poires."]),
        (
            f"«{NBSP}Non. Jamais{NBSP}!{NBSP}» Elle rit.",
            [f"«{NBSP}Non.", f"Jamais{NBSP}!{NBSP}»", "Elle rit."],
        ),
        ("— Ah ? — Oui. — Bon !", ["— Ah ?", "— Oui.", "— Bon !"]),
        ("Un titre\n\nLe texte. Sa suite", ["Un titre", "Le texte.", "Sa suite"]),
        ("- du pain\n- du vin\n", ["- du pain", "- du vin"]),
        ("la loi.• Six jours", ["la loi.", "• Six jours"]),
        ("Vraiment ?! Oui…Non.", ["Vraiment ?!", "Oui…", "Non."]),
        ("", []),
        (" \n\t ", []),
    ],
)
def test_these_are_the_sentences(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@given(st.text(alphabet=st.sampled_from(list(" \n\u00a0.!?…\"«»“”()abcÉL’'-5M,x🙂")), max_size=200))
def test_spans_are_in_order_and_cover_everything_but_white_space(text: str) -> None:
    spans = sentences(text)
    position = 0
    for start, end in spans:
        assert text[position:start].strip() == ""
        assert start < end
        assert text[start:end] == text[start:end].strip()
        position = end
    assert text[position:].strip() == ""


PIECES = st.sampled_from(
    [
        *"p. art. Fig. vol. n. a. M. J.-C. av. etc. Il vient 5 II".split(),
        "Option a",
        *' \u00a0\n—–([«“‘•-*"»)…!',
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join), PIECES, PIECES)
def test_abbreviations_and_opening_marks_may_end_a_text(text: str, before: str, last: str) -> None:
    for each in (text, f"{text} {before} {last}", f"{text} {before}{last}"):
        spans = sentences(each)
        assert all(start < end for start, end in spans)
        covered = "".join(each[start:end] for start, end in spans)
        assert "".join(covered.split()) == "".join(each.split())


@pytest.mark.parametrize("text", ["Voir p. —", "Selon l'art. (", "Voir Fig. [", "Option a. «", "Tome vol. •"])
def test_a_text_that_ends_in_an_opening_mark_is_one_sentence_or_two(text: str) -> None:
    assert " ".join(split(text)) == text


@pytest.mark.parametrize(
    "text", ["x" * 10_000_000, ". " * 100_000, '"' * 300_000, "\n" * 3_000_000 + "a", "A." * 100_000]
)
def test_long_texts_take_linear_time(text: str) -> None:
    # Quadratic, each of these would take hours.
    assert sentences(text)[-1][1] == len(text.rstrip())
