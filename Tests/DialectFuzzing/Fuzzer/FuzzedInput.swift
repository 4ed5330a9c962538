/// What this fuzzer fuzzes.
typealias FuzzedInput = DialectInput

extension DialectInput {
    /// Reads one input.
    func run(_ bytes: UnsafeRawBufferPointer) { run(Array(bytes)) }
}
