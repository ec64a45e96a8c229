//! Amounts of money as official documents write them, so that no digit can be added: 금113,560원(금일십일만삼천오백육십원).

use dure_storage::Lang;

use crate::report::cell::grouped;

const DIGITS: [&str; 10] = ["", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구"];
const PLACES: [&str; 4] = ["천", "백", "십", ""];
/// What each further four digits count.
const MYRIADS: [&str; 5] = ["", "만", "억", "조", "경"];

/// An amount of won in its formal style.
pub fn formal(amount: i64, lang: Lang) -> String {
    match lang {
        Lang::Ko => format!("금{}원(금{}원)", grouped(amount), in_words(amount)),
        Lang::En => format!("KRW {}", grouped(amount)),
    }
}

/// A number in Korean words, every one of its digits named.
pub fn in_words(number: i64) -> String {
    if number == 0 {
        return "영".to_owned();
    }
    let (mut rest, mut groups) = (number.unsigned_abs(), Vec::new());
    for myriad in MYRIADS {
        let group = rest % 10_000;
        if group > 0 {
            groups.push(four_digits(group as usize) + myriad);
        }
        rest /= 10_000;
    }
    let sign = if number < 0 { "마이너스" } else { "" };
    sign.to_owned() + &groups.into_iter().rev().collect::<String>()
}

/// Thousands to ones of a number below ten thousand.
fn four_digits(group: usize) -> String {
    let digits = [group / 1000, group / 100 % 10, group / 10 % 10, group % 10];
    let named = digits.into_iter().zip(PLACES).filter(|(digit, _)| *digit > 0);
    named.map(|(digit, place)| format!("{}{place}", DIGITS[digit])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_digit_of_an_amount_is_named() {
        for (number, words) in [
            (0, "영"),
            (1, "일"),
            (10, "일십"),
            (1_000, "일천"),
            (10_000, "일만"),
            (113_560, "일십일만삼천오백육십"),
            (1_200_000, "일백이십만"),
            (100_000_001, "일억일"),
            (1_000_000_000_000, "일조"),
            (-5_040, "마이너스오천사십"),
            (i64::MAX, "구백이십이경삼천삼백칠십이조삼백육십팔억오천사백칠십칠만오천팔백칠"),
        ] {
            assert_eq!(in_words(number), words, "{number}");
        }
        assert_eq!(formal(113_560, Lang::Ko), "금113,560원(금일십일만삼천오백육십원)");
        assert_eq!(formal(113_560, Lang::En), "KRW 113,560");
    }
}
