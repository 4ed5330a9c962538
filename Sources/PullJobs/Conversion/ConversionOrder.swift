import HubClient
import ModelFormats
import RoostCore

/// A model that a pull will make of a repository's weights: settled before the first byte of them comes.
struct ConversionOrder: Sendable {
    /// The files of the weights, in the checkpoint's order.
    let weights: [RepositoryFile]
    /// What the weights' headers said when the pull was planned. They came unverified: the files have to confirm it.
    let checkpoint: Checkpoint
    /// What to make, and why.
    let decision: QuantizationDecision
    /// The recipe as models are called by it.
    let tag: QuantizationTag
    /// Names the model's class, for messages.
    let className: String

    /// What the pull does when all weights are here and the model is not made yet.
    var stage: PullStage { decision.recipe.isQuantized ? .quantizing : .converting }

    /// Roughly how large the model will be, in bytes.
    var estimatedBytes: Int64 { Int64(Double(checkpoint.parameterCount) * decision.recipe.bytesPerWeight) }
}
