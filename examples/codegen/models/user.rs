use serde::Serialize;
use uuid::Uuid;

pub type UserId = Uuid;

#[derive(Debug, Clone, Serialize)]
pub struct User {
    pub id: UserId,
    pub name: String,
    #[serde(skip)]
    pub password_hash: String,
}
