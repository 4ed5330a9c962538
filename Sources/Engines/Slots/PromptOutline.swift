package import NIOCore

/// The begin of a prompt in a form that shows how much of it two prompts have in common, and does not contain its text.
///
/// Each block of the text has a checksum that depends on all blocks before it (FNV-1a), so two prompts have the same
/// begin as long as their checksums are equal. Roost only decides by it which prompts may share work; the engine compares
/// the tokens.
package struct PromptOutline: Sendable, Hashable, Codable {
    /// The bytes of a block.
    static let blockBytes = 64
    /// The bytes of a text that are regarded. The computation then takes less than a millisecond.
    static let mostBytes = 256 << 10

    private let sums: [UInt64]

    /// Computes the outline of a text.
    ///
    /// - Parameter text: The text, such as the messages of a chat as JSON. A last part of less than a block is left out.
    package init(_ text: ByteBuffer) {
        var sums: [UInt64] = []
        var sum: UInt64 = 0xcbf2_9ce4_8422_2325
        text.withUnsafeReadableBytes { bytes in
            for (index, byte) in bytes.prefix(Self.mostBytes).enumerated() {
                sum = (sum ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
                if (index + 1) % Self.blockBytes == 0 { sums.append(sum) }
            }
        }
        self.sums = sums
    }

    /// The number of bytes that it stands for.
    var bytes: Int { sums.count * Self.blockBytes }

    /// The number of bytes at the begin that two prompts have in common, in whole blocks.
    func sharedBytes(with other: PromptOutline) -> Int {
        // Equal sums mean equal begins, so the first difference can be searched for.
        var same = 0
        var different = min(sums.count, other.sums.count) + 1
        while different - same > 1 {
            let middle = (same + different) / 2
            if sums[middle - 1] == other.sums[middle - 1] { same = middle } else { different = middle }
        }
        return same * Self.blockBytes
    }
}
