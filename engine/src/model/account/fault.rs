//! Why an account is not moved, opened or closed: stable codes, and sentences in Korean and English.

use dure_storage::{Class, Code, CodeEntry, Lang};

use super::{AccountRef, AmountInvalid, UNITS_MAX, Unit};

/// Why something may not be done with an account. Numbers are in its unit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields of a variant are the words of its sentence")]
pub enum AccountFault {
    /// No account of that name.
    Unknown { account: AccountRef },
    /// An account of that name was opened otherwise.
    Exists { account: AccountRef },
    /// It is closed.
    Closed { account: AccountRef },
    /// What is available would pass the floor.
    BelowFloor { account: AccountRef, asked: i64, available: i64, floor: i64, unit: Unit },
    /// Less is reserved.
    NotReserved { account: AccountRef, asked: i64, reserved: i64, unit: Unit },
    /// Another unit is counted in it.
    UnitDiffers { account: AccountRef, unit: Unit, wanted: Unit },
    /// It would hold more than can be counted.
    TooMuch { account: AccountRef, asked: i64 },
    /// Something in it is reserved, so it cannot be closed.
    InUse { account: AccountRef, reserved: i64, unit: Unit },
    /// A transfer from an account to itself.
    SameAccount { account: AccountRef },
    /// No whole number of units.
    AmountInvalid(AmountInvalid),
}

macro_rules! codes {
    ($($variant:pat => $code:literal, $class:ident, $cause:literal, $fix:literal;)*) => {
        /// The error reference of accounts.
        pub const CODES: &[CodeEntry] = &[
            $(CodeEntry { code: Code($code), class: Class::$class, cause: $cause, fix: $fix },)*
        ];

        impl AccountFault {
            /// The stable code.
            pub fn code(&self) -> Code {
                match self {
                    $($variant => Code($code),)*
                }
            }
        }
    };
}

codes! {
    AccountFault::Unknown { .. } => "E-account-unknown", NotFound, "no account of that name was opened", "open it with `dure account open`, or look it up with `dure account list`";
    AccountFault::Exists { .. } => "E-account-exists", Conflict, "an account of that name was opened with another unit, floor or amount", "use another name, or credit the existing account";
    AccountFault::Closed { .. } => "E-account-closed", Refused, "the account is closed", "use another account; a closed one takes no further move";
    AccountFault::BelowFloor { .. } => "E-account-floor", Refused, "what is available in the account would fall below its floor", "ask for less, or credit the account first";
    AccountFault::NotReserved { .. } => "E-account-not-reserved", Refused, "more would be committed or released than is reserved", "commit or release what was reserved before";
    AccountFault::UnitDiffers { .. } => "E-account-unit", Refused, "another unit is counted in the account", "use an account of the same unit";
    AccountFault::TooMuch { .. } => "E-account-limit", Refused, "the account would hold more than 2^53 − 1 units", "use a larger unit, or a second account";
    AccountFault::InUse { .. } => "E-account-in-use", Refused, "units of the account are reserved, so it cannot be closed", "let the cases that reserved them commit or release them first";
    AccountFault::SameAccount { .. } => "E-account-same", Input, "a transfer goes from an account to itself", "name another account";
    AccountFault::AmountInvalid(_) => "E-amount", Input, "an amount is not a whole number of units from 1 on (a floor may be below 0, an opening amount 0)", "give a whole number, in the smallest unit that is counted";
}

impl AccountFault {
    /// The sentence in one language.
    pub fn explain(&self, lang: Lang) -> String {
        match lang {
            Lang::Ko => self.korean(),
            Lang::En => self.english(),
        }
    }

    fn english(&self) -> String {
        match self {
            AccountFault::Unknown { account } => format!("no account {account} was opened"),
            AccountFault::Exists { account } => {
                format!("the account {account} was opened with another unit, floor or amount")
            }
            AccountFault::Closed { account } => format!("the account {account} is closed"),
            AccountFault::BelowFloor { account, asked, available, floor, unit } => format!(
                "the account {account} does not hold enough: {asked} {unit} asked, {available} available, the floor is {floor}"
            ),
            AccountFault::NotReserved { account, asked, reserved, unit } => format!(
                "{asked} {unit} asked of what is reserved in the account {account}, which is {reserved}"
            ),
            AccountFault::UnitDiffers { account, unit, wanted } => {
                format!("the account {account} counts {unit}, not {wanted}")
            }
            AccountFault::TooMuch { account, asked } => {
                format!("with {asked} more the account {account} would hold more than {UNITS_MAX}")
            }
            AccountFault::InUse { account, reserved, unit } => {
                format!("the account {account} cannot be closed: {reserved} {unit} are reserved")
            }
            AccountFault::SameAccount { account } => {
                format!("a transfer from the account {account} to itself moves nothing")
            }
            AccountFault::AmountInvalid(invalid) => invalid.to_string(),
        }
    }

    fn korean(&self) -> String {
        match self {
            AccountFault::Unknown { account } => format!("{account} 계정이 없습니다"),
            AccountFault::Exists { account } => {
                format!("{account} 계정이 다른 단위, 하한 또는 수량으로 이미 개설되어 있습니다")
            }
            AccountFault::Closed { account } => format!("{account} 계정은 마감되었습니다"),
            AccountFault::BelowFloor { account, asked, available, floor, unit } => format!(
                "{account} 계정의 수량이 모자랍니다. 요청 {asked} {unit}, 사용 가능 {available}, 하한 {floor}"
            ),
            AccountFault::NotReserved { account, asked, reserved, unit } => format!(
                "{account} 계정에 예약된 수량보다 많습니다. 요청 {asked} {unit}, 예약 {reserved}"
            ),
            AccountFault::UnitDiffers { account, unit, wanted } => {
                format!("{account} 계정의 단위가 다릅니다. 계정 단위 {unit}, 요청 단위 {wanted}")
            }
            AccountFault::TooMuch { account, asked } => {
                format!("{account} 계정에 {asked} 단위를 더하면 한도({UNITS_MAX})를 넘습니다")
            }
            AccountFault::InUse { account, reserved, unit } => format!(
                "{account} 계정에 예약된 수량이 남아 마감할 수 없습니다. 예약 {reserved} {unit}"
            ),
            AccountFault::SameAccount { account } => {
                format!("{account} 계정에서 같은 계정으로는 이체할 수 없습니다")
            }
            AccountFault::AmountInvalid(invalid) => format!(
                "\"{}\" 값은 수량으로 쓸 수 없습니다. {}부터 {UNITS_MAX}까지의 정수를 적어 주십시오",
                invalid.given, invalid.least
            ),
        }
    }
}

impl std::fmt::Display for AccountFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.english())
    }
}

impl std::error::Error for AccountFault {}

impl From<AmountInvalid> for AccountFault {
    fn from(invalid: AmountInvalid) -> AccountFault {
        AccountFault::AmountInvalid(invalid)
    }
}
