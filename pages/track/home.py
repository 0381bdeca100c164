"""Beranda: what needs me today?"""

from workbench.i18n import _
from workbench.ui import access, frame

person = access.require()

frame.header(_("Selamat bekerja, {name}").format(name=person.name), _("Yang perlu Anda kerjakan hari ini."))
