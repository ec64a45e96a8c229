//! The error reference of workflow files, apart from YAML itself and expressions.

use dure_storage::Code;

use crate::tables::code_table;

/// The codes of what the shared readers find, for one kind of file.
#[derive(Debug)]
pub(super) struct ReaderCodes {
    pub(super) key: Code,
    pub(super) missing: Code,
    pub(super) kind: Code,
    pub(super) name: Code,
    pub(super) unknown: Code,
    pub(super) text: Code,
}

/// Those of workflow files.
pub(super) const WORKFLOW: ReaderCodes = ReaderCodes {
    key: KEY,
    missing: MISSING,
    kind: KIND,
    name: NAME,
    unknown: UNKNOWN,
    text: TEXT,
};

code_table! {
    pub const;

    /// A key the language does not have.
    KEY = "E-workflow-key", "a key is not part of the language in that place", "use one of the keys named";
    /// A key that must be there.
    MISSING = "E-workflow-missing", "a required key is missing", "add it";
    /// A value of the wrong kind.
    KIND = "E-workflow-kind", "a value has the wrong kind (a text where a list was expected, for one)", "write what the message asks for";
    /// A name of the wrong form.
    NAME = "E-workflow-name", "a name does not have the form of a name", "use a lower-case Latin letter, then lower-case letters, digits or `_`";
    /// A name used twice.
    DUPLICATE = "E-workflow-duplicate", "a name that must be unique in the file stands twice", "rename one of the two";
    /// Something named that is not there.
    UNKNOWN = "E-workflow-unknown-name", "a step, end, role, field, setting or workflow is named that does not exist", "use one of those named, or define it";
    /// A text without one of its languages.
    TEXT = "E-workflow-text", "a text lacks Korean or English", "write `{ko: …, en: …}`";
    /// A field whose schema does not hold together.
    FIELD = "E-workflow-field", "the schema of a field does not hold together", "correct the keyword named";
    /// Personal data where it would stand in the clear.
    PERSONAL = "E-workflow-personal", "a personal field must be filled in, has a default, or is used for more than asking whether it is given and copying it whole into another personal field", "mark it `optional: true`, without a default; read it with `has(…)` alone, and copy it into a field with `personal: true`";
    /// A number format.
    NUMBER = "E-workflow-number", "the number format is not right", "write plain characters, `{year}` and one `{serial:N}`";
    /// A duration.
    DURATION = "E-workflow-duration", "a duration is not right", "write `30m`, `3h`, `10d` or `2w`";
    /// The ways a step ends.
    OUTCOMES = "E-workflow-outcomes", "the outcomes of a step do not hold together", "see the message";
    /// How many of how many.
    QUORUM = "E-workflow-quorum", "a quorum or a share is not right, or can never be reached", "ask for at least one, and for no more than there are";
    /// Calendars.
    CALENDAR = "E-workflow-calendar", "a duration in working hours or business days stands in a workflow without a calendar", "name one with `calendar:`";
    /// Too much.
    LIMIT = "E-workflow-limit", "a definition passes a bound of the engine", "make it smaller, or part it into called workflows";
}
