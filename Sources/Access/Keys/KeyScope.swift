/// What a key allows.
package enum KeyScope: String, Sendable, CaseIterable, Codable {
    /// To pull models, and to control one's own pulls.
    case pull
    /// To use models: conversations, completions, vectors.
    case chat
    /// To look: models, one's own pulls, engines, metrics.
    case read
    /// Everything: also the pulls of all owners, the models in memory and on the disk, and the settings.
    case admin
}
