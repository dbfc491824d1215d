//! Formulas that a scenario holds as text: numbers, variables, + − * / ^, and a few functions.
//!
//! Precedence is as on paper: `-v^2` is −(v²), `2^3^2` is 2⁹. `^` and `**` are the same. Spaces may stand
//! between any two tokens. The parser has one function for each rule of the grammar:
//!
//! ```text
//! sum     = product (("+" | "-") product)*
//! product = factor (("*" | "/") factor)*
//! factor  = ("+" | "-") factor | power
//! power   = operand (("^" | "**") factor)?
//! operand = number | name | name "(" sum ("," sum)* ")" | "(" sum ")"
//! ```

/// The most characters in a formula, and the deepest nesting of parentheses. Both are bounded since parsing
/// and evaluation recurse.
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
    ("step", |x| if x.is_nan() { x } else { f64::from(x >= 0.0) }),
];

type Binary = fn(f64, f64) -> f64;
const BINARY: [(&str, Binary); 2] =
    [("min", |a, b| nan_or(f64::min, a, b)), ("max", |a, b| nan_or(f64::max, a, b))];

/// The lesser or the greater of two numbers, NaN if one of them is: what is undefined does not vanish.
fn nan_or(of_both: fn(f64, f64) -> f64, a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { of_both(a, b) }
}

/// A parsed formula. Its variables are identified by their positions in a list.
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
    /// Parses `text`, which may use these variables. The error says what was found, at which character, and
    /// what is allowed.
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
        let mut parser = Parser { text, place: 0, variables, unknown: None };
        let term = parser.sum()?;
        if parser.rest() != "" {
            return Err(parser.expected(OPERATOR));
        }
        parser.unknown.map_or(Ok(Self(term)), Err)
    }

    /// The value of the formula. The values of the variables are in the order of the names given to
    /// [`Self::parse`].
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

/// Reads a formula from left to right. A syntax error ends the reading. A wrong name is only noted, since
/// syntax errors are reported first.
struct Parser<'t> {
    text: &'t str,
    /// The byte to be read next.
    place: usize,
    variables: &'t [&'t str],
    /// The message about the first wrong name or call.
    unknown: Option<String>,
}

const OPERAND: &str = "a number, a name, `-` or `(`";
const OPERATOR: &str = "an operator: + - * / ^, `)` of an open `(`, `,` between arguments, or the end";

impl<'t> Parser<'t> {
    fn sum(&mut self) -> Result<Term, String> {
        let mut sum = self.product()?;
        loop {
            let function: Binary = match self.one_of(&["+", "-"]) {
                Some("+") => |a, b| a + b,
                Some(_) => |a, b| a - b,
                None => return Ok(sum),
            };
            sum = Term::Binary(function, Box::new([sum, self.product()?]));
        }
    }

    fn product(&mut self) -> Result<Term, String> {
        let mut product = self.factor()?;
        loop {
            let function: Binary = match self.one_of(&["*", "/"]) {
                Some("*") => |a, b| a * b,
                Some(_) => |a, b| a / b,
                None => return Ok(product),
            };
            product = Term::Binary(function, Box::new([product, self.factor()?]));
        }
    }

    fn factor(&mut self) -> Result<Term, String> {
        match self.one_of(&["-", "+"]) {
            Some("-") => Ok(Term::Unary(|x| -x, Box::new(self.factor()?))),
            Some(_) => self.factor(),
            None => self.power(),
        }
    }

    fn power(&mut self) -> Result<Term, String> {
        let base = self.operand()?;
        match self.one_of(&["^", "**"]) {
            Some(_) => Ok(Term::Binary(power, Box::new([base, self.factor()?]))),
            None => Ok(base),
        }
    }

    fn operand(&mut self) -> Result<Term, String> {
        if self.one_of(&["("]).is_some() {
            let sum = self.sum()?;
            self.close()?;
            return Ok(sum);
        }
        let rest = self.rest();
        if let length @ 1.. = number_length(rest) {
            self.place += length;
            return Ok(Term::Number(rest[..length].parse().unwrap_or(f64::NAN)));
        }
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Err(self.expected(OPERAND));
        }
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let name = &rest[..end.unwrap_or(rest.len())];
        let character = self.character();
        self.place += name.len();
        let term = match self.one_of(&["("]) {
            Some(_) => call(name, self.arguments()?, character),
            None => named(name, self.variables, character),
        };
        Ok(term.unwrap_or_else(|message| {
            self.unknown.get_or_insert(message);
            Term::Number(f64::NAN)
        }))
    }

    /// Reads the arguments of a call, after its opening parenthesis.
    fn arguments(&mut self) -> Result<Vec<Term>, String> {
        let mut arguments = vec![self.sum()?];
        while self.one_of(&[","]).is_some() {
            arguments.push(self.sum()?);
        }
        self.close()?;
        Ok(arguments)
    }

    fn close(&mut self) -> Result<(), String> {
        self.one_of(&[")"]).map(|_| ()).ok_or_else(|| self.expected(OPERATOR))
    }

    /// Skips spaces, and returns the rest of the text.
    fn rest(&mut self) -> &'t str {
        let rest = self.text[self.place..].trim_start_matches([' ', '\t', '\n', '\r']);
        self.place = self.text.len() - rest.len();
        rest
    }

    /// Reads the next token if it is one of these words.
    fn one_of(&mut self, words: &[&'static str]) -> Option<&'static str> {
        let rest = self.rest();
        let found = words.iter().find(|word| rest.starts_with(**word))?;
        self.place += found.len();
        Some(found)
    }

    /// The character to be read next, counted from 1.
    fn character(&self) -> usize {
        self.text[..self.place].chars().count() + 1
    }

    /// The message for a place where only `allowed` may stand.
    fn expected(&mut self, allowed: &str) -> String {
        match self.rest().chars().next() {
            Some(c) => format!("found \"{c}\" at character {}; allowed: {allowed}", self.character()),
            None => format!("found the end after character {}; allowed: {allowed}", self.character() - 1),
        }
    }
}

/// The length in bytes of the number at the start of `text`; 0 if there is none. A number has digits, at most
/// one point, and an optional exponent.
fn number_length(text: &str) -> usize {
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let whole = digits(0);
    let point = usize::from(text[whole..].starts_with('.'));
    let fraction = if point == 1 { digits(whole + point) } else { 0 };
    if whole + fraction == 0 {
        return 0;
    }
    let mantissa = whole + point + fraction;
    let Some(exponent) = text[mantissa..].strip_prefix(['e', 'E']) else { return mantissa };
    let sign = usize::from(exponent.starts_with(['+', '-']));
    match digits(mantissa + 1 + sign) {
        0 => mantissa,
        power => mantissa + 1 + sign + power,
    }
}

/// Integer powers are computed by multiplication. So squares of negative numbers are right.
fn power(base: f64, exponent: f64) -> f64 {
    if exponent.fract() == 0.0 && exponent.abs() <= 64.0 {
        base.powi(exponent as i32)
    } else {
        base.powf(exponent)
    }
}

fn named(name: &str, variables: &[&str], character: usize) -> Result<Term, String> {
    if let Some(index) = variables.iter().position(|variable| *variable == name) {
        return Ok(Term::Variable(index));
    }
    if let Some((_, value)) = CONSTANTS.iter().find(|(constant, _)| *constant == name) {
        return Ok(Term::Number(*value));
    }
    let constants = CONSTANTS.map(|(name, _)| name).join(", ");
    let functions = functions().join(", ");
    Err(format!(
        "found \"{name}\" at character {character}; allowed: {}, the constants {constants}, and functions with their arguments in parentheses: {functions}",
        variables.join(", ")
    ))
}

fn functions() -> Vec<&'static str> {
    UNARY.iter().map(|(name, _)| *name).chain(BINARY.iter().map(|(name, _)| *name)).collect()
}

fn call(name: &str, arguments: Vec<Term>, character: usize) -> Result<Term, String> {
    let count = arguments.len();
    let wrong = |allowed: usize| {
        let found = if count == 1 { "1 argument".to_string() } else { format!("{count} arguments") };
        Err(format!("found \"{name}\" with {found} at character {character}; allowed: {allowed}"))
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
    Err(format!(
        "found the function \"{name}\" at character {character}; allowed: {}",
        functions().join(", ")
    ))
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
        // The longest allowed chains of operators.
        assert_eq!(Formula::parse(&("-".repeat(999) + "1"), &[]).unwrap().at(&[]), -1.0);
        assert_eq!(Formula::parse(&("1^".repeat(499) + "1"), &[]).unwrap().at(&[]), 1.0);
        assert_eq!(Formula::parse(&("1+".repeat(499) + "1"), &[]).unwrap().at(&[]), 500.0);
    }
}
