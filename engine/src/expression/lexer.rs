//! Cuts an expression's text into tokens. Bounded by the bound on the text; knows no grammar.

use super::ast::Spot;
use super::error::{ExpressionError, SyntaxFault, Unsupported};
use super::limits::INTEGER_MAX;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Int(i64),
    Text(String),
    Name(String),
    /// An operator, a bracket or a word that the grammar keeps for itself.
    Symbol(&'static str),
    End,
}

/// Longer symbols stand before those they begin with.
const SYMBOLS: [&str; 24] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "+", "-", "*", "/", "%", "?", ":", ".", ",",
    "(", ")", "[", "]", "{", "}",
];
/// Words that are symbols.
const WORDS: [&str; 4] = ["true", "false", "null", "in"];

/// The tokens of `text` with their places; the last is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, Spot)>, ExpressionError> {
    let mut lexer = Lexer { text, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blank();
        let start = lexer.at;
        let token = lexer.next()?;
        let is_end = token == Token::End;
        tokens.push((token, Spot::new(start, lexer.at)));
        if is_end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) -> Option<char> {
        let letter = self.peek()?;
        self.at += letter.len_utf8();
        Some(letter)
    }

    /// Passes the longest run of characters that fit.
    fn take_while(&mut self, fits: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|letter| !fits(letter)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    fn eat(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    fn fail<T>(&self, fault: SyntaxFault, start: usize) -> Result<T, ExpressionError> {
        Err(ExpressionError::new(fault, Spot::new(start, self.at)))
    }

    fn unsupported<T>(&self, what: Unsupported, start: usize) -> Result<T, ExpressionError> {
        self.fail(SyntaxFault::NotSupported { what }, start)
    }

    /// Passes white space and `//` comments.
    fn skip_blank(&mut self) {
        loop {
            self.take_while(|letter| matches!(letter, ' ' | '\t' | '\n' | '\r' | '\x0c'));
            if !self.rest().starts_with("//") {
                return;
            }
            self.take_while(|letter| letter != '\n');
        }
    }

    fn next(&mut self) -> Result<Token, ExpressionError> {
        match self.peek() {
            None => Ok(Token::End),
            Some('0'..='9') => self.number(),
            Some('"' | '\'') => self.string(false),
            Some(letter) if is_name_start(letter) => self.word(),
            Some(_) => self.symbol(),
        }
    }

    fn symbol(&mut self) -> Result<Token, ExpressionError> {
        let start = self.at;
        if let Some(symbol) = SYMBOLS.iter().find(|symbol| self.rest().starts_with(**symbol)) {
            self.at += symbol.len();
            return match *symbol {
                "{" | "}" => self.unsupported(Unsupported::Map, start),
                symbol => Ok(Token::Symbol(symbol)),
            };
        }
        let character = self.bump().unwrap_or(' ');
        self.fail(SyntaxFault::UnexpectedCharacter { character }, start)
    }

    fn word(&mut self) -> Result<Token, ExpressionError> {
        let start = self.at;
        let word = self.take_while(is_name_part);
        if matches!(self.peek(), Some('"' | '\'')) {
            match word {
                "r" | "R" => return self.string(true),
                "b" | "B" | "br" | "rb" | "BR" | "RB" | "bR" | "Br" | "rB" | "Rb" => {
                    return self.unsupported(Unsupported::Bytes, start);
                }
                _ => {}
            }
        }
        match WORDS.iter().find(|known| **known == word) {
            Some(&"null") => self.unsupported(Unsupported::Null, start),
            Some(known) => Ok(Token::Symbol(known)),
            None => Ok(Token::Name(word.into())),
        }
    }

    fn number(&mut self) -> Result<Token, ExpressionError> {
        let start = self.at;
        let digits = self.take_while(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        let is_decimal = self
            .rest()
            .strip_prefix('.')
            .is_some_and(|after| after.starts_with(|letter: char| letter.is_ascii_digit()));
        let is_hex = digits.starts_with("0x") || digits.starts_with("0X");
        if is_decimal || (!is_hex && digits.contains(['e', 'E'])) {
            self.take_while(|letter| letter.is_ascii_alphanumeric() || letter == '.');
            return self.unsupported(Unsupported::Decimal, start);
        }
        if digits.ends_with(['u', 'U']) {
            return self.unsupported(Unsupported::Unsigned, start);
        }
        let value = match is_hex {
            true => i64::from_str_radix(digits.get(2..).unwrap_or(""), 16),
            false => digits.parse(),
        };
        match value {
            Ok(value) if value <= INTEGER_MAX => Ok(Token::Int(value)),
            Ok(_) | Err(_) => self.fail(SyntaxFault::BadNumber { text: digits.into() }, start),
        }
    }

    /// A string of any quoting; `raw` ones know no escape.
    fn string(&mut self, raw: bool) -> Result<Token, ExpressionError> {
        let start = self.at;
        let quote = if self.peek() == Some('\'') { "'" } else { "\"" };
        let triple = quote.repeat(3);
        let is_long = self.eat(&triple);
        let end = if is_long { triple.as_str() } else { quote };
        if !is_long {
            self.at += quote.len();
        }
        let mut text = String::new();
        while !self.eat(end) {
            let at = self.at;
            match self.bump() {
                Some('\\') if !raw => text.push(self.escape(at)?),
                Some('\n' | '\r') if !is_long => {
                    self.at = at;
                    return self.fail(SyntaxFault::UnclosedString, start);
                }
                Some(letter) => text.push(letter),
                None => return self.fail(SyntaxFault::UnclosedString, start),
            }
        }
        Ok(Token::Text(text))
    }

    /// The character of an escape whose backslash stood at `start` and has been passed.
    fn escape(&mut self, start: usize) -> Result<char, ExpressionError> {
        let letter = match self.bump() {
            Some('a') => Some('\x07'),
            Some('b') => Some('\x08'),
            Some('f') => Some('\x0c'),
            Some('n') => Some('\n'),
            Some('r') => Some('\r'),
            Some('t') => Some('\t'),
            Some('v') => Some('\x0b'),
            Some(same @ ('\\' | '?' | '"' | '\'' | '`')) => Some(same),
            Some('x' | 'X') => self.code_point(2, 16),
            Some('u') => self.code_point(4, 16),
            Some('U') => self.code_point(8, 16),
            Some('0'..='3') => {
                self.at -= 1;
                self.code_point(3, 8)
            }
            Some(_) | None => None,
        };
        let escape = || self.text.get(start..self.at).unwrap_or("\\").to_owned();
        letter.map_or_else(|| self.fail(SyntaxFault::BadEscape { escape: escape() }, start), Ok)
    }

    /// The character with a number of exactly `length` digits.
    fn code_point(&mut self, length: usize, radix: u32) -> Option<char> {
        let digits = self.rest().get(..length)?;
        if !digits.chars().all(|digit| digit.is_digit(radix)) {
            return None;
        }
        self.at += length;
        u32::from_str_radix(digits, radix).ok().and_then(char::from_u32)
    }
}

fn is_name_start(letter: char) -> bool {
    letter.is_ascii_alphabetic() || letter == '_'
}

fn is_name_part(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}
