package import RoostCore

/// The progress of the conversion of local files.
package enum ConversionProgress: Sendable, Hashable {
    /// The source weights are being hashed, so that no model is made from damaged ones.
    case verifying(VerifyProgress)
    /// The model is being written: the stage (`converting` or `quantizing`) and the share that is written, 0.0 … 1.0.
    case writing(PullStage, Double)
}
