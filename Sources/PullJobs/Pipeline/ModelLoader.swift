package import RoostCore

/// The part of the server that loads pulled models.
package protocol ModelLoader: Sendable {
    /// Loads a model and returns when its engine answers.
    ///
    /// - Throws: `RoostError`; `CancellationError`.
    func load(_ model: ModelReference) async throws
}
