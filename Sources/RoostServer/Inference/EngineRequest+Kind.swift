import Engines
import RoostCore

extension EngineRequest {
    /// What an engine is asked for.
    enum Kind: Sendable, CaseIterable {
        /// The next message of a conversation.
        case chat
        /// The rest of a text.
        case completion
        /// The vectors of texts.
        case embeddings
        /// The texts that fit a question best.
        case ranking
        /// The tokens of a text.
        case tokens
        /// The text of some tokens.
        case text
        /// The prompt that a conversation becomes.
        case prompt

        /// The path of the engine's route.
        var path: String {
            switch self {
            case .chat: "/v1/chat/completions"
            case .completion: "/v1/completions"
            case .embeddings: "/v1/embeddings"
            case .ranking: "/v1/rerank"
            case .tokens: "/tokenize"
            case .text: "/detokenize"
            case .prompt: "/apply-template"
            }
        }

        /// The request field that holds the text.
        var inputField: String {
            switch self {
            case .chat, .prompt: "messages"
            case .completion: "prompt"
            case .embeddings: "input"
            case .ranking: "documents"
            case .tokens: "content"
            case .text: "tokens"
            }
        }

        /// How the engine counts the tokens of the text; `nil` if it cannot.
        var counting: RequestText.Counting? {
            switch self {
            case .chat: .chat
            case .completion: .prompt
            default: nil
            }
        }

        /// Whether the engine generates an answer.
        var generates: Bool { self == .chat || self == .completion }

        /// Whether the engine only reads its vocabulary or its template, without computing.
        var isLookup: Bool { [.tokens, .text, .prompt].contains(self) }
    }

    /// Refuses a request that the engine of a model cannot answer.
    ///
    /// - Parameters:
    ///   - plan: The options that the engine was started with.
    ///   - model: The model's name.
    /// - Throws: `RoostError` with code `invalidRequest` or `insufficientMemory` that contains the field.
    func check(against plan: EnginePlan, of model: ModelReference) throws {
        try checkPurpose(plan, model)
        if let context = options.context, context.tokens > plan.contextLength { throw context.tooLarge(for: model, have: plan.contextLength) }
        try media.check(plan.companions, of: model)
        try checkLength(plan)
        guard answers <= plan.slots else {
            let what = kind == .completion ? "`n`, for all texts in `prompt` together," : "`n`"
            throw RoostError(
                .invalidRequest,
                "\(what) may be at most \(plan.slots) for \(model): memory is short, and its engine gives no more answers at once.", field: "n")
        }
        guard !mustCall || plan.callsTools else {
            throw RoostError(
                .invalidRequest,
                "`tool_choice` cannot be enforced: the chat template of \(model) has no place for tools, so it would not call any. Leave the choice to the model with auto, or ask a model that was made for tools.",
                field: "tool_choice")
        }
        guard let largestToken, let count = plan.vocabularySize, largestToken >= count else { return }
        throw RoostError(
            .invalidRequest,
            "`\(kind.inputField)` contains the token \(largestToken), and \(model) has only the tokens 0 to \(count - 1). Tokens of another model's vocabulary mean other words here: send the text itself (LangChain: check_embedding_ctx_length=False), or take the tokens from POST /v1/tokenize.",
            field: kind.inputField)
    }

    /// The most bytes of a text, however short the context is.
    private static let leastLimit = 1 << 20
    /// The most bytes of text for each token of the context. In most languages a token stands for 2 to 6 bytes; as JSON
    /// escapes, characters of others are up to 12.
    private static let mostBytesOfToken = 32

    /// Refuses a text that is so long that an engine would need much memory and time to find that it does not fit: about 140
    /// bytes of memory, and up to 1.4 microseconds, for each byte of text (llama.cpp, build 11312).
    private func checkLength(_ plan: EnginePlan) throws {
        let most = max(Self.leastLimit, plan.contextLength * Self.mostBytesOfToken)
        guard kind != .text, longestText > most else { return }
        throw RoostError.contextLengthExceeded(
            field: kind.inputField, promptTokens: nil, contextLength: plan.contextLength,
            message: "\(ByteCount(Int64(longestText))) of text, and at most \(ByteCount(Int64(most))) are read at once")
    }

    private func checkPurpose(_ plan: EnginePlan, _ model: ModelReference) throws {
        let needsWords = kind.generates || kind == .prompt
        let problem: String? =
            if needsWords, plan.ranksTexts {
                "\(model) ranks texts by a question and cannot chat. Ask it at /v1/rerank, or chat with another model."
            } else if needsWords, plan.makesEmbeddings {
                "\(model) makes vectors of texts and cannot chat. Ask it at /v1/embeddings, or chat with another model."
            } else if kind == .embeddings, plan.ranksTexts {
                "\(model) ranks texts by a question and makes no vectors. Ask it at /v1/rerank, or ask a model that was made for vectors."
            } else if kind == .embeddings, !plan.makesEmbeddings {
                "\(model) answers in words and makes no vectors. Chat with it, or ask a model that was made for vectors."
            } else if kind == .ranking, !plan.ranksTexts {
                "\(model) ranks no texts. Ask a model that was made for that (a reranker), or compare the vectors of an embedding model."
            } else {
                nil
            }
        if let problem { throw RoostError(.invalidRequest, problem, field: "model") }
    }
}
