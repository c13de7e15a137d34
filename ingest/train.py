"""Train the small static encoder from `knowledge/` alone; full profile (torch), minutes on two cores.

The model is sentence-transformers' StaticEmbedding in its own format, weights in 16 bits. Pairs that mean the same are
pulled together (multiple-negatives ranking loss): two phrasings of one procedure, a guide's title and each of its
sections, a lay word and its official term. Questions are typed without accents often, so many copies lose theirs.
"""

from __future__ import annotations

import json
import math
import random
import shutil
import tempfile
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.config import ROOT, Settings
from app.errors import EncoderUnavailable
from app.retrieval.encoders import load_encoder
from app.retrieval.text import fold_diacritics, normalize
from app.retrieval.types import Encoder
from ingest.chunk import chunk_guide
from ingest.corpus import load_corpus
from ingest.lists import load_lexicon, load_phrasings

SEED = 20261122
VOCABULARY = 24_000
DIMENSIONS = 512
EPOCHS = 3
BATCH = 512
LEARNING_RATE = 0.1
UNACCENTED_SHARE = 0.4
COPIES = 4  # of every pair, each with accents dropped by chance
HELD_OUT_SHARE = 0.1

Pair = tuple[str, str]


@dataclass(frozen=True)
class TrainingReport:
    """What was trained and how it did on phrasings of procedures that it never saw (retrieval among those alone)."""

    pairs: int
    held_out_questions: int
    vocabulary: int
    dimensions: int
    epochs: int
    seconds: float
    hit_at_1_accented: float
    hit_at_1_unaccented: float
    hit_at_1_accented_32_bit: float
    hit_at_1_unaccented_32_bit: float
    megabytes: float


def train_encoder(settings: Settings, target: Path, final: bool = True) -> TrainingReport:
    """Train, write the model to `target` with `training_report.json` inside, and return the report.

    The figures come from a model that did not see the held-out phrasings; with `final`, the model written is then
    trained once more on everything. Raises EncoderUnavailable without the full profile.
    """
    started = time.monotonic()
    phrasings = load_phrasings(settings.knowledge_dir, "procedures")
    codes = sorted(phrasings)
    random.Random(SEED).shuffle(codes)
    held_out = codes[: math.ceil(len(codes) * HELD_OUT_SHARE)]
    seen = {code: phrasings[code] for code in codes[len(held_out) :]}
    exam = {code: phrasings[code] for code in held_out}

    model = _fit(_pairs(settings, seen))
    full = _score(_Trained(model), exam)
    _save(model, target)
    half = _score(_shipped(target), exam)
    pairs = _pairs(settings, phrasings if final else seen)
    if final:
        model = _fit(pairs)
        _save(model, target)
    report = TrainingReport(
        pairs=len(pairs),
        held_out_questions=sum(len(texts) for texts in exam.values()) - len(exam),
        vocabulary=model[0].num_embeddings,
        dimensions=DIMENSIONS,
        epochs=EPOCHS,
        seconds=round(time.monotonic() - started, 1),
        hit_at_1_accented=half[0],
        hit_at_1_unaccented=half[1],
        hit_at_1_accented_32_bit=full[0],
        hit_at_1_unaccented_32_bit=full[1],
        megabytes=round(sum(path.stat().st_size for path in target.rglob("*") if path.is_file()) / 1e6, 1),
    )
    (target / "training_report.json").write_text(json.dumps(asdict(report), indent=1) + "\n", encoding="utf-8")
    return report


def _pairs(settings: Settings, phrasings: dict[str, list[str]]) -> list[Pair]:
    """All pairs, each in COPIES versions with accents dropped by chance; order and choice depend on SEED alone."""
    chance = random.Random(SEED)
    plain = [*_phrasing_pairs(phrasings), *_guide_pairs(settings), *_lexicon_pairs(settings)]
    pairs = [(_noised(first, chance), _noised(second, chance)) for first, second in plain for _ in range(COPIES)]
    chance.shuffle(pairs)
    return pairs


def _phrasing_pairs(phrasings: dict[str, list[str]]) -> Iterator[Pair]:
    for texts in phrasings.values():
        yield from ((first, second) for i, first in enumerate(texts) for second in texts[i + 1 :])


def _guide_pairs(settings: Settings) -> Iterator[Pair]:
    """A guide's title with each of its lines and questions, and every sixth pair of its questions.

    All pairs of questions would outweigh the procedures: in a trial they cost 4 points on unseen ones.
    """
    asked = load_phrasings(settings.knowledge_dir, "guides")
    for guide in load_corpus(settings.knowledge_dir).guides:
        title = normalize(guide.title)
        lines = [line for chunk in chunk_guide(guide) for line in chunk.text.splitlines()]
        questions = asked.get(guide.slug, [])
        yield from ((title, normalize(line)) for line in lines)
        yield from ((question, title) for question in questions)
        yield from ((first, second) for i, first in enumerate(questions) for second in questions[i + 1 :: 6])


def _lexicon_pairs(settings: Settings) -> Iterator[Pair]:
    for lay, terms in load_lexicon(settings.knowledge_dir).meanings.items():
        yield from ((normalize(lay), normalize(term)) for term in terms)


def _noised(text: str, chance: random.Random) -> str:
    return fold_diacritics(text) if chance.random() < UNACCENTED_SHARE else text


def _fit(pairs: Sequence[Pair]) -> Any:
    try:
        import torch
        from datasets import Dataset
        from sentence_transformers import (
            SentenceTransformer,
            SentenceTransformerTrainer,
            SentenceTransformerTrainingArguments,
        )
        from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
        from sentence_transformers.sentence_transformer.modules import StaticEmbedding
        from sentence_transformers.sentence_transformer.training_args import BatchSamplers
    except ImportError as error:
        raise EncoderUnavailable("Huấn luyện cần bản đầy đủ. Chạy: make setup-full") from error
    torch.manual_seed(SEED)
    tokenizer = _train_tokenizer(text for pair in pairs for text in pair)
    model = SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_dim=DIMENSIONS)], device="cpu")
    arguments = SentenceTransformerTrainingArguments(
        output_dir=tempfile.mkdtemp(),
        num_train_epochs=EPOCHS,
        per_device_train_batch_size=BATCH,
        learning_rate=LEARNING_RATE,
        warmup_steps=0.1,
        batch_sampler=BatchSamplers.NO_DUPLICATES,
        save_strategy="no",
        logging_strategy="no",
        report_to="none",
        use_cpu=True,
        seed=SEED,
    )
    data = Dataset.from_dict({"anchor": [pair[0] for pair in pairs], "positive": [pair[1] for pair in pairs]})
    SentenceTransformerTrainer(
        model=model, args=arguments, train_dataset=data, loss=MultipleNegativesRankingLoss(model)
    ).train()
    return model


def _train_tokenizer(texts: Iterable[str]) -> Any:
    """A lower-casing WordPiece over syllables; frequent syllables, with and without accents, become single tokens.

    The trainer numbers its "##x" pieces in hash order, which differs from run to run; naming them first fixes it.
    """
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    texts = [unicodedata.normalize("NFC", text).lower() for text in texts]
    special = ["[PAD]", "[UNK]", *(f"##{letter}" for letter in sorted(set("".join(texts)) - set(" ")))]
    tokenizer.train_from_iterator(
        texts, trainers.WordPieceTrainer(vocab_size=VOCABULARY, min_frequency=2, special_tokens=special)
    )
    return tokenizer


def _save(model: Any, target: Path) -> None:
    """Write the model with 16-bit weights, replacing what was there."""
    import torch

    shutil.rmtree(target, ignore_errors=True)
    model[0].embedding.to(torch.float16)
    model.save(str(target), create_model_card=False)
    model[0].embedding.to(torch.float32)


class _Trained:
    """A model still in memory, as an Encoder, to measure what 16 bits cost."""

    fingerprint = "in-memory"
    dimensions = DIMENSIONS

    def __init__(self, model: Any) -> None:
        self._model = model

    def encode_questions(self, texts: Sequence[str]) -> Any:
        return self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)

    encode_passages = encode_questions


def _shipped(target: Path) -> Encoder:
    return load_encoder("static", str(target.resolve()), ROOT)


def _score(encoder: Encoder, exam: dict[str, list[str]]) -> tuple[float, float]:
    """Hit@1, as typed and without accents: each further phrasing must be nearest to its own code's first one.

    Zeros when there is no question.
    """
    if not exam:
        return 0.0, 0.0
    firsts = encoder.encode_passages([texts[0] for texts in exam.values()])
    expected = [row for row, texts in enumerate(exam.values()) for _ in texts[1:]]
    questions = [text for texts in exam.values() for text in texts[1:]]
    hits = []
    for asked in (questions, [fold_diacritics(text) for text in questions]):
        nearest = np.argmax(encoder.encode_questions(asked) @ firsts.T, axis=1)
        hits.append(round(float(np.mean(nearest == np.array(expected))), 4))
    return hits[0], hits[1]
