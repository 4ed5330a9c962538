package import HubClient
package import ModelFormats
package import RoostCore

/// A model that a pull will make from a repository's weights; decided before the download.
package struct ConversionOrder: Sendable {
    /// The files of the weights, in the order of the checkpoint.
    package let weights: [RepositoryFile]
    /// The headers of the weights, as read when the pull was planned. They are not verified until they have been
    /// compared with the files.
    let checkpoint: Checkpoint
    /// The recipe and the reason for it.
    package let decision: QuantizationDecision
    /// The recipe as a part of the model's name.
    package let tag: QuantizationTag
    /// The name of the model's class, for messages.
    let className: String

    /// The stage of the pull when all weights have arrived and the model is not complete yet.
    package var stage: PullStage { decision.recipe.isQuantized ? .quantizing : .converting }

    /// The approximate size of the model in bytes.
    var estimatedBytes: Int64 { Int64(Double(checkpoint.parameterCount) * decision.recipe.bytesPerWeight) }
}
