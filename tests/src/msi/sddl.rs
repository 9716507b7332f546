//! Security descriptors as texts ("Security Descriptor String Format"): owner `O:`, group `G:`, and two lists of entries `D:` and
//! `S:`, each with flags. An entry is `(type;flags;rights;object;inherited object;account)`.

const FLAGS: [&str; 3] = ["P", "AR", "AI"];
const TYPES: [&str; 7] = ["A", "D", "OA", "OD", "AU", "AL", "ML"];
const ENTRY_FLAGS: [&str; 7] = ["CI", "OI", "NP", "IO", "ID", "SA", "FA"];
const RIGHTS: [&str; 27] = [
    "GA", "GR", "GW", "GX", "RC", "SD", "WD", "WO", "RP", "WP", "CC", "DC", "LC", "SW", "LO", "DT", "CR", "FA", "FR",
    "FW", "FX", "KA", "KR", "KW", "KX", "NR", "NW",
];
const ACCOUNTS: [&str; 15] = [
    "SY", "BA", "BU", "BG", "WD", "AU", "LS", "NS", "CO", "CG", "IU", "SU", "PU", "AN", "OW",
];

pub(super) fn check(text: &str) -> Result<(), String> {
    let mut rest = text;
    let mut parts = 0;
    for part in ["O:", "G:", "D:", "S:"] {
        let Some(after) = rest.strip_prefix(part) else { continue };
        let end = after
            .char_indices()
            .find(|(at, _)| {
                ["O:", "G:", "D:", "S:"]
                    .iter()
                    .any(|next| after[*at..].starts_with(next))
            })
            .map_or(after.len(), |(at, _)| at);
        let (content, further) = after.split_at(end);
        if matches!(part, "O:" | "G:") {
            account(content)?;
        } else {
            list(content)?;
        }
        rest = further;
        parts += 1;
    }
    if parts == 0 || !rest.is_empty() {
        return Err(format!("{rest:?} is no part of a security descriptor"));
    }
    Ok(())
}

fn list(text: &str) -> Result<(), String> {
    let start = text.find('(').unwrap_or(text.len());
    words(&text[..start], &FLAGS)?;
    let mut rest = &text[start..];
    while !rest.is_empty() {
        let entry = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        let (entry, further) = entry.ok_or("an entry is not in parentheses")?;
        let fields: Vec<&str> = entry.split(';').collect();
        let [kind, flags, rights, object, inherited, who] = fields[..] else {
            return Err("an entry has six fields".to_owned());
        };
        if !TYPES.contains(&kind) || !object.is_empty() || !inherited.is_empty() {
            return Err(format!("{entry:?} is not an entry for files, keys or services"));
        }
        words(flags, &ENTRY_FLAGS)?;
        match rights.strip_prefix("0x") {
            Some(digits) => drop(u32::from_str_radix(digits, 16).map_err(|error| error.to_string())?),
            None => words(rights, &RIGHTS)?,
        }
        account(who)?;
        rest = further;
    }
    Ok(())
}

/// An account is two letters, or a SID; Windows Installer puts in what is in brackets.
fn account(text: &str) -> Result<(), String> {
    let sid = text
        .strip_prefix("S-1-")
        .is_some_and(|numbers| numbers.split('-').all(|number| number.parse::<u32>().is_ok()));
    let reference = text.starts_with('[') && text.ends_with(']');
    if ACCOUNTS.contains(&text) || sid || reference {
        Ok(())
    } else {
        Err(format!("{text:?} is no account"))
    }
}

/// That `text` is words of a list one behind the other.
fn words(mut text: &str, known: &[&str]) -> Result<(), String> {
    while !text.is_empty() {
        let word = known.iter().find(|word| text.starts_with(**word));
        text = &text[word.ok_or_else(|| format!("{text:?} is unknown"))?.len()..];
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn descriptors_are_parsed() {
        for right in [
            "O:SYG:SYD:PAI(A;;FA;;;SY)(A;;FA;;;BA)",
            "D:PAI(A;OICI;FA;;;SY)(A;OICI;0x1200a9;;;BU)",
            "O:S-1-5-18D:(A;;GRGX;;;WD)",
            "D:(A;;FA;;;[WIX_ACCOUNT])",
        ] {
            assert_eq!(check(right), Ok(()), "{right}");
        }
        for wrong in [
            "",
            "X:SY",
            "O:SYX",
            "D:Q(A;;FA;;;SY)",
            "D:(A;;FA;;;SY",
            "D:(A;;QQ;;;SY)",
            "D:(Z;;FA;;;SY)",
            "D:(A;;FA;;;)",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }
}
