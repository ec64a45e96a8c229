//! How error codes are written down: one row for each, with cause and fix, from which constants, enums, sentences and
//! the rows of the error reference are made. Knows none of the codes.

/// A constant for each code, as visible as the first line says, and `CODES`: their rows. The class is that of wrong input,
/// unless a row says another.
macro_rules! code_table {
    (
        $vis:vis const;
        $($(#[$doc:meta])* $name:ident = $code:literal, $($class:ident,)? $cause:literal, $fix:literal;)*
    ) => {
        $($(#[$doc])* $vis const $name: dure_storage::Code = dure_storage::Code($code);)*

        /// The error reference of these.
        pub const CODES: &[dure_storage::CodeEntry] = &[
            $(dure_storage::CodeEntry {
                code: $name,
                class: crate::tables::class!($($class)?),
                cause: $cause,
                fix: $fix,
            },)*
        ];
    };
}

macro_rules! class {
    () => {
        dure_storage::Class::Input
    };
    ($class:ident) => {
        dure_storage::Class::$class
    };
}

/// An enum of reasons, with the code of each and its sentence in both languages.
#[macro_export]
macro_rules! faults {
    (
        $(#[$doc:meta])* $name:ident, $codes:ident $(, passed on $passed:ident($inner:ty))?;
        $($(#[$row:meta])* $variant:ident { $($field:ident: $ty:ty),* } =>
            $code:literal, $class:ident, $cause:literal, $fix:literal, $en:literal, $ko:literal;)*
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the fields of a variant are the words of its sentence")]
        pub enum $name {
            $(#[doc = "What the part it is made with says."] $passed($inner),)?
            $($(#[$row])* $variant { $($field: $ty),* },)*
        }

        /// The error reference of these.
        pub const $codes: &[dure_storage::CodeEntry] = &[
            $(dure_storage::CodeEntry { code: dure_storage::Code($code), class: dure_storage::Class::$class, cause: $cause, fix: $fix },)*
        ];

        impl $name {
            /// The stable code.
            pub fn code(&self) -> dure_storage::Code {
                match self {
                    $($name::$passed(inner) => inner.code(),)?
                    $($name::$variant { .. } => dure_storage::Code($code),)*
                }
            }

            /// The sentence in one language.
            pub fn explain(&self, lang: dure_storage::Lang) -> String {
                match (self, lang) {
                    $(($name::$passed(inner), lang) => inner.explain(lang),)?
                    $(
                        ($name::$variant { $($field),* }, dure_storage::Lang::En) => format!($en),
                        ($name::$variant { $($field),* }, dure_storage::Lang::Ko) => format!($ko),
                    )*
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.explain(dure_storage::Lang::En))
            }
        }

        impl std::error::Error for $name {}

        impl dure_storage::Explain for $name {
            fn code(&self) -> dure_storage::Code {
                $name::code(self)
            }

            fn explain(&self, lang: dure_storage::Lang) -> String {
                $name::explain(self, lang)
            }
        }
    };
}

pub(crate) use {class, code_table, faults};
