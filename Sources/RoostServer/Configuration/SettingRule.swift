import Configuration
import Engines
import Foundation
import HTTPServing
import Logging
import ModelFormats
import RoostCore
import SystemPackage

/// The allowed values of a setting.
struct SettingRule<Value: Sendable>: Sendable {
    /// The type in config.json.
    let type: ConfigType
    /// A second type, for a word in place of a number.
    let otherType: ConfigType?
    /// The allowed values, as in "must be …".
    let allowed: String
    /// The text of a value for documentation.
    let shown: @Sendable (Value) -> String
    /// Returns the value; `nil` when it is not allowed.
    let parse: @Sendable (ConfigContent) -> Value?

    init(
        type: ConfigType, otherType: ConfigType? = nil, allowed: String, shown: @escaping @Sendable (Value) -> String,
        parse: @escaping @Sendable (ConfigContent) -> Value?
    ) {
        self.type = type
        self.otherType = otherType
        self.allowed = allowed
        self.shown = shown
        self.parse = parse
    }

    /// A text that `parse` understands.
    static func text(
        _ allowed: String, shown: @escaping @Sendable (Value) -> String = { "\($0)" }, parse: @escaping @Sendable (String) -> Value?
    ) -> Self {
        SettingRule(type: .string, allowed: allowed, shown: shown) { content in
            guard case .string(let text) = content else { return nil }
            return parse(text)
        }
    }
}

extension SettingRule where Value: FixedWidthInteger {
    static func whole(_ range: ClosedRange<Value>) -> Self {
        SettingRule(type: .int, allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)", shown: { "\($0)" }) { content in
            guard case .int(let number) = content, let value = Value(exactly: number), range.contains(value) else { return nil }
            return value
        }
    }
}

extension SettingRule<Int> {
    static var port: Self { whole(0...65_535) }

    /// A number, or the word `auto`, which is 0.
    static func automatic(_ range: ClosedRange<Int>) -> Self {
        let number = whole(range)
        return SettingRule(
            type: .int, otherType: .string, allowed: "`auto` or \(number.allowed)", shown: { $0 == 0 ? "auto" : "\($0)" },
            parse: { $0 == .string("auto") ? 0 : number.parse($0) })
    }

    static func mebibytes(_ range: ClosedRange<Int>) -> Self {
        text("a size from \(range.lowerBound)MiB to \(range.upperBound)MiB", shown: { "\($0 >> 20)MiB" }) { text in
            ByteCount(parsing: text).map { Int($0.bytes) }.flatMap { (range.lowerBound << 20...range.upperBound << 20).contains($0) ? $0 : nil }
        }
    }
}

extension SettingRule<KeepAlive> {
    static var keepAlive: Self {
        SettingRule(type: .string, otherType: .int, allowed: "`forever`, or \(KeepAlive.allowed)", shown: { "\($0)" }) { content in
            switch content {
            case .string(let text): KeepAlive(parsing: text)
            case .int(let seconds): KeepAlive(seconds: Double(seconds))
            default: nil
            }
        }
    }
}

extension SettingRule<EngineMemoryLimit> {
    static var memoryLimit: Self {
        text("`auto`, `unlimited`, or a size of \(EngineMemoryLimit.least >> 20)MiB or more such as 8GiB") { EngineMemoryLimit(parsing: $0) }
    }
}

extension SettingRule<[ModelReference: Int]> {
    static var contexts: Self {
        let lengths = ServerSettings.contextLengthRange
        return text(
            "MODEL=TOKENS separated by commas, such as org/name:Q4_K_M=8192, each from \(lengths.lowerBound) to \(lengths.upperBound)",
            shown: { $0.isEmpty ? "none" : $0.map { "\($0)=\($1)" }.sorted().joined(separator: ", ") }
        ) { text in
            var found: [ModelReference: Int] = [:]
            for part in text.split(separator: ",").map({ $0.trimmingCharacters(in: .whitespaces) }) where !part.isEmpty {
                guard let sign = part.lastIndex(of: "="), let model = try? ModelReference(parsing: String(part[..<sign])),
                    let length = Int(part[part.index(after: sign)...]), lengths.contains(length)
                else { return nil }
                found[model] = length
            }
            return found
        }
    }
}

extension SettingRule<[ModelReference: ModelReference]> {
    static var drafts: Self {
        text(
            "MODEL=DRAFT separated by commas, such as org/large:Q4_K_M=org/small:Q8_0",
            shown: { $0.isEmpty ? "none" : $0.map { "\($0)=\($1)" }.sorted().joined(separator: ", ") }
        ) { text in
            var found: [ModelReference: ModelReference] = [:]
            for part in text.split(separator: ",").map({ $0.trimmingCharacters(in: .whitespaces) }) where !part.isEmpty {
                guard let sign = part.firstIndex(of: "="), let model = try? ModelReference(parsing: String(part[..<sign])),
                    let draft = try? ModelReference(parsing: String(part[part.index(after: sign)...])), draft != model
                else { return nil }
                found[model] = draft
            }
            return found
        }
    }
}

extension SettingRule<[ModelReference]> {
    static var models: Self {
        text(
            "models separated by commas, such as org/name:Q4_K_M",
            shown: { $0.isEmpty ? "none" : $0.map(\.description).joined(separator: ", ") }
        ) { text in
            let names = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
            let models = names.compactMap { try? ModelReference(parsing: $0) }
            return models.count == names.count ? models : nil
        }
    }
}

extension SettingRule<Int64> {
    static var size: Self {
        text("a size such as 2GiB, 500MB or 0", shown: { $0 % (1 << 30) == 0 ? "\($0 >> 30)GiB" : "\($0)" }) { ByteCount(parsing: $0)?.bytes }
    }
}

extension SettingRule<Bool> {
    static var flag: Self {
        SettingRule(type: .bool, allowed: "true or false", shown: { "\($0)" }) { content in
            guard case .bool(let flag) = content else { return nil }
            return flag
        }
    }
}

extension SettingRule<String> {
    static var address: Self { text("an address to listen on") { $0.isEmpty ? nil : $0 } }
}

extension SettingRule<Logger.Level> {
    static var level: Self { text("one of \(Logger.Level.allCases.map(\.rawValue).joined(separator: ", "))") { Logger.Level(rawValue: $0) } }
}

extension SettingRule<FilePath> {
    static var executable: Self {
        text("the path of an executable file") { FileManager.default.isExecutableFile(atPath: $0) ? FilePath($0) : nil }
    }
    static var file: Self { text("the path of a file") { $0.isEmpty ? nil : FilePath($0) } }
    static var folder: Self { text("the absolute path of a folder") { $0.hasPrefix("/") ? FilePath($0) : nil } }
}

extension SettingRule<DownloadWindows.Limit> {
    static var limit: Self {
        text("`unlimited`, `off`, or a rate of 64KiB or more such as 20MB") { DownloadWindows.limit($0) }
    }
}

extension SettingRule<DownloadWindows> {
    static var windows: Self {
        text(
            "HH:MM-HH:MM=LIMIT separated by commas, each limit `unlimited`, `off` or a rate such as 2MB",
            shown: { $0 == DownloadWindows() ? "none" : "\($0)" }
        ) { DownloadWindows(parsing: $0) }
    }
}

extension SettingRule<SecretToken> {
    /// White space in a secret is refused and not removed, because the receiver would compute with a different secret.
    static var secret: Self {
        text("\(ServerSettings.shortestSecret) or more printable ASCII characters without spaces") { text in
            let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
            guard let secret = SecretToken(text), secret.value == text, text.utf8.count >= ServerSettings.shortestSecret else { return nil }
            return secret
        }
    }
}

extension SettingRule<[String]> {
    /// Hosts that are allowed in the `Host` header.
    static var hosts: Self { list("roost.lan or app.example.com:3000") { HostName($0) != nil } }
    /// Hosts that webhooks may call.
    static var webhookHosts: Self { list("ci.example.com:8443") { WebhookHost($0) != nil } }

    private static func list(_ example: String, isAllowed: @escaping @Sendable (String) -> Bool) -> Self {
        text(
            "host names or addresses separated by commas, each with or without a port, such as \(example)",
            shown: { $0.isEmpty ? "none" : $0.joined(separator: ", ") }
        ) { text in
            let hosts = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces).lowercased() }.filter { !$0.isEmpty }
            return hosts.allSatisfy(isAllowed) ? hosts : nil
        }
    }
}

extension SettingRule<[NetworkRange]> {
    static var networks: Self { networks(empty: "all networks") }

    /// Networks.
    ///
    /// - Parameter empty: What an empty list means.
    /// - Returns: The rule.
    static func networks(empty: String) -> Self {
        text("networks separated by commas, such as 192.168.0.0/16,fd00::/8", shown: { $0.isEmpty ? empty : "\($0)" }) { text in
            let names = text.split(separator: ",").map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
            let ranges = names.compactMap { try? NetworkRange(parsing: $0) }
            return ranges.count == names.count ? ranges : nil
        }
    }
}
