//! What the pages load from their own origin: style, script and icon. The same for everybody, so they need no login.

/// Served as `/.cartable/style.css`, `text/css`.
pub(crate) fn style() -> &'static str {
    include_str!("style.css")
}

/// Served as `/.cartable/script.js`, `text/javascript`.
pub(crate) fn script() -> &'static str {
    include_str!("script.js")
}

/// Served as `/.cartable/icon.svg`, `image/svg+xml`: without one, browsers ask for `/favicon.ico` at each visit.
pub(crate) fn icon() -> &'static str {
    include_str!("icon.svg")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::CSP;

    #[test]
    fn pages_load_nothing_from_elsewhere_and_make_no_markup() {
        for word in ["http:", "https:", "//", "url(", "@import"] {
            assert!(!style().contains(word), "{word}");
        }
        for word in ["http", "innerHTML", "insertAdjacentHTML", "eval", "Function(", "document.write", "localStorage"] {
            assert!(!script().contains(word), "{word}");
        }
        assert!(!icon().contains("<script"));
    }

    #[test]
    fn the_policy_of_pages_lets_in_only_their_own() {
        let wanted = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
        assert_eq!(CSP, wanted);
        assert!(!CSP.contains("  ") && !CSP.contains("unsafe"));
    }
}
