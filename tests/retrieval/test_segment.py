"""Words of a text: fixed terms stay whole, nothing is lost, and a crowd may make the first call."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.config import ROOT
from app.retrieval.segment import Segmenter
from app.retrieval.text import syllables

TERMS = ("định danh điện tử", "căn cước công dân", "căn cước", "giấy phép lái xe", "phí")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # underthesea alone: kích | hoạt_định_danh_điện_tử
        ("Kích hoạt định danh điện tử", ["kích", "hoạt", "định_danh_điện_tử"]),
        ("Làm lại căn cước công dân ở đâu?", ["làm", "lại", "căn_cước_công_dân", "ở", "đâu"]),
        ("thẻ căn cước, mới", ["thẻ", "căn_cước", "mới"]),
        ("GIẤY PHÉP LÁI XE", ["giấy_phép_lái_xe"]),
        ("căn cước căn cước công dân", ["căn_cước", "căn_cước_công_dân"]),
        ("!!! …", []),
        ("", []),
    ],
)
def test_fixed_terms_stay_whole(text: str, words: list[str]) -> None:
    assert Segmenter(TERMS).words(text) == words


def test_without_fixed_terms_the_model_decides() -> None:
    assert Segmenter().words("Đăng ký khai sinh cho con.") == ["đăng_ký", "khai_sinh", "cho", "con"]


PIECES = ["định danh điện tử", "căn cước ", "công dân", " thẻ", "mới ", "VNeID", "phí", " ", ",", "2", "\n", "đ"]


@settings(max_examples=60)
@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_no_letter_is_lost_moved_or_made(text: str) -> None:
    assert "".join(Segmenter(TERMS).words(text)).replace("_", "") == "".join(syllables(text))


CROWD = """
import json, sys, threading
from app.retrieval.segment import Segmenter

segmenter, together, answers = Segmenter(sys.argv[2:]), threading.Barrier(12), [None] * 12

def ask(number):
    together.wait()
    answers[number] = segmenter.words(sys.argv[1])

threads = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(json.dumps(answers))
"""


def test_twelve_threads_may_make_the_first_call_together() -> None:
    text = "Kích hoạt định danh điện tử ở xã"
    command = [sys.executable, "-c", CROWD, text, *TERMS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [["kích", "hoạt", "định_danh_điện_tử", "ở", "xã"]] * 12
