"""The index finds every customer whose name sounds the same, among very many, and forgets who is gone."""

from itertools import product

from gateway.auth.name_index import NameHit, NameIndex


def test_the_likest_customer_comes_first() -> None:
    """Equal letters before equal sounds before look-alikes; bearers of one name stand together."""
    index: NameIndex[str] = NameIndex()
    for key, name in (
        ("a", "Ina Möller"),
        ("b", "Ina Müler"),
        ("c", "Ina Mueller"),
        ("d", "Ina Müler"),
        ("e", "Udo Müller"),
    ):
        index.add(key, name)
    hits = index.search("ina müller")
    assert [hit.key for hit in hits] == ["c", "b", "d", "a"]
    assert hits[0] == NameHit("c", "Ina Mueller", 1.0)


def test_a_customer_who_is_gone_or_renamed_is_not_found() -> None:
    """Removing takes one bearer of a name, adding again replaces the name."""
    index: NameIndex[int] = NameIndex()
    index.add(1, "Ina Müller")
    index.add(2, "Ina Müller")
    index.remove(1)
    assert [hit.key for hit in index.search("Ina Müller")] == [2]
    index.add(2, "Ina Berg")
    assert index.search("Ina Müller") == []
    assert [hit.key for hit in index.search("Berg, Ina")] == [2]
    index.remove(2)
    index.remove(2)
    assert len(index) == 0
    assert index.search("Ina Berg") == []


def test_the_name_of_a_whole_family_does_not_hide_the_one_meant() -> None:
    """Far more names share a key than are compared by ear; the nearest by letters are."""
    index: NameIndex[int] = NameIndex()
    vowels = list(product("aeiou", repeat=3))
    for key, (first, second, third) in enumerate(vowels):
        index.add(key, f"L{first}n{second} M{third}ll{second}r")
    wanted = vowels.index(("e", "a", "u"))
    assert index.search("Lena Mullar")[0].key == wanted
