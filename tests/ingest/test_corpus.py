"""Reading `knowledge/`: what is there, and every way in which a file of it can be wrong, named with its line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.config import Settings
from app.errors import ContentInvalid, Finding
from app.retrieval.artifact import ArtifactPaths
from ingest.corpus import check_lists, load_corpus
from ingest.lists import (
    load_facet_cues,
    load_lexicon,
    load_phrasings,
    load_ranking,
    load_rules,
    load_texts,
    read_text,
)
from ingest.pipeline import build_index
from tests.conftest import SMALL
from tests.ingest.test_pipeline import asks_rightly

TODAY = date(2026, 11, 22)
GUIDE = "guides/dinh-danh-dien-tu/cai-dat-vneid.md"
Load = Callable[[Path], Any]
# Every data list, and who reads it.
LISTS: dict[str, Load] = {
    "groups.yaml": load_rules,
    "trusted_domains.yaml": load_rules,
    "lexicon/glossary.yaml": load_rules,
    "lexicon/outdated_terms.yaml": load_rules,
    "lexicon/teencode.yaml": load_lexicon,
    "lexicon/dialect.yaml": load_lexicon,
    "lexicon/lay_terms.yaml": load_lexicon,
    "lexicon/fixed_terms.txt": load_lexicon,
    "lexicon/facets.yaml": load_facet_cues,
    "ranking.yaml": load_ranking,
    "languages/vi.json": load_texts,
}
YAML_LISTS = [name for name in LISTS if name.endswith((".yaml", ".json"))]
OF_GUIDES = [name for name, load in LISTS.items() if load is load_rules]


def findings(load: Load, knowledge: Path) -> list[Finding]:
    with pytest.raises(ContentInvalid) as caught:
        load(knowledge)
    return list(caught.value.findings)


def rewrite(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


def test_a_sound_corpus(small_knowledge: Path) -> None:
    corpus = load_corpus(small_knowledge, TODAY)
    assert [guide.slug for guide in corpus.guides] == sorted(SMALL)
    assert corpus.errors() == []
    assert next(guide.file for guide in corpus.guides if guide.slug == "cai-dat-vneid") == f"knowledge/{GUIDE}"


def test_rules_come_from_the_lists(small_knowledge: Path) -> None:
    rules = load_rules(small_knowledge)
    assert next(iter(rules.groups)) == "dinh-danh-dien-tu"
    assert {"gov.vn", "vov.vn"} <= set(rules.trusted_domains)
    assert "otp" in rules.glossary
    assert any(term.pattern.search("UBND HUYỆN Ba Vì") for term in rules.outdated_terms)


@pytest.mark.parametrize("name", LISTS)
def test_a_missing_list_is_named(name: str, small_knowledge: Path) -> None:
    (small_knowledge / name).unlink()
    (told,) = findings(LISTS[name], small_knowledge)
    assert (told.file.rpartition("/")[2], told.line, told.level) == (Path(name).name, 1, "error")
    assert told.message.startswith("không đọc được (")


@pytest.mark.parametrize("name", YAML_LISTS)
@pytest.mark.parametrize(("raw", "line"), [(b"# x\na: [b\n", 3), (b"a: b: c\n", 1), (b"# x\n\tx: 1\n", 2)])
def test_a_list_that_is_not_yaml_is_named(name: str, raw: bytes, line: int, small_knowledge: Path) -> None:
    (small_knowledge / name).write_bytes(raw)
    (told,) = findings(LISTS[name], small_knowledge)
    assert (told.file, told.line) == (f"knowledge/{name}", line)
    assert told.message.startswith("không đúng YAML (")


def test_a_date_that_does_not_exist_is_not_yaml_either(small_knowledge: Path) -> None:
    (small_knowledge / "groups.yaml").write_text("ngày: 2026-13-40\n", encoding="utf-8")
    (told,) = findings(load_rules, small_knowledge)
    assert told == Finding("knowledge/groups.yaml", 1, "không đúng YAML")


@pytest.mark.parametrize("name", YAML_LISTS)
@pytest.mark.parametrize("raw", ["", "[1, 2]\n"], ids=["empty", "list"])
def test_a_list_of_another_shape_is_refused(name: str, raw: str, small_settings: Settings) -> None:
    (small_settings.knowledge_dir / name).write_text(raw, encoding="utf-8")
    with pytest.raises(ContentInvalid, match=re.escape(f"knowledge/{name}:1: LỖI: ")):
        build_index(small_settings)
    assert ArtifactPaths(small_settings.data_dir).versions() == []


@pytest.mark.parametrize(
    ("name", "raw", "line", "place"),
    [
        ("lexicon/teencode.yaml", "- ko\n- hok\n", 1, ""),
        ("lexicon/teencode.yaml", "# x\nko: không\nk: [không]\n", 3, "k"),
        ("lexicon/lay_terms.yaml", "sổ đỏ: giấy chứng nhận\nthẻ: {a: b}\n", 2, "thẻ"),
        ("groups.yaml", "a: A\n'b': 5\n", 2, "b"),
        ("lexicon/facets.yaml", "fee: [phí]\nfiller: ạ\n", 2, "filler"),
        ("languages/vi.json", '{\n "a": "A",\n "b": null\n}\n', 3, "b"),
        ("ranking.yaml", "weights: {words: 1, syllables: 1, dense: 1, added: 1}\n", 1, "policy"),
        (
            "ranking.yaml",
            "policy: {answer_score: 0.1, choose_margin: 0}\nweights: {words: yes, syllables: 1, dense: 1, added: 1}\n",
            2,
            "weights.words",
        ),
    ],
)
def test_a_value_of_a_wrong_type_is_named_with_its_line(
    name: str, raw: str, line: int, place: str, small_knowledge: Path
) -> None:
    (small_knowledge / name).write_text(raw, encoding="utf-8")
    told = findings(LISTS[name], small_knowledge)
    assert {(finding.file, finding.line) for finding in told} == {(f"knowledge/{name}", line)}
    assert all(finding.message.startswith(f"“{place}") for finding in told)
    assert all("thiếu hoặc sai kiểu" in finding.message for finding in told)


def test_a_missing_threshold_is_named(small_knowledge: Path) -> None:
    rewrite(small_knowledge / "ranking.yaml", lambda raw: raw.replace(b"choose_margin", b"chose_margin"))
    told = findings(load_ranking, small_knowledge)
    assert {finding.file for finding in told} == {"knowledge/ranking.yaml"}
    assert sorted(finding.message.partition("”")[0] for finding in told) == [
        "“policy.choose_margin",
        "“policy.chose_margin",
    ]


def test_trusted_domains_of_every_list_count(small_knowledge: Path) -> None:
    path = small_knowledge / "trusted_domains.yaml"
    path.write_text("official: [gov.vn]\ntrusted: [vov.vn]\nkhác: [a.vn]\n", encoding="utf-8")
    assert load_rules(small_knowledge).trusted_domains == ("gov.vn", "vov.vn", "a.vn")
    path.write_text("official: [gov.vn]\n", encoding="utf-8")
    assert load_rules(small_knowledge).trusted_domains == ("gov.vn",)


def test_trusted_domains_that_are_not_lists_are_named_each(small_knowledge: Path) -> None:
    (small_knowledge / "trusted_domains.yaml").write_text("official: gov.vn\ntrusted: vov.vn\n", encoding="utf-8")
    told = findings(load_rules, small_knowledge)
    assert [(finding.file, finding.line) for finding in told] == [
        ("knowledge/trusted_domains.yaml", 1),
        ("knowledge/trusted_domains.yaml", 2),
    ]


@pytest.mark.parametrize("raw", ["- {pattern: 'a('}\n", "- {pattern: 'a(', instead: b}\n", "- {instead: b}\n"])
def test_a_wrong_outdated_term_is_named_by_its_place(raw: str, small_knowledge: Path) -> None:
    path = small_knowledge / "lexicon/outdated_terms.yaml"
    path.write_text("- {pattern: huyện, instead: xã}\n" + raw, encoding="utf-8")
    (told,) = findings(load_rules, small_knowledge)
    assert told.file == "knowledge/lexicon/outdated_terms.yaml"
    assert told.message.startswith("mục thứ 2: ")


def test_the_shipped_lists_are_sound(small_knowledge: Path) -> None:
    assert check_lists(small_knowledge) == []


def test_every_broken_list_that_no_guide_is_held_to_is_told_at_once(small_knowledge: Path) -> None:
    broken = ["lexicon/teencode.yaml", "ranking.yaml", "lexicon/facets.yaml", "languages/vi.json"]
    for name in broken:
        (small_knowledge / name).write_text("[1]\n", encoding="utf-8")
    (small_knowledge / GUIDE).write_bytes(b"")
    told = [finding.file for finding in load_corpus(small_knowledge, TODAY).errors()]
    assert told == sorted([*(f"knowledge/{name}" for name in broken), f"knowledge/{GUIDE}"])


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("raw", "message"),
    [(b"# a\n\xff\n", "không phải UTF-8"), (b"# a\n\0\n", "có ký tự rỗng (NUL)")],
    ids=["bytes", "NUL"],
)
def test_a_list_that_is_not_text_is_named_with_the_line(
    name: str, raw: bytes, message: str, small_knowledge: Path
) -> None:
    (small_knowledge / name).write_bytes(raw)
    (told,) = findings(LISTS[name], small_knowledge)
    assert (told.file.endswith(name), told.line) == (True, 2)
    assert told.message.startswith(message)


def with_crlf(raw: bytes) -> bytes:
    return raw.replace(b"\n", b"\r\n")


def with_bom(raw: bytes) -> bytes:
    return b"\xef\xbb\xbf" + raw


def decomposed(raw: bytes) -> bytes:
    return unicodedata.normalize("NFD", raw.decode()).encode()


@pytest.mark.parametrize("name", [*LISTS, GUIDE])
@pytest.mark.parametrize("rewritten", [with_crlf, with_bom, decomposed])
def test_how_an_editor_saves_a_file_makes_no_difference(
    name: str, rewritten: Callable[[bytes], bytes], small_knowledge: Path
) -> None:
    load: Load = LISTS.get(name, load_corpus)
    before = load(small_knowledge)
    rewrite(small_knowledge / name, rewritten)
    assert load(small_knowledge) == before


@pytest.mark.parametrize(
    ("raw", "line", "message"),
    [
        (b"---\n\xff\n", 2, "không phải UTF-8"),
        ("---\ntitle: a\n".encode("utf-16"), 1, "không phải UTF-8"),
        (b"---\n---\n\0", 3, "có ký tự rỗng"),
        (b"", 1, "thiếu phần đầu tệp"),
    ],
)
def test_a_broken_guide_is_left_out_and_named(raw: bytes, line: int, message: str, small_knowledge: Path) -> None:
    (small_knowledge / GUIDE).write_bytes(raw)
    corpus = load_corpus(small_knowledge, TODAY)
    assert [guide.slug for guide in corpus.guides] == sorted(set(SMALL) - {"cai-dat-vneid"})
    (told,) = corpus.errors()
    assert (told.file, told.line) == (f"knowledge/{GUIDE}", line)
    assert told.message.startswith(message)


def test_relations_to_a_broken_guide_are_not_called_wrong(small_knowledge: Path) -> None:
    other = small_knowledge / "guides/dinh-danh-dien-tu/kich-hoat-vneid-muc-2.md"
    rewrite(other, lambda raw: raw.replace(b"related: []", b"related: [cai-dat-vneid, khong-co]"))
    (small_knowledge / GUIDE).write_bytes(b"")
    told = [(finding.file.rpartition("/")[2], finding.message) for finding in load_corpus(small_knowledge).errors()]
    assert told == [
        ("cai-dat-vneid.md", "thiếu phần đầu tệp giữa hai dòng ---"),
        ("kich-hoat-vneid-muc-2.md", "hướng dẫn liên quan “khong-co” không tồn tại"),
    ]


def test_an_image_that_is_not_there_is_named(small_knowledge: Path) -> None:
    path = small_knowledge / GUIDE
    rewrite(path, lambda raw: raw.replace(b"\n   - S", "\n   - ![Nút](nut.svg)\n   - S".encode(), 1))
    (told,) = load_corpus(small_knowledge, TODAY).errors()
    assert told.message == "không thấy hình “nut.svg” cạnh tệp hướng dẫn"
    (path.parent / "nut.svg").write_text("<svg/>", encoding="utf-8")
    assert load_corpus(small_knowledge, TODAY).errors() == []


@pytest.mark.parametrize("image", ["hinh/nut.svg", "../nut.svg", "/nut.svg", "nut.gif", "Nút.svg"])
def test_an_image_stands_beside_its_guide_and_nowhere_else(image: str, small_knowledge: Path) -> None:
    path = small_knowledge / GUIDE
    rewrite(path, lambda raw: raw.replace(b"\n   - S", f"\n   - ![Nút]({image})\n   - S".encode(), 1))
    target = path.parent / image.lstrip("/")
    target.parent.mkdir(exist_ok=True)
    target.write_text("<svg/>", encoding="utf-8")
    (told,) = load_corpus(small_knowledge, TODAY).errors()
    assert (told.file, "![chữ thay hình](ten-hinh.svg)" in told.message) == (f"knowledge/{GUIDE}", True)


@pytest.mark.parametrize("place", ["guides", "guides/ho-tich/xa"])
def test_a_guide_at_a_wrong_depth_is_named(place: str, small_knowledge: Path) -> None:
    target = small_knowledge / place / "cai-dat-vneid.md"
    target.parent.mkdir(parents=True, exist_ok=True)
    (small_knowledge / GUIDE).rename(target)
    told = load_corpus(small_knowledge, TODAY).errors()
    assert {finding.file for finding in told} == {f"knowledge/{place}/cai-dat-vneid.md"}
    assert "phải nằm đúng trong knowledge/guides/<nhóm>/" in [finding.message for finding in told]


def test_two_guides_of_one_name_are_told(small_knowledge: Path) -> None:
    copy = small_knowledge / "guides/ho-tich/cai-dat-vneid.md"
    copy.write_bytes((small_knowledge / GUIDE).read_bytes())
    assert load_corpus(small_knowledge, TODAY).errors() != []


def test_phrasings_of_an_unknown_guide_are_a_warning(small_knowledge: Path) -> None:
    path = small_knowledge / "phrasings" / "guides.tsv"
    path.parent.mkdir()
    path.write_text("cai-dat-vneid\tcài ở đâu\nkhong-co\thỏi một\nkhong-co\thỏi hai\n", encoding="utf-8")
    corpus = load_corpus(small_knowledge, TODAY)
    assert corpus.errors() == []
    assert [finding for finding in corpus.findings if finding.file.endswith("guides.tsv")] == [
        Finding("knowledge/phrasings/guides.tsv", 1, "có cách hỏi cho “khong-co” mà không có hướng dẫn đó", "warning")
    ]


def test_phrasings_of_a_broken_guide_are_not_called_unknown(small_knowledge: Path) -> None:
    path = small_knowledge / "phrasings" / "guides.tsv"
    path.parent.mkdir()
    path.write_text("cai-dat-vneid\tcài ở đâu\n", encoding="utf-8")
    (small_knowledge / GUIDE).write_bytes(b"")
    assert [finding.file for finding in load_corpus(small_knowledge, TODAY).errors()] == [f"knowledge/{GUIDE}"]
    told = load_corpus(small_knowledge, TODAY).findings
    assert [finding for finding in told if finding.file.endswith(".tsv")] == []


def test_broken_phrasings_are_an_error_of_the_corpus(small_knowledge: Path) -> None:
    path = small_knowledge / "phrasings" / "guides.tsv"
    path.parent.mkdir()
    path.write_text("cai-dat-vneid\n", encoding="utf-8")
    (told,) = load_corpus(small_knowledge, TODAY).errors()
    assert (told.file, told.line) == ("knowledge/phrasings/guides.tsv", 1)


def test_no_guide_at_all(small_knowledge: Path) -> None:
    for path in (small_knowledge / "guides").glob("*/*.md"):
        path.unlink()
    (told,) = findings(load_corpus, small_knowledge)
    assert told.message == "không có hướng dẫn nào (*.md)"


def test_a_separator_no_one_sees_does_not_spoil_the_index(small_settings: Settings) -> None:
    """U+2028 comes with text pasted from the web; chunks are kept one a line."""
    path = small_settings.knowledge_dir / GUIDE
    rewrite(path, lambda raw: raw.replace("summary: Chỉ tải".encode(), "summary: Chỉ\u2028 tải".encode()))
    build_index(small_settings)
    asks_rightly(small_settings)


def test_phrasings_by_id_in_order(small_knowledge: Path) -> None:
    path = small_knowledge / "phrasings" / "guides.tsv"
    path.parent.mkdir()
    path.write_text("# ghi chú\nb\thỏi  một\n\n  \na\thoà giải\nb\thỏi\thai\n", encoding="utf-8")
    assert load_phrasings(small_knowledge, "guides") == {"b": ["hỏi một", "hỏi hai"], "a": ["hoà giải"]}
    assert list(load_phrasings(small_knowledge, "guides")) == ["b", "a"]
    assert load_phrasings(small_knowledge, "procedures") == {}


@pytest.mark.parametrize("line", ["a", "a\t", "a\t  ", "a hỏi", "\thỏi"])
def test_a_wrong_line_of_phrasings_is_named(line: str, small_knowledge: Path) -> None:
    path = small_knowledge / "phrasings" / "guides.tsv"
    path.parent.mkdir()
    path.write_text(f"# ghi chú\na\tmột\n{line}\n", encoding="utf-8")
    assert findings(lambda folder: load_phrasings(folder, "guides"), small_knowledge) == [
        Finding("knowledge/phrasings/guides.tsv", 3, "mỗi dòng phải là: định danh, dấu tab, câu hỏi")
    ]


def test_the_lexicon_without_its_comments(small_knowledge: Path) -> None:
    (small_knowledge / "lexicon/fixed_terms.txt").write_text("# ghi chú\n\n hộ chiếu \n", encoding="utf-8")
    assert load_lexicon(small_knowledge).fixed_terms == ("hộ chiếu",)


def test_text_is_read_composed(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbf" + unicodedata.normalize("NFD", "Phường\r\nXã\n").encode())
    assert read_text(path, "a.txt") == "Phường\nXã\n"
