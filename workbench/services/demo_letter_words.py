"""What stands on the letters of the demo office's past: senders, numbers, paragraphs, dispositions. All made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from workbench.domain.letters import Instruction, Nature
from workbench.domain.people import Role

PLACE = "Surakarta"
BPS = "BPS Kota Surakarta"
HEAD = "Kepala Dinas Komunikasi, Informatika, Statistik dan Persandian Kota Surakarta"
DATA_CODE = "000.8.3.3"
MEETING_CODE = "000.1.5"

# The unit's mark in the numbers of senders that write often.
_MARKS: Mapping[str, str] = {
    "Universitas Sebelas Maret": "UN27.02/PT.01.04", "Badan Perencanaan Pembangunan Daerah": "BAPPEDA",
    "Universitas Muhammadiyah Surakarta": "A.5-II/FKI", "Dinas Sosial": "DINSOS", "Solopos": "RED-SP",
    "Bank Indonesia Solo": "Slo/Srt/B", "RSUD Kota Surakarta": "RSUD", "Inspektorat Daerah": "INSP",
    "Bagian Organisasi Setda": "ORG", "Yayasan Kakak": "YK", "Kecamatan Jebres": "JBR", "Kecamatan Laweyan": "LWY",
    "Kamar Dagang dan Industri Surakarta": "KADIN-SKA", "Institut Seni Indonesia Surakarta": "IT6.3/PM",
    "Dinas Perumahan": "DISPERUM", BPS: "33720/VS.300",
}  # fmt: skip
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")

REQUEST = (
    "Sehubungan dengan penyusunan kajian yang sedang kami laksanakan, bersama ini kami mohon bantuan Bapak/Ibu untuk "
    "memberikan data sebagaimana tersebut pada hal surat ini, sedapat mungkin lima tahun terakhir.",
    "Data akan dipergunakan untuk keperluan tersebut dan sumbernya dicantumkan.",
    "Atas perhatian dan kerja sama Bapak/Ibu kami ucapkan terima kasih.",
)
FROM_BPS = (
    "Menjawab surat Saudara, bersama ini kami sampaikan data yang diminta sebagaimana terlampir.",
    "Angka tahun terakhir bersifat sementara sampai dirilis dalam Berita Resmi Statistik.",
)
COVER = (
    "Bersama ini kami kirimkan isian data sektoral perangkat daerah kami yang sudah diperiksa penanggung jawab data.",
    "Berkas isian diunggah pada ruang kerja statistik sektoral.",
)
TO_BPS = (
    "Dalam rangka penyelenggaraan statistik sektoral, bersama ini kami mohon data sebagaimana tersebut pada hal surat.",
    "Data dipergunakan sebagai pembanding data sektoral dan bahan publikasi tahunan kota.",
    "Demikian disampaikan, atas perhatian dan kerja sama Saudara diucapkan terima kasih.",
)
TO_AGENCY = (
    "Dalam rangka melayani permintaan data, kami mohon bantuan Saudara menyampaikan data sebagaimana tersebut pada hal "
    "surat ini beserta metadatanya.",
    "Demikian disampaikan, atas perhatian dan kerja sama Saudara diucapkan terima kasih.",
)
FORMS = (
    "Dalam rangka pemutakhiran data sektoral, bersama ini kami sampaikan form isian untuk diisi oleh pengelola data di "
    "lingkungan Saudara.",
    "Isian dikirim melalui ruang kerja statistik sektoral paling lambat sebagaimana tertera pada form.",
    "Demikian disampaikan, atas perhatian dan kerja sama Saudara diucapkan terima kasih.",
)

# What is asked for at the three dispositions of a request, downwards.
CHAIN: Mapping[str, tuple[Role, tuple[Instruction, ...], tuple[str, ...]]] = {
    "1": (Role.DIVISION_HEAD, (Instruction.PROCESS,), ("", "Mohon ditindaklanjuti sesuai SOP.", "Layani; perhatikan "
          "batas waktu informasi publik.")),
    "2": (Role.SECTION_HEAD, (Instruction.PROCESS, Instruction.COORDINATE), ("", "Cek dulu ke OPD pengampu.",
          "Gunakan data yang sudah disahkan.")),
    "3": (Role.STAFF, (Instruction.REPLY,), ("", "Siapkan surat balasan dan lampirannya.",
          "Bila belum ada data tahun terakhir, sebutkan.")),
}  # fmt: skip

SENT = ("diambil sendiri oleh pemohon", "e-mail ke alamat pemohon", "kurir", "pos")
SENT_BPS = ("diantar ke BPS", "pos", "kurir")
SETTLED = "Dibalas dengan surat {number}."
SERVED = "Data diserahkan kepada pemohon."
FILED = "Berkas diteruskan ke Bidang Statistik."
USED = "Data diolah dan diarsipkan."
DROPPED = "Tidak dilanjutkan: {why}"


@dataclass(frozen=True, slots=True)
class Kind:
    """A letter that belongs to no case, as such letters keep coming."""

    sender: str
    subject: str
    to_role: Role
    instructions: tuple[Instruction, ...]
    fate: str
    nature: Nature = Nature.ORDINARY
    code: str = ""
    note: str = ""


GENERAL: tuple[Kind, ...] = (
    Kind("Sekretariat Daerah", "Undangan rapat koordinasi Satu Data Kota Surakarta", Role.DIVISION_HEAD,
         (Instruction.ATTEND,), "Dihadiri Kepala Bidang; notula terlampir pada berkas.", Nature.URGENT, MEETING_CODE),
    Kind("Badan Perencanaan Pembangunan Daerah", "Undangan forum perangkat daerah", Role.SECRETARY,
         (Instruction.ATTEND,), "Dihadiri Sekretaris.", code=MEETING_CODE),
    Kind("BPS Kota Surakarta", "Undangan pembinaan statistik sektoral dan EPSS", Role.SECTION_HEAD,
         (Instruction.ATTEND, Instruction.COORDINATE), "Dihadiri Subkoordinator dan dua staf.", Nature.URGENT,
         MEETING_CODE),
    Kind("Sekretariat Daerah", "Surat edaran jam kerja bulan Ramadan", Role.CLERK, (Instruction.KNOW,),
         "Diumumkan pada papan pengumuman.", code="800.1.6"),
    Kind("Universitas Sebelas Maret", "Permohonan magang mahasiswa Program Studi Statistika", Role.SECRETARY,
         (Instruction.RESPOND, Instruction.REPLY), "Diterima dua mahasiswa, dua bulan.", code="400.3.10"),
    Kind("Universitas Muhammadiyah Surakarta", "Permohonan kunjungan lapangan", Role.DIVISION_HEAD,
         (Instruction.PROCESS,), "Kunjungan dijadwalkan.", code="400.3.10"),
    Kind("Inspektorat Daerah", "Penyampaian laporan hasil pemeriksaan", Role.SECRETARY,
         (Instruction.STUDY, Instruction.DISCUSS), "Tindak lanjut disampaikan.", Nature.SECRET, "700.1.2"),
    Kind("Badan Kepegawaian dan Pengembangan SDM", "Pemanggilan peserta pelatihan statistisi", Role.DIVISION_HEAD,
         (Instruction.PROCESS,), "Dua peserta dikirim.", code="800.2.1"),
    Kind("Dinas Komunikasi dan Informatika Provinsi Jawa Tengah", "Permintaan isian pemutakhiran Satu Data",
         Role.SECTION_HEAD, (Instruction.PROCESS, Instruction.REPLY), "Isian dikirim.", Nature.MOST_URGENT, DATA_CODE,
         "Batas waktu tiga hari."),
    Kind("PT Sarana Data Nusantara", "Penawaran perangkat lunak visualisasi data", Role.SECRETARY,
         (Instruction.FILE,), "Diarsipkan.", code="000.3"),
)  # fmt: skip
OUT: tuple[tuple[str, str, str], ...] = (
    ("Kepala Perangkat Daerah se-Kota Surakarta", "Undangan rapat koordinasi data sektoral", MEETING_CODE),
    ("Sekretaris Daerah Kota Surakarta", "Laporan pelaksanaan Satu Data triwulan", DATA_CODE),
    ("Kepala Badan Perencanaan Pembangunan Daerah", "Penyampaian daftar data sektoral", DATA_CODE),
)
OUT_TEXT = (
    "Bersama ini kami sampaikan hal sebagaimana tersebut di atas; rincian terlampir.",
    "Demikian disampaikan, atas perhatian dan kerja sama Saudara diucapkan terima kasih.",
)


def number(dice: Random, sender: str, month: int, year: int) -> str:
    """A letter number as that sender writes it; people without an office write none."""
    if sender.endswith(")"):
        return ""
    mark = _MARKS.get(sender) or "".join(word[0] for word in sender.split() if word[0].isupper())
    return f"{dice.randint(3, 2400)}/{mark}/{_ROMAN[month - 1]}/{year}"


def nature(dice: Random) -> Nature:
    """Most letters are ordinary."""
    (drawn,) = dice.choices((Nature.ORDINARY, Nature.URGENT, Nature.MOST_URGENT), (0.8, 0.17, 0.03))
    return drawn
