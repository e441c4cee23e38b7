use serde::Serialize;

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Info,
    Warning,
}

/// From the operators of the server.
#[derive(Debug, Clone, Serialize)]
pub struct SystemNotice {
    pub level: Level,
    pub text: String,
    /// When the server stops, in seconds from now.
    pub stops_in: Option<u32>,
}
