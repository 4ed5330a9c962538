import Foundation

/// Which parser this process feeds: `ROOST_FUZZ_PARSER`.
private let parser: ParserFuzzer = {
    let name = ProcessInfo.processInfo.environment["ROOST_FUZZ_PARSER"] ?? ""
    guard let parser = ParserFuzzer(rawValue: name) else {
        fatalError("ROOST_FUZZ_PARSER must be one of \(ParserFuzzer.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return parser
}()

/// What libFuzzer calls for each input: https://llvm.org/docs/LibFuzzer.html
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafeRawPointer?, _ count: Int) -> CInt {
    parser.run(UnsafeRawBufferPointer(start: start, count: count))
    return 0
}
