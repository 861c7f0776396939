"""All values that flow through the program, frozen and free of I/O.

This package owns names and shapes (DESIGN section 4 and 5). It refuses behaviour: loading, checking and
writing live in the layers above. No `computed_field` here: the checkpoint serializer would fall back to
unvalidated construction without a word.
"""

from agent.models.briefs import Brief, Message, Plan, Question
from agent.models.kinds import (
    AccountType,
    Category,
    FieldName,
    Frozen,
    Language,
    MaterialKind,
    NoteType,
    Outcome,
    SegmentKind,
    Severity,
    Stage,
    Verdict,
)
from agent.models.notes import Note, NoteInput, Segment, hash_text
from agent.models.reports import (
    Basis,
    Finding,
    Fix,
    IdleReason,
    IdleWaiver,
    LabelDecision,
    Report,
    Undetermined,
    Waiver,
)
from agent.models.rounds import Critique, Metric, Revision, Round, RubricAnswer, Sources, Usage
from agent.models.supplies import Account, Fact, FactNumber, Institution, Material, Persona, Point, Product

__all__ = [
    "Account",
    "AccountType",
    "Basis",
    "Brief",
    "Category",
    "Critique",
    "Fact",
    "FactNumber",
    "FieldName",
    "Finding",
    "Fix",
    "Frozen",
    "IdleReason",
    "IdleWaiver",
    "Institution",
    "LabelDecision",
    "Language",
    "Material",
    "MaterialKind",
    "Message",
    "Metric",
    "Note",
    "NoteInput",
    "NoteType",
    "Outcome",
    "Persona",
    "Plan",
    "Point",
    "Product",
    "Question",
    "Report",
    "Revision",
    "Round",
    "RubricAnswer",
    "Segment",
    "SegmentKind",
    "Severity",
    "Sources",
    "Stage",
    "Undetermined",
    "Usage",
    "Verdict",
    "Waiver",
    "hash_text",
]
