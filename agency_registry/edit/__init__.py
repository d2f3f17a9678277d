"""Every change to the registry. Import the functions from here.

A function takes the open connection first, checks everything, then writes; it raises `RegistryError` before writing or
not at all. What it returns is made of JSON values, ready for a command line or a page.

`entries`    writes agencies: the row, its codes, its periods, its history, the version. The one writer of those tables,
             with `days` (from when what holds), `periods`, `rows`, `recoding`.
`agencies`   add, correct, suspend.
`life`       what a decision makes of them: rename, recode, move, merge, split, close, reopen, each from a day on.
`turning`    the day on which what was decided earlier begins.
`as_of`      an agency, or the whole tree, as it stood on a day.
`places`     where a code belongs in the tree of a day.
`succession` who took over from whom.
`levels`     the levels there are, and were.
`reading`    list and show.
`systems`    systems, their secrets, addresses, and the agencies they speak for.
`serving`    the pairs of system and agency, for `systems`.
`keys`       public keys and client certificates of a system.
`certificates` signature certificates of an agency, each with its role.
`comparing`  what became of agencies since a version.
`synchronising` what the national list says of agencies of scope national.
`proposals`  what a system asks for and two persons decide.
"""

from __future__ import annotations

from agency_registry.edit.agencies import (
    add_agency,
    add_alias,
    change_agency,
    remove_alias,
    resume_agency,
    suspend_agency,
)
from agency_registry.edit.as_of import agency_as_known, agency_as_of, structure_of
from agency_registry.edit.certificates import add_certificate, list_certificates, remove_certificate
from agency_registry.edit.comparing import Changed, changed_after
from agency_registry.edit.entries import Connection, Why, current_version, retired
from agency_registry.edit.keys import add_key, list_keys, remove_key
from agency_registry.edit.levels import list_levels, set_level
from agency_registry.edit.life import (
    close_agency,
    merge_agencies,
    move_agency,
    recode_agency,
    rename_agency,
    reopen_agency,
    split_agency,
)
from agency_registry.edit.papers import Proof, level_of
from agency_registry.edit.places import Place, Tree, tree_of
from agency_registry.edit.proposals import (
    apply_proposal,
    approve_proposal,
    list_proposals,
    propose_agency,
    propose_delete,
    refuse_proposal,
)
from agency_registry.edit.reading import (
    Version,
    changes_since,
    last_changes,
    list_agencies,
    show_agency,
    versions_after,
)
from agency_registry.edit.succession import predecessors_of, successors_of
from agency_registry.edit.synchronising import NationalChange, synchronise
from agency_registry.edit.systems import (
    activate_system,
    add_system,
    attach_agencies,
    change_system,
    detach_agencies,
    list_systems,
    rotate_system,
    settings_of_systems,
    show_system,
    suspend_system,
)
from agency_registry.edit.turning import turn
from agency_registry.reasons import RegistryError
from agency_registry.succession import Path, Succession

__all__ = [
    "Changed",
    "Connection",
    "NationalChange",
    "Path",
    "Place",
    "Proof",
    "RegistryError",
    "Succession",
    "Tree",
    "Version",
    "Why",
    "activate_system",
    "add_agency",
    "add_alias",
    "add_certificate",
    "add_key",
    "add_system",
    "agency_as_known",
    "agency_as_of",
    "apply_proposal",
    "approve_proposal",
    "attach_agencies",
    "change_agency",
    "change_system",
    "changed_after",
    "changes_since",
    "close_agency",
    "current_version",
    "detach_agencies",
    "last_changes",
    "level_of",
    "list_agencies",
    "list_certificates",
    "list_keys",
    "list_levels",
    "list_proposals",
    "list_systems",
    "merge_agencies",
    "move_agency",
    "predecessors_of",
    "propose_agency",
    "propose_delete",
    "recode_agency",
    "refuse_proposal",
    "remove_alias",
    "remove_certificate",
    "remove_key",
    "rename_agency",
    "reopen_agency",
    "resume_agency",
    "retired",
    "rotate_system",
    "set_level",
    "settings_of_systems",
    "show_agency",
    "show_system",
    "split_agency",
    "structure_of",
    "successors_of",
    "suspend_agency",
    "suspend_system",
    "synchronise",
    "tree_of",
    "turn",
    "versions_after",
]
