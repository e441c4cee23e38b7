use serde::Serialize;

/// How much of a job is done.
#[derive(Serialize)]
pub struct JobProgress<'a> {
    pub job: &'a str,
    pub done: f64,
    /// Where it is.
    pub step: (u8, u8),
    pub tree: Option<Box<Tree>>,
    #[deprecated]
    pub state: State,
}

#[derive(Serialize)]
pub struct Tree {
    value: serde_json::Value,
    branches: Vec<Tree>,
}

#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Waiting,
    Running,
}

/// Text, or a number for what has no text.
#[derive(Serialize)]
#[serde(untagged)]
pub enum SystemNotice {
    Text(String),
    Code(u16),
}

#[cfg(test)]
mod tests {
    #[derive(serde::Serialize)]
    pub struct NotAnEvent;
}
