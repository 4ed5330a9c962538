import Testing

@testable import ModelFormats

@Suite struct SlabWindowTests {
    private func slab(_ byteCount: Int) -> Slab { Slab(tensor: 0, matrix: 0, rows: 0..<1, isLast: true, byteCount: byteCount) }

    @Test func `behind a slow slab small ones go on`() {
        var window = SlabWindow(workers: 2)
        let slow = window.begin(slab(SlabSequence.byteCount))
        for _ in 0..<100 {
            #expect(window.hasRoom)
            window.finish(window.begin(slab(1000)), slab(1000), [])
            #expect(window.next() == nil)
        }
        window.finish(slow, slab(SlabSequence.byteCount), [])
        var written = 0
        while window.next() != nil { written += 1 }
        #expect(written == 101)
    }

    @Test func `behind a slow slab large ones stop`() {
        var window = SlabWindow(workers: 2)
        let slow = window.begin(slab(SlabSequence.byteCount))
        var begun = 1
        while window.hasRoom, begun < 100 {
            window.finish(window.begin(slab(SlabSequence.byteCount)), slab(SlabSequence.byteCount), [])
            begun += 1
        }
        #expect(begun == 4)
        window.finish(slow, slab(SlabSequence.byteCount), [])
        #expect(window.next() != nil && window.hasRoom)
    }

    @Test func `no more are in work than may be`() {
        var window = SlabWindow(workers: 2)
        for _ in 0..<3 { _ = window.begin(slab(1)) }
        #expect(!window.hasRoom)
    }
}
