//! The error reference of scenarios: mistakes of their files, and lines that did not go as they say.

use crate::tables::code_table;

code_table! {
    pub(crate) const;

    /// A key scenarios do not have.
    KEY = "E-scenario-key", Input, "a key is not part of a scenario in that place", "use one of the keys named";
    /// A key that must be there.
    MISSING = "E-scenario-missing", Input, "a required key of a scenario is missing", "add it";
    /// A value of the wrong kind.
    KIND = "E-scenario-kind", Input, "a value of a scenario has the wrong kind or form", "write what the message asks for";
    /// A name of the wrong form.
    NAME = "E-scenario-name", Input, "a name or an id in a scenario does not have the form of one", "correct it as the message says";
    /// Something named that is not there.
    UNKNOWN = "E-scenario-unknown", Input, "a scenario names a person, case or workflow that it does not have", "use one of those named, or add it";
    /// A text without one of its languages.
    TEXT = "E-scenario-text", Input, "a text of a scenario lacks Korean or English", "write `{ko: …, en: …}`";
    /// A line that does two things.
    LINE = "E-scenario-line", Input, "a line does two things at once, or gives a name twice", "make two lines of it, or take another name";
    /// A time.
    TIME = "E-scenario-time", Input, "a time cannot be read, lies before the line before, or is counted by a calendar that is not there", "write `2017-03-10 10:00`, or a skip such as `+2wh`; time never goes backwards";
    /// A file it names.
    FILE = "E-scenario-file", Input, "a file that a scenario names cannot be read", "name it as seen from the scenario's own folder";
    /// Too much.
    LIMIT = "E-scenario-limit", Input, "a scenario passes a bound", "part it into several";
    /// What it begins with.
    SETUP = "E-scenario-setup", Refused, "the engine refused a person, an account or a calendar that a scenario begins with", "correct it as the message says";
    /// A line was refused.
    REFUSED = "E-scenario-refused", Refused, "a line was refused that should be accepted", "correct the line or the workflow, or say that it is `refused`";
    /// A line was accepted.
    ACCEPTED = "E-scenario-accepted", Refused, "a line was accepted that should be refused", "correct the line or the workflow";
    /// A line was refused in another way.
    OTHERWISE = "E-scenario-otherwise", Refused, "a line was refused, but not with the code or the words it says", "correct what it says, or the workflow";
    /// What came of a line differs.
    DIFFERS = "E-scenario-differs", Refused, "what came of a line is not what it expects", "correct what it expects, or the workflow";
}
