import ModelFormats
import Testing

@Suite struct TensorTypeTests {
    @Test func `types are known by ggml's numbers, those that were taken back are not`() {
        #expect(TensorType(rawValue: 12) == .q4_K)
        #expect([4, 5, 31, 32, 33, 36, 37, 38, 43].allSatisfy { TensorType(rawValue: $0) == nil })
    }

    @Test func `a row is a whole number of blocks and can be counted`() {
        #expect(TensorType.q4_K.byteCount(ofRow: 576) == nil)
        #expect(TensorType.q4_K.byteCount(ofRow: 512) == 288)
        #expect(TensorType.f32.byteCount(ofRow: -1) == nil)
        #expect(TensorType.f32.byteCount(ofRow: .max) == nil)
    }
}
