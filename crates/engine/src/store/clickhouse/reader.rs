use std::sync::Arc;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt, TryStreamExt, stream};
use model::ids::OrgId;

use super::client::{Asking, Client};
use super::fault::Fault;
use super::form::escaped;
use super::runs::Visible;
use crate::error::Error;
use crate::store::{Frame, Param, Statement, timed_out};

/// Statements of one question that the server answers side by side: they all see the same, whenever they come.
const AT_ONCE: usize = 4;

pub(super) async fn fetch_all(
    client: &Client,
    org: OrgId,
    seen: Option<Arc<Visible>>,
    statements: &[Statement],
    limit: Duration,
) -> Result<Vec<Frame>, Error> {
    let answer = async {
        let visible = match seen {
            Some(visible) => visible,
            None => Arc::new(Visible::read(client, org).await?),
        };
        let filters = filters(client.database(), &visible.condition());
        let asked: Vec<_> = statements
            .iter()
            .map(|statement| rows(client, asking(statement, &filters, limit), statement.most_rows).boxed())
            .collect();
        stream::iter(asked)
            .buffered(AT_ONCE)
            .try_collect::<Vec<Frame>>()
            .await
    };
    match tokio::time::timeout(limit, answer).await {
        Ok(Err(fault)) if fault.is_timeout() => Err(timed_out(limit)),
        Ok(outcome) => Ok(outcome?),
        Err(_) => Err(timed_out(limit)),
    }
}

async fn rows(client: &Client, asking: Asking, most_rows: usize) -> Result<Frame, Fault> {
    let frame = client.rows(&asking).await;
    frame.map_err(|fault| fault.of_at_most(most_rows))
}

/// What a question may see of each table, as the server takes it.
fn filters(database: &str, condition: &str) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
    let of_table = |table: &str, condition: &str| {
        format!("{}:{}", quoted(&format!("{database}.{table}")), quoted(condition))
    };
    let filters = [
        of_table("events", condition),
        of_table("links", condition),
        // No statement of ours looks at these, and no other may.
        of_table("property_kinds", "FALSE"),
        of_table("runs", "FALSE"),
    ];
    format!("{{{}}}", filters.join(","))
}

fn asking(statement: &Statement, filters: &str, limit: Duration) -> Asking {
    let asking = Asking::new(&numbered(statement))
        .set("additional_table_filters", filters)
        .set("max_result_rows", statement.most_rows.to_string())
        .set("result_overflow_mode", "throw")
        .of_at_most(statement.most_rows)
        // Our own limit comes first; this one is for a server that does not notice that nobody waits.
        .set("max_execution_time", limit.as_secs_f64().to_string())
        .set("cancel_http_readonly_queries_on_client_close", "1")
        .set("enable_materialized_cte", "1")
        // Long lists of values are long statements.
        .set("max_query_size", "16777216")
        .set("max_ast_elements", "1000000")
        .set("max_expanded_ast_elements", "10000000")
        .set("readonly", "1")
        .without_limit();
    statement
        .params
        .iter()
        .zip(0..)
        .fold(asking, |asking, (param, number)| {
            let value = match param {
                Param::Int(value) | Param::Time(value) => value.to_string(),
                Param::Number(value) => value.to_string(),
                Param::Text(name) if is_name(statement, number) => name.clone(),
                Param::Text(text) => escaped(text),
            };
            asking.with(&format!("p{number}"), &value)
        })
}

/// The text with a typed name for each question mark. No statement of ours has one anywhere else; those that people wrote
/// have no parameters.
fn numbered(statement: &Statement) -> String {
    if statement.params.is_empty() {
        return statement.text.clone();
    }
    let mut parts = statement.text.split('?');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for ((part, param), number) in parts.zip(&statement.params).zip(0_usize..) {
        let placed = match param {
            Param::Int(_) => format!("{{p{number}:Int64}}"),
            Param::Number(_) => format!("{{p{number}:Float64}}"),
            Param::Time(_) => format!("fromUnixTimestamp64Micro({{p{number}:Int64}}, 'UTC')"),
            Param::Text(_) if text.ends_with('.') => format!("{{p{number}:Identifier}}"),
            Param::Text(_) => format!("{{p{number}:String}}"),
        };
        text.push_str(&placed);
        text.push_str(part);
    }
    text
}

/// Whether a parameter is the name of a property: what follows a dot is one, and is sent as it is.
fn is_name(statement: &Statement, number: usize) -> bool {
    let before = statement.text.split('?').nth(number);
    before.is_some_and(|text| text.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn question_marks_get_names_and_types() {
        let statement = Statement::new(
            "SELECT properties.?.:String FROM events WHERE name = ? AND ts < ? AND n IN (?, ?)",
            vec![
                Param::Text("a".to_owned()),
                Param::Text("b".to_owned()),
                Param::Time(7),
                Param::Int(1),
                Param::Number(1.5),
            ],
        );
        assert_eq!(
            numbered(&statement),
            "SELECT properties.{p0:Identifier}.:String FROM events WHERE name = {p1:String} AND \
             ts < fromUnixTimestamp64Micro({p2:Int64}, 'UTC') AND n IN ({p3:Int64}, {p4:Float64})"
        );
    }

    #[test]
    fn filters_are_quoted_twice() {
        assert_eq!(
            filters("db", "org_id = 'x'"),
            r"{'db.events':'org_id = \'x\'','db.links':'org_id = \'x\'','db.property_kinds':'FALSE','db.runs':'FALSE'}"
        );
    }
}
