/// The name of a quantisation in GGUF files: `Q4_K_M`, `IQ4_XS`, `F16`, …
///
/// A tag is recognised by its form, not by a list, so that future ones work too. `FP16` and `FP32` count as `F16` and
/// `F32`.
public struct QuantizationTag: Sendable, Hashable, CustomStringConvertible {
    /// The tag in upper case.
    public let description: String

    /// Parses a tag in any case.
    ///
    /// - Parameter text: A tag such as `q4_k_m`.
    public init?(parsing text: String) {
        let upper = text.uppercased()
        guard upper.utf8.count <= 24 else { return nil }
        let parts = upper.split(separator: "_", omittingEmptySubsequences: false)
        guard let head = parts.first, Self.isHead(head), parts.dropFirst().allSatisfy(Self.isTail) else { return nil }
        self.description = ["FP16": "F16", "FP32": "F32"][upper] ?? upper
    }

    /// Whether the type is a floating-point one (F16, BF16, F32), and so not quantised.
    public var isFullPrecision: Bool { ["F16", "BF16", "F32"].contains(description) }

    /// The approximate number of bits per weight; 0 when the name does not contain it.
    public var nominalBits: Int {
        if description == "F32" { return 32 }
        if isFullPrecision { return 16 }
        return description.first(where: \.isNumber).flatMap(\.wholeNumberValue) ?? 0
    }

    private static func isHead(_ part: Substring) -> Bool {
        if ["F16", "BF16", "F32", "FP16", "FP32", "MXFP4", "NVFP4"].contains(part) { return true }
        guard let digit = part.last, digit.isASCII, digit.isNumber else { return false }
        return ["Q", "IQ", "TQ"].contains(part.dropLast())
    }

    private static func isTail(_ part: Substring) -> Bool {
        !part.isEmpty && part.utf8.count <= 4 && part.allSatisfy { $0.isASCII && ($0.isNumber || $0.isLetter) }
    }
}
