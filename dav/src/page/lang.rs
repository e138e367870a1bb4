//! The two languages of the pages, chosen by what the browser accepts.

/// A language that the pages speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    /// French.
    Fr,
    /// English.
    En,
}

impl Lang {
    /// The language preferred by an `Accept-Language` header (RFC 9110, section 12.5.4); French when it names neither.
    pub(crate) fn from_accept(accept_language: Option<&str>) -> Self {
        let mut best = (Self::Fr, 0.0);
        for range in accept_language.unwrap_or_default().split(',').take(32) {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default();
            let weight =
                parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0));
            let primary = tag.split('-').next().unwrap_or_default();
            let lang = match primary {
                _ if primary.eq_ignore_ascii_case("fr") => Self::Fr,
                _ if primary.eq_ignore_ascii_case("en") => Self::En,
                _ => continue,
            };
            if weight > best.1 {
                best = (lang, weight);
            }
        }
        best.0
    }

    /// Its tag (BCP 47), for the `lang` attribute and `Content-Language`.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Fr => "fr",
            Self::En => "en",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_known_language_is_spoken() {
        for (header, lang) in [
            (None, Lang::Fr),
            (Some(""), Lang::Fr),
            (Some("de-DE,de;q=0.9"), Lang::Fr),
            (Some("en"), Lang::En),
            (Some("EN-gb, fr;q=0.9"), Lang::En),
            (Some("en;q=0.5, fr-FR;q=0.8"), Lang::Fr),
            (Some("br, fr;q=0.8, en;q=0.8"), Lang::Fr),
            (Some("en;q=0"), Lang::Fr),
            (Some("en;q=x,fr;q=0.1"), Lang::Fr),
            (Some("*"), Lang::Fr),
        ] {
            assert_eq!(Lang::from_accept(header), lang, "{header:?}");
        }
    }
}
