"""What the yearbook's notebook calls: open the frozen edition and its specification, then hand over part by part."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from workbench.domain.errors import BadDefinition
from workbench.reporting import formats
from workbench.reporting.blocks import ChapterBlock, FrontBlock, emit
from workbench.reporting.charts import make_chart
from workbench.reporting.edition import Edition
from workbench.reporting.narrative import KeyFiguresBlock, key_figure, tell
from workbench.reporting.spec import ChapterSpec, ChartSpecification, TableSpec, YearbookSpec, check_spec, load_spec
from workbench.reporting.tables import make_table
from workbench.reporting.words import SYMBOLS


class Yearbook:
    """A book in the making. Each method emits its blocks where it is called."""

    def __init__(self, edition: Edition, spec: YearbookSpec, language: str) -> None:
        self.edition, self.spec, self.language = edition, spec, language

    @classmethod
    def open(cls, edition_dir: str, spec_path: str, language: str = "id") -> Self:
        """Verify the edition and the specification; ``BadDefinition`` lists all that does not fit together."""
        formats.locale_of(language)
        spec = load_spec(Path(spec_path))
        edition = Edition.open(Path(edition_dir))
        problems = check_spec(spec, edition.datasets)
        if problems:
            raise BadDefinition("; ".join(problems))
        return cls(edition, spec, language)

    def front(self) -> None:
        """Title, imprint, foreword and explanatory notes."""
        spec, edition = self.spec, self.edition
        frozen = formats.day(edition.frozen_at.date(), self.language)
        meta = {
            "edition": edition.manifest["id"], "title": edition.manifest.get("title") or spec.title,
            "title_en": spec.title_en, "year": str(edition.manifest["year"]), "place": spec.place,
            "place_en": spec.place_en, "publisher": spec.publisher, "address": spec.address,
            "signatory": spec.signatory, "catalogue": dict(spec.catalogue), "language": self.language,
            "sample": edition.sample, "frozen": frozen, "frozen_at": edition.manifest["frozen_at"],
            "sources": sorted({d.producer for d in edition.datasets.values() if d.producer}),
        }  # fmt: skip
        emit(FrontBlock("front", meta, (*spec.foreword, self._made_of(frozen)), spec.conventions, SYMBOLS))

    def _made_of(self, frozen: str) -> str:
        """The sentence of the foreword that is counted, not written."""
        items = [item for chapter in self.spec.chapters for item in chapter.items]
        tables = sum(isinstance(item, TableSpec) for item in items)
        charts = sum(isinstance(item, ChartSpecification) for item in items)
        datasets, producers = len(self.spec.datasets()), len({self.edition.dataset(d).producer
                                                              for d in self.spec.datasets()})  # fmt: skip
        if any(table.as_filed for table in self.spec.tables.values()):
            return self._made_as_filed(tables, datasets, frozen)
        if self.language == "id":
            return (
                f"Edisi ini memuat {tables} tabel dan {charts} gambar dalam {len(self.spec.chapters)} bab. Angkanya "
                f"berasal dari {datasets} dataset milik {producers} produsen data yang telah diperiksa walidata dan "
                f"dibekukan pada {frozen}."
            )
        return (
            f"This edition holds {tables} tables and {charts} figures in {len(self.spec.chapters)} chapters, from "
            f"{datasets} datasets of {producers} data producers, checked by the data steward and frozen on {frozen}."
        )

    def _made_as_filed(self, tables: int, datasets: int, frozen: str) -> str:
        """Nobody has checked what is printed as filed, so the sentence does not say so."""
        if self.language == "id":
            return f"Edisi ini memuat {tables} tabel dari {datasets} dataset, dicetak seperti dalam berkasnya dan dibekukan pada {frozen}."  # noqa: E501
        return f"This edition holds {tables} tables from {datasets} datasets, printed as filed and frozen on {frozen}."

    def key_figures(self) -> None:
        """The key statistics."""
        figures = tuple(
            key_figure(make_table(self.edition, f.table, self.language), f, self.language)
            for f in self.spec.key_figures
        )
        if figures:
            emit(KeyFiguresBlock("key-figures", figures))

    def chapters(self) -> None:
        """All chapters, in order."""
        for chapter in self.spec.chapters:
            self._chapter(chapter)

    def chapter(self, key: str) -> None:
        """One chapter; ``BadDefinition`` when the specification has none of that key."""
        for chapter in self.spec.chapters:
            if chapter.key == key:
                self._chapter(chapter)
                return
        raise BadDefinition(f"chapter {key}")

    def _chapter(self, chapter: ChapterSpec) -> None:
        emit(ChapterBlock(chapter.key, chapter.title, chapter.title_en, chapter.intro))
        place = self.spec.place if self.language == "id" else self.spec.place_en
        for item in chapter.items:
            if isinstance(item, TableSpec):
                emit(make_table(self.edition, item, self.language))
            elif isinstance(item, ChartSpecification):
                emit(make_chart(self.edition, item, self.language))
            else:
                emit(tell(make_table(self.edition, item.table, self.language), item, place, self.language))
