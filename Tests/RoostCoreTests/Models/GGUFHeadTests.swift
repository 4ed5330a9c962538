import RoostCore
import SystemPackage
import TestSupport
import Testing

@Suite struct GGUFHeadTests {
    @Test func `architecture and type are found past other keys`() {
        let head = GGUFHead(prefix: ggufBytes(architecture: "llama", type: "adapter"))
        #expect(head?.architecture == "llama" && head?.type == "adapter" && head?.helper == .adapter)
    }

    @Test func `a file that is cut anywhere gives what it has, and never more`() {
        let whole = ggufBytes(architecture: "clip", type: "mmproj", count: 0)
        for count in 0..<whole.count {
            let head = GGUFHead(prefix: Array(whole.prefix(count)))
            #expect((head == nil) == (count < 24) && head?.architecture ?? "clip" == "clip" && head?.type == nil, "\(count)")
        }
    }

    @Test(arguments: [UInt64.max, 1 << 62, 1 << 32, 70_000])
    func `counts and lengths that lie end the reading`(number: UInt64) {
        let little = (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
        let start = Array("GGUF".utf8) + [3, 0, 0, 0] + Array(repeating: 0, count: 8)
        #expect(GGUFHead(prefix: start + little)?.architecture == nil)
        #expect(GGUFHead(prefix: start + [1, 0, 0, 0, 0, 0, 0, 0] + little)?.architecture == nil)
        for type: UInt8 in [8, 10, 12] {
            let array = start + [2, 0, 0, 0, 0, 0, 0, 0] + [1, 0, 0, 0, 0, 0, 0, 0, 97] + [9, 0, 0, 0, type, 0, 0, 0] + little
            #expect(GGUFHead(prefix: array)?.architecture == nil)
        }
    }

    @Test func `other files and versions are none`() {
        #expect(GGUFHead(prefix: Array("GGUX".utf8) + Array(repeating: 0, count: 100)) == nil)
        var old = ggufBytes(architecture: "llama")
        old[4] = 1
        #expect(GGUFHead(prefix: old) == nil)
        #expect(GGUFHead(opening: "/nonexistent/file.gguf") == nil)
    }
}
