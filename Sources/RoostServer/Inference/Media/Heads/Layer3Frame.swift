/// The header of an MP3 frame (MPEG 1, 2 or 2.5, layer 3).
struct Layer3Frame {
    private static let fullRates = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
    private static let halfRates = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]

    private let header: Int
    /// The number of samples of a channel.
    let samples: Int
    /// The samples in a second.
    let rate: Int
    /// The size of the whole frame.
    let bytes: Int
    /// The position in the frame of an encoder's tag.
    let tag: Int

    /// Reads four bytes; `nil` when they are no header, or one that does not tell the size of its frame.
    init?(_ header: Int) {
        let (version, layer, rateIndex, bitrateIndex) = (header >> 19 & 3, header >> 17 & 3, header >> 10 & 3, header >> 12 & 15)
        guard header >> 21 == 0x7FF, version != 1, layer == 1, rateIndex != 3, (1...14).contains(bitrateIndex) else { return nil }
        let (isFirst, isMono) = (version == 3, header >> 6 & 3 == 3)
        self.header = header
        samples = isFirst ? 1152 : 576
        rate = [44_100, 48_000, 32_000][rateIndex] >> (isFirst ? 0 : version == 2 ? 1 : 2)
        bytes = samples * 125 * (isFirst ? Self.fullRates : Self.halfRates)[bitrateIndex - 1] / rate + (header >> 9 & 1)
        let hasChecksum = header >> 16 & 1 == 0
        tag = 4 + (hasChecksum ? 2 : 0) + (isFirst ? (isMono ? 17 : 32) : (isMono ? 9 : 17))
    }

    /// Whether another header has the same version and rate.
    func resembles(_ other: Int) -> Bool { (header ^ other) & 0xFFFE_0C00 == 0 }
}
