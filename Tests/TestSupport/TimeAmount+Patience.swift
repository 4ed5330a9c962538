package import NIOCore

extension TimeAmount {
    /// How long a test waits for an answer that must come: four minutes. Other tests may have both processors of a machine for as long; the time
    /// limit of a suite ends what hangs.
    package static let patience: TimeAmount = .minutes(4)
}
