//! The facts of an object, as filters look at them: lines of iCalendar and vCard (RFC 5545 section 3.1, RFC 2426 section 2.6),
//! by the components that they stand in.

/// An object's facts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    /// Paths of components, as `VCALENDAR/VEVENT`.
    components: Vec<String>,
    /// The path of its component, name and value of each property.
    properties: Vec<(String, String, String)>,
}

impl Content {
    /// Reads an object. What has not the form of a line is passed over.
    pub(super) fn of(data: &str) -> Self {
        let mut content = Self::default();
        let mut path = String::new();
        for line in data.replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "").lines() {
            let Some((name, value)) = parts(line) else { continue };
            match name.as_str() {
                "BEGIN" => {
                    if !path.is_empty() {
                        path.push('/');
                    }
                    path.push_str(&value.trim().to_ascii_uppercase());
                    content.components.push(path.clone());
                }
                "END" => path.truncate(path.rfind('/').unwrap_or_default()),
                _ => content.properties.push((path.clone(), name, unescaped(value))),
            }
        }
        content
    }

    /// Whether there is a component at that path.
    pub(super) fn has(&self, path: &str) -> bool {
        self.components.iter().any(|known| known == path)
    }

    /// The values of a property in the components at that path.
    pub(super) fn values<'a>(&'a self, path: &str, name: &str) -> Vec<&'a str> {
        let own = self.properties.iter().filter(|(known, property, _)| known == path && property == name);
        own.map(|(_, _, value)| value.as_str()).collect()
    }
}

/// Name and value of a line, without a group before the name.
fn parts(line: &str) -> Option<(String, &str)> {
    let (name, rest) = line.split_at(line.find([';', ':'])?);
    let name = name.rsplit('.').next().unwrap_or(name).to_ascii_uppercase();
    // A colon in a parameter stands in quotes.
    let mut quoted = false;
    let at = rest.find(|letter| {
        quoted ^= letter == '"';
        letter == ':' && !quoted
    })?;
    Some((name, rest.get(at + 1..)?))
}

fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(other) => text.push(other),
                None => {}
            },
            letter => text.push(letter),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_told_by_their_components() {
        let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY;X=\"a:b\":Un\\, de\r\n ux\r\nitem1.URL:x:y\r\n\
                    END:VEVENT\r\nnothing\r\nBEGIN:VTODO\r\nEND:VTODO\r\nEND:VCALENDAR\r\n";
        let content = Content::of(text);
        assert_eq!(content.values("VCALENDAR/VEVENT", "SUMMARY"), ["Un, deux"]);
        assert_eq!(content.values("VCALENDAR/VEVENT", "URL"), ["x:y"]);
        assert_eq!(content.values("VCALENDAR", "VERSION"), ["2.0"]);
        assert!(content.values("VCALENDAR", "SUMMARY").is_empty());
        assert!(content.has("VCALENDAR/VTODO") && !content.has("VTODO"));
        assert_eq!(
            Content::of("END:A\nEND:B\n\\\n:\n"),
            Content { properties: vec![Default::default()], ..Content::default() }
        );
    }
}
