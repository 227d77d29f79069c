use std::fmt;

use serde::{Deserialize, Serialize};

/// Arithmetic over the letters of a trend's series: `A` is the first, `B` the second …
///
/// Parsed by Dijkstra's shunting-yard method into reverse Polish order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Formula {
    text: String,
    tokens: Vec<Token>,
}

/// One step of a formula in reverse Polish order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Token {
    /// A constant.
    Number(f64),
    /// The value of a series, by its position.
    Series(usize),
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// A leading `-`
    Negate,
    /// Only on the parser's stack.
    #[doc(hidden)]
    Open,
}

impl Token {
    const fn binds(self) -> u8 {
        match self {
            Self::Add | Self::Subtract => 1,
            Self::Multiply | Self::Divide => 2,
            Self::Negate => 3,
            Self::Number(_) | Self::Series(_) | Self::Open => 0,
        }
    }
}

const MAX_CHARS: usize = 200;

impl Formula {
    /// Parses `text`.
    ///
    /// # Errors
    /// A sentence that says where it cannot be read.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > MAX_CHARS {
            return Err(format!("a formula has at most {MAX_CHARS} characters"));
        }
        let mut output = Vec::new();
        let mut stack: Vec<Token> = Vec::new();
        let mut wants_value = true;
        let mut rest = text.trim_start();
        while let Some(first) = rest.chars().next() {
            let mut used = first.len_utf8();
            match first {
                '0'..='9' | '.' if wants_value => {
                    used = rest
                        .find(|c: char| !c.is_ascii_digit() && c != '.')
                        .unwrap_or(rest.len());
                    let number = rest[..used]
                        .parse()
                        .map_err(|_| format!("`{}` is not a number", &rest[..used]))?;
                    output.push(Token::Number(number));
                    wants_value = false;
                }
                'A'..='Z' | 'a'..='z' if wants_value => {
                    let letter = u32::from(first.to_ascii_uppercase()) - u32::from('A');
                    output.push(Token::Series(letter as usize));
                    wants_value = false;
                }
                '(' if wants_value => stack.push(Token::Open),
                '-' if wants_value => stack.push(Token::Negate),
                ')' if !wants_value => close(&mut stack, &mut output)?,
                '+' | '-' | '*' | '/' if !wants_value => {
                    let operator = operator(first);
                    while let Some(top) = stack.last().filter(|top| top.binds() >= operator.binds()) {
                        output.push(*top);
                        stack.pop();
                    }
                    stack.push(operator);
                    wants_value = true;
                }
                _ => {
                    return Err(format!(
                        "`{first}` is not expected here; write for example `B / A * 100`"
                    ));
                }
            }
            rest = rest[used..].trim_start();
        }
        if wants_value {
            return Err("it ends too early; write for example `B / A * 100`".to_owned());
        }
        while let Some(top) = stack.pop() {
            if top == Token::Open {
                return Err("a parenthesis is never closed".to_owned());
            }
            output.push(top);
        }
        Ok(Self {
            text: text.trim().to_owned(),
            tokens: output,
        })
    }

    /// The highest series position it names.
    #[must_use]
    pub fn highest_series(&self) -> Option<usize> {
        let positions = self.tokens.iter().filter_map(|token| match token {
            Token::Series(position) => Some(*position),
            _ => None,
        });
        positions.max()
    }

    /// The value for one bucket; `values` are the series' in order. `None` where a part is absent or a division is by zero.
    #[must_use]
    pub fn value(&self, values: &[Option<f64>]) -> Option<f64> {
        let mut stack: Vec<Option<f64>> = Vec::with_capacity(self.tokens.len());
        for token in &self.tokens {
            let result = match *token {
                Token::Number(number) => Some(number),
                Token::Series(position) => values.get(position).copied().flatten(),
                Token::Negate => stack.pop()?.map(|value| -value),
                operator => {
                    let right = stack.pop()?;
                    let left = stack.pop()?;
                    left.zip(right)
                        .and_then(|(left, right)| apply(operator, left, right))
                }
            };
            stack.push(result);
        }
        stack.pop().flatten().filter(|value| value.is_finite())
    }
}

fn operator(sign: char) -> Token {
    match sign {
        '+' => Token::Add,
        '-' => Token::Subtract,
        '*' => Token::Multiply,
        _ => Token::Divide,
    }
}

fn apply(operator: Token, left: f64, right: f64) -> Option<f64> {
    match operator {
        Token::Add => Some(left + right),
        Token::Subtract => Some(left - right),
        Token::Multiply => Some(left * right),
        Token::Divide if right == 0.0 => None,
        Token::Divide => Some(left / right),
        _ => None,
    }
}

fn close(stack: &mut Vec<Token>, output: &mut Vec<Token>) -> Result<(), String> {
    while let Some(top) = stack.pop() {
        if top == Token::Open {
            return Ok(());
        }
        output.push(top);
    }
    Err("a parenthesis is closed that was never opened".to_owned())
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl TryFrom<String> for Formula {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text)
    }
}

impl From<Formula> for String {
    fn from(formula: Formula) -> Self {
        formula.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str, values: &[Option<f64>]) -> Option<f64> {
        Formula::parse(text).expect(text).value(values)
    }

    #[test]
    fn precedence_and_signs() {
        let values = [Some(4.0), Some(2.0)];
        for (text, expected) in [
            ("B / A * 100", 50.0),
            ("A - B - 1", 1.0),
            ("A + B * 3", 10.0),
            ("(A + B) * 3", 18.0),
            ("-A + 10", 6.0),
            ("2 * -B", -4.0),
            ("1.5*a", 6.0),
        ] {
            assert_eq!(value(text, &values), Some(expected), "{text}");
        }
    }

    #[test]
    fn absent_values_and_zero_divisors_give_nothing() {
        assert_eq!(value("A / B", &[Some(1.0), Some(0.0)]), None);
        assert_eq!(value("A + B", &[Some(1.0), None]), None);
    }

    #[test]
    fn what_cannot_be_read() {
        for text in ["", "A +", "A B", "(A", "A)", "A ^ 2", "1.2.3", "()"] {
            assert!(Formula::parse(text).is_err(), "{text}");
        }
    }
}
