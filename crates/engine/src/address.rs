//! Addresses of servers: they hold passwords, which are never shown.

/// `scheme://user:…@host/path?…` with every password hidden.
#[must_use]
pub fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let (place, options) = rest
        .split_once('?')
        .map_or((rest, None), |(place, options)| (place, Some(options)));
    let place = match place.rsplit_once('@') {
        Some((credentials, host)) => match credentials.split_once(':') {
            Some((user, _)) => format!("{user}:…@{host}"),
            None => place.to_owned(),
        },
        None => place.to_owned(),
    };
    match options {
        Some(options) => format!("{scheme}://{place}?{}", hidden_options(options)),
        None => format!("{scheme}://{place}"),
    }
}

fn hidden_options(options: &str) -> String {
    let hidden = options.split('&').map(|option| match option.split_once('=') {
        Some((key, _)) if key.contains("password") => format!("{key}=…"),
        _ => option.to_owned(),
    });
    hidden.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_hidden_wherever_they_stand() {
        for (url, shown) in [
            ("postgres://ada:se:c@ret@db/app", "postgres://ada:…@db/app"),
            (
                "postgres://ada@db/app?password=secret&a=1",
                "postgres://ada@db/app?password=…&a=1",
            ),
            ("clickhouse://db:8123/app", "clickhouse://db:8123/app"),
            ("duckdb:./data", "duckdb:./data"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
