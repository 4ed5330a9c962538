import Testing

@testable import HubClient

@Suite("Range headers")
struct RequestedRangeTests {
    @Test(
        "A range is read as RFC 9110 says",
        arguments: [
            (nil, 10, RequestedRange.whole), ("bytes=0-3", 10, .part(0..<4)), ("bytes=4-", 10, .part(4..<10)), ("bytes=-3", 10, .part(7..<10)),
            ("bytes=-30", 10, .part(0..<10)), ("bytes=9-9", 10, .part(9..<10)), ("bytes=5-99", 10, .part(5..<10)),
            ("Bytes=0-0", 10, .part(0..<1)), ("bytes=10-", 10, .unsatisfiable), ("bytes=10-12", 10, .unsatisfiable),
            ("bytes=-0", 10, .unsatisfiable), ("bytes=0-", 0, .unsatisfiable), ("bytes=-1", 0, .unsatisfiable),
            ("bytes=0-9223372036854775807", 10, .part(0..<10)), ("bytes=0-99999999999999999999999", 10, .part(0..<10)),
            ("bytes=99999999999999999999999-", 10, .unsatisfiable), ("bytes=3-1", 10, .whole), ("bytes=a-b", 10, .whole),
            ("bytes=1-2,4-5", 10, .whole), ("bytes=-", 10, .whole), ("bytes=--1", 10, .whole), ("bytes=", 10, .whole), ("lines=1-2", 10, .whole),
            ("bytes=+1-2", 10, .whole), ("bytes=1-2x", 10, .whole),
        ] as [(String?, Int64, RequestedRange)])
    func reads(header: String?, size: Int64, expected: RequestedRange) {
        #expect(RequestedRange(header, size: size) == expected)
    }
}
