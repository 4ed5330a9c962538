import Foundation

/// Finds the lines of an engine's output that explain why it ended.
enum EngineFailureReason {
    /// Returns the reason in the engine's own words, without time stamps and function names.
    ///
    /// llama.cpp reports a failed load in layers: the GGUF reader reports the problem (`invalid magic characters`),
    /// then follows `error loading model: …`, then each caller reports that it failed too. The innermost message is the
    /// useful one.
    static func find(in lines: [String]) -> String? {
        let messages = lines.map(withoutPrefix).filter { !$0.isEmpty }
        if let start = messages.firstIndex(where: { $0.contains(loading) }) {
            let said = messages[start].components(after: loading)
            guard said.contains("failed to load model") || said.contains("failed to load GGUF") else { return said }
            return messages[..<start].last { $0.hasPrefix("gguf_") }.map(withoutFunction) ?? said
        }
        let telling = ["GGML_ASSERT", "what():", "error while loading shared libraries", "Library not loaded", EngineGuard.complaint, "error: "]
        if let line = messages.last(where: { line in telling.contains(where: line.contains) }) { return withoutFunction(line) }
        return messages.last { line in ["failed", "couldn't", "unable", "out of memory"].contains { line.contains($0) } }.map(withoutFunction)
    }

    private static let loading = "error loading model: "
    // The last one is the system's word when there is no memory for the stack of a thread.
    private static let refusals = [
        "std::bad_alloc", "failed to allocate", "Cannot allocate memory", "out of memory", "mem_buffer != NULL", "Resource temporarily unavailable",
    ]

    /// Whether some of the last lines say that memory was refused.
    static func saysOutOfMemory(_ lines: [String]) -> Bool {
        // Without memory for its prompt cache an engine makes the cache smaller and goes on.
        lines.suffix(20).contains { line in !line.contains("prompt cache") && refusals.contains { line.contains($0) } }
    }

    /// `0.01.234.567 E message` → `message`.
    private static func withoutPrefix(_ line: String) -> String {
        let words = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: true)
        guard words.count == 3, words[0].allSatisfy({ $0.isNumber || $0 == "." }), words[1].count == 1 else { return line }
        return String(words[2])
    }

    /// `gguf_init_from_file_impl: message` → `message`.
    private static func withoutFunction(_ message: String) -> String {
        guard let colon = message.range(of: ": "), message[..<colon.lowerBound].contains("_"), !message[..<colon.lowerBound].contains(" ") else {
            return message
        }
        return String(message[colon.upperBound...])
    }

    /// Advice for the user.
    static func advice(for reason: String, exit: EngineExit, model: String) -> String {
        if exit.signal == 9 { return "Free memory, or use a smaller model or quantisation." }
        let text = reason.lowercased()
        if text.contains("permission denied") || text.contains("cannot open shared object file") {
            return
                "On Linux an engine may use only the system's files, those beside its program and its model. If it needs others, set unconfined_engines (ROOST_UNCONFINED_ENGINES=true); otherwise reinstall it, or run `make engine`."
        }
        if text.contains("unknown model architecture") { return "Use a newer llama-server: run `make engine`, or upgrade llama.cpp." }
        if text.contains("wrong shape") || text.contains("wrong number of tensors") || text.contains("missing tensor") {
            return
                "The file is malformed or made for another llama-server, so pulling it again changes nothing. Use another file of the model, or a newer llama-server."
        }
        if text.contains("endian") || text.contains("no longer supported") || text.contains("only supports up to version") {
            return "Pulling the file again changes nothing: use a file that this llama-server can read, or a newer llama-server."
        }
        if text.contains("allocate") || text.contains("memory") || text.contains("mem_buffer") {
            return "Free memory, or use a smaller model or quantisation."
        }
        let damaged = ["magic", "gguf", "tensor", "file bounds", "corrupt", "failed to read", "key"]
        if damaged.contains(where: text.contains) {
            return
                "`roost models verify \(model)` checks whether a file of the Hub cache is damaged, and `roost models repair \(model)` downloads a damaged one again; `roost import ollama FOLDER --dry-run` checks an Ollama store. If the file is sound, "
                + "the fault is in the repository: use another file, or a newer llama-server."
        }
        return "The server's log has the engine's last lines; `roost doctor` checks the engine."
    }
}

extension String {
    fileprivate func components(after marker: String) -> String {
        range(of: marker).map { String(self[$0.upperBound...]) } ?? self
    }
}
