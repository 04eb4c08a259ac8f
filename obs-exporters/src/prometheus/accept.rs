//! Which format a scraper wants.

/// The formats of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// The text format 0.0.4, which everything reads.
    #[default]
    Text,
    /// The text format `OpenMetrics` 1.0.
    OpenMetrics {
        /// Whether the scraper asked how names are escaped, and is told `underscores`.
        escaping: bool,
    },
    /// Protobuf, the only format with native histograms.
    Protobuf,
}

impl Format {
    /// The format that an `Accept` header asks for: that with the highest `q`, the first of equals; text when
    /// none of ours is named.
    pub fn negotiate(accept: &str) -> Self {
        let mut best = (0.0, Self::Text);
        for range in accept.split(',') {
            if let Some((format, quality)) = offer(range)
                && quality > best.0
            {
                best = (quality, format);
            }
        }
        best.1
    }

    /// The value of `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics { escaping: false } => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::OpenMetrics { escaping: true } => {
                "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores"
            }
            Self::Protobuf => {
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
            }
        }
    }
}

/// What we have for one media range, and how much it is wanted.
fn offer(range: &str) -> Option<(Format, f64)> {
    let mut parts = range.split(';').map(str::trim);
    let media = parts.next()?.to_ascii_lowercase();
    let parameters: Vec<(&str, &str)> = parts.filter_map(parameter).collect();
    let value = |key: &str| parameters.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|pair| pair.1);
    let version = |known: &str| value("version").is_none_or(|version| version == known);
    let format = match media.as_str() {
        "text/plain" if version("0.0.4") => Format::Text,
        "text/*" | "*/*" => Format::Text,
        "application/openmetrics-text" if version("1.0.0") => {
            Format::OpenMetrics { escaping: value("escaping").is_some() }
        }
        "application/vnd.google.protobuf"
            if value("proto") == Some("io.prometheus.client.MetricFamily")
                && value("encoding").is_none_or(|encoding| encoding == "delimited") =>
        {
            Format::Protobuf
        }
        _ => return None,
    };
    let quality = value("q").map_or(Some(1.0), |q| q.parse::<f64>().ok()).filter(|q| (0.0..=1.0).contains(q))?;
    Some((format, quality))
}

fn parameter(text: &str) -> Option<(&str, &str)> {
    let (key, value) = text.split_once('=')?;
    Some((key.trim(), value.trim().trim_matches('"')))
}

/// Whether an `Accept-Encoding` header allows gzip.
pub(super) fn allows_gzip(accept_encoding: &str) -> bool {
    accept_encoding.split(',').any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let refused = parts.filter_map(parameter).any(|(key, q)| key == "q" && q.parse() == Ok(0.0));
        named && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN: Format = Format::OpenMetrics { escaping: false };

    #[test]
    fn the_highest_quality_wins() {
        let prometheus_2_53 = "application/openmetrics-text;version=1.0.0;q=0.5,\
            application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
        let native = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,\
            application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
        let prometheus_3 = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,\
            application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4";
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8";
        let table = [
            ("", Format::Text),
            ("*/*", Format::Text),
            (browser, Format::Text),
            (prometheus_2_53, OPEN),
            (native, Format::Protobuf),
            (prometheus_3, Format::OpenMetrics { escaping: true }),
            ("application/openmetrics-text; version=2.0.0", Format::Text),
            ("application/openmetrics-text; version=\"1.0.0\"; q=0.2, text/plain; q=0.1", OPEN),
            ("application/openmetrics-text;q=0, text/plain;q=0.1", Format::Text),
            ("text/plain;q=0.5, application/openmetrics-text;q=0.5", Format::Text),
            ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text", Format::Text),
            ("application/openmetrics-text;q=nonsense", Format::Text),
            (";;;=,,q=,", Format::Text),
        ];
        for (accept, want) in table {
            assert_eq!(Format::negotiate(accept), want, "{accept}");
        }
    }

    #[test]
    fn gzip_is_used_only_when_asked_for() {
        let seen = ["gzip", "deflate, gzip;q=0.5", "GZIP", "", "identity", "gzip;q=0", "gzip; q=0.0"].map(allows_gzip);
        assert_eq!(seen, [true, true, true, false, false, false, false]);
    }
}
