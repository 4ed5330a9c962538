import Foundation

/// The fuzzer of one kind of input, `ROOST_FUZZ_PARSER`; its arguments are libFuzzer's.
@main enum FuzzerEntry {
    private static let parser: FuzzedInput = {
        let name = ProcessInfo.processInfo.environment["ROOST_FUZZ_PARSER"] ?? ""
        guard let parser = FuzzedInput(rawValue: name) else {
            fatalError("ROOST_FUZZ_PARSER must be one of \(FuzzedInput.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return parser
    }()

    static func main() {
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        exit(runFuzzer(&count, &arguments, testOneInput))
    }

    fileprivate static func test(_ input: UnsafeRawBufferPointer) { parser.run(input) }
}

/// What libFuzzer calls for each input, here and from a `main` of its own, which is linked and not used.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzerEntry.test(UnsafeRawBufferPointer(start: start, count: count))
    return 0
}

/// libFuzzer as a function, for programs whose `main` is their own: https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
