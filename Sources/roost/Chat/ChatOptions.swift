import ArgumentParser
import Interaction
import RoostAPI
import RoostClient
import RoostCore

/// The options of `roost run` and `roost chat` that shape answers.
struct ChatOptions: ParsableArguments {
    @Option(help: "Instructions to the model.")
    var system: String?
    @Option(name: .customLong("image"), help: "An image to send with the message: PNG, JPEG, GIF or BMP; may be repeated.", completion: .file())
    var images: [String] = []
    @Option(help: "The form of the answer: json, or the file of a JSON schema.", completion: .file(extensions: ["json"]))
    var format: String?
    @Flag(inversion: .prefixedNo, help: "Whether the model thinks before it answers, if it has a choice.")
    var think: Bool?
    @Option(help: "How much it thinks: low, medium or high, if it has a choice.")
    var effort: String?
    @Option(help: "The most tokens to generate. Default: 4096 for `run`, 512 for `chat`.")
    var maxTokens: Int?
    @Option(help: "The sampling temperature: 0.0 (always the most likely token) to 2.0. Default: the preset's, or 0.7.")
    var temperature: Double?
    @Option(help: "The share of probability that is kept, 0 to 1.")
    var topP: Double?
    @Option(help: "The number of tokens that are kept.")
    var topK: Int?
    @Option(help: "The least probability of a token relative to the most probable one, 0 to 1.")
    var minP: Double?
    @Option(help: "The penalty for repetitions, 0 to 10.")
    var repeatPenalty: Double?
    @Option(help: "The seed of the sampling, for the same answer again.")
    var seed: Int?
    @Option(help: "A text at which the answer ends; may be repeated.")
    var stop: [String] = []
    @Option(help: "The least context in tokens; a model with less is loaded again.")
    var context: Int?
    @Option(
        name: [.customLong("keep-alive"), .customLong("keepalive")],
        help: "How long the model stays in memory after each request from now on: 10m, 1h, 0 or forever.")
    var keepAlive: String?
    @Flag(help: "Show tokens and times after each answer, on standard error.")
    var verbose = false
    @Flag(name: .customLong("hidethinking"), help: "Do not show what the model thinks.")
    var hidesThinking = false
    @Option(help: "Seconds the answer may take, 1 to 600.")
    var timeout: Double?

    func validate() throws {
        guard timeout.map((1...600).contains) ?? true else { throw ValidationError("--timeout must be 1 to 600 seconds.") }
        guard maxTokens ?? 1 > 0 else { throw ValidationError("--max-tokens must be 1 or more.") }
    }

    /// Returns a conversation without messages.
    ///
    /// - Parameters:
    ///   - model: The model.
    ///   - maxTokens: The most tokens of an answer, where no option says so.
    ///   - timeout: The most seconds of an answer, where no option says so.
    /// - Returns: The conversation.
    /// - Throws: `RoostError` with code `invalidRequest` for a format or an image that cannot be used.
    func conversation(with model: String, maxTokens: Int, timeout: Double) throws -> Conversation {
        var request = ChatRequest(
            model: model, messages: [], maxTokens: self.maxTokens ?? maxTokens, temperature: temperature, timeout: self.timeout ?? timeout)
        request.sampling.topP = topP
        request.sampling.topK = topK
        request.sampling.minP = minP
        request.sampling.repeatPenalty = repeatPenalty
        request.sampling.seed = seed
        request.stop = stop.isEmpty ? nil : stop
        request.contextLength = context
        request.keepAlive = keepAlive
        if think != nil || effort != nil { request.thinking = ChatThinking(isEnabled: think ?? true, effort: effort) }
        var conversation = Conversation(request: request)
        conversation.system = system
        (conversation.isVerbose, conversation.hidesThinking) = (verbose, hidesThinking)
        conversation.format = try format.flatMap(AnswerFormat.init(typed:))
        conversation.images = try images.map { try ImageFile(path: $0).url }
        return conversation
    }
}
