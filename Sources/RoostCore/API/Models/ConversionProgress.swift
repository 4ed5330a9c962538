/// How far a conversion of files that are here has come.
public enum ConversionProgress: Sendable, Hashable {
    /// The weights are hashed again, so that nothing is made of damaged ones.
    case verifying(VerifyProgress)
    /// The model is written: `converting` or `quantizing`, and the part of it that is there, 0.0 … 1.0.
    case writing(PullStage, Double)
}
