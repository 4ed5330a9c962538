import Foundation
import HTTPServing
import RoostCore
import SystemPackage

extension ServerSettings {
    /// Reads the settings for sharing the Hub cache.
    ///
    /// - Parameter reader: The flags, the environment and the file.
    /// - Throws: `RoostError` with code `invalidConfiguration`.
    mutating func readShareSettings(_ reader: SettingsReader) throws {
        share = try reader.bool(.share, default: share)
        shareHost = try reader.string(.shareHost, allowed: "an address to listen on") { $0.isEmpty ? nil : $0 } ?? shareHost
        sharePort = try reader.int(.sharePort, in: 0...65_535, default: sharePort)
        shareAllow =
            try reader.string(.shareAllow, allowed: "networks separated by commas, such as 192.168.0.0/16,fd00::/8") { text in
                let names = text.split(separator: ",").map { $0.filter { !$0.isWhitespace } }.filter { !$0.isEmpty }
                let ranges = names.compactMap { try? NetworkRange(parsing: $0) }
                return ranges.count == names.count ? ranges : nil
            } ?? shareAllow
        shareTokenFile = try reader.string(.shareTokenFile, allowed: "the path of a file") { $0.isEmpty ? nil : FilePath($0) }
    }
}
