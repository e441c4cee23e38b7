//! What is said of comments.

use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::HashMap;
use uuid::Uuid;

use crate::models::user::User;

/// A comment was written.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CommentAdded {
    /// Names the comment.
    pub id: Uuid,
    pub author: User,
    /// The comment that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Uuid>,
    pub body: String,
    pub created_at: DateTime<Utc>,
    pub reactions: HashMap<String, u32>,
    #[serde(flatten)]
    pub place: Place,
}

/// Where a comment stands.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    pub document_id: Uuid,
    pub line: Option<u32>,
}

// @sse comment.removed topic=comments
#[derive(Debug, Clone, Serialize)]
pub struct CommentRemoved(pub Uuid);

/// What a moderator did.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "action", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum Moderation {
    /// Nobody sees the comment any more.
    CommentHidden { comment_id: Uuid, reason: Reason },
    UserMuted(User),
    // @sse moderation.over terminal
    AllClear,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    Spam,
    OffTopic,
    /// In words.
    Other(String),
}

impl CommentAdded {
    pub const EVENT: &'static str = "comment.added";
}
