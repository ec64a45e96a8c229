//! Reads tokens into a syntax tree by the grammar of CEL. Its recursion and its tree are bounded.

use super::ast::{Kind, Node, Relation, Sign, Spot, Word};
use super::error::{Bound, ExpressionError, ExpressionFault, SyntaxFault};
use super::lexer::{Token, tokens};
use super::limits::{DEPTH_MAX, NODES_MAX, TEXT_BYTES_MAX};

/// Words that CEL keeps from being names.
const RESERVED: [&str; 18] = [
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
    "in",
];

type Parsed = Result<Node, ExpressionError>;

/// The syntax tree of `text`.
pub(super) fn parse(text: &str) -> Parsed {
    if text.len() > TEXT_BYTES_MAX {
        let fault = ExpressionFault::TooLarge { bound: Bound::Text, found: text.len() };
        return Err(ExpressionError::new(fault, Spot::new(0, text.len())));
    }
    let mut parser = Parser { text, tokens: tokens(text)?, at: 0, depth: 0, nodes: 0 };
    let node = parser.expression()?;
    match parser.peek() {
        Token::End => Ok(node),
        Token::Int(_) | Token::Text(_) | Token::Name(_) | Token::Symbol(_) => parser.unexpected(),
    }
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<(Token, Spot)>,
    at: usize,
    depth: usize,
    nodes: usize,
}

impl Parser<'_> {
    fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    fn spot(&self) -> Spot {
        let end = Spot::new(self.text.len(), self.text.len());
        self.tokens.get(self.at).map_or(end, |(_, spot)| *spot)
    }

    fn last_spot(&self) -> Spot {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        last.map_or(Spot::new(0, 0), |(_, spot)| *spot)
    }

    fn at_symbol(&self, symbol: &str) -> bool {
        matches!(self.peek(), Token::Symbol(found) if *found == symbol)
    }

    fn eat(&mut self, symbol: &str) -> bool {
        let found = self.at_symbol(symbol);
        if found {
            self.at += 1;
        }
        found
    }

    fn expect(&mut self, symbol: &str) -> Result<(), ExpressionError> {
        if self.eat(symbol) { Ok(()) } else { self.unexpected() }
    }

    /// The operator of `table` that stands here, passed.
    fn operator<T: Copy>(&mut self, table: &[(&str, T)]) -> Option<T> {
        let found =
            table.iter().find(|(symbol, _)| self.at_symbol(symbol)).map(|(_, value)| *value);
        if found.is_some() {
            self.at += 1;
        }
        found
    }

    fn unexpected<T>(&self) -> Result<T, ExpressionError> {
        let spot = self.spot();
        let fault = match self.peek() {
            Token::End => SyntaxFault::UnexpectedEnd,
            Token::Int(_) | Token::Text(_) | Token::Name(_) | Token::Symbol(_) => {
                let found = self.text.get(spot.range()).unwrap_or("").to_owned();
                SyntaxFault::UnexpectedToken { found }
            }
        };
        Err(ExpressionError::new(fault, spot))
    }

    /// Makes a node, within the bounds of number and height.
    fn node(&mut self, kind: Kind, spot: Spot) -> Parsed {
        self.nodes += 1;
        let height = kind.height_below() + 1;
        if self.nodes > NODES_MAX {
            return self.too_large(Bound::Nodes, self.nodes);
        }
        if height > DEPTH_MAX {
            return self.too_large(Bound::Depth, height);
        }
        Ok(Node { kind, spot, height })
    }

    fn too_large<T>(&self, bound: Bound, found: usize) -> Result<T, ExpressionError> {
        let fault = ExpressionFault::TooLarge { bound, found };
        Err(ExpressionError::new(fault, self.last_spot()))
    }

    /// One level deeper: every recursion of this parser passes here.
    fn deeper(&mut self, read: impl FnOnce(&mut Self) -> Parsed) -> Parsed {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return self.too_large(Bound::Depth, self.depth);
        }
        let node = read(self)?;
        self.depth -= 1;
        Ok(node)
    }

    fn expression(&mut self) -> Parsed {
        self.deeper(Self::choice)
    }

    fn choice(&mut self) -> Parsed {
        let condition = self.any()?;
        if !self.eat("?") {
            return Ok(condition);
        }
        let yes = self.any()?;
        self.expect(":")?;
        let no = self.expression()?;
        let spot = condition.spot.to(no.spot);
        let (condition, yes, no) = (Box::new(condition), Box::new(yes), Box::new(no));
        self.node(Kind::Choose { condition, yes, no }, spot)
    }

    fn any(&mut self) -> Parsed {
        self.series("||", Self::all, Kind::Any)
    }

    fn all(&mut self) -> Parsed {
        self.series("&&", Self::relation, Kind::All)
    }

    /// One part, or several between the same operator.
    fn series(
        &mut self,
        symbol: &str,
        part: fn(&mut Self) -> Parsed,
        kind: fn(Vec<Node>) -> Kind,
    ) -> Parsed {
        let first = part(self)?;
        if !self.at_symbol(symbol) {
            return Ok(first);
        }
        let spot = first.spot;
        let mut parts = vec![first];
        while self.eat(symbol) {
            parts.push(part(self)?);
        }
        self.node(kind(parts), spot.to(self.last_spot()))
    }

    fn relation(&mut self) -> Parsed {
        const RELATIONS: [(&str, Relation); 7] = [
            ("==", Relation::Equal),
            ("!=", Relation::NotEqual),
            ("<=", Relation::LessOrEqual),
            (">=", Relation::GreaterOrEqual),
            ("<", Relation::Less),
            (">", Relation::Greater),
            ("in", Relation::In),
        ];
        let mut left = self.sum()?;
        while let Some(relation) = self.operator(&RELATIONS) {
            let right = self.sum()?;
            let spot = left.spot.to(right.spot);
            let (of, right) = (Box::new(left), Box::new(right));
            left = self.node(Kind::Relation { relation, left: of, right }, spot)?;
        }
        Ok(left)
    }

    fn sum(&mut self) -> Parsed {
        self.chain(&[("+", Sign::Plus), ("-", Sign::Minus)], Self::product)
    }

    fn product(&mut self) -> Parsed {
        let signs = [("*", Sign::Times), ("/", Sign::Divide), ("%", Sign::Remainder)];
        self.chain(&signs, Self::unary)
    }

    fn chain(&mut self, signs: &[(&str, Sign)], part: fn(&mut Self) -> Parsed) -> Parsed {
        let first = part(self)?;
        let mut rest = Vec::new();
        while let Some(sign) = self.operator(signs) {
            rest.push((sign, part(self)?));
        }
        if rest.is_empty() {
            return Ok(first);
        }
        let spot = first.spot.to(self.last_spot());
        self.node(Kind::Arithmetic { first: Box::new(first), rest }, spot)
    }

    fn unary(&mut self) -> Parsed {
        let start = self.spot();
        let kind: fn(Box<Node>) -> Kind = match self.peek() {
            Token::Symbol("!") => Kind::Not,
            Token::Symbol("-") => Kind::Negate,
            Token::Symbol(_) | Token::Int(_) | Token::Text(_) | Token::Name(_) | Token::End => {
                return self.member();
            }
        };
        self.at += 1;
        let of = self.deeper(Self::unary)?;
        let spot = start.to(of.spot);
        self.node(kind(Box::new(of)), spot)
    }

    fn member(&mut self) -> Parsed {
        let mut node = self.primary()?;
        loop {
            let start = node.spot;
            let of = Box::new(node);
            let kind = if self.eat(".") {
                self.select(of)?
            } else if self.eat("[") {
                let at = Box::new(self.expression()?);
                self.expect("]")?;
                Kind::Index { of, at }
            } else {
                return Ok(*of);
            };
            node = self.node(kind, start.to(self.last_spot()))?;
        }
    }

    /// What follows a `.`: a field, or a function with its arguments.
    fn select(&mut self, of: Box<Node>) -> Result<Kind, ExpressionError> {
        let spot = self.spot();
        let Token::Name(name) = self.peek() else {
            return self.unexpected();
        };
        let word = Word { name: name.clone(), spot };
        self.at += 1;
        if !self.eat("(") {
            return Ok(Kind::Select { of, field: word });
        }
        let arguments = self.items(")")?;
        Ok(Kind::Call { receiver: Some(of), function: word, arguments })
    }

    fn primary(&mut self) -> Parsed {
        let spot = self.spot();
        let token = self.peek().clone();
        match token {
            Token::Int(value) => self.leaf(Kind::Int(value)),
            Token::Text(text) => self.leaf(Kind::Text(text)),
            Token::Name(name) => self.name(Word { name, spot }),
            Token::Symbol("true") => self.leaf(Kind::Bool(true)),
            Token::Symbol("false") => self.leaf(Kind::Bool(false)),
            Token::Symbol("(") => self.group(),
            Token::Symbol("[") => {
                self.at += 1;
                let items = self.items("]")?;
                self.node(Kind::List(items), spot.to(self.last_spot()))
            }
            Token::Symbol(_) | Token::End => self.unexpected(),
        }
    }

    fn leaf(&mut self, kind: Kind) -> Parsed {
        let spot = self.spot();
        self.at += 1;
        self.node(kind, spot)
    }

    fn group(&mut self) -> Parsed {
        let start = self.spot();
        self.at += 1;
        let node = self.expression()?;
        self.expect(")")?;
        Ok(Node { spot: start.to(self.last_spot()), ..node })
    }

    /// A variable, or a function with its arguments.
    fn name(&mut self, word: Word) -> Parsed {
        if RESERVED.contains(&word.name.as_str()) {
            let fault = SyntaxFault::ReservedWord { word: word.name };
            return Err(ExpressionError::new(fault, word.spot));
        }
        self.at += 1;
        let start = word.spot;
        if !self.eat("(") {
            return self.node(Kind::Name(word.name), start);
        }
        let arguments = self.items(")")?;
        let kind = Kind::Call { receiver: None, function: word, arguments };
        self.node(kind, start.to(self.last_spot()))
    }

    /// Expressions between commas up to `end`, which is passed; a list may end in a comma.
    fn items(&mut self, end: &str) -> Result<Vec<Node>, ExpressionError> {
        let mut items = Vec::new();
        while !self.eat(end) {
            items.push(self.expression()?);
            if self.eat(end) {
                break;
            }
            self.expect(",")?;
            if self.at_symbol(")") {
                return self.unexpected();
            }
        }
        Ok(items)
    }
}
