"""What people of the demo office write: who asks for what, why a thing goes back, why it waits. All made up."""

from __future__ import annotations

from collections.abc import Mapping

REQUESTERS = (
    "Universitas Sebelas Maret", "Badan Perencanaan Pembangunan Daerah", "Rizka Amalia (mahasiswa)",
    "Universitas Muhammadiyah Surakarta", "Dinas Sosial", "Bagus Prakoso (peneliti)", "Solopos", "Bank Indonesia Solo",
    "RSUD Kota Surakarta", "Inspektorat Daerah", "Dewi Safitri (mahasiswa)", "Bagian Organisasi Setda",
    "Yayasan Kakak", "Kecamatan Jebres", "Fajar Nugraha (mahasiswa)", "Kamar Dagang dan Industri Surakarta",
    "Kecamatan Laweyan", "Institut Seni Indonesia Surakarta", "Dinas Perumahan", "Lina Marlina (umum)",
)  # fmt: skip

TOPICS: Mapping[str, tuple[str, ...]] = {
    "2.12.01": ("jumlah penduduk per kelurahan", "kelahiran dan kematian", "penduduk menurut kelompok umur"),
    "1.02.01": ("tenaga kesehatan per puskesmas", "fasilitas kesehatan", "kunjungan posyandu"),
    "1.01.01": ("jumlah murid dan guru SD", "angka partisipasi sekolah", "sekolah menengah pertama"),
    "3.27.01": ("panen dan produksi padi", "populasi ternak", "harga bahan pangan pokok"),
}

SUBJECTS: Mapping[str, str] = {
    "bwi-permintaan": "Permintaan data {topic}",
    "trk-layanan-data": "Permohonan data {topic}",
    "ska-permohonan-bps": "Permohonan data {topic} kepada BPS",
    "ska-publikasi": "Publikasi {topic}",
    "bwi-diseminasi": "Infografis {topic}",
    "sby-penyebarluasan": "Tabel {topic} untuk Portal Satu Data",
}

QUARTER = "Pemutakhiran data sektoral triwulan {quarter} {year}"
SPECIAL = (
    "Pemutakhiran data untuk LKPJ", "Pengumpulan data profil kota", "Pengumpulan data dukung SPM",
    "Pengumpulan data indikator RPJMD", "Pengumpulan data Kecamatan Dalam Angka", "Pengumpulan data evaluasi SAKIP",
    "Pengumpulan data kemiskinan", "Pengumpulan data dukung Smart City",
)  # fmt: skip

RETURNS: Mapping[str, tuple[str, ...]] = {
    "bwi-diseminasi": (
        "Sumber data belum dicantumkan di bawah grafik.", "Sumbu tegak tidak mulai dari nol; mohon dibuat ulang.",
        "Satuan pada judul berbeda dengan satuan pada tabel.", "Narasi belum menyebut tahun pembanding.",
    ),
    "sby-penyebarluasan": (
        "Jumlah pada tabel tidak sama dengan penjumlahan kecamatan.", "Metadata variabel belum diisi.",
        "Judul belum menyebut periode data.",
    ),
    "ska-permohonan-bps": (
        "Rujukan nota kesepahaman dengan BPS belum dicantumkan.", "Variabel yang diminta belum dirinci.",
        "Nomor dan perihal surat tertukar.",
    ),
    "ska-publikasi": (
        "Jadwal bentrok dengan rilis BPS; mohon digeser.", "Penanggung jawab tiap publikasi belum diisi.",
    ),
    "trk-layanan-data": (
        "Data lampiran belum lengkap untuk tahun terakhir.",
        "Redaksi surat balasan perlu disesuaikan tata naskah dinas.",
        "Angka pada lampiran berbeda dengan yang sudah dipublikasikan.", "Nama dan alamat pemohon keliru.",
    ),
    "srg-pengumpulan-publikasi": (
        "Surat pengantar belum ditandatangani kepala dinas.", "Penjelasan kenaikan angka belum dilampirkan.",
        "Metadata kegiatan belum dilampirkan.",
    ),
}  # fmt: skip
BOOK_RETURNS = ("Bab pendidikan belum memuat catatan teknis.", "Daftar tabel tidak sama dengan isi.")

PAUSES: Mapping[str, tuple[str, ...]] = {
    "requester": ("Pemohon diminta memperjelas tahun dan wilayah data.", "Menunggu surat pengantar dari pemohon."),
    "producer_staff": ("Menunggu konfirmasi angka dari OPD pengampu.", "OPD sedang rekonsiliasi data."),
    "bps": ("Menunggu jawaban tertulis BPS.", "BPS meminta waktu sampai rilis resmi."),
}

NOTES = (
    "Sudah ditelepon, dijanjikan minggu ini.", "Berkas fisik ada di meja agenda.",
    "Pemohon mengambil sendiri hasilnya.",
    "Dibahas pada rapat staf hari Senin.", "Diingatkan melalui grup koordinasi.",
    "Menunggu giliran; didahulukan data LKPJ.",
)  # fmt: skip

SKIPS = (
    "Pejabat dinas luar tiga hari; diteruskan agar pemohon tidak menunggu.",
    "Sudah disetujui lisan pada rapat pimpinan.",
    "Langkah sudah dijalankan bersama langkah sebelumnya.",
)  # fmt: skip

CANCELS = (
    "Pemohon mencabut permohonan.", "Permohonan ganda; dilayani pada perkara lain.",
    "Data yang diminta di luar kewenangan kota.", "Kegiatan ditunda ke tahun anggaran berikutnya.",
)  # fmt: skip

REASSIGNED = "{name} cuti; dialihkan."
ASSIGNED = "Mohon diselesaikan oleh yang bersangkutan."
EXTENDS = (
    "Data harus dihimpun dari beberapa OPD dan diperiksa kembali; pemohon diberi tahu tertulis (UU 14/2008 Pasal 22)."
)
REOPENS = "Pemohon melapor lampiran kurang satu tabel; disampaikan ulang."
CUT_OFF = "Sampai batas akhir belum mengirim: {names}. Data periode sebelumnya dipakai."
STANDS = "Isian triwulan ini tidak mengubah angka tahunan; berkas {receipt} tetap berlaku."
