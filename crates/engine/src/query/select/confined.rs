//! Reads a person's statement, refuses what reaches beyond the organization's events, and writes it anew.
//!
//! Only what is known to be harmless passes: one SELECT; the table `events` and what the statement itself names; functions,
//! types and forms of [`super::allowed`]. What runs is the text that is written from the parsed statement, never the text
//! that came. In it every name that the statement gives to a query (`WITH name AS …`) begins with [`MARK`], as does every
//! table that is not `events`: no store has a table of such a name, so none can be reached by whatever rule of scopes.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use model::Timestamp;
use model::problem::FieldError;
use sqlparser::ast::{
    BinaryOperator, DataType, Expr, Ident, InTarget, ObjectName, Query, Select, SetExpr, Statement,
    TableAlias, TableFactor, TypedString, Value, ValueWithSpan, Visit, VisitMut, Visitor, VisitorMut,
};
use sqlparser::dialect::{ClickHouseDialect, Dialect as Grammar, DuckDbDialect, PostgreSqlDialect};
use sqlparser::keywords::Keyword;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, Tokenizer};

use super::allowed;
use crate::error::Error;
use crate::query::window::Window;
use crate::store::Dialect;

/// The one table that there is.
const EVENTS: &str = "events";
/// What names of queries begin with in the text that runs.
const MARK: &str = "asked_";

/// Most operators and opening brackets of a statement: each may be a step further down, and reading, writing and dropping what was
/// read takes stack for every step.
const MOST_STEPS: usize = 1_000;
/// Enough for that, also where nothing is optimised; untouched memory costs nothing.
const STACK: usize = 128 * 1024 * 1024;

/// As [`confined`], on a thread whose stack is large enough for whatever passes.
///
/// # Errors
/// As [`confined`].
pub(in crate::query) async fn confined_apart(
    sql: String,
    dialect: Dialect,
    window: Window,
) -> Result<String, Error> {
    let (done, outcome) = tokio::sync::oneshot::channel();
    std::thread::Builder::new()
        .name("sql".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            // Whoever asked may have gone.
            let _ = done.send(confined(&sql, dialect, &window));
        })
        .map_err(Error::internal)?;
    outcome.await.map_err(Error::internal)?
}

/// The statement as it may run.
///
/// # Errors
/// [`Error::Invalid`] on `sql`, which says what cannot be used.
fn confined(sql: &str, dialect: Dialect, window: &Window) -> Result<String, Error> {
    let mut statement = one_select(sql, dialect)?;
    let mut named = Named::default();
    // It never breaks.
    let _ = statement.visit(&mut named);
    let mut confine = Confine {
        named: named.0,
        window,
        dialect,
    };
    if let ControlFlow::Break(refusal) = VisitMut::visit(&mut statement, &mut confine) {
        return Err(refusal.into());
    }
    let text = statement.to_string();
    // Text that would be read differently from what was checked does not run.
    if one_select(&text, dialect)?.to_string() != text {
        return Err(refusal(
            "unclear",
            "This statement cannot be read in one way only. Write it more simply.",
        )
        .into());
    }
    Ok(text)
}

fn is_not_too_deep(grammar: &dyn Grammar, sql: &str) -> Result<(), Error> {
    // What cannot be told apart is refused by the parser, which says why.
    let tokens = Tokenizer::new(grammar, sql).tokenize().unwrap_or_default();
    let goes_on = |token: &&Token| match token {
        Token::Word(word) => matches!(
            word.keyword,
            Keyword::AND
                | Keyword::OR
                | Keyword::XOR
                | Keyword::NOT
                | Keyword::CASE
                | Keyword::IS
                | Keyword::IN
                | Keyword::LIKE
                | Keyword::ILIKE
                | Keyword::BETWEEN
                | Keyword::UNION
                | Keyword::INTERSECT
                | Keyword::EXCEPT
                | Keyword::SELECT
                | Keyword::JOIN
                | Keyword::COLLATE
                | Keyword::AT
        ),
        Token::Whitespace(_)
        | Token::Comma
        | Token::Period
        | Token::SemiColon
        | Token::RParen
        | Token::RBracket
        | Token::RBrace
        | Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::EOF => false,
        // An operator, an opening bracket, or something that is rare.
        _ => true,
    };
    if tokens.iter().filter(goes_on).count() <= MOST_STEPS {
        return Ok(());
    }
    let message = format!(
        "This statement has more than {MOST_STEPS} operators and brackets. Ask in several statements."
    );
    Err(refusal("too_deep", &message).into())
}

fn one_select(sql: &str, dialect: Dialect) -> Result<Statement, Error> {
    let grammar: &dyn Grammar = match dialect {
        Dialect::DuckDb => &DuckDbDialect {},
        Dialect::Postgres => &PostgreSqlDialect {},
        Dialect::ClickHouse => &ClickHouseDialect {},
    };
    is_not_too_deep(grammar, sql)?;
    let statements = Parser::parse_sql(grammar, sql).map_err(|error| {
        let message = format!("This cannot be read as SQL: {error}.");
        Error::invalid("sql", "not_sql", message.replace("sql parser error: ", ""))
    })?;
    match <[Statement; 1]>::try_from(statements) {
        Ok([statement @ Statement::Query(_)]) => Ok(statement),
        Ok(_) => Err(refusal(
            "not_select",
            "Only a SELECT can be asked. It may begin with WITH.",
        )
        .into()),
        Err(statements) if statements.is_empty() => {
            Err(refusal("required", "Write a SELECT over the table `events`.").into())
        }
        Err(_) => Err(refusal("several", "Ask one SELECT at a time.").into()),
    }
}

fn refusal(code: &str, message: impl Into<String>) -> FieldError {
    FieldError::new("sql", code, message)
}

type Outcome = ControlFlow<FieldError>;

fn refuse(code: &str, message: impl Into<String>) -> Outcome {
    ControlFlow::Break(refusal(code, message))
}

fn refuse_unless(allowed: bool, what: &str) -> Outcome {
    if allowed {
        ControlFlow::Continue(())
    } else {
        refuse("not_allowed", format!("{what} cannot be used here."))
    }
}

/// Every name that the statement gives to a query, in lower case.
#[derive(Default)]
struct Named(BTreeSet<String>);

impl Visitor for Named {
    type Break = ();

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<()> {
        let tables = query.with.iter().flat_map(|with| &with.cte_tables);
        self.0
            .extend(tables.map(|table| table.alias.name.value.to_lowercase()));
        ControlFlow::Continue(())
    }
}

struct Confine<'c> {
    named: BTreeSet<String>,
    window: &'c Window,
    dialect: Dialect,
}

impl VisitorMut for Confine<'_> {
    type Break = FieldError;

    fn pre_visit_query(&mut self, query: &mut Query) -> Outcome {
        refuse_unless(query.locks.is_empty(), "FOR UPDATE")?;
        refuse_unless(query.for_clause.is_none(), "FOR XML or JSON")?;
        refuse_unless(query.settings.is_none(), "SETTINGS")?;
        refuse_unless(query.format_clause.is_none(), "FORMAT")?;
        refuse_unless(query.pipe_operators.is_empty(), "`|>`")?;
        check_body(&query.body)?;
        for table in query.with.iter_mut().flat_map(|with| &mut with.cte_tables) {
            refuse_unless(table.from.is_none(), "FROM after a WITH query")?;
            let name = &mut table.alias.name;
            if name.value.eq_ignore_ascii_case(EVENTS) {
                return refuse(
                    "taken",
                    "`events` is the table of your events: give the WITH query another name.",
                );
            }
            *name = marked(name);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &mut Select) -> Outcome {
        refuse_unless(select.into.is_none(), "SELECT … INTO")?;
        refuse_unless(select.optimizer_hints.is_empty(), "A hint")?;
        refuse_unless(
            select.select_modifiers.is_none() && select.top.is_none(),
            "A modifier of SELECT",
        )?;
        refuse_unless(select.lateral_views.is_empty(), "LATERAL VIEW")?;
        refuse_unless(select.connect_by.is_empty(), "CONNECT BY")?;
        refuse_unless(select.value_table_mode.is_none(), "SELECT AS")
    }

    fn pre_visit_table_factor(&mut self, table: &mut TableFactor) -> Outcome {
        match table {
            TableFactor::Table {
                name,
                alias,
                args: None,
                with_hints,
                version: None,
                partitions,
                json_path: None,
                index_directives,
                inheritance: None,
                ..
            } if with_hints.is_empty() && partitions.is_empty() && index_directives.is_empty() => {
                self.reach(name, alias)
            }
            TableFactor::Table {
                name, args: Some(_), ..
            }
            | TableFactor::Function { name, .. } => refuse_unless(
                single(name).is_some_and(|name| allowed::table_function(&name.value)),
                &format!("The table function `{name}`"),
            ),
            TableFactor::Derived { .. } | TableFactor::NestedJoin { .. } | TableFactor::UNNEST { .. } => {
                ControlFlow::Continue(())
            }
            other => refuse(
                "not_allowed",
                format!("`{other}` cannot be used where a table stands."),
            ),
        }
    }

    /// Wherever a relation stands, [`Confine::pre_visit_table_factor`] must have seen it.
    fn pre_visit_relation(&mut self, relation: &mut ObjectName) -> Outcome {
        let is_known = single(relation).is_some_and(|name| {
            is_events(name) || name.value.starts_with(MARK) || allowed::table_function(&name.value)
        });
        refuse_unless(is_known, &format!("`{relation}`"))
    }

    /// Text in simple quotes, numbers, truth values and parameters: other ways of quoting are read differently here and there.
    fn pre_visit_value(&mut self, value: &mut ValueWithSpan) -> Outcome {
        let is_plain = matches!(
            value.value,
            Value::Number(..)
                | Value::Boolean(_)
                | Value::Null
                | Value::Placeholder(_)
                | Value::SingleQuotedString(_)
        );
        refuse_unless(is_plain, &format!("The text {value} (write it in simple quotes)"))?;
        match &value.value {
            Value::SingleQuotedString(text) => self.check_backslashes(text),
            _ => ControlFlow::Continue(()),
        }
    }

    fn pre_visit_ident(&mut self, name: &mut Ident) -> Outcome {
        self.check_backslashes(&name.value)
    }

    fn pre_visit_expr(&mut self, expression: &mut Expr) -> Outcome {
        match expression {
            // Looked at as a value.
            Expr::Value(_) => return ControlFlow::Continue(()),
            Expr::Function(function) => {
                let name = single(&function.name);
                let is_allowed =
                    !function.uses_odbc_syntax && name.is_some_and(|name| allowed::function(&name.value));
                return refuse_unless(is_allowed, &format!("The function `{}`", function.name));
            }
            Expr::Identifier(name) => {
                let is_call = name.quote_style.is_none() && allowed::hidden_call(&name.value);
                return refuse_unless(!is_call, &format!("`{name}`"));
            }
            Expr::Cast { data_type, .. } | Expr::TypedString(TypedString { data_type, .. }) => {
                let name = data_type.to_string();
                return refuse_unless(allowed::type_name(&name), &format!("The type `{name}`"));
            }
            Expr::In { target, .. } => {
                return refuse_unless(!matches!(target, InTarget::Table { .. }), "A table after IN");
            }
            Expr::BinaryOp { op, .. }
            | Expr::AnyOp { compare_op: op, .. }
            | Expr::AllOp { compare_op: op, .. } => {
                let is_custom = matches!(
                    op,
                    BinaryOperator::Custom(_) | BinaryOperator::PGCustomBinaryOperator(_)
                );
                return refuse_unless(!is_custom, &format!("The operator `{op}`"));
            }
            _ => {}
        }
        refuse_unless(is_plain(expression), &format!("`{expression}`"))
    }

    fn post_visit_expr(&mut self, expression: &mut Expr) -> Outcome {
        if let Expr::Value(ValueWithSpan {
            value: Value::Placeholder(name),
            ..
        }) = expression
        {
            let edge = match name.as_str() {
                ":from" => self.window.from,
                ":to" => self.window.to,
                _ => {
                    return refuse(
                        "unknown_parameter",
                        format!("`{name}` is nothing: there are `:from` and `:to`."),
                    );
                }
            };
            *expression = self.instant(edge);
        }
        ControlFlow::Continue(())
    }
}

impl Confine<'_> {
    /// `events` as it is; the name of a query with its mark, under the name that the statement knows it by.
    fn reach(&self, name: &mut ObjectName, alias: &mut Option<TableAlias>) -> Outcome {
        let Some(table) = single(name).cloned() else {
            return refuse(
                "unknown_table",
                format!("There is no table `{name}`. Your events are in `events`."),
            );
        };
        if is_events(&table) {
            return ControlFlow::Continue(());
        }
        if !self.named.contains(&table.value.to_lowercase()) {
            return refuse(
                "unknown_table",
                format!("There is no table `{name}`. Your events are in `events`."),
            );
        }
        alias.get_or_insert_with(|| TableAlias {
            explicit: true,
            name: table.clone(),
            columns: Vec::new(),
            at: None,
        });
        *name = ObjectName::from(marked(&table));
        ControlFlow::Continue(())
    }

    /// In ClickHouse a backslash takes away the meaning of the quote behind it.
    fn check_backslashes(&self, text: &str) -> Outcome {
        let is_plain = self.dialect != Dialect::ClickHouse || !text.contains('\\');
        refuse_unless(is_plain, "A backslash in text or in a name (write char(92))")
    }

    fn instant(&self, edge: Timestamp) -> Expr {
        let text = edge.to_string();
        let text = text.trim_end_matches('Z').replace('T', " ");
        let data_type = match self.dialect {
            Dialect::DuckDb | Dialect::Postgres => {
                DataType::Timestamp(None, sqlparser::ast::TimezoneInfo::None)
            }
            Dialect::ClickHouse => DataType::Datetime64(6, Some("UTC".to_owned())),
        };
        Expr::Cast {
            kind: sqlparser::ast::CastKind::Cast,
            expr: Box::new(Expr::value(Value::SingleQuotedString(text))),
            data_type,
            format: None,
        }
    }
}

fn single(name: &ObjectName) -> Option<&Ident> {
    match name.0.as_slice() {
        [part] => part.as_ident(),
        _ => None,
    }
}

fn is_events(name: &Ident) -> bool {
    name.value == EVENTS || (name.quote_style.is_none() && name.value.eq_ignore_ascii_case(EVENTS))
}

fn marked(name: &Ident) -> Ident {
    Ident {
        value: format!("{MARK}{}", name.value),
        ..name.clone()
    }
}

fn check_body(body: &SetExpr) -> Outcome {
    match body {
        SetExpr::SetOperation { left, right, .. } => {
            check_body(left)?;
            check_body(right)
        }
        SetExpr::Select(_) | SetExpr::Query(_) | SetExpr::Values(_) => ControlFlow::Continue(()),
        SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => refuse(
            "not_select",
            "Only a SELECT can be asked. It may begin with WITH.",
        ),
        SetExpr::Table(_) => refuse_unless(false, "TABLE"),
    }
}

/// Forms that compute with their parts, which are looked at in their turn.
fn is_plain(expression: &Expr) -> bool {
    matches!(
        expression,
        Expr::CompoundIdentifier(_)
            | Expr::CompoundFieldAccess { .. }
            | Expr::IsFalse(_)
            | Expr::IsNotFalse(_)
            | Expr::IsTrue(_)
            | Expr::IsNotTrue(_)
            | Expr::IsNull(_)
            | Expr::IsNotNull(_)
            | Expr::IsUnknown(_)
            | Expr::IsNotUnknown(_)
            | Expr::IsDistinctFrom(..)
            | Expr::IsNotDistinctFrom(..)
            | Expr::Between { .. }
            | Expr::Like { .. }
            | Expr::ILike { .. }
            | Expr::SimilarTo { .. }
            | Expr::UnaryOp { .. }
            | Expr::AtTimeZone { .. }
            | Expr::Extract { .. }
            | Expr::Ceil { .. }
            | Expr::Floor { .. }
            | Expr::Position { .. }
            | Expr::Substring { .. }
            | Expr::Trim { .. }
            | Expr::Overlay { .. }
            | Expr::Nested(_)
            | Expr::Case { .. }
            | Expr::Exists { .. }
            | Expr::Subquery(_)
            | Expr::GroupingSets(_)
            | Expr::Cube(_)
            | Expr::Rollup(_)
            | Expr::Tuple(_)
            | Expr::Named { .. }
            | Expr::Dictionary(_)
            | Expr::Map(_)
            | Expr::Array(_)
            | Expr::Interval(_)
            | Expr::Wildcard(_)
            | Expr::QualifiedWildcard(..)
            | Expr::Lambda(_)
    )
}
