//! The colours of a picture, by day and by night. A colour never says anything that a word, a shape or a stroke does
//! not say as well.

/// The colours of a class of boxes: what is filled, what stands in it and around it.
#[derive(Debug)]
pub(super) struct Colours {
    /// The class.
    pub(super) class: &'static str,
    /// The ground by day, and by night.
    pub(super) fill: (&'static str, &'static str),
    /// The rim by day, and by night.
    pub(super) rim: (&'static str, &'static str),
}

/// Text and lines, by day and by night.
pub(super) const INK: (&str, &str) = ("#1a1d21", "#eceff3");
/// Text that is less important.
pub(super) const FAINT: (&str, &str) = ("#474e57", "#c3cad3");
/// The ground of the page.
pub(super) const PAPER: (&str, &str) = ("#ffffff", "#15181c");

/// Every class of boxes.
pub(super) const BOXES: &[Colours] = &[
    Colours { class: "start", fill: ("#ffffff", "#15181c"), rim: ("#1a1d21", "#eceff3") },
    Colours { class: "task", fill: ("#e7f0fb", "#1c2a3d"), rim: ("#2a5a96", "#8fb8ee") },
    Colours { class: "machine", fill: ("#eef0f2", "#262b31"), rim: ("#555d66", "#a9b2bd") },
    Colours { class: "rule", fill: ("#fdf3d8", "#352d16"), rim: ("#7a5c00", "#e0bd55") },
    Colours { class: "wait", fill: ("#f1eafa", "#2d2440"), rim: ("#6a43a0", "#c3a6ee") },
    Colours { class: "nest", fill: ("#f7f8f9", "#1b1f24"), rim: ("#555d66", "#a9b2bd") },
    Colours { class: "other", fill: ("#e5f4ea", "#17301f"), rim: ("#23693d", "#83cf9e") },
    Colours { class: "cell", fill: ("#ffffff", "#15181c"), rim: ("#767e88", "#8b949f") },
    Colours { class: "cluster", fill: ("#ffffff", "#15181c"), rim: ("#767e88", "#8b949f") },
    Colours { class: "beside", fill: ("#ffffff", "#15181c"), rim: ("#555d66", "#a9b2bd") },
    Colours { class: "end", fill: ("#e3e6e9", "#30363d"), rim: ("#1a1d21", "#eceff3") },
    Colours { class: "result", fill: ("#ffffff", "#15181c"), rim: ("#1a1d21", "#eceff3") },
    Colours { class: "jump", fill: ("#ffffff", "#15181c"), rim: ("#555d66", "#a9b2bd") },
    Colours { class: "list", fill: ("#ffffff", "#15181c"), rim: ("#767e88", "#8b949f") },
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The relative luminance of WCAG 2.2.
    fn luminance(colour: &str) -> f64 {
        let part = |at: usize| {
            let part = u8::from_str_radix(&colour[at..at + 2], 16).expect("two digits");
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(a: &str, b: &str) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn every_text_stands_out_from_its_ground_and_every_rim_from_the_paper() {
        assert!((contrast("#ffffff", "#000000") - 21.0).abs() < 0.01);
        for colours in BOXES {
            for text in [INK, FAINT] {
                let (day, night) =
                    (contrast(text.0, colours.fill.0), contrast(text.1, colours.fill.1));
                assert!(day >= 4.5 && night >= 4.5, "{}: {day} {night}", colours.class);
            }
            let (day, night) = (contrast(colours.rim.0, PAPER.0), contrast(colours.rim.1, PAPER.1));
            assert!(day >= 3.0 && night >= 3.0, "{}: {day} {night}", colours.class);
        }
        assert!(contrast(INK.0, PAPER.0) >= 4.5 && contrast(INK.1, PAPER.1) >= 4.5);
    }
}
