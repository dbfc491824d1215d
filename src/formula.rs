//! Formulas that a scenario holds as text: numbers, variables, + − * / ^, and a few functions.
//!
//! Precedence as on paper: `-v^2` is −(v²), `2^3^2` is 2⁹. `^` and `**` are the same.

use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};
use pest::iterators::{Pair, Pairs};
use pest::pratt_parser::{Assoc, Op, PrattParser};
use std::sync::LazyLock;

#[derive(pest_derive::Parser)]
#[grammar = "formula.pest"]
struct Grammar;

static PRECEDENCE: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    PrattParser::new()
        .op(Op::infix(Rule::add, Assoc::Left) | Op::infix(Rule::subtract, Assoc::Left))
        .op(Op::infix(Rule::multiply, Assoc::Left) | Op::infix(Rule::divide, Assoc::Left))
        .op(Op::prefix(Rule::minus) | Op::prefix(Rule::plus))
        .op(Op::infix(Rule::power, Assoc::Right))
});

/// Characters of a formula at most, and parentheses inside each other: both parsing and evaluation recurse.
const MOST_CHARACTERS: usize = 1000;
const MOST_NESTED: usize = 40;

const CONSTANTS: [(&str, f64); 2] = [("pi", std::f64::consts::PI), ("e", std::f64::consts::E)];

type Unary = fn(f64) -> f64;
const UNARY: [(&str, Unary); 13] = [
    ("exp", f64::exp),
    ("log", f64::ln),
    ("sqrt", f64::sqrt),
    ("abs", f64::abs),
    ("sin", f64::sin),
    ("cos", f64::cos),
    ("tan", f64::tan),
    ("atan", f64::atan),
    ("sinh", f64::sinh),
    ("cosh", f64::cosh),
    ("tanh", f64::tanh),
    ("erf", libm::erf),
    ("step", |x| if x >= 0.0 { 1.0 } else { 0.0 }),
];

type Binary = fn(f64, f64) -> f64;
const BINARY: [(&str, Binary); 2] = [("min", f64::min), ("max", f64::max)];

/// A formula of variables that are told by their place in a list.
#[derive(Debug, Clone)]
pub struct Formula(Term);

#[derive(Debug, Clone)]
enum Term {
    Number(f64),
    Variable(usize),
    Unary(Unary, Box<Term>),
    Binary(Binary, Box<[Term; 2]>),
}

impl Formula {
    /// Parses `text`, in which these variables may stand. The error says what was found, at which
    /// character, and what is allowed.
    pub fn parse(text: &str, variables: &[&str]) -> Result<Self, String> {
        let length = text.chars().count();
        if length > MOST_CHARACTERS {
            return Err(format!("found {length} characters; allowed: at most {MOST_CHARACTERS}"));
        }
        let deepest = text.chars().scan(0i64, |depth, c| {
            *depth += i64::from(c == '(') - i64::from(c == ')');
            Some(*depth)
        });
        if deepest.max().is_some_and(|depth| depth > MOST_NESTED as i64) {
            return Err(format!(
                "found more than {MOST_NESTED} parentheses inside each other; allowed: at most {MOST_NESTED}"
            ));
        }
        let pairs = Grammar::parse(Rule::formula, text).map_err(|error| syntax(text, &error))?;
        let expression = pairs.into_iter().find(|pair| pair.as_rule() == Rule::expression);
        let Some(expression) = expression else { unreachable!("a formula is an expression") };
        term(expression.into_inner(), text, variables).map(Self)
    }

    /// The value for these values of the variables, in the order they were named in.
    pub fn at(&self, variables: &[f64]) -> f64 {
        self.0.at(variables)
    }
}

impl Term {
    fn at(&self, variables: &[f64]) -> f64 {
        match self {
            Self::Number(number) => *number,
            Self::Variable(index) => variables[*index],
            Self::Unary(function, inner) => function(inner.at(variables)),
            Self::Binary(function, inner) => function(inner[0].at(variables), inner[1].at(variables)),
        }
    }
}

fn term(pairs: Pairs<'_, Rule>, text: &str, variables: &[&str]) -> Result<Term, String> {
    PRECEDENCE
        .map_primary(|pair| match pair.as_rule() {
            Rule::number => Ok(Term::Number(pair.as_str().parse().unwrap_or(f64::NAN))),
            Rule::name => named(&pair, text, variables),
            Rule::call => call(pair, text, variables),
            _ => term(pair.into_inner(), text, variables),
        })
        .map_prefix(|sign, inner| {
            let inner = inner?;
            Ok(match sign.as_rule() {
                Rule::minus => Term::Unary(|x| -x, Box::new(inner)),
                _ => inner,
            })
        })
        .map_infix(|left, operator, right| {
            let function: Binary = match operator.as_rule() {
                Rule::add => |a, b| a + b,
                Rule::subtract => |a, b| a - b,
                Rule::multiply => |a, b| a * b,
                Rule::divide => |a, b| a / b,
                _ => power,
            };
            Ok(Term::Binary(function, Box::new([left?, right?])))
        })
        .parse(pairs)
}

/// Whole powers by multiplication: a square of a negative number is exact.
fn power(base: f64, exponent: f64) -> f64 {
    if exponent.fract() == 0.0 && exponent.abs() <= 64.0 {
        base.powi(exponent as i32)
    } else {
        base.powf(exponent)
    }
}

fn named(pair: &Pair<'_, Rule>, text: &str, variables: &[&str]) -> Result<Term, String> {
    let name = pair.as_str();
    if let Some(index) = variables.iter().position(|variable| *variable == name) {
        return Ok(Term::Variable(index));
    }
    if let Some((_, value)) = CONSTANTS.iter().find(|(constant, _)| *constant == name) {
        return Ok(Term::Number(*value));
    }
    let constants = CONSTANTS.map(|(name, _)| name).join(", ");
    let functions = functions().join(", ");
    Err(format!(
        "found \"{name}\" at character {}; allowed: {}, the constants {constants}, and functions with their arguments in parentheses: {functions}",
        character(text, pair.as_span().start()),
        variables.join(", ")
    ))
}

fn functions() -> Vec<&'static str> {
    UNARY.iter().map(|(name, _)| *name).chain(BINARY.iter().map(|(name, _)| *name)).collect()
}

fn call(pair: Pair<'_, Rule>, text: &str, variables: &[&str]) -> Result<Term, String> {
    let place = character(text, pair.as_span().start());
    let mut inner = pair.into_inner();
    let name = inner.next().map_or("", |name| name.as_str());
    let arguments = inner.map(|argument| term(argument.into_inner(), text, variables));
    let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
    let count = arguments.len();
    let wrong = |allowed: usize| {
        let found = if count == 1 { "1 argument".to_string() } else { format!("{count} arguments") };
        Err(format!("found \"{name}\" with {found} at character {place}; allowed: {allowed}"))
    };
    if let Some((_, function)) = UNARY.iter().find(|(unary, _)| *unary == name) {
        return match <[Term; 1]>::try_from(arguments) {
            Ok([argument]) => Ok(Term::Unary(*function, Box::new(argument))),
            Err(_) => wrong(1),
        };
    }
    if let Some((_, function)) = BINARY.iter().find(|(binary, _)| *binary == name) {
        return match <[Term; 2]>::try_from(arguments) {
            Ok(arguments) => Ok(Term::Binary(*function, Box::new(arguments))),
            Err(_) => wrong(2),
        };
    }
    Err(format!("found the function \"{name}\" at character {place}; allowed: {}", functions().join(", ")))
}

/// The character of the text that starts at this byte, counted from 1.
fn character(text: &str, byte: usize) -> usize {
    text[..byte].chars().count() + 1
}

fn syntax(text: &str, error: &pest::error::Error<Rule>) -> String {
    let (InputLocation::Pos(byte) | InputLocation::Span((byte, _))) = error.location;
    let found = match text[byte..].chars().next() {
        Some(c) => format!("\"{c}\" at character {}", character(text, byte)),
        None => format!("the end after character {}", character(text, byte) - 1),
    };
    let ErrorVariant::ParsingError { positives, .. } = &error.variant else {
        return format!("found {found}");
    };
    let operand = [Rule::number, Rule::name, Rule::call, Rule::expression];
    let operator = [Rule::power, Rule::add, Rule::subtract, Rule::multiply, Rule::divide];
    let mut allowed = Vec::new();
    if positives.iter().any(|rule| operand.contains(rule)) {
        allowed.push("a number, a name, `-` or `(`");
    }
    if positives.iter().any(|rule| operator.contains(rule)) {
        allowed.push("an operator: + - * / ^, `)` of an open `(`, `,` between arguments, or the end");
    }
    format!("found {found}; allowed: {}", allowed.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> f64 {
        Formula::parse(text, &["vx", "v"]).unwrap_or_else(|error| panic!("{text}: {error}")).at(&[3.0, -2.0])
    }

    #[test]
    fn precedence_is_that_of_paper() {
        for (text, expected) in [
            ("-v^2", -4.0),
            ("-vx**2", -9.0),
            ("2^3^2", 512.0),
            ("2^-1*4", 2.0),
            ("2-3-4", -5.0),
            ("16/4/2", 2.0),
            ("1 + 2 * vx", 7.0),
            ("(1 + 2)*vx", 9.0),
            ("--vx", 3.0),
            ("2*-vx^2", -18.0),
            ("1e-1*5.E1 + .5", 5.5),
            ("max(vx, min(v, 7)) - abs(v)", 1.0),
            ("step(vx)+step(v)", 1.0),
            ("e^0 + 0*pi", 1.0),
            ("exp(log(vx))*sqrt(4)*cos(0) + sin(0)+tan(0)+atan(0)+sinh(0)+tanh(0)+erf(0) + cosh(0)", 7.0),
        ] {
            // exp(log x) rounds twice.
            assert!((value(text) - expected).abs() < 1e-14, "{text} = {}", value(text));
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        for (text, message) in [
            ("", "found the end after character 0; allowed: a number, a name, `-` or `(`"),
            ("vx +", "found the end after character 4; allowed: a number, a name, `-` or `(`"),
            (
                "2 vx",
                "found \"v\" at character 3; allowed: an operator: + - * / ^, `)` of an open `(`, `,` between arguments, or the end",
            ),
            ("é", "found \"é\" at character 1; allowed: a number, a name, `-` or `(`"),
            ("exp(1, 2)", "found \"exp\" with 2 arguments at character 1; allowed: 1"),
            ("1 + max(1)", "found \"max\" with 1 argument at character 5; allowed: 2"),
            (
                "gauss(1)",
                "found the function \"gauss\" at character 1; allowed: exp, log, sqrt, abs, sin, cos, tan, atan, sinh, cosh, tanh, erf, step, min, max",
            ),
        ] {
            assert_eq!(Formula::parse(text, &["vx"]).unwrap_err(), message, "{text}");
        }
        let unknown = Formula::parse("1 + vv", &["vx"]).unwrap_err();
        assert!(
            unknown.starts_with("found \"vv\" at character 5; allowed: vx, the constants pi, e,"),
            "{unknown}"
        );
    }

    #[test]
    fn deep_and_long_formulas_are_refused() {
        let deep = format!("{}1{}", "(".repeat(41), ")".repeat(41));
        assert!(Formula::parse(&deep, &[]).unwrap_err().contains("parentheses inside each other"));
        assert!(Formula::parse(&"-".repeat(1001), &[]).unwrap_err().contains("1001 characters"));
        // The longest chains that are allowed.
        assert_eq!(Formula::parse(&("-".repeat(999) + "1"), &[]).unwrap().at(&[]), -1.0);
        assert_eq!(Formula::parse(&("1^".repeat(499) + "1"), &[]).unwrap().at(&[]), 1.0);
        assert_eq!(Formula::parse(&("1+".repeat(499) + "1"), &[]).unwrap().at(&[]), 500.0);
    }
}
