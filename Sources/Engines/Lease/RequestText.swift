import ModelFormats
package import NIOCore
import RoostCore

/// The text of a request, which an engine reads before its first step.
package struct RequestText: Sendable {
    /// The body with the text.
    package let body: ByteBuffer
    /// The request field with the text, for errors.
    package let field: String
    /// The bytes of text in the body, without images and sounds.
    package let bytes: Int
    /// How the engine can count its tokens before it waits; `nil` if it cannot.
    package let counting: Counting?
    /// Whether it becomes one prompt; otherwise several texts are read one by one.
    package let isOnePrompt: Bool

    /// Creates a text.
    package init(body: ByteBuffer, field: String, bytes: Int, counting: Counting? = nil, isOnePrompt: Bool = true) {
        self.body = body
        self.field = field
        self.bytes = bytes
        self.counting = counting
        self.isOnePrompt = isOnePrompt
    }

    /// About four bytes of text are a token.
    var estimate: Int { body.readableBytes / 4 }

    /// About the most time in which an engine reads the text, beside as many others as it has slots: five seconds for each
    /// megabyte.
    var readingTime: Duration { .microseconds(5 * bytes) }
}

extension RequestText {
    /// The bytes of a text that is read quickly whatever it contains.
    private static let quick = 16 << 10
    /// The special tokens that are read quickly.
    private static let fewMarks = 16 << 10

    /// Refuses a text with more special tokens than the context has tokens: an engine's time for them grows with the square
    /// of their number (5 nanoseconds, llama.cpp, build 11312).
    ///
    /// - Parameter plan: The engine's options.
    /// - Throws: `RoostError` with code `contextLengthExceeded`; `CancellationError`.
    func checkMarks(_ plan: EnginePlan) async throws {
        guard bytes > Self.quick, let marks = plan.marks else { return }
        let found = try await WorkThreads.run { try count(marks) }
        guard found > max(plan.contextLength, Self.fewMarks) else { return }
        throw RoostError.contextLengthExceeded(
            field: field, promptTokens: nil, contextLength: plan.contextLength, message: "its special tokens alone are \(found)")
    }

    private func count(_ marks: PromptMarks) throws -> Int {
        let fields = try JSONDocument(Array(body.readableBytesView)).root
        guard !isOnePrompt else { return [field, "tools"].reduce(0) { $0 + (fields[$1].map { marks.count(in: $0) } ?? 0) } }
        let parts = fields[field].map { value in value.elements.map { Array($0) } ?? [value] } ?? []
        return (fields["query"].map { marks.count(in: $0) } ?? 0) + (parts.map { marks.count(in: $0) }.max() ?? 0)
    }
}
